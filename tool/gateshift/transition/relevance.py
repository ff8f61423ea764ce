"""Which events can change the answer to a class of requests. All others are left out of its walk, which keeps the
number of states small however large the builds are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from gateshift.engines.changes import Change
from gateshift.engines.events import Event
from gateshift.engines.references import named_in
from gateshift.traffic.cluster import Cluster, same_namespace
from gateshift.traffic.read import GATEWAY_API, labels_of
from gateshift.traffic.routes import Route
from gateshift.traffic.services import SERVICE_NAME, Service, Workload
from gateshift.transition.entry_points import EntryPoint
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

_Selected = tuple[int, Workload]
"""An event's bit, and a workload as it is before the event or after it."""


class Relevance:
    """The events between two builds, found by what they change, so that a class of requests looks only at its own."""

    def __init__(self, events: Sequence[Event], sides: tuple[Cluster, Cluster]) -> None:
        self._sides = sides
        self._parents, self._surroundings, self._templates = 0, 0, 0
        self._objects: dict[int, int] = {}
        self._endpoints: dict[str, int] = {}
        self._by_label: dict[tuple[str, str], list[_Selected]] = {}
        self._workloads: list[_Selected] = []
        self._of_services: dict[tuple[str, str], int] = {}
        self._always: dict[int, int] = {}
        self._read(events)

    def _read(self, events: Sequence[Event]) -> None:
        trusted = any(_key(event.change) in _TRUST for event in events)
        named = frozenset(_names_in_surroundings(self._sides)) if trusted else frozenset()
        borrowed = {workload.template_of for side in self._sides for workload in side.workloads}
        for event in events:
            change, key = event.change, _key(event.change)
            if key in _SURROUNDINGS or (key in _TRUST and change.id.name in named):
                self._surroundings |= event.bit
            if key in _PARENTS:
                self._parents |= event.bit
            name = _endpoints_of(change)
            if name is not None:
                self._endpoints[name] = self._endpoints.get(name, 0) | event.bit
            for resource in (change.before, change.after):
                if resource is not None:
                    self._objects[id(resource)] = self._objects.get(id(resource), 0) | event.bit
                    workload = self._sides[0].workload(resource)
                    if workload is not None:
                        self._add_workload(event.bit, workload, borrowed)

    def _add_workload(self, bit: int, workload: Workload, borrowed: set[tuple[str, str] | None]) -> None:
        if workload.template_of is not None or (workload.kind, workload.name) in borrowed:
            self._templates |= bit
        self._workloads.append((bit, workload))
        for label in workload.labels.items():
            self._by_label.setdefault(label, []).append((bit, workload))

    def of(self, request_class: RequestClass) -> int:
        """The set of events that can change the answer to these requests in some state."""
        entry_point = request_class.entry_point
        routes = _routes(request_class)
        bits = self._surroundings | self._templates
        if entry_point.parent.kind != "Service":
            bits |= self._parents
        else:
            bits |= self._at_service(entry_point) | self._behind(entry_point.parent.namespace, entry_point.parent.name)
        for route in routes:
            bits |= self._objects.get(id(route.resource), 0)
            for service in named_in(route):
                bits |= self._behind(service.namespace, service.name)
        return bits

    def _at_service(self, entry_point: EntryPoint) -> int:
        """The events that attach a route to a Service or detach one: a first route cuts off whatever it does not
        match, so these matter to every request."""
        key = id(entry_point)
        if key not in self._always:
            by_identity: dict[tuple[str, str], list[Route]] = {}
            for route in entry_point.routes:
                by_identity.setdefault((route.kind, route.name), []).append(route)
            bits = 0
            for route in entry_point.routes:
                twins = by_identity[route.kind, route.name]
                event = self._objects.get(id(route.resource), 0)
                if event and not any(
                    twin is not route
                    and self._objects.get(id(twin.resource), 0) == event
                    and _parents(twin) == _parents(route)
                    for twin in twins
                ):
                    bits |= event
            self._always[key] = bits
        return self._always[key]

    def _behind(self, namespace: str, name: str) -> int:
        """The events of a Service, of its endpoints and of the pods that it selects."""
        key = (namespace, name)
        if key not in self._of_services:
            self._of_services[key] = self._find(namespace, name)
        return self._of_services[key]

    def _find(self, namespace: str, name: str) -> int:
        bits = 0
        for side in self._sides:
            service = side.service(namespace, name)
            if service is None:
                continue
            bits |= self._objects.get(id(service.resource), 0) | self._endpoints.get(service.name, 0)
            for bit, workload in self._candidates(service):
                if same_namespace(service.namespace, workload.namespace) and _selects(service, workload.labels):
                    bits |= bit
        return bits

    def _candidates(self, service: Service) -> Iterable[_Selected]:
        """The workloads that a Service may select: those with the rarest label that it asks for."""
        if service.selector is None:
            return ()
        lists = [self._by_label.get(label, []) for label in service.selector]
        return min(lists, key=len, default=self._workloads)


def _key(change: Change) -> tuple[str, str]:
    return change.id.group, change.id.kind


def _parents(route: Route) -> frozenset[tuple[str, ...]]:
    return frozenset(
        (parent.group, parent.kind, parent.namespace, parent.name, parent.section_name, str(parent.port))
        for parent in route.parents
    )


def _routes(request_class: RequestClass) -> tuple[Route, ...]:
    """The routes that matter: those that match, and with two kinds of route all, since one kind may displace the
    other."""
    routes = request_class.entry_point.routes
    if len({route.kind for route in routes}) > 1:
        return routes
    matching = {candidate.route.resource.id for candidate in request_class.holds}
    return tuple(route for route in routes if route.resource.id in matching)


def _selects(service: Service, labels: Mapping[str, str]) -> bool:
    return service.selector is not None and all(labels.get(key) == value for key, value in service.selector)


def _endpoints_of(change: Change) -> str | None:
    """The name of the Service whose endpoints the object lists; None where it lists none."""
    match _key(change):
        case ("discovery.k8s.io", "EndpointSlice"):
            return dict(labels_of(change.resource)).get(SERVICE_NAME, "")
        case ("", "Endpoints"):
            return change.id.name
        case _:
            return None


def _names_in_surroundings(sides: Iterable[Cluster]) -> Iterator[str]:
    """Every name that a Gateway, a ListenerSet or a backend policy speaks of, certificates among them."""
    for side in sides:
        for resource in side:
            if (resource.id.group, resource.id.kind) in _PARENTS | _SURROUNDINGS:
                yield from _names(resource.data.get("spec"))


def _names(data: Json) -> Iterator[str]:
    return (value for path, value in walk(data) if path[-1:] == ("name",) and isinstance(value, str))
