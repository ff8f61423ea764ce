"""Clusters from YAML text, and requests in one line, for the tests of this room."""

from __future__ import annotations

from pathlib import Path

from gateshift.model.resource import Origin, Resource, ResourceId
from gateshift.traffic.cluster import Cluster
from gateshift.traffic.decide import decide
from gateshift.traffic.decision import Decision
from gateshift.traffic.filter_effects import location
from gateshift.traffic.request import ParentRef, Protocol, Request
from gateshift.yamldoc import load_all
from gateshift.yamldoc.data import object_at, text_at


def resources(*texts: str) -> list[Resource]:
    """The objects of every YAML document."""
    found = []
    for data in (data for text in texts for data in load_all(text)):
        assert isinstance(data, dict)
        api_version = text_at(data, "apiVersion")
        metadata = object_at(data, "metadata")
        identity = ResourceId(
            api_version.rpartition("/")[0],
            text_at(data, "kind"),
            text_at(metadata, "namespace"),
            text_at(metadata, "name"),
        )
        found.append(Resource(api_version, identity, data, Origin(Path("test.yaml"), len(found))))
    return found


def cluster(*texts: str) -> Cluster:
    """The cluster that holds the objects of every YAML document."""
    return Cluster.of(resources(*texts))


def parent(text: str) -> ParentRef:
    """`Gateway/ns/name` as a ParentRef."""
    kind, namespace, name = text.split("/")
    return ParentRef(kind, namespace, name)


def ask(
    held: Cluster,
    to: str,
    path: str = "/",
    *,
    host: str = "",
    method: str = "GET",
    headers: dict[str, str] | None = None,
    query: tuple[tuple[str, str], ...] = (),
    port: int | None = None,
    protocol: str = "http",
    sni: str = "",
    client: str = "",
    listener: str = "",
    scheme: str = "",
    trace: bool = True,
) -> Decision:
    """The decision about one request to `to`, written as `Service/ns/name` or `Gateway/ns/name`."""
    request = Request(
        parent(to),
        Protocol(protocol),
        host=host,
        method=method,
        path=path,
        query=query,
        headers=tuple((headers or {}).items()),
        port=port,
        sni=sni,
        from_namespace=client,
        listener=listener,
        scheme=scheme,
    )
    return decide(held, request, trace=trace)


def sent(held: Cluster, to: str, line: str) -> str:
    """What becomes of a request written on one line, as `told` writes it.

    The line holds, in any order: a method in capitals, a path with its query string, `Name:value` for a header,
    `https`, `grpc` or `tls` (for gRPC over TLS), and `host=`, `port=`, `sni=`, `from=` and `listener=`.
    """
    return told(asked(held, to, line))


def asked(held: Cluster, to: str, line: str) -> Decision:
    """The decision about a request written on one line."""
    path, method, protocol, headers, options = "/", "GET", "http", {}, {}
    for word in line.split():
        name, equals, value = word.partition("=")
        if word.startswith("/"):
            path = word
        elif word == "tls":
            options["scheme"] = "https"
        elif word in ("https", "grpc"):
            protocol = word
        elif equals and name in ("host", "port", "sni", "from", "listener"):
            options[name] = value
        elif ":" in word:
            header, _, content = word.partition(":")
            headers[header] = content
        else:
            method = word
    path, _, query = path.partition("?")
    return ask(
        held,
        to,
        path,
        method=method,
        protocol=protocol,
        headers=headers,
        query=tuple((pair.partition("=")[0], pair.partition("=")[2]) for pair in query.split("&") if pair),
        host=options.get("host", ""),
        port=int(options["port"]) if "port" in options else None,
        sni=options.get("sni", ""),
        client=options.get("from", ""),
        listener=options.get("listener", ""),
        scheme=options.get("scheme", ""),
    )


