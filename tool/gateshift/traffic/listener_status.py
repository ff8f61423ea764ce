"""The listeners of a Gateway with those of its ListenerSets, and what the cluster would report of each.

Source: Gateway API v1.6 apis/v1/gateway_types.go ("Distinct Listeners", "Handling indistinct Listeners") and
listenerset_types.go (precedence: the Gateway, then ListenerSets by age, then by namespace/name).
"""

from __future__ import annotations

from enum import Enum

from msgspec import Struct

from gateshift.traffic.certificates import CertificateProblem, authority_faults, listener_certificates
from gateshift.traffic.cluster import Cluster, same_namespace
from gateshift.traffic.listeners import Gateway, Listener, ListenerSet, Namespaces
from gateshift.traffic.read import GATEWAY_API
from gateshift.traffic.routes import GRPC, HTTP, ROUTE_KINDS, TCP, TLS, UDP

CARRIED = {"HTTP": (HTTP, GRPC), "HTTPS": (HTTP, GRPC), "TLS": (TLS,), "TCP": (TCP,), "UDP": (UDP,)}
"""The kinds of route that each protocol carries."""

_SHARING_BY_HOSTNAME = {"HTTP": "HTTP", "HTTPS": "TLS", "TLS": "TLS"}


class Allowance(Enum):
    """Whether something is allowed; UNKNOWN where a Namespace outside the build decides."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class ListenerState(Struct, frozen=True, eq=False):
    """A listener as the cluster would report it. `reason` is that of its Accepted condition, `conflict` the reason of
    Conflicted ("" for none); `kinds` are the kinds of route it supports; `faults` are those of ResolvedRefs."""

    listener: Listener
    accepted: bool
    reason: str
    conflict: str
    kinds: tuple[str, ...]
    faults: tuple[CertificateProblem, ...]

    @property
    def outside(self) -> bool:
        """Whether it is not accepted only because a certificate is not in the build."""
        return self.reason == "NoValidCACertificate" and all(fault.outside for fault in self.faults)

    @property
    def serves(self) -> bool:
        """Whether requests reach it, as far as the build can tell."""
        return self.accepted or self.outside


def allowance(cluster: Cluster, allowed: Namespaces, own: str, other: str) -> Allowance:
    """Whether objects of the namespace `other` may attach to something in the namespace `own`."""
    match allowed.source:
        case "All":
            return Allowance.YES
        case "Same":
            return Allowance.YES if same_namespace(own, other) else Allowance.NO
        case "Selector" if allowed.selector is not None:
            labels, known = cluster.namespace_labels(other)
            if allowed.selector.selects(labels):
                return Allowance.YES
            return Allowance.NO if known or not allowed.selector.keys - set(labels) else Allowance.UNKNOWN
        case _:
            return Allowance.NO


def attached_sets(cluster: Cluster, gateway: Gateway) -> tuple[ListenerSet, ...]:
    """The ListenerSets that the Gateway allows, in the order of their precedence."""
    allowed = [
        listener_set
        for listener_set in cluster.listener_sets
        if gateway_of(cluster, listener_set) is gateway
        and set_allowance(cluster, gateway, listener_set) is not Allowance.NO
    ]
    return tuple(sorted(allowed, key=lambda listener_set: listener_set.age))


def gateway_of(cluster: Cluster, listener_set: ListenerSet) -> Gateway | None:
    """The Gateway that a ListenerSet names as its parent."""
    parent = listener_set.parent
    if (parent.group, parent.kind) != (GATEWAY_API, "Gateway"):
        return None
    return cluster.gateway(parent.namespace, parent.name)


def set_allowance(cluster: Cluster, gateway: Gateway, listener_set: ListenerSet) -> Allowance:
    """Whether the Gateway lets the ListenerSet attach."""
    return allowance(cluster, gateway.allowed_listeners, gateway.namespace, listener_set.namespace)


def listener_states(cluster: Cluster, gateway: Gateway) -> tuple[ListenerState, ...]:
    """Every listener of the Gateway, its own first, then its ListenerSets' by precedence."""

    def build() -> tuple[ListenerState, ...]:
        states: list[ListenerState] = []
        for group in (gateway.listeners, *(listener_set.listeners for listener_set in attached_sets(cluster, gateway))):
            clashes = _clashes(group, [state.listener for state in states if state.accepted])
            states += [_state(cluster, gateway, listener, clashes[listener]) for listener in group]
        return tuple(states)

    return cluster.once(("listeners", gateway.resource), build)


