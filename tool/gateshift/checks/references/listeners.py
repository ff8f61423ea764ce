"""Listeners of Gateways and ListenerSets that the cluster would not serve, or that serve less than they say.

Source: Gateway API v1.6, apis/v1/gateway_types.go and listenerset_types.go (the conditions of listeners).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gateshift.apischema.object_references import references_of
from gateshift.checks.references.named_objects import meant_object
from gateshift.checks.subject import Subject
from gateshift.model.finding import FieldRef, Finding, Level, Related
from gateshift.model.nearest import nearest
from gateshift.model.resource import Resource
from gateshift.model.rule import check
from gateshift.traffic.certificates import NOT_PERMITTED, CertificateProblem, client_certificate
from gateshift.traffic.conditions import FALSE, UNKNOWN, Condition, conditions
from gateshift.traffic.listener_status import (
    CARRIED,
    ListenerState,
    carried,
    conflict,
    listener_states,
    supported_kinds,
)
from gateshift.traffic.listeners import Listener
from gateshift.yamldoc.data import FieldPath, object_at, text_at


@check("GS330", source="Gateway API v1.6, Distinct Listeners; Accepted with HostnameConflict or ProtocolConflict")
def listeners_conflict(subject: Subject) -> Iterator[Finding]:
    """Two listeners share a port and cannot be told apart: one hostname twice, or two protocols.

    The cluster serves none of those that conflict inside one Gateway; of a Gateway and its ListenerSets, the older one
    wins. Every route of a listener that is not served gets no requests.
    """
    for gateway in subject.cluster.gateways:
        states = listener_states(subject.cluster, gateway)
        for state in states:
            if state.conflict:
                yield _conflict(state, states)


def _conflict(state: ListenerState, states: tuple[ListenerState, ...]) -> Finding:
    listener = state.listener
    rivals = [
        rival.listener
        for rival in sorted(states, key=lambda rival: not rival.accepted)
        if rival.listener is not listener and conflict(listener, rival.listener) == state.conflict
    ]
    by_hostname = state.conflict == "HostnameConflict"
    field = "hostname" if by_hostname and listener.hostname else "port" if by_hostname else "protocol"
    shared = f"with the same hostname {listener.hostname or '(any)'}" if by_hostname else "with another protocol"
    more = f" and {len(rivals) - 2} more" if len(rivals) > 2 else ""
    return Finding(
        Level.ERROR,
        f"{listener} shares port {listener.port} {shared}: {', '.join(map(str, rivals[:2]))}{more}",
        FieldRef(listener.owner, (*listener.pointer, field)),
        f"Accepted: False, {state.conflict}; Conflicted: True, {state.conflict}{_whole(listener, states)}",
        "Give the listeners different hostnames or ports.",
        tuple(Related(str(rival), FieldRef(rival.owner, rival.pointer)) for rival in rivals[:2]),
    )


def _whole(listener: Listener, states: Iterable[ListenerState]) -> str:
    """What the Gateway or ListenerSet itself reports when none of its listeners is accepted."""
    siblings = [state for state in states if state.listener.owner is listener.owner]
    none_left = siblings and not any(state.accepted for state in siblings)
    return f"; {listener.owner.kind}: Accepted: False, ListenersNotValid" if none_left else ""


@check("GS331", source="Gateway API v1.6, Accepted with reason UnsupportedProtocol; ProtocolType")
def listener_protocol_unknown(subject: Subject) -> Iterator[Finding]:
    """A listener's protocol is none of HTTP, HTTPS, TLS, TCP and UDP, nor an implementation's own.

    The listener is not served, and its routes get no requests. An implementation's own protocols carry a domain, such
    as `example.com/bar`; some, such as the HBONE of Istio's waypoints, do not: it is an error only where a known
    protocol is misspelt.
    """
    for state in _states(subject):
        listener = state.listener
        if state.reason != "UnsupportedProtocol":
            continue
        near = nearest(listener.protocol.upper(), CARRIED) or (
            listener.protocol.upper() in CARRIED and "it in capitals"
        )
        yield Finding(
            Level.ERROR if near else Level.NOTE,
            f"{listener} has the protocol {listener.protocol!r}; the known protocols are {', '.join(CARRIED)}",
            FieldRef(listener.owner, (*listener.pointer, "protocol")),
            f"Accepted: False, UnsupportedProtocol{_whole(listener, _states(subject))}",
            f"Write {near}." if near else "Make sure that the Gateway's implementation knows it.",
        )


@check("GS332", source="Gateway API v1.6, AllowedRoutes.kinds; ResolvedRefs with reason InvalidRouteKinds")
def listener_route_kind_invalid(subject: Subject) -> Iterator[Finding]:
    """A listener allows a kind of route that its protocol does not carry, or that does not exist.

    The listener reports InvalidRouteKinds; routes of that kind never attach to it. It is an error where no kind is left
    that could attach.
    """
    for state in _states(subject):
        for fault in state.faults:
            if fault.reason == "InvalidRouteKinds":
                able = ", ".join(carried(state.listener))
                yield Finding(
                    Level.WARNING if supported_kinds(state.listener) else Level.ERROR,
                    f"{state.listener}: {fault.message}",
                    FieldRef(state.listener.owner, (*fault.pointer, "kind")),
                    "ResolvedRefs: False, InvalidRouteKinds",
                    f"Name a kind that {state.listener.protocol} carries: {able}.",
                )


@check("GS333", source="Gateway API v1.6, ResolvedRefs of listeners and Gateways: certificate references")
def certificate_unusable(subject: Subject) -> Iterator[Finding]:
    """A Gateway or listener names a certificate that it cannot use.

    It is missing, of another kind, without its keys, or in a namespace whose ReferenceGrants do not permit it. The
    listener serves no TLS. Secrets are seldom in Git, so one that is not in the build is a note.
    """
    seen: set[tuple[Resource, FieldPath]] = set()
    for owner, fault, accepted in _certificate_faults(subject):
        if (owner, fault.pointer) in seen:
            continue
        seen.add((owner, fault.pointer))
        if fault.outside and _is_built_under_another_name(subject, owner, fault.pointer):
            continue
        outside = (fault.outside and not _is_here(subject, owner, fault.pointer)) or _is_own(owner, fault.pointer)
        refused = "; Accepted: False, NoValidCACertificate" if accepted == "NoValidCACertificate" else ""
        yield Finding(
            Level.NOTE if outside else Level.ERROR,
            f"{owner.id}: {fault.message}",
            FieldRef(owner, fault.pointer),
            f"ResolvedRefs: False, {fault.reason}{refused}" + (", unless it is in the cluster" if outside else ""),
            "Add a ReferenceGrant in the certificate's namespace."
            if fault.reason == NOT_PERMITTED
            else "Name a Secret with tls.crt and tls.key, or for client validation a ConfigMap with ca.crt.",
        )


def _is_own(owner: Resource, at: FieldPath) -> bool:
    """Whether CA certificates are in a kind outside the core group, which an implementation may know."""
    return "caCertificateRefs" in at and text_at(object_at(owner.data, *at), "group") != ""


def _states(subject: Subject) -> Iterator[ListenerState]:
    for gateway in subject.cluster.gateways:
        yield from listener_states(subject.cluster, gateway)


def _is_here(subject: Subject, owner: Resource, at: FieldPath) -> bool:
    """Whether the build holds the object that is referred to, so that it would hold its grant as well."""
    reference = object_at(owner.data, *at)
    kind, namespace = text_at(reference, "kind") or "Secret", text_at(reference, "namespace") or owner.id.namespace
    group, name = text_at(reference, "group"), text_at(reference, "name")
    return subject.cluster.find(group, kind, namespace, name) is not None


def _is_built_under_another_name(subject: Subject, owner: Resource, at: FieldPath) -> bool:
    """Whether GS324 says it better: the build holds the object with a hash, a prefix or another namespace."""
    return any(
        reference.path[: len(at)] == at and meant_object(subject, reference) is not None
        for reference in references_of(owner)
    )


def _certificate_faults(subject: Subject) -> Iterator[tuple[Resource, CertificateProblem, str]]:
    """The faults of every certificate reference, with the reason of the listener's Accepted condition."""
    for gateway in subject.cluster.gateways:
        if gateway.client_certificate is not None:
            fault = client_certificate(subject.cluster, gateway.resource, gateway.client_certificate)
            if fault is not None:
                yield gateway.resource, fault, ""
        for state in listener_states(subject.cluster, gateway):
            for fault in state.faults:
                inside = fault.pointer[: len(state.listener.pointer)] == state.listener.pointer
                if fault.reason != "InvalidRouteKinds":
                    yield (state.listener.owner if inside else gateway.resource), fault, state.reason


