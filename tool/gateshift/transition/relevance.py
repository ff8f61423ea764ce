"""Which events can change the answer to a class of requests. All others are left out of its walk, which keeps the
number of states small however large the builds are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from gateshift.engines.changes import Change
from gateshift.engines.events import Event
from gateshift.engines.references import named_in
from gateshift.model.resource import Resource
from gateshift.traffic.cluster import Cluster, same_namespace
from gateshift.traffic.read import GATEWAY_API, labels_of
from gateshift.traffic.routes import Route, is_route
from gateshift.traffic.services import SERVICE_NAME, Service, read_workload
from gateshift.transition.request_classes import RequestClass
from gateshift.yamldoc.data import Json, walk

_SURROUNDINGS = frozenset(
    {
        ("", "Namespace"),
        (GATEWAY_API, "ReferenceGrant"),
        (GATEWAY_API, "BackendTLSPolicy"),
    }
)
_PARENTS = frozenset({(GATEWAY_API, "Gateway"), (GATEWAY_API, "ListenerSet")})
_TRUST = frozenset({("", "ConfigMap"), ("", "Secret")})


def relevant(request_class: RequestClass, events: Sequence[Event], sides: tuple[Cluster, Cluster]) -> int:
    """The set of events that can change the answer to these requests in some state."""
    routes = _routes(request_class)
    services = tuple(_services(request_class, routes, sides))
    named = frozenset(_names_in_surroundings(sides)) if any(_key(event.change) in _TRUST for event in events) else None
    kinds = _SURROUNDINGS if request_class.entry_point.parent.kind == "Service" else _SURROUNDINGS | _PARENTS
    workloads = [event.change for event in events if _runs_for(event.change, services, sides)]
    bits = 0
    for event in events:
        change = event.change
        key = _key(change)
        if (
            key in kinds
            or change in workloads
            or (key in _TRUST and named is not None and change.id.name in named)
            or (is_route(change.resource) and _is_any(change, (route.resource for route in routes)))
            or _is_any(change, (service.resource for service in services))
            or _lists_endpoints(change, services)
        ):
            bits |= event.bit
    return bits


def _key(change: Change) -> tuple[str, str]:
    return change.id.group, change.id.kind


def _routes(request_class: RequestClass) -> tuple[Route, ...]:
    """The routes that matter: at a Service every one, since a first route cuts off whatever it does not match; at a
    Gateway those that match, and with two kinds of route all, since one kind may displace the other."""
    routes = request_class.entry_point.routes
    if request_class.entry_point.parent.kind == "Service" or len({route.kind for route in routes}) > 1:
        return routes
    matching = {candidate.route.resource.id for candidate in request_class.holds}
    return tuple(route for route in routes if route.resource.id in matching)


def _services(request_class: RequestClass, routes: Iterable[Route], sides: Iterable[Cluster]) -> Iterator[Service]:
    names = {(service.namespace, service.name) for route in routes for service in named_in(route)}
    if request_class.entry_point.parent.kind == "Service":
        names.add((request_class.entry_point.parent.namespace, request_class.entry_point.parent.name))
    for side in sides:
        for namespace, name in sorted(names):
            service = side.service(namespace, name)
            if service is not None:
                yield service


def _is_any(change: Change, resources: Iterable[Resource]) -> bool:
    return any(resource in (change.before, change.after) for resource in resources)


def _runs_for(change: Change, services: Iterable[Service], sides: Iterable[Cluster]) -> bool:
    """Whether the object's pods, old or new, are selected by one of the Services, or its template is borrowed."""
    for resource in (change.before, change.after):
        workload = read_workload(resource) if resource is not None else None
        if workload is None:
            continue
        if any(
            same_namespace(service.namespace, workload.namespace) and _selects(service, workload.labels)
            for service in services
        ):
            return True
        borrowed = (workload.kind, workload.name)
        if any(other.template_of == borrowed for side in sides for other in side.workloads):
            return True
        if workload.template_of is not None:
            return True
    return False


def _selects(service: Service, labels: Mapping[str, str]) -> bool:
    return service.selector is not None and all(labels.get(key) == value for key, value in service.selector)


def _lists_endpoints(change: Change, services: Iterable[Service]) -> bool:
    match _key(change):
        case ("discovery.k8s.io", "EndpointSlice"):
            name = dict(labels_of(change.resource)).get(SERVICE_NAME, "")
        case ("", "Endpoints"):
            name = change.id.name
        case _:
            return False
    return any(service.name == name for service in services)


def _names_in_surroundings(sides: Iterable[Cluster]) -> Iterator[str]:
    """Every name that a Gateway, a ListenerSet or a backend policy speaks of, certificates among them."""
    for side in sides:
        for resource in side:
            if (resource.id.group, resource.id.kind) in _PARENTS | _SURROUNDINGS:
                yield from _names(resource.data.get("spec"))


def _names(data: Json) -> Iterator[str]:
    return (value for path, value in walk(data) if path[-1:] == ("name",) and isinstance(value, str))
