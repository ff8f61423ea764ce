"""Short ways to write the objects that the tests of the checks need, as YAML in flow style."""

from __future__ import annotations

import json
from typing import Any

from gateshift.checks.registry import run_checks
from gateshift.checks.subject import Catalog, Declared
from gateshift.model.finding import Finding, Level
from tests.checks.subjects import subject

API = "gateway.networking.k8s.io"
V1, V2 = {"app": "shop", "version": "v1"}, {"app": "shop", "version": "v2"}


def obj(api: str, kind: str, name: str, namespace: str = "shop", **body: Any) -> str:
    metadata: dict[str, Any] = {"name": name, **({"namespace": namespace} if namespace else {})}
    metadata |= body.pop("metadata", {})
    return json.dumps({"apiVersion": api, "kind": kind, "metadata": metadata, **body})


def service(name: str = "shop", selector: Any = None, ports: Any = None, namespace: str = "shop", **spec: Any) -> str:
    chosen = {"app": "shop"} if selector is None else selector
    listed = ports or [{"name": "http", "port": 80, "targetPort": 8080}]
    return obj("v1", "Service", name, namespace, spec={"selector": chosen, "ports": listed, **spec})


def pods(labels: Any = None, image: str = "shop:1.0.0", ports: Any = None) -> dict[str, Any]:
    container = {"name": "shop", "image": image, "ports": ports or [{"name": "http", "containerPort": 8080}]}
    return {"metadata": {"labels": labels or {"app": "shop"}}, "spec": {"containers": [container]}}


def deployment(
    name: str = "shop", labels: Any = None, namespace: str = "shop", kind: str = "Deployment", selector: Any = None,
    image: str = "shop:1.0.0", ports: Any = None, **spec: Any,
) -> str:  # fmt: skip
    api = "argoproj.io/v1alpha1" if kind == "Rollout" else "apps/v1"
    chosen = {"matchLabels": selector or labels or {"app": "shop"}}
    template = pods(labels, image, ports)
    return obj(api, kind, name, namespace, spec={"selector": chosen, "template": template, **spec})


def gateway(*listeners: Any, name: str = "public", namespace: str = "infra", **spec: Any) -> str:
    listed = list(listeners) or [listener()]
    return obj(f"{API}/v1", "Gateway", name, namespace, spec={"gatewayClassName": "x", "listeners": listed, **spec})


def listener(name: str = "http", port: int = 80, protocol: str = "HTTP", source: str = "All", **more: Any) -> Any:
    allowed = {"namespaces": {"from": source}, **more.pop("allowed", {})}
    return {"name": name, "port": port, "protocol": protocol, "allowedRoutes": allowed, **more}


def grant(source: Any = None, target: Any = None, namespace: str = "data", name: str = "grant") -> str:
    sources = [{"group": API, "kind": "HTTPRoute", "namespace": "shop", **(source or {})}]
    targets = [{"group": "", "kind": "Service", **(target or {})}]
    return obj(f"{API}/v1", "ReferenceGrant", name, namespace, spec={"from": sources, "to": targets})


def to(name: str = "shop", port: int | None = 80, weight: int | None = None, **more: Any) -> dict[str, Any]:
    found: dict[str, Any] = {"name": name, **more}
    return found | ({"port": port} if port else {}) | ({} if weight is None else {"weight": weight})


def rule(*backends: Any, **more: Any) -> dict[str, Any]:
    return {**({"backendRefs": list(backends)} if backends else {}), **more}


def path(value: str, kind: str = "PathPrefix", **more: Any) -> dict[str, Any]:
    return {"path": {"type": kind, "value": value}, **more}


def header(name: str = "x-debug", value: str = "1", **more: Any) -> dict[str, Any]:
    return {"name": name, "value": value, **more}


PUBLIC = {"name": "public", "namespace": "infra"}
MESH = {"group": "", "kind": "Service", "name": "shop"}


def route(
    *rules: Any, parents: Any = None, name: str = "shop", namespace: str = "shop", kind: str = "HTTPRoute",
    version: str = "v1", **spec: Any,
) -> str:  # fmt: skip
    body = {"parentRefs": [PUBLIC] if parents is None else parents, "rules": list(rules) or [rule(to())], **spec}
    return obj(f"{API}/{version}", kind, name, namespace, spec=body)


SPLIT = rule(to("shop-v1", weight=90), to("shop-v2", weight=10))
VERSIONS = (
    service("shop-v1", V1),
    service("shop-v2", V2),
    deployment("shop-v1", V1),
    deployment("shop-v2", V2, image="shop:2.0.0"),
)
BASE = (service(), deployment())


def findings(*objects: str, catalog: Catalog | None = None, declared: Declared | None = None) -> list[Finding]:
    return list(run_checks(subject("\n---\n".join(objects), catalog=catalog, declared=declared)))


def levels(found: list[Finding], rule_id: str) -> list[Level]:
    return [finding.level for finding in found if finding.rule == rule_id]