@check("GS334", source="Gateway API v1.6, ListenerSet: Accepted with reason NotAllowed; AllowedListeners")
def listener_set_not_allowed(subject: Subject) -> Iterator[Finding]:
    """A ListenerSet names a Gateway that does not allow ListenerSets from its namespace.

    None of its listeners exists, and routes that name it get no requests. A Gateway allows none unless
    `allowedListeners` says so.
    """
    for condition in conditions(subject.cluster):
        if (condition.resource.kind, condition.type, condition.reason) != ("ListenerSet", "Accepted", "NotAllowed"):
            continue
        yield Finding(
            Level.ERROR,
            f"{condition.resource.id}: {condition.message}",
            FieldRef(condition.resource, condition.pointer),
            "Accepted: False, NotAllowed; Programmed: False, NotAllowed",
            "Set allowedListeners.namespaces on the Gateway.",
        )


@check("GS335", source="Gateway API v1.6, ListenerSetSpec.parentRef")
def listener_set_parent_missing(subject: Subject) -> Iterator[Finding]:
    """A ListenerSet names a Gateway that is not in the build.

    If it exists nowhere, none of its listeners exists. It is a warning where the build has a Gateway of almost that
    name.
    """
    for condition in conditions(subject.cluster):
        if condition.resource.kind == "ListenerSet" and condition.type == "Accepted" and condition.status == UNKNOWN:
            listener_set = subject.cluster.listener_set(condition.resource.id.namespace, condition.resource.id.name)
            near = (
                nearest(listener_set.parent.name, (gateway.name for gateway in subject.cluster.gateways))
                if listener_set
                else None
            )
            yield Finding(
                Level.WARNING if near else Level.NOTE,
                f"{condition.resource.id}: {condition.message}",
                FieldRef(condition.resource, (*condition.pointer, "name")),
                "no status at all, unless the Gateway exists in the cluster",
                f"Did you mean {near}?" if near else "Make sure that another root provides it.",
            )


