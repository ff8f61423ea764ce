"""Writes a repository of many services, each with a base and overlays, to measure against."""

from __future__ import annotations

from pathlib import Path

_KUSTOMIZATION = """apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
"""

_SERVICE = """apiVersion: v1
kind: Service
metadata:
  name: {name}
  namespace: shop
  labels: {{app: {app}}}
spec:
  selector: {selector}
  ports:
    - name: http
      port: 80
      targetPort: 8080
"""

_DEPLOYMENT = """apiVersion: apps/v1
kind: Deployment
metadata:
  name: {app}-{version}
  namespace: shop
  labels: {{app: {app}, version: {version}}}
spec:
  replicas: 2
  selector:
    matchLabels: {{app: {app}, version: {version}}}
  template:
    metadata:
      labels: {{app: {app}, version: {version}}}
    spec:
      containers:
        - name: app
          image: registry.example/{app}:{version}
          ports:
            - name: http
              containerPort: 8080
          resources:
            requests: {{cpu: 100m, memory: 64Mi}}
"""

_ROUTE = """apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: {app}
  namespace: shop
spec:
  parentRefs:
    - group: ""
      kind: Service
      name: {app}
  rules:
    - matches:
        - path: {{type: PathPrefix, value: /}}
      backendRefs:
        - {{group: "", kind: Service, name: {app}-v1, port: 80, weight: {old}}}
        - {{group: "", kind: Service, name: {app}-v2, port: 80, weight: {new}}}
"""


def write_repository(folder: Path, *, services: int, stages: int) -> list[Path]:
    """Write `services` x `stages` overlays below the folder, each of a service, two versions and a route;
    returns the overlays."""
    overlays: list[Path] = []
    for number in range(services):
        app = f"service-{number}"
        base = folder / app / "base"
        _write(base / "kustomization.yaml", _KUSTOMIZATION + "  - service.yaml\n")
        _write(base / "service.yaml", _SERVICE.format(name=app, app=app, selector=f"{{app: {app}}}"))
        for version in ("v1", "v2"):
            part = folder / app / "base" / version
            _write(part / "kustomization.yaml", _KUSTOMIZATION + "  - deployment.yaml\n  - service.yaml\n")
            selector = f"{{app: {app}, version: {version}}}"
            _write(part / "deployment.yaml", _DEPLOYMENT.format(app=app, version=version))
            _write(part / "service.yaml", _SERVICE.format(name=f"{app}-{version}", app=app, selector=selector))
        for stage in range(stages):
            overlays.append(_overlay(folder / app / "overlays" / f"stage-{stage}", app, stage, stages))
    return overlays


def _overlay(overlay: Path, app: str, stage: int, stages: int) -> Path:
    resources = ["../../base", "../../base/v1", "../../base/v2", "httproute.yaml"]
    _write(overlay / "kustomization.yaml", _KUSTOMIZATION + "".join(f"  - {path}\n" for path in resources))
    new = round(100 * stage / stages)
    _write(overlay / "httproute.yaml", _ROUTE.format(app=app, old=100 - new, new=new))
    return overlay


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
