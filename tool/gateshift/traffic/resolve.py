"""What a backendRef comes to: a Service port with pods behind it, or the reason why it is invalid.

Source: Gateway API v1.6 apis/v1/shared_types.go (BackendRef, RouteConditionReason ResolvedRefs) and
object_reference_types.go; GEP-1294 for mesh routes, which need no ReferenceGrant.

A rule's backends as shares of its requests, split by the versions of the pods behind each.

Source: Gateway API v1.6 apis/v1/shared_types.go (BackendRef.Weight) and httproute_types.go (HTTPRouteRule.BackendRefs):
an invalid reference keeps its share, which is answered with an error.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from gateshift.model.resource import Resource
from gateshift.traffic.cluster import Cluster, permitted
from gateshift.traffic.decision import BackendAnswer
from gateshift.traffic.endpoints import Backing, Pods, backing
from gateshift.traffic.policies import untrusted
from gateshift.traffic.references import BackendRef, ObjectRef
from gateshift.traffic.routes import UDP
from gateshift.traffic.services import Service, ServicePort

UNSAID = Backing((), known=False)
OK = 200
INVALID = 500
UNAVAILABLE = 503
NO_ENDPOINTS = "NoEndpoints"
"""The reason of a 503, which is no condition of the route: its references are all resolved."""

_EXTENSIONS = frozenset(
    {
        ("multicluster.x-k8s.io", "ServiceImport"),
        ("net.gke.io", "ServiceImport"),
        ("inference.networking.k8s.io", "InferencePool"),
        ("inference.networking.x-k8s.io", "InferencePool"),
        ("gateway.envoyproxy.io", "Backend"),
        ("gateway.kgateway.dev", "Backend"),
        ("agentgateway.dev", "AgentgatewayBackend"),
        ("networking.istio.io", "Hostname"),
    }
)
"""Kinds of backend that widely used implementations define beyond the specification's Service."""


class Resolved(Struct, frozen=True):
    """A backendRef's outcome. `reason` is that of ResolvedRefs where the reference is invalid, "" where it is valid.

    `outside` says that only an object missing from the build makes it so; `open` that the specification leaves the
    outcome to the implementation. `message` explains either, and a valid reference that answers nothing.
    """

    backend: BackendRef
    status: int
    reason: str = ""
    message: str = ""
    service: Service | None = None
    port: ServicePort | None = None
    backing: Backing = UNSAID
    outside: bool = False
    open: bool = False


def resolve(cluster: Cluster, route: Resource, backend: BackendRef, *, mesh: bool) -> Resolved:
    """The outcome of a route's reference for requests that reach the route through a Gateway, or with `mesh` through a
    Service."""
    key = ("resolve", route, backend, mesh)
    return cluster.once(key, lambda: _resolve(cluster, route, backend, mesh=mesh))


def _resolve(cluster: Cluster, route: Resource, backend: BackendRef, *, mesh: bool) -> Resolved:
    ref = backend.ref
    if (ref.group, ref.kind) != ("", "Service") and not _is_extension(cluster, ref):
        kind = f"{ref.group}/{ref.kind}" if ref.group else ref.kind
        return Resolved(backend, INVALID, "InvalidKind", f"{kind} is no kind of backend")
    if not mesh and not permitted(cluster, route, ref):
        message = f"no ReferenceGrant in {ref.namespace} lets {route.kind}s of {route.id.namespace} use {ref}"
        return Resolved(backend, INVALID, "RefNotPermitted", message, outside=True)
    if (ref.group, ref.kind) != ("", "Service"):
        return Resolved(backend, OK, message=f"{ref} is a backend of an implementation's own", open=True)
    service = cluster.service(ref.namespace, ref.name)
    if service is not None:
        return _on_port(cluster, backend, service, datagrams=route.kind == UDP, mesh=mesh)
    if cluster.assumes("", "Service", ref.namespace, ref.name):
        return Resolved(backend, OK, message=f"{ref} is assumed to exist")
    return Resolved(backend, INVALID, "BackendNotFound", f"{ref} is not in the build", outside=True)


