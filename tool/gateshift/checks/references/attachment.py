"""Parents in the build that refuse a route, with the reason they would report.

Source: Gateway API v1.6, apis/v1/shared_types.go (the Accepted condition of a route).
"""

from __future__ import annotations

from collections.abc import Iterator

from gateshift.checks.references.parents import parent_of
from gateshift.checks.subject import Subject
from gateshift.model.finding import FieldRef, Finding, Level, Related
from gateshift.model.nearest import nearest
from gateshift.model.resource import Resource
from gateshift.model.rule import check
from gateshift.traffic.attach import (
    CONFLICTED,
    NO_HOSTNAME,
    NO_PARENT,
    NOT_ALLOWED,
    Attachment,
    AttachmentStatus,
    attachments,
)
from gateshift.traffic.listener_status import supported_kinds
from gateshift.traffic.listeners import Listener
from gateshift.traffic.routes import RouteParent
from gateshift.yamldoc.data import FieldPath, look_up


def _refused(subject: Subject, reason: str) -> Iterator[Attachment]:
    for attachment in attachments(subject.cluster):
        if attachment.status is AttachmentStatus.REFUSED and attachment.reason == reason:
            yield attachment


def _says(attachment: Attachment) -> str:
    return f"Accepted: False, {attachment.reason} for {attachment.parent}; the route serves nothing there"


@check("GS311", source="Gateway API v1.6, Accepted with reason NoMatchingParent")
def no_such_listener(subject: Subject) -> Iterator[Finding]:
    """A route's sectionName or port names no listener of its Gateway, or no port of its Service.

    The parent refuses the route, and its requests get 404, or go on as if there were no route.
    """
    for attachment in _refused(subject, NO_PARENT):
        parent, held = attachment.parent, parent_of(subject, attachment.parent)
        sections = _sections(attachment, held)
        field, wanted, known = "sectionName", parent.section_name, [name for name, _ in sections]
        if not parent.section_name or parent.section_name in known:
            field, wanted, known = "port", str(parent.port), [str(port) for _, port in sections]
        if not parent.section_name and parent.port is None:
            field, wanted = "name", parent.name
        near = nearest(wanted, known) if field == "sectionName" else None
        shown = ", ".join(f"{name or 'unnamed'} on port {port}" for name, port in sections) or "none"
        what = "ports" if parent.is_service else "listeners"
        yield Finding(
            Level.ERROR,
            f"{attachment.route}: {attachment.message} ({what} of {parent}: {shown})",
            FieldRef(attachment.route.resource, (*parent.pointer, field)),
            _says(attachment),
            f"Did you mean {near}?" if near else f"Name one of the {what}, or leave sectionName and port out for all.",
            _related(held),
        )


def _sections(attachment: Attachment, held: Resource | None) -> list[tuple[str, int]]:
    at: FieldPath = ("spec", "ports") if attachment.parent.is_service else ("spec", "listeners")
    entries = look_up(held.data, at) if held else None
    sections = []
    for entry in entries if isinstance(entries, list) else []:
        name, port = look_up(entry, ("name",)), look_up(entry, ("port",))
        sections.append((name if isinstance(name, str) else "", port if isinstance(port, int) else 0))
    return sections


def _related(held: Resource | None) -> tuple[Related, ...]:
    if held is None:
        return ()
    at: FieldPath = ("spec", "ports") if held.kind == "Service" else ("spec", "listeners")
    return (Related(f"{held.id} has these", FieldRef(held, at)),)