def supported_kinds(listener: Listener) -> tuple[str, ...]:
    """The kinds of route a listener supports: those that its protocol carries and its allowedRoutes name."""
    able = carried(listener)
    if not listener.kinds:
        return able
    return tuple(kind for group, kind in listener.kinds if group == GATEWAY_API and kind in able)


def carried(listener: Listener) -> tuple[str, ...]:
    """The kinds of route that the listener's protocol carries.

    A protocol with a domain prefix is an implementation's own and may carry any. A TLS listener that ends TLS hands on
    plain TCP, which a TCPRoute may take.
    """
    if "/" in listener.protocol:
        return ROUTE_KINDS
    ends_tls = listener.protocol == "TLS" and listener.tls is not None and listener.tls.mode == "Terminate"
    return (*CARRIED.get(listener.protocol, ()), *((TCP,) if ends_tls else ()))


def conflict(listener: Listener, other: Listener) -> str:
    """The reason for which two listeners are not distinct, "" where they are."""
    if listener.port != other.port or (listener.protocol == "UDP") != (other.protocol == "UDP"):
        return ""
    shared = _SHARING_BY_HOSTNAME.get(listener.protocol)
    if shared is None or shared != _SHARING_BY_HOSTNAME.get(other.protocol):
        return "ProtocolConflict"
    return "HostnameConflict" if listener.hostname == other.hostname else ""


def _clashes(group: tuple[Listener, ...], earlier: list[Listener]) -> dict[Listener, str]:
    """The reason for which each listener of a Gateway or ListenerSet conflicts, "" for none. Those of higher precedence
    go first; among the group's others no winner is picked."""
    clashes = {listener: _clash(listener, earlier) for listener in group}
    free = [listener for listener in group if not clashes[listener]]
    return {listener: clashes[listener] or _clash(listener, free) for listener in group}


def _clash(listener: Listener, others: list[Listener]) -> str:
    if listener.protocol not in CARRIED:
        return ""
    rivals = [other for other in others if other is not listener and other.protocol in CARRIED]
    reasons = {conflict(listener, other) for other in rivals}
    return next((reason for reason in ("ProtocolConflict", "HostnameConflict") if reason in reasons), "")


def _state(cluster: Cluster, gateway: Gateway, listener: Listener, clash: str) -> ListenerState:
    authorities = _authorities(cluster, gateway, listener)
    reason = _acceptance(listener, clash, authorities)
    problems = tuple(fault for fault in authorities if fault is not None)
    return ListenerState(
        listener=listener,
        accepted=reason == "Accepted",
        reason=reason,
        conflict=clash,
        kinds=supported_kinds(listener),
        faults=listener_certificates(cluster, listener) + problems + _kind_faults(listener),
    )


def _acceptance(listener: Listener, clash: str, authorities: tuple[CertificateProblem | None, ...]) -> str:
    if listener.protocol not in CARRIED and "/" not in listener.protocol:
        return "UnsupportedProtocol"
    if clash:
        return clash
    sound = [fault for fault in authorities if fault is None]
    return "NoValidCACertificate" if authorities and not sound else "Accepted"


def _authorities(cluster: Cluster, gateway: Gateway, listener: Listener) -> tuple[CertificateProblem | None, ...]:
    validation = gateway.validation(listener.port) if listener.protocol == "HTTPS" else None
    return () if validation is None else authority_faults(cluster, gateway.resource, validation)


def _kind_faults(listener: Listener) -> tuple[CertificateProblem, ...]:
    able = carried(listener)
    if not able:
        return ()
    pointer = (*listener.pointer, "allowedRoutes", "kinds")
    return tuple(
        CertificateProblem("InvalidRouteKinds", f"protocol {listener.protocol} carries no {kind}", (*pointer, index))
        for index, (group, kind) in enumerate(listener.kinds)
        if "/" not in listener.protocol and (group != GATEWAY_API or kind not in able)
    )
