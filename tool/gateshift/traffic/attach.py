"""Which route attaches to which parent, with the Accepted condition that the cluster would report.

Source: Gateway API v1.6 apis/v1/shared_types.go (ParentReference, RouteConditionReason), gateway_types.go
(AllowedRoutes, AttachedRoutes), httproute_types.go (hostnames) and GEP-1294 for Services as parents.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

from msgspec import Struct
from msgspec.structs import replace

from gateshift.traffic.cluster import Cluster, same_namespace
from gateshift.traffic.hostnames import ANY, intersections, overlap
from gateshift.traffic.listener_status import (
    Allowance,
    allowance,
    attached_sets,
    gateway_of,
    listener_states,
    supported_kinds,
)
from gateshift.traffic.listeners import Gateway, Listener
from gateshift.traffic.read import GATEWAY_API
from gateshift.traffic.routes import GRPC, HTTP, TCP, TLS, UDP, Route, RouteParent
from gateshift.traffic.services import Service

NO_PARENT = "NoMatchingParent"
NOT_ALLOWED = "NotAllowedByListeners"
NO_HOSTNAME = "NoMatchingListenerHostname"
CONFLICTED = "Conflicted"
_FURTHEST = (NO_PARENT, NOT_ALLOWED, NO_HOSTNAME)
_MESH_ORDER = (GRPC, HTTP, TLS, TCP)


class AttachmentStatus(Enum):
    """Whether a parent accepts a route. UNKNOWN: an object outside the build decides."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNKNOWN = "unknown"


class Binding(Struct, frozen=True):
    """A listener that accepts a route, and the hostnames for which the route answers there.

    `certain` is false where a Namespace outside the build decides whether it accepts it.
    """

    listener: Listener
    hostnames: tuple[str, ...]
    certain: bool = True


class Attachment(Struct, frozen=True):
    """One parentRef of a route and what becomes of it.

    `reason` is the Accepted condition's, or "" where no controller would report one; `message` says more. `bindings`
    are the listeners of a Gateway or ListenerSet; `ports` the Service ports. Both are empty for an assumed parent,
    which takes the route for whatever its parentRef names.
    """

    route: Route
    parent: RouteParent
    status: AttachmentStatus
    reason: str
    message: str = ""
    bindings: tuple[Binding, ...] = ()
    ports: tuple[int, ...] = ()


def attachments(cluster: Cluster) -> tuple[Attachment, ...]:
    """Every parentRef of every route, in the build's order."""

    def build() -> tuple[Attachment, ...]:
        listed = [_attach(cluster, route, parent) for route in cluster.routes for parent in route.parents]
        return tuple(_without_rival_ports(_without_rival_bindings(listed)))

    return cluster.once("attachments", build)


def attachments_of(cluster: Cluster, route: Route) -> tuple[Attachment, ...]:
    """The attachments of one route, in the order of its parentRefs."""
    return tuple(attachment for attachment in attachments(cluster) if attachment.route is route)


def _attach(cluster: Cluster, route: Route, parent: RouteParent) -> Attachment:
    match (parent.group, parent.kind):
        case ("", "Service"):
            return _attach_service(cluster, route, parent)
        case (group, "Gateway") if group == GATEWAY_API:
            gateway = cluster.gateway(parent.namespace, parent.name)
            if gateway is None:
                return _absent(cluster, route, parent)
            return _attach_listeners(cluster, route, parent, gateway.listeners)
        case (group, "ListenerSet") if group == GATEWAY_API:
            return _attach_listener_set(cluster, route, parent)
        case _:
            message = f"no controller takes a parent of kind {parent.kind} in group {parent.group!r}"
            return Attachment(route, parent, AttachmentStatus.REFUSED, "", message)


def _absent(cluster: Cluster, route: Route, parent: RouteParent) -> Attachment:
    if cluster.assumes(parent.group, parent.kind, parent.namespace, parent.name):
        return Attachment(
            route, parent, AttachmentStatus.ACCEPTED, "Accepted", f"{parent} is assumed to accept the route"
        )
    return Attachment(route, parent, AttachmentStatus.UNKNOWN, "", f"{parent} is not in the build")


def _attach_listener_set(cluster: Cluster, route: Route, parent: RouteParent) -> Attachment:
    listener_set = cluster.listener_set(parent.namespace, parent.name)
    if listener_set is None:
        return _absent(cluster, route, parent)
    gateway = gateway_of(cluster, listener_set)
    owner = listener_set.parent
    if gateway is None and not cluster.assumes(owner.group, owner.kind, owner.namespace, owner.name):
        where = f"{owner}, the parent of {listener_set.resource.id}, is not in the build"
        return Attachment(route, parent, AttachmentStatus.UNKNOWN, "", where)
    if gateway is not None and listener_set not in attached_sets(cluster, gateway):
        message = f"{gateway.resource.id} does not allow {listener_set.resource.id}"
        return Attachment(route, parent, AttachmentStatus.REFUSED, NO_PARENT, message)
    return _attach_listeners(cluster, route, parent, listener_set.listeners)


def _attach_listeners(cluster: Cluster, route: Route, parent: RouteParent, listeners: Iterable[Listener]) -> Attachment:
    """Accepted by at least one listener, else refused with the reason of the furthest stage that one reached."""
    outcomes = [_offer(cluster, route, parent, listener) for listener in listeners]
    bindings = tuple(outcome for outcome in outcomes if isinstance(outcome, Binding))
    if bindings:
        sure = any(binding.certain for binding in bindings)
        status = AttachmentStatus.ACCEPTED if sure else AttachmentStatus.UNKNOWN
        message = "" if sure else f"the labels of Namespace {route.namespace} decide, which is not in the build"
        return Attachment(route, parent, status, "Accepted", message, bindings)
    reasons = [outcome for outcome in outcomes if isinstance(outcome, str)]
    reason = max(reasons, key=_FURTHEST.index, default=NO_PARENT)
    return Attachment(route, parent, AttachmentStatus.REFUSED, reason, _refusal(route, parent, reason))


