"""The conditions that a cluster would report on routes, Gateways, ListenerSets and policies, predicted.

Source: Gateway API v1.6 apis/v1: the condition types and reasons beside each kind's status.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from gateshift.model.resource import Resource
from gateshift.traffic.attach import Attachment, AttachmentStatus, attachments
from gateshift.traffic.certificates import CertificateProblem, client_certificate
from gateshift.traffic.cluster import Cluster
from gateshift.traffic.filters import RequestMirror
from gateshift.traffic.listener_status import (
    Allowance,
    ListenerState,
    attached_sets,
    gateway_of,
    listener_states,
    set_allowance,
)
from gateshift.traffic.listeners import Gateway, Listener, ListenerSet
from gateshift.traffic.policies import authority_faults, is_conflicted, policies
from gateshift.traffic.resolve import Resolved, resolve
from gateshift.traffic.routes import Route, RouteParent
from gateshift.yamldoc.data import FieldPath

TRUE = "True"
FALSE = "False"
UNKNOWN = "Unknown"

UNRESOLVED = ("InvalidKind", "RefNotPermitted", "BackendNotFound", "UnsupportedProtocol")
"""The reasons for which a route's ResolvedRefs is False."""


class Condition(Struct, frozen=True):
    """A predicted condition. `status` is True, False or Unknown, as Kubernetes writes it.

    `parent` is set for a route's; `listener` names the listener for a listener's. `pointer` is the field at fault.
    `outside` says that only an object missing from the build makes it so.
    """

    resource: Resource
    type: str
    status: str
    reason: str
    message: str = ""
    pointer: FieldPath = ()
    parent: RouteParent | None = None
    listener: str = ""
    outside: bool = False


def conditions(cluster: Cluster) -> tuple[Condition, ...]:
    """Every condition, in the build's order of the objects of each kind."""

    def predict() -> tuple[Condition, ...]:
        conditions: list[Condition] = []
        for attachment in attachments(cluster):
            conditions += route_conditions(cluster, attachment)
        for gateway in cluster.gateways:
            conditions += gateway_conditions(cluster, gateway)
        for listener_set in cluster.listener_sets:
            conditions += listener_set_conditions(cluster, listener_set)
        return (*conditions, *policy_conditions(cluster))

    return cluster.once("conditions", predict)


def route_conditions(cluster: Cluster, attachment: Attachment) -> Iterator[Condition]:
    """Accepted and ResolvedRefs of a route for one of its parents."""
    route, parent = attachment.route, attachment.parent
    status = {AttachmentStatus.ACCEPTED: TRUE, AttachmentStatus.REFUSED: FALSE, AttachmentStatus.UNKNOWN: UNKNOWN}[
        attachment.status
    ]
    outside = attachment.status is AttachmentStatus.UNKNOWN
    pointer = _field_at_fault(attachment)
    yield Condition(
        route.resource, "Accepted", status, attachment.reason, attachment.message, pointer, parent, "", outside
    )
    faults = [
        reference for reference in references(cluster, route, mesh=parent.is_service) if reference.reason in UNRESOLVED
    ]
    if not faults:
        yield Condition(route.resource, "ResolvedRefs", TRUE, "ResolvedRefs", parent=parent)
        return
    first = min(faults, key=lambda fault: fault.outside)
    yield Condition(
        route.resource,
        "ResolvedRefs",
        FALSE,
        first.reason,
        first.message,
        first.backend.pointer,
        parent,
        "",
        first.outside,
    )


def _field_at_fault(attachment: Attachment) -> FieldPath:
    """The part of the parentRef, or the hostnames, that decided."""
    parent = attachment.parent
    if attachment.reason == "NoMatchingListenerHostname":
        return ("spec", "hostnames")
    if attachment.reason == "NoMatchingParent" and parent.section_name:
        return (*parent.pointer, "sectionName")
    if attachment.reason == "NoMatchingParent" and parent.port is not None:
        return (*parent.pointer, "port")
    return parent.pointer


def references(cluster: Cluster, route: Route, *, mesh: bool) -> tuple[Resolved, ...]:
    """What every reference of a route to a backend comes to: each rule's backends, then its mirrors."""
    resolved: list[Resolved] = []
    for rule in route.rules:
        targets = list(rule.backends)
        for filters in (rule.filters, *rule.backend_filters):
            targets += [mirror.backend for mirror in filters if isinstance(mirror, RequestMirror)]
        resolved += [resolve(cluster, route.resource, target, mesh=mesh) for target in targets]
    return tuple(resolved)


def gateway_conditions(cluster: Cluster, gateway: Gateway) -> Iterator[Condition]:
    """The conditions of a Gateway and of its own listeners."""
    states = [state for state in listener_states(cluster, gateway) if state.listener.owner is gateway.resource]
    yield from _summary(gateway.resource, states)
    fault = None
    if gateway.client_certificate is not None:
        fault = client_certificate(cluster, gateway.resource, gateway.client_certificate)
    yield _resolved(gateway.resource, fault)
    for validation in gateway.validations:
        if validation.insecure:
            pointer = (*validation.pointer, "mode")
            kind, reason = "InsecureFrontendValidationMode", "ConfigurationChanged"
            yield Condition(gateway.resource, kind, TRUE, reason, "", pointer)
            break
    for state in states:
        yield from _listener_conditions(state)


