"""Services of which several versions run already, or whose names and rules are in the way, and what is made of them.

Each text has the manifests; the stages are those that lead from there to a split and to its end.
"""

from __future__ import annotations

_CANDIDATE = ("live", "routed", "dark", "canary", "half", "final", "handed-over", "retired")
_ON_TO_V3 = ("canary-v3", "half-v3", "final-v3", "retired-v3")


def _labels(text: str) -> str:
    return "{" + ", ".join(f"{key}: {value}" for key, _, value in (pair.partition("=") for pair in text.split())) + "}"


def deployment(name: str, labels: str, port: int = 8080) -> str:
    return f"""\
---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: {name}}}
spec:
  replicas: 2
  selector: {{matchLabels: {_labels(labels)}}}
  template:
    metadata: {{labels: {_labels(labels)}}}
    spec:
      containers:
        - {{name: main, image: 'registry.example.com/{name}:1.0', ports: [{{containerPort: {port}}}]}}
"""


def service(name: str, labels: str, port: int = 80, target: int = 8080) -> str:
    return f"""\
---
apiVersion: v1
kind: Service
metadata: {{name: {name}}}
spec:
  selector: {_labels(labels)}
  ports: [{{name: http, port: {port}, targetPort: {target}}}]
"""


def route(name: str, parent: str, *rules: str, kind: str = "HTTPRoute") -> str:
    listed = "".join(f"    - {rule}\n" for rule in rules)
    return f"""\
---
apiVersion: gateway.networking.k8s.io/v1
kind: {kind}
metadata: {{name: {name}}}
spec:
  parentRefs: [{parent}]
  rules:
{listed}"""


def mesh(name: str) -> str:
    return f"{{group: '', kind: Service, name: {name}}}"


_GATEWAY = "{name: public, namespace: edge, sectionName: https}"
_PLAIN = "{name: public, namespace: edge, sectionName: http}"
_REDIRECT = "filters: [{type: RequestRedirect, requestRedirect: {scheme: https}}]"


def _versions(name: str, port: int, *versions: str) -> str:
    return "".join(
        deployment(f"{name}-{version}", f"app={name} version={version}", port)
        + service(f"{name}-{version}", f"app={name} version={version}", port, port)
        for version in versions
    )


def _backends(*shares: str, port: int = 80) -> str:
    named = (share.partition("=") for share in shares)
    listed = ", ".join(f"{{name: {name}, port: {port}, weight: {weight or 1}}}" for name, _, weight in named)
    return f"backendRefs: [{listed}]"


_BOOKINFO = _versions("reviews", 9080, "v1", "v2", "v3") + service("reviews", "app=reviews", 9080, 9080)
_SHOP = deployment("shop", "app=shop") + service("shop", "app=shop")

SHAPES: dict[str, tuple[str, tuple[str, ...], tuple[str, ...]]] = {
    "the lab before its second version": (
        _versions("customers", 80, "v1")
        + service("customers", "app=customers")
        + service("customers-v2", "app=customers version=v2")
        + route("customers", mesh("customers"), _backends("customers-v1")),
        (),
        ("live", "routed", "dark", "canary", "half", "final", "retired"),
    ),
    "the lab with its debug rule": (
        _versions("customers", 80, "v1", "v2")
        + service("customers", "app=customers")
        + route(
            "customers",
            mesh("customers"),
            f"{{matches: [{{headers: [{{name: user-agent, value: debug}}]}}], {_backends('customers-v2')}}}",
            _backends("customers-v1"),
        ),
        (),
        ("live", "routed", "canary", "half", "final", "retired"),
    ),
    "bookinfo's three reviews behind one Service": (
        "".join(deployment(f"reviews-{v}", f"app=reviews version={v}", 9080) for v in ("v1", "v2", "v3"))
        + service("reviews", "app=reviews", 9080, 9080),
        (),
        _CANDIDATE,
    ),
    "bookinfo with a Service for each version": (_BOOKINFO, (), ("live", "routed", "half", "final", "retired")),
    "bookinfo with its first version routed": (
        _BOOKINFO + route("reviews", mesh("reviews"), _backends("reviews-v1", port=9080)),
        (),
        (*("live", "routed", "canary", "half", "final", "retired"), *_ON_TO_V3),
    ),
    "bookinfo from its three versions to its first one and on": (
        _BOOKINFO,
        ("--candidate", "v1"),
        ("live", "routed", "half", "final", "canary-v2", "half-v2", "final-v2", "retired-v2", *_ON_TO_V3),
    ),
    "the Gateway API's traffic splitting": (
        _versions("foo", 8080, "v1", "v2")
        + route("foo-route", _GATEWAY, _backends("foo-v1=90", "foo-v2=10", port=8080)),
        (),
        ("live", "routed", "half", "final", "retired"),
    ),
    "the first of the Gateway API's two versions": (
        _versions("foo", 8080, "v1") + route("foo-route", _GATEWAY, _backends("foo-v1", port=8080)),
        (),
        _CANDIDATE,
    ),
    "a Service among its own backends": (
        deployment("bb-v1", "app=bb version=v1")
        + service("bb", "app=bb version=v1", 8080)
        + deployment("bb-v2", "app=bb version=v2")
        + service("bb-v2", "app=bb version=v2", 8080)
        + route("bb", mesh("bb"), _backends("bb=90", "bb-v2=10", port=8080)),
        (),
        ("live", "routed", "half", "final", "handed-over", "retired"),
    ),
    "three quarters and a quarter beside a redirect": (
        _versions("web", 80, "v1", "v2")
        + route("web", _GATEWAY, _backends("web-v1=3", "web-v2=1"))
        + route("web-redirect", _PLAIN, _REDIRECT),
        (),
        ("live", "routed", "half", "final", "retired"),
    ),
    "one of two services in a chain": (
        _SHOP
        + deployment("stock", "app=stock")
        + service("stock", "app=stock")
        + route("shop", _GATEWAY, _backends("shop"))
        + route("stock", mesh("stock"), _backends("stock")),
        ("--service", "stock"),
        _CANDIDATE,
    ),
    "a rule of another service before its own": (
        _SHOP
        + deployment("cart", "app=cart")
        + service("cart", "app=cart")
        + route(
            "web",
            _GATEWAY,
            f"{{matches: [{{path: {{type: PathPrefix, value: /cart}}}}], {_backends('cart')}}}",
            _backends("shop"),
        ),
        ("--service", "shop"),
        _CANDIDATE,
    ),
    "two versions of a gRPC service": (
        _versions("ledger", 9000, "v1", "v2")
        + route("ledger", _GATEWAY, _backends("ledger-v1", "ledger-v2", port=9000), kind="GRPCRoute"),
        (),
        ("live", "routed", "final", "retired"),
    ),
    "names that are taken": (
        _SHOP + deployment("shop-v2", "app=attic") + service("shop-v2", "app=attic") + route("shop", _PLAIN, _REDIRECT),
        ("--service", "shop", "--candidate", "v2=registry.example.com/shop:2.0"),
        _CANDIDATE,
    ),
    "a version label that the Service selects by": (
        deployment("shop", "app=shop version=v4") + service("shop", "app=shop version=v4"),
        (),
        _CANDIDATE,
    ),
}