def _is_extension(cluster: Cluster, ref: ObjectRef) -> bool:
    if (ref.group, ref.kind) in _EXTENSIONS:
        return True
    return "." in ref.group and cluster.find(ref.group, ref.kind, ref.namespace, ref.name) is not None


def _on_port(cluster: Cluster, backend: BackendRef, service: Service, *, datagrams: bool, mesh: bool) -> Resolved:
    if backend.port is None:
        return Resolved(backend, INVALID, "BackendNotFound", f"{backend.ref} needs a port", service, open=True)
    ports = [port for port in service.ports if port.port == backend.port]
    if not ports and not (service.type == "ExternalName" and not service.ports):
        return Resolved(backend, INVALID, "BackendNotFound", _no_port(backend, service), service, open=True)
    fitting = [port for port in ports if (port.protocol == "UDP") is datagrams]
    if ports and not fitting:
        message = f"port {backend.port} of {backend.ref} is a {ports[0].protocol} port"
        return Resolved(backend, INVALID, "UnsupportedProtocol", message, service, ports[0], open=True)
    port = fitting[0] if fitting else None
    fault = untrusted(cluster, service, port) if port is not None and not mesh else None
    if fault is not None:
        return Resolved(backend, INVALID, "NoValidCACertificate", fault.message, service, port)
    return _backed(cluster, backend, service, port)


def _backed(cluster: Cluster, backend: BackendRef, service: Service, port: ServicePort | None) -> Resolved:
    behind = backing(cluster, service, port)
    status = OK if behind.answers else UNAVAILABLE
    reason = "" if behind.answers else NO_ENDPOINTS
    message = f"{backend.ref}: {behind.why}" if behind.why else ""
    return Resolved(backend, status, reason, message, service, port, behind, open=service.type == "ExternalName")


def _no_port(backend: BackendRef, service: Service) -> str:
    ports = ", ".join(str(port.port) for port in service.ports) or "none"
    aimed = [port for port in service.ports if port.target == backend.port]
    hint = f" ({backend.port} is the targetPort of port {aimed[0].port})" if aimed else ""
    return f"{backend.ref} has no port {backend.port}{hint}; its ports: {ports}"


def fractions(weights: Sequence[int]) -> tuple[float, ...]:
    """Each weight's part of their sum; zeros where all are zero."""
    total = sum(weights)
    return tuple(weight / total if total else 0.0 for weight in weights)


def split(resolved: Resolved, share: float) -> tuple[BackendAnswer, ...]:
    """The answers of one backendRef that gets this share: one for each version of the pods behind it."""
    ref = resolved.backend.ref
    return tuple(
        BackendAnswer(
            namespace=ref.namespace,
            name=ref.name,
            port=resolved.backend.port,
            weight=resolved.backend.weight,
            share=share * part,
            version=pods.version,
            status=resolved.status,
            reason=resolved.reason,
            workloads=pods.workloads,
        )
        for pods, part in parts_of(resolved.backing)
    )


def parts_of(behind: Backing) -> tuple[tuple[Pods, float], ...]:
    """What is behind a Service, each version with its part of the requests, by ready pods. Where no pod is ready: the
    only version selected, or one part without a version."""
    ready = [pods for pods in behind.pods if pods.count]
    if not ready:
        return ((behind.pods[0] if len(behind.pods) == 1 else Pods("", 0), 1.0),)
    return tuple(zip(ready, fractions([pods.count for pods in ready]), strict=True))


def status_of(answers: Iterable[BackendAnswer]) -> int:
    """200 where any share answers, else the failure of the largest share; 500 where nothing has a share."""
    drawn = [answer for answer in answers if answer.share > 0]
    if any(answer.status == OK for answer in drawn):
        return OK
    return max(drawn, key=lambda answer: answer.share).status if drawn else INVALID