def _offer(cluster: Cluster, route: Route, parent: RouteParent, listener: Listener) -> Binding | str:
    """The binding of the route to the listener, or the reason for none."""
    if parent.section_name not in ("", listener.name) or parent.port not in (None, listener.port):
        return NO_PARENT
    allowed = allowance(cluster, listener.namespaces, listener.namespace, route.namespace)
    if allowed is Allowance.NO or route.kind not in supported_kinds(listener):
        return NOT_ALLOWED
    hostnames = (ANY,) if route.kind in (TCP, UDP) else intersections(listener.hostname, route.hostnames)
    return Binding(listener, hostnames, allowed is Allowance.YES) if hostnames else NO_HOSTNAME


def _refusal(route: Route, parent: RouteParent, reason: str) -> str:
    if reason == NO_PARENT:
        section = f" named {parent.section_name}" if parent.section_name else ""
        port = "" if parent.port is None else f" on port {parent.port}"
        return f"{parent} has no listener{section}{port}"
    if reason == NOT_ALLOWED:
        return f"no such listener of {parent} allows {route.kind}s of namespace {route.namespace or 'unknown'}"
    return f"{', '.join(route.hostnames)} meets the hostname of no such listener of {parent}"


def _attach_service(cluster: Cluster, route: Route, parent: RouteParent) -> Attachment:
    service = cluster.service(parent.namespace, parent.name)
    if service is None:
        return _absent(cluster, route, parent)
    ports = tuple(
        port.port
        for port in service.ports
        if parent.section_name in ("", port.name) and parent.port in (None, port.port)
    )
    if ports or not service.ports:
        return Attachment(route, parent, AttachmentStatus.ACCEPTED, "Accepted", "", (), ports)
    return Attachment(route, parent, AttachmentStatus.REFUSED, NO_PARENT, f"{parent} has no such port")


def _without_rival_bindings(listed: list[Attachment]) -> list[Attachment]:
    """Of HTTPRoutes and GRPCRoutes whose hostnames meet on one listener exactly one is accepted: the oldest, then the
    first by namespace/name."""
    taken: dict[Listener, list[tuple[Route, tuple[str, ...]]]] = {}
    kept: dict[int, Attachment] = {}
    for index in sorted(range(len(listed)), key=lambda position: listed[position].route.age):
        attachment = listed[index]
        free = tuple(binding for binding in attachment.bindings if _is_free(attachment.route, binding, taken))
        for binding in free:
            taken.setdefault(binding.listener, []).append((attachment.route, binding.hostnames))
        lost = bool(attachment.bindings) and not free
        message = "a route of the other kind, HTTPRoute or GRPCRoute, has these hostnames on the listener"
        kept[index] = (
            replace(attachment, status=AttachmentStatus.REFUSED, reason=CONFLICTED, message=message, bindings=())
            if lost
            else replace(attachment, bindings=free)
        )
    return [kept[index] for index in range(len(listed))]


def _is_free(route: Route, binding: Binding, taken: dict[Listener, list[tuple[Route, tuple[str, ...]]]]) -> bool:
    return not any(
        {other.kind, route.kind} == {HTTP, GRPC} and overlap(hostnames, binding.hostnames)
        for other, hostnames in taken.get(binding.listener, ())
    )


def _without_rival_ports(listed: list[Attachment]) -> list[Attachment]:
    """On one Service port only one kind of route counts: GRPCRoute before HTTPRoute, TLSRoute and TCPRoute (GEP-1294).

    Producer and consumer routes are apart: they never meet in one request.
    """
    best: dict[tuple[str, str, str, int], int] = {}
    for attachment in listed:
        for key in _places(attachment):
            best[key] = min(best.get(key, len(_MESH_ORDER)), _MESH_ORDER.index(attachment.route.kind))
    return [_with_won_ports(attachment, best) for attachment in listed]


def _places(attachment: Attachment) -> list[tuple[str, str, str, int]]:
    if not attachment.parent.is_service or attachment.route.kind not in _MESH_ORDER:
        return []
    parent = attachment.parent
    return [(parent.namespace, parent.name, attachment.route.namespace, port) for port in attachment.ports]


def _with_won_ports(attachment: Attachment, best: dict[tuple[str, str, str, int], int]) -> Attachment:
    places = _places(attachment)
    if not places:
        return attachment
    own = _MESH_ORDER.index(attachment.route.kind)
    won = tuple(place[-1] for place in places if best[place] == own)
    if won:
        return replace(attachment, ports=won)
    message = "a route of a kind that goes first is attached to the same Service port"
    return replace(attachment, status=AttachmentStatus.REFUSED, reason=CONFLICTED, message=message, ports=())


def served_listeners(cluster: Cluster, gateway: Gateway) -> tuple[Listener, ...]:
    """The listeners of the Gateway and its ListenerSets that take requests: those the cluster accepts,
    or would but for an object outside the build."""
    return tuple(state.listener for state in listener_states(cluster, gateway) if state.serves)


def is_producer(attachment: Attachment, service: Service | None) -> bool:
    """Whether a mesh route lives in the namespace of its Service, and so applies to clients of every namespace."""
    home = attachment.parent.namespace if service is None else service.namespace
    return same_namespace(home, attachment.route.namespace)