def listener_set_conditions(cluster: Cluster, listener_set: ListenerSet) -> Iterator[Condition]:
    """The conditions of a ListenerSet and of its listeners."""
    gateway = gateway_of(cluster, listener_set)
    resource = listener_set.resource
    if gateway is None:
        message = f"{listener_set.parent} is not in the build"
        for kind in ("Accepted", "Programmed"):
            yield Condition(resource, kind, UNKNOWN, "Pending", message, ("spec", "parentRef"), outside=True)
        return
    if set_allowance(cluster, gateway, listener_set) is Allowance.NO:
        message = f"{gateway.resource.id} does not allow ListenerSets of namespace {listener_set.namespace}"
        for kind in ("Accepted", "Programmed"):
            yield Condition(resource, kind, FALSE, "NotAllowed", message, ("spec", "parentRef"))
        return
    states = [state for state in listener_states(cluster, gateway) if state.listener.owner is resource]
    yield from _summary(resource, states)
    for state in states:
        yield from _listener_conditions(state)


def _summary(resource: Resource, states: list[ListenerState]) -> Iterator[Condition]:
    """Accepted and Programmed of a Gateway or ListenerSet: true while one listener is accepted."""
    sound = [state for state in states if state.accepted]
    broken = ", ".join(state.listener.name for state in states if not state.accepted)
    message = f"listeners that are not accepted: {broken}" if broken else ""
    status = TRUE if sound or not states else FALSE
    for kind in ("Accepted", "Programmed"):
        valid = kind if status == TRUE and (not broken or kind == "Programmed") else "ListenersNotValid"
        yield Condition(resource, kind, status, valid, message, ("spec", "listeners") if broken else ())


def _listener_conditions(state: ListenerState) -> Iterator[Condition]:
    owner, listener, name = state.listener.owner, state.listener, state.listener.name
    accepted = TRUE if state.accepted else FALSE
    fault = next(iter(sorted(state.faults, key=lambda candidate: candidate.outside)), None)
    message = _why_not_accepted(state, fault)
    pointer = _listener_field(listener, state.reason)
    outside = state.outside
    yield Condition(owner, "Accepted", accepted, state.reason, message, pointer, listener=name, outside=outside)
    programmed = "Programmed" if state.accepted else (state.conflict or "Invalid")
    yield Condition(owner, "Programmed", accepted, programmed, message, pointer, listener=name, outside=outside)
    clash, reason = (TRUE, state.conflict) if state.conflict else (FALSE, "NoConflicts")
    yield Condition(owner, "Conflicted", clash, reason, message if state.conflict else "", pointer, listener=name)
    yield _resolved(owner, fault, listener)


def _why_not_accepted(state: ListenerState, fault: CertificateProblem | None) -> str:
    listener = state.listener
    match state.reason:
        case "Accepted":
            return ""
        case "UnsupportedProtocol":
            return f"protocol {listener.protocol} is none of the API's"
        case "NoValidCACertificate":
            return "" if fault is None else fault.message
        case "HostnameConflict":
            return f"another listener on port {listener.port} has the hostname {listener.hostname or '(none)'}"
        case _:
            return f"a listener of another protocol than {listener.protocol} is on port {listener.port}"


def _listener_field(listener: Listener, reason: str) -> FieldPath:
    fields = {"HostnameConflict": "hostname", "ProtocolConflict": "protocol", "UnsupportedProtocol": "protocol"}
    return (*listener.pointer, fields[reason]) if reason in fields else listener.pointer


def _resolved(resource: Resource, fault: CertificateProblem | None, listener: Listener | None = None) -> Condition:
    name = "" if listener is None else listener.name
    if fault is None:
        return Condition(resource, "ResolvedRefs", TRUE, "ResolvedRefs", listener=name)
    return Condition(
        resource,
        "ResolvedRefs",
        FALSE,
        fault.reason,
        fault.message,
        fault.pointer,
        listener=name,
        outside=fault.outside,
    )


def policy_conditions(cluster: Cluster) -> Iterator[Condition]:
    """Accepted and ResolvedRefs of every BackendTLSPolicy."""
    for policy in policies(cluster):
        faults = authority_faults(cluster, policy)
        problems = [fault for fault in faults if fault is not None]
        if problems:
            yield _resolved(policy.resource, problems[0])
        if is_conflicted(cluster, policy):
            message = "an older policy, or one that goes first by name, has the same target"
            yield Condition(policy.resource, "Accepted", FALSE, "Conflicted", message, ("spec", "targetRefs"))
        elif faults and len(problems) == len(faults):
            first = problems[0]
            yield Condition(
                policy.resource,
                "Accepted",
                FALSE,
                "NoValidCACertificate",
                first.message,
                first.pointer,
                outside=first.outside,
            )
        elif not policy.knows_authorities:
            message = f"wellKnownCACertificates {policy.well_known} is not of this API"
            yield Condition(policy.resource, "Accepted", FALSE, "Invalid", message, ("spec", "validation"))
        else:
            yield Condition(policy.resource, "Accepted", TRUE, "Accepted")


def attached_routes(cluster: Cluster, listener: Listener) -> int:
    """How many routes are attached to a listener: the `attachedRoutes` of its status."""
    routes = {
        attachment.route
        for attachment in attachments(cluster)
        if any(binding.listener is listener for binding in attachment.bindings)
    }
    return len(routes)


def attached_listener_sets(cluster: Cluster, gateway: Gateway) -> int:
    """How many accepted ListenerSets a Gateway has: the `attachedListenerSets` of its status."""
    states = listener_states(cluster, gateway)
    return sum(
        any(state.accepted and state.listener.owner is listener_set.resource for state in states)
        for listener_set in attached_sets(cluster, gateway)
    )