def told(decision: Decision) -> str:
    """A decision in short: `v1`, `v1 0.9 v2 0.1`, `v1 0.9 500 0.1`, `404`, or `302 https://example.org/path`."""
    if decision.redirect is not None:
        return f"{decision.status} {location(decision.redirect)}"
    if decision.status != 200 and not decision.backends:
        return str(decision.status)
    parts: dict[str, float] = {}
    for backend in decision.backends:
        name = backend.name if backend.status == 200 else str(backend.status)
        parts[name] = parts.get(name, 0.0) + backend.share
    drawn = {name: share for name, share in parts.items() if share > 0}
    if len(drawn) == 1:
        return next(iter(drawn))
    return " ".join(f"{name} {share:.4g}" for name, share in drawn.items()) or str(decision.status)


def shares(decision: Decision) -> dict[str, float]:
    """The share of each backend Service that gets one, rounded."""
    found: dict[str, float] = {}
    for backend in decision.backends:
        if backend.share:
            found[backend.name] = round(found.get(backend.name, 0.0) + backend.share, 9)
    return found


def versions(decision: Decision) -> dict[str, float]:
    """The share of each version that gets one, rounded."""
    found: dict[str, float] = {}
    for backend in decision.backends:
        if backend.share:
            found[backend.version] = round(found.get(backend.version, 0.0) + backend.share, 9)
    return found


def service(name: str, namespace: str = "default", port: int = 80, **selector: str) -> str:
    """A Service with one port and a selector (`app: name` by default), and a Deployment that it selects."""
    labels = selector or {"app": name}
    pairs = "".join(f"\n        {key}: {value}" for key, value in labels.items())
    return f"""
apiVersion: v1
kind: Service
metadata: {{name: {name}, namespace: {namespace}}}
spec:
  selector: {{{", ".join(f"{key}: {value}" for key, value in labels.items())}}}
  ports: [{{name: http, port: {port}, targetPort: 3000}}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: {name}, namespace: {namespace}}}
spec:
  selector:
    matchLabels: {{{", ".join(f"{key}: {value}" for key, value in labels.items())}}}
  template:
    metadata:
      labels:{pairs}
    spec:
      containers: [{{name: svc, image: example.org/svc, ports: [{{name: web, containerPort: 3000}}]}}]
"""


def gateway(*listeners: str, name: str = "gw", namespace: str = "default", extra: str = "") -> str:
    """A Gateway with these listeners, each in flow style; one HTTP listener on port 80 where none is given."""
    lines = "\n".join(f"  - {listener}" for listener in listeners or ("{name: http, port: 80, protocol: HTTP}",))
    return f"""
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {{name: {name}, namespace: {namespace}}}
spec:
  gatewayClassName: example
  listeners:
{lines}
{extra}"""


def route(
    rules: str,
    *,
    name: str = "route",
    namespace: str = "default",
    parents: str = "[{name: gw}]",
    hostnames: str = "",
    kind: str = "HTTPRoute",
    created: str = "",
) -> str:
    """A route with its rules as a YAML block at column 0, and its other fields in flow style."""
    indented = "\n".join(f"  {line}" for line in rules.strip("\n").splitlines())
    lines = [
        "apiVersion: gateway.networking.k8s.io/v1",
        f"kind: {kind}",
        f"metadata: {{name: {name}, namespace: {namespace}"
        + (f', creationTimestamp: "{created}"' if created else "")
        + "}",
        "spec:",
        f"  parentRefs: {parents}",
        *([f"  hostnames: {hostnames}"] if hostnames else []),
        "  rules:",
        indented,
    ]
    return "\n".join(lines) + "\n"


def services(*names: str, namespace: str = "default", port: int = 8080) -> str:
    """A Service with a Deployment for each name."""
    return "\n---\n".join(service(name, namespace, port) for name in names)


def to(*names: str, port: int = 8080, namespace: str = "") -> str:
    """A backendRefs list in flow style."""
    where = f", namespace: {namespace}" if namespace else ""
    return "[" + ", ".join(f"{{name: {name}, port: {port}{where}}}" for name in names) + "]"
