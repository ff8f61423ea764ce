"""Parents that a route names and that do not take it.

Source: Gateway API v1.6, apis/v1/shared_types.go (ParentReference, the Accepted condition) and GEP-1294.
"""

from __future__ import annotations

from collections.abc import Iterator

from gateshift.apischema.kinds import GATEWAY_API, is_built_in
from gateshift.checks.references.original_names import home_of, moved
from gateshift.checks.subject import Subject
from gateshift.model.finding import FieldRef, Finding, Level, Related
from gateshift.model.nearest import nearest
from gateshift.model.resource import Resource
from gateshift.model.rule import check
from gateshift.traffic.attach import AttachmentStatus, attachments
from gateshift.traffic.cluster import same_namespace
from gateshift.traffic.routes import ROUTE_KINDS, RouteParent
from gateshift.yamldoc.data import look_up

_PARENTS = {"Gateway": GATEWAY_API, "ListenerSet": GATEWAY_API, "Service": ""}


def parent_of(subject: Subject, parent: RouteParent) -> Resource | None:
    """The object of the build that a route names as its parent."""
    return subject.cluster.find(parent.group, parent.kind, parent.namespace, parent.name)


@check("GS310", source="Gateway API v1.6, ParentReference.name")
def parent_missing(subject: Subject) -> Iterator[Finding]:
    """A route names a Gateway, ListenerSet or Service as its parent that is not in the build.

    A shared Gateway usually stands in a root of its own; if it exists nowhere, no controller takes the route and it
    gets no status at all. It is a warning where the build has an object of almost that name.
    """
    for attachment in attachments(subject.cluster):
        parent = attachment.parent
        known = _PARENTS.get(parent.kind) == parent.group
        if attachment.status is not AttachmentStatus.UNKNOWN or not known or parent_of(subject, parent):
            continue
        home = home_of(subject, attachment.route.resource, parent.pointer)
        if moved(subject, parent.group, parent.kind, parent.namespace, parent.name, home):
            continue
        others = [
            other
            for other in subject.of_kind(parent.group, parent.kind)
            if same_namespace(other.id.namespace, parent.namespace)
        ]
        near = nearest(parent.name, (other.id.name for other in others))
        declared = _declares_service(subject, parent)
        yield Finding(
            Level.ERROR if declared else Level.WARNING if near else Level.NOTE,
            f"{attachment.route}: the parent {parent} is not in this build",
            FieldRef(attachment.route.resource, (*parent.pointer, "name")),
            "no status at all, unless the parent exists in the cluster",
            f"Did you mean {near}?" if near else "Make sure that another root provides it.",
            tuple(
                Related(near, FieldRef(other, ("metadata", "name")))
                for other in others
                if near and other.id.name == near
            ),
        )


def _declares_service(subject: Subject, parent: RouteParent) -> bool:
    if subject.declared is None or not parent.is_service:
        return False
    service = subject.declared.rollout.service
    home = subject.declared.environment.namespace or service.namespace
    return parent.name == service.name and same_namespace(parent.namespace, home)


@check("GS314", source="Gateway API v1.6, ParentReference.group (default gateway.networking.k8s.io); GEP-1294")
def parent_group_wrong(subject: Subject) -> Iterator[Finding]:
    """A parentRef names a kind together with a group that the kind does not have.

    The usual case is a Service as parent without `group: ""`: the group then defaults to the Gateway API's, where there
    is no kind Service. The API server admits the route, no controller takes it, and it steers nothing. Linkerd takes
    `group: core` for the group of Services.
    """
    for route in subject.cluster.routes:
        for parent in route.parents:
            right = _PARENTS.get(parent.kind)
            written = look_up(route.resource.data, (*parent.pointer, "group")) is not None
            if right is None or right == parent.group or not (is_built_in(parent.group) or parent.group in _MISTAKEN):
                continue
            shown = repr(parent.group) if written else f"left out, and so {parent.group}"
            yield Finding(
                Level.NOTE if (parent.kind, parent.group) == ("Service", "core") else Level.ERROR,
                f"{route}: the group of the parent {parent} is {shown}, but a {parent.kind} is of group {right!r}",
                FieldRef(route.resource, (*parent.pointer, "group") if written else (*parent.pointer, "kind")),
                "no status at all: no controller takes the route",
                f'Write group: "{right}".' if not right else f"Write group: {right}.",
            )


_MISTAKEN = frozenset({GATEWAY_API, "core", "v1", "gateway.networking.x-k8s.io", "networking.x-k8s.io"})


@check("GS316", source="Gateway API v1.6, CommonRouteSpec.parentRefs")
def route_without_parents(subject: Subject) -> Iterator[Finding]:
    """A route names no parent.

    It is attached to nothing and steers no request, although the API server admits it and it has no bad status.
    """
    for route in subject.cluster.routes:
        if not route.parents and look_up(route.resource.data, ("spec", "useDefaultGateways")) in (None, "None"):
            yield Finding(
                Level.WARNING,
                f"{route} names no parent, so it is attached to nothing",
                FieldRef(route.resource, ("spec",)),
                "no status at all",
                "Add parentRefs: the Gateway, or the Service whose calls the route steers.",
            )


@check("GS317", source="Gateway API v1.6, CommonRouteSpec.parentRefs: each must be distinct")
def parent_named_twice(subject: Subject) -> Iterator[Finding]:
    """A route names one parent twice, once with its own namespace written out and once without.

    The API server takes the two for different parents. The route is attached twice, and changing one of the two entries
    changes nothing.
    """
    for route in subject.cluster.routes:
        seen: dict[tuple[object, ...], RouteParent] = {}
        for parent in route.parents:
            key = (parent.group, parent.kind, parent.namespace, parent.name, parent.section_name, parent.port)
            first = seen.setdefault(key, parent)
            if first is not parent and _spelt(route.resource, first) != _spelt(route.resource, parent):
                yield Finding(
                    Level.WARNING,
                    f"{route} names the parent {parent} twice, with and without its namespace",
                    FieldRef(route.resource, parent.pointer),
                    help="Keep one of the two.",
                    related=(Related("the first of them", FieldRef(route.resource, first.pointer)),),
                )


def _spelt(resource: Resource, parent: RouteParent) -> object:
    return look_up(resource.data, (*parent.pointer, "namespace"))


@check("GS318", source="Gateway API v1.6, ParentReference.kind")
def parent_kind_unknown(subject: Subject) -> Iterator[Finding]:
    """A route names a parent of a kind that is neither Gateway, ListenerSet nor Service.

    Only an implementation that defines such parents takes the route. For a kind of Kubernetes' own none does, and the
    route steers nothing.
    """
    for route in subject.cluster.routes:
        for parent in route.parents:
            if parent.kind in _PARENTS:
                continue
            own = is_built_in(parent.group) or (parent.group == GATEWAY_API and parent.kind not in ROUTE_KINDS)
            kind = f"{parent.group}/{parent.kind}" if parent.group else parent.kind
            yield Finding(
                Level.ERROR if own else Level.NOTE,
                f"{route}: the parent {parent.name} is of kind {kind}, which the Gateway API does not know as a parent",
                FieldRef(route.resource, (*parent.pointer, "kind")),
                "no status at all, unless an implementation takes this kind of parent",
                "Name a Gateway, a ListenerSet or, in a mesh, a Service.",
            )