@check("GS312", source="Gateway API v1.6, Accepted with reason NotAllowedByListeners; AllowedRoutes")
def not_allowed_by_listeners(subject: Subject) -> Iterator[Finding]:
    """No listener of the Gateway allows a route of this kind from this namespace.

    A listener allows routes of its own namespace unless `allowedRoutes.namespaces` says more, and carries only the
    kinds that its protocol and `allowedRoutes.kinds` allow. The requests get 404.
    """
    for attachment in _refused(subject, NOT_ALLOWED):
        route, parent = attachment.route, attachment.parent
        listeners = [listener for listener in _listeners(subject, parent) if _is_meant(parent, listener)]
        allowed = "; ".join(_allowance(listener) for listener in listeners)
        yield Finding(
            Level.ERROR,
            f"{route}: {attachment.message} ({allowed})",
            FieldRef(route.resource, parent.pointer),
            _says(attachment),
            "Let allowedRoutes of the listener name the route's namespace and kind, or use another listener.",
            tuple(Related(str(listener), FieldRef(listener.owner, listener.pointer)) for listener in listeners[:3]),
        )


def _listeners(subject: Subject, parent: RouteParent) -> tuple[Listener, ...]:
    if parent.kind == "ListenerSet":
        listener_set = subject.cluster.listener_set(parent.namespace, parent.name)
        return listener_set.listeners if listener_set else ()
    gateway = subject.cluster.gateway(parent.namespace, parent.name)
    return gateway.listeners if gateway else ()


def _is_meant(parent: RouteParent, listener: Listener) -> bool:
    return parent.section_name in ("", listener.name) and parent.port in (None, listener.port)


def _allowance(listener: Listener) -> str:
    kinds = ", ".join(kind for _, kind in listener.kinds)
    of_kinds = f" of kind {kinds}" if kinds else ""
    return f"{listener.name} ({listener.protocol}) allows routes{of_kinds} from {listener.namespaces.source}"


@check("GS313", source="Gateway API v1.6, Accepted with reason NoMatchingListenerHostname")
def hostname_of_no_listener(subject: Subject) -> Iterator[Finding]:
    """No hostname of a route meets the hostname of a listener that would take the route.

    The Gateway refuses the route; requests for these hosts get 404 or no certificate. A wildcard covers one label or
    more, never the bare domain.
    """
    for attachment in _refused(subject, NO_HOSTNAME):
        listeners = [
            listener
            for listener in _listeners(subject, attachment.parent)
            if _is_meant(attachment.parent, listener) and attachment.route.kind in supported_kinds(listener)
        ]
        verb = "meets" if len(attachment.route.hostnames) == 1 else "meet"
        shown = ", ".join(sorted({listener.hostname or "any" for listener in listeners}))
        yield Finding(
            Level.ERROR,
            f"{attachment.route}: {', '.join(attachment.route.hostnames)} {verb} no hostname of {attachment.parent}"
            f" ({shown})",
            FieldRef(attachment.route.resource, ("spec", "hostnames")),
            _says(attachment),
            "Name a host that the listener covers, or add a listener for it.",
            tuple(
                Related(str(listener), FieldRef(listener.owner, (*listener.pointer, "hostname")))
                for listener in listeners[:3]
            ),
        )


@check("GS322", source="Gateway API v1.6, HTTPRoute and GRPCRoute on one listener; GEP-1294, Route types")
def rival_route_kinds(subject: Subject) -> Iterator[Finding]:
    """Two routes of different kinds claim the same hosts of a listener, or the same port of a Service.

    Exactly one of them is accepted: on a Gateway the older one, in a mesh the more specific kind. The other one's
    requests are answered by it or get 404.
    """
    for attachment in _refused(subject, CONFLICTED):
        rivals = [
            other
            for other in attachments(subject.cluster)
            if str(other.parent) == str(attachment.parent)
            and other.status is AttachmentStatus.ACCEPTED
            and other.route.kind != attachment.route.kind
        ]
        yield Finding(
            Level.ERROR,
            f"{attachment.route}: {attachment.message}: {', '.join(str(rival.route) for rival in rivals)}",
            FieldRef(attachment.route.resource, attachment.parent.pointer),
            _says(attachment),
            "Give the two kinds hostnames or ports of their own.",
            tuple(
                Related(str(rival.route), FieldRef(rival.route.resource, rival.parent.pointer)) for rival in rivals[:3]
            ),
        )