@check("GS336", source="Gateway API v1.6, BackendTLSPolicy: Accepted and ResolvedRefs; GEP-1897")
def backend_tls_policy_unusable(subject: Subject) -> Iterator[Finding]:
    """A BackendTLSPolicy cannot be used: its CA certificates are of a wrong kind or missing, or an older policy has the
    same target.

    Without a usable policy the data plane must not send the requests on in plain text: it answers with an error.
    """
    faults: dict[tuple[Resource, FieldPath, str], list[Condition]] = {}
    for condition in conditions(subject.cluster):
        if condition.resource.kind == "BackendTLSPolicy" and condition.status == FALSE:
            faults.setdefault((condition.resource, condition.pointer, condition.message), []).append(condition)
    for (resource, pointer, message), failed in faults.items():
        conflicted = any(condition.reason == "Conflicted" for condition in failed)
        outside = all(condition.outside for condition in failed) or (not conflicted and _is_own(resource, pointer))
        yield Finding(
            Level.NOTE if outside else Level.ERROR,
            f"{resource.id}: {message}",
            FieldRef(resource, pointer),
            "; ".join(f"{condition.type}: False, {condition.reason}" for condition in failed),
            "Keep one policy for each target and section." if conflicted else "Name a ConfigMap with the key ca.crt.",
        )
