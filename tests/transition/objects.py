"""Objects of small builds as YAML, and their builds by the real Kustomize."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path

from gateshift.app.shared.build_roots import build_roots, required
from gateshift.kustomize.tree.roots import find_roots
from gateshift.kustomize.tree.tree_reader import TreeReader
from gateshift.model.resource import Build

Objects = Mapping[str, str]
"""YAML documents by the name of the file they are written to."""

Builder = Callable[[Objects], Build]


def builder(folder: Path) -> Builder:
    """Builds objects with Kustomize, each set of them once."""
    known: dict[str, Build] = {}

    def build(objects: Objects) -> Build:
        key = hashlib.sha256(repr(list(objects.items())).encode()).hexdigest()[:16]
        if key not in known:
            known[key] = kustomized(folder / key, objects)
        return known[key]

    return build


def kustomized(folder: Path, objects: Objects) -> Build:
    """What Kustomize builds from a folder that holds these objects."""
    folder.mkdir(parents=True)
    for name, text in objects.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    names = "".join(f"  - {name}.yaml\n" for name in objects)
    (folder / "kustomization.yaml").write_text(f"resources:\n{names}", encoding="utf-8")
    (built,) = build_roots(find_roots([folder]).roots, TreeReader(), program=None, timeout=60)
    return required(built)


def service(name: str, selector: str = "app: customers", ports: str = "{name: http, port: 80}", extra: str = "") -> str:
    return f"""apiVersion: v1
kind: Service
metadata: {{name: {name}, namespace: default}}
spec:
  selector: {{{selector}}}
  ports: [{ports}]
{extra}"""


def deployment(
    version: str,
    *,
    replicas: str = "1",
    image: str = "",
    labels: str = "",
    strategy: str = "",
    kind: str = "Deployment",
    wave: str = "",
    name: str = "",
    selector: str = "",
) -> str:
    pods = labels or f"app: customers, version: {version}"
    count = f"  replicas: {replicas}\n" if replicas else ""
    return f"""apiVersion: apps/v1
kind: {kind}
metadata: {{name: {name or f"customers-{version}"}, namespace: default{_wave(wave)}}}
spec:
{count}{strategy}  selector: {{matchLabels: {{{selector or f"app: customers, version: {version}"}}}}}
  template:
    metadata: {{labels: {{{pods}}}}}
    spec:
      containers: [{{name: svc, image: "example.org/customers:{image or version}"}}]
"""


def _wave(wave: str) -> str:
    return f', annotations: {{argocd.argoproj.io/sync-wave: "{wave}"}}' if wave else ""


MESH = "{group: '', kind: Service, name: customers}"
GATEWAY = "{name: shared, namespace: infra}"


def backend(version: str, weight: int, port: int = 80) -> str:
    return f"{{name: customers-{version}, port: {port}, weight: {weight}}}"


def rule(*backends: str, matches: str = "", filters: str = "", name: str = "") -> str:
    parts = [f"name: {name}"] if name else []
    parts += [f"matches: [{matches}]"] if matches else []
    parts += [f"filters: [{filters}]"] if filters else []
    return "{" + ", ".join([*parts, f"backendRefs: [{', '.join(backends)}]"]) + "}"


def shares(**weights: int) -> str:
    """The default rule with these weights."""
    return rule(*(backend(version, weight) for version, weight in weights.items()))


def route(*rules: str, parents: str = MESH, name: str = "customers", wave: str = "") -> str:
    listed = "".join(f"    - {each}\n" for each in rules)
    return f"""apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {{name: {name}, namespace: default{_wave(wave)}}}
spec:
  parentRefs: [{parents}]
  rules:
{listed}"""


DEBUG = "{headers: [{name: user-agent, value: debug}]}"

SERVICE = {"service": service("customers")}
SUBSETS = {
    "service-v1": service("customers-v1", "app: customers, version: v1"),
    "service-v2": service("customers-v2", "app: customers, version: v2"),
}
V1 = {"v1": deployment("v1")}
V2 = {"v2": deployment("v2")}


def routed(*rules: str, **options: str) -> dict[str, str]:
    return {"route": route(*rules, **options)}


INITIAL = SERVICE | V1
SERVED = INITIAL | SUBSETS
ROUTED = SERVED | routed(shares(v1=100))
DARK = ROUTED | V2
DEBUGGED = DARK | routed(shares(v1=100), rule(backend("v2", 1), matches=DEBUG))
CANARY = DARK | routed(shares(v1=90, v2=10))
HALF = DARK | routed(shares(v1=50, v2=50))
FINAL = DARK | routed(shares(v2=100))


def without(objects: Objects, *names: str) -> dict[str, str]:
    assert set(names) <= set(objects)
    return {name: text for name, text in objects.items() if name not in names}


RETIRED = without(FINAL, "v1", "service-v1")
