"""Backends that a route refers to and that do not answer."""

from __future__ import annotations

from collections.abc import Iterator

from gateshift.apischema.kinds import GATEWAY_API, is_built_in
from gateshift.checks.references.backend_refs import Use, uses
from gateshift.checks.references.original_names import home_of, moved
from gateshift.checks.subject import Subject
from gateshift.model.finding import FieldRef, Finding, Level, Related
from gateshift.model.nearest import nearest
from gateshift.model.rule import check
from gateshift.traffic.cluster import same_namespace
from gateshift.traffic.routes import ROUTE_KINDS
from gateshift.traffic.services import Service


@check("GS301", source="Gateway API v1.6, ResolvedRefs with reason BackendNotFound")
def backend_service_missing(subject: Subject) -> Iterator[Finding]:
    """A backendRef or mirror names a Service that is not in the build.

    If it is not in the cluster either, the share of the requests that this backend should get is answered with 500; a
    mirror copies nothing. It is an error where the rollout declares the Service, a warning where the build has a
    Service of almost that name, and else a note: another root, a chart or an operator may provide it.
    """
    for use in uses(subject):
        if use.resolved.reason == "BackendNotFound" and use.resolved.service is None:
            ref = use.backend.ref
            home = home_of(subject, use.route.resource, ref.pointer)
            if moved(subject, "", "Service", ref.namespace, ref.name, home) is None:
                yield _missing(subject, use)


def _missing(subject: Subject, use: Use) -> Finding:
    ref = use.backend.ref
    others = [service for service in subject.cluster.services if same_namespace(service.namespace, ref.namespace)]
    near = nearest(ref.name, (service.name for service in others))
    declared = _is_declared(subject, ref.namespace, ref.name)
    level = Level.ERROR if declared else Level.WARNING if near else Level.NOTE
    why = "the rollout declares it, but the build does not hold it" if declared else "it is not in this build"
    return Finding(
        level,
        f"{use.route}: the {use.what} names {ref}, and {why}",
        FieldRef(use.route.resource, (*use.backend.pointer, "name")),
        f"ResolvedRefs: False, BackendNotFound, unless the Service exists; {use.consequence}",
        f"Did you mean {near}?" if near else "Add the Service, or make sure that another root provides it.",
        tuple(
            Related(f"{service.name}", FieldRef(service.resource, ("metadata", "name")))
            for service in others
            if service.name == near
        ),
    )


def _is_declared(subject: Subject, namespace: str, name: str) -> bool:
    """Whether the rollout itself says that this Service belongs to the stage."""
    if subject.declared is None:
        return False
    rollout = subject.declared.rollout
    home = subject.declared.environment.namespace or rollout.service.namespace
    own = {rollout.service.name, *(version.service for version in rollout.versions)}
    return name in own and same_namespace(home, namespace)


@check("GS302", source="Gateway API v1.6, BackendObjectReference.port: the port number of the Service")
def backend_port_not_on_service(subject: Subject) -> Iterator[Finding]:
    """A backendRef or mirror names a port that its Service does not have.

    The port of a backendRef is the Service's port, never the targetPort of its pods. The share that this backend
    should get is answered with 500 by most data planes, and some fall back to another port silently.
    """
    for use in uses(subject):
        service, port = use.resolved.service, use.backend.port
        if use.resolved.reason != "BackendNotFound" or service is None or port is None:
            continue
        numbers = ", ".join(str(known.port) for known in service.ports) or "none"
        behind = [known for known in service.ports if known.target == port]
        confusion = f"; {port} is the targetPort behind port {behind[0].port}" if behind else ""
        yield Finding(
            use.worst,
            f"{use.route}: {use.backend.ref} has no port {port}{confusion} (its ports: {numbers})",
            FieldRef(use.route.resource, (*use.backend.pointer, "port")),
            f"ResolvedRefs: False, BackendNotFound on most data planes; {use.consequence}",
            _port_help(service, behind[0].port if behind else None),
            (Related("the ports of the Service", FieldRef(service.resource, ("spec", "ports"))),),
        )


def _port_help(service: Service, aimed: int | None) -> str:
    if aimed is not None:
        return f"Write port {aimed}: a backendRef names the Service's port."
    if len(service.ports) == 1:
        return f"Write port {service.ports[0].port}, or add the port to the Service."
    return "Name one of the Service's ports, or add the port to it."


@check("GS304", source="Gateway API v1.6, ResolvedRefs with reason InvalidKind")
def backend_kind_unknown(subject: Subject) -> Iterator[Finding]:
    """A backendRef or mirror names a kind that is not a backend.

    A route sends requests to Services, or to kinds that an implementation defines; never to a Deployment or a Pod. The
    share of such a backend is answered with 500. It is a note for a group outside Kubernetes, and for a route that
    another one delegates to: an implementation may define it.
    """
    for use in uses(subject):
        if use.resolved.reason != "InvalidKind":
            continue
        ref = use.backend.ref
        kind = f"{ref.group}/{ref.kind}" if ref.group else ref.kind
        own = is_built_in(ref.group) and not (ref.group == GATEWAY_API and ref.kind in ROUTE_KINDS)
        yield Finding(
            use.worst if own else Level.NOTE,
            f"{use.route}: the {use.what} {ref.name} is of kind {kind}, which is not a backend",
            FieldRef(use.route.resource, (*use.backend.pointer, "kind")),
            f"ResolvedRefs: False, InvalidKind; {use.consequence}",
            "Refer to the Service in front of the pods." if own else "Make sure that the implementation takes it.",
        )


@check("GS307", source="Gateway API v1.6, ResolvedRefs with reason UnsupportedProtocol")
def backend_port_of_other_protocol(subject: Subject) -> Iterator[Finding]:
    """A backendRef names a port of its Service that speaks another transport: UDP for an HTTPRoute, say.

    The data plane cannot open a connection to it, and its share is answered with 500.
    """
    for use in uses(subject):
        port = use.resolved.port
        if use.resolved.reason == "UnsupportedProtocol" and port is not None:
            yield Finding(
                use.worst,
                f"{use.route}: port {port.port} of {use.backend.ref} is a {port.protocol} port",
                FieldRef(use.route.resource, (*use.backend.pointer, "port")),
                f"ResolvedRefs: False, UnsupportedProtocol; {use.consequence}",
                "Name a port of the Service that the route's protocol uses.",
            )


@check("GS308", source="Gateway API v1.6, BackendRef; CVE-2021-25740")
def external_name_backend(subject: Subject) -> Iterator[Finding]:
    """A backendRef names a Service of type ExternalName.

    What a data plane does with it is up to the implementation, many refuse it, and it can be used to reach addresses
    that the route's owner may not reach.
    """
    for use in uses(subject):
        service = use.resolved.service
        if service is not None and service.type == "ExternalName":
            yield Finding(
                Level.WARNING,
                f"{use.route}: the {use.what} {use.backend.ref} is an ExternalName Service",
                FieldRef(use.route.resource, (*use.backend.pointer, "name")),
                "implementation-specific: many data planes answer 500",
                "Use a Service with endpoints, or the backend kind of your implementation.",
                (Related("the Service", FieldRef(service.resource, ("spec", "type"))),),
            )
