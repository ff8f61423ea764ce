"""Which Services a route names, and what it starts and ceases to name when it changes."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from gateshift.engines.changes import Change
from gateshift.model.resource import Resource
from gateshift.traffic.cluster import Cluster, same_namespace
from gateshift.traffic.filters import RequestMirror
from gateshift.traffic.references import BackendRef
from gateshift.traffic.routes import Route, is_route, read_route
from gateshift.traffic.services import Service


class Named(Struct, frozen=True):
    """A Service port that a route names: as a backend of this weight, or as a mirror's target."""

    namespace: str
    name: str
    port: int | None
    weight: int

    def means(self, resource: Resource) -> bool:
        """Whether it is this Service."""
        identity = resource.id
        return (identity.group, identity.kind, identity.name) == ("", "Service", self.name) and same_namespace(
            identity.namespace, self.namespace
        )


def named_in(route: Route) -> Iterator[Named]:
    """Every Service that the route names, in its order; a mirror counts with a weight of 1."""
    for rule in route.rules:
        for backend in rule.backends:
            yield from _named(backend, backend.weight)
        for filters in (rule.filters, *rule.backend_filters):
            for route_filter in filters:
                if isinstance(route_filter, RequestMirror):
                    yield from _named(route_filter.backend, 1)


def _named(backend: BackendRef, weight: int) -> Iterator[Named]:
    if (backend.ref.group, backend.ref.kind) == ("", "Service"):
        yield Named(backend.ref.namespace, backend.ref.name, backend.port, weight)


def _sides(change: Change) -> tuple[tuple[Named, ...], tuple[Named, ...]] | None:
    """What the old and the new route name; None where the object is no route."""
    if not is_route(change.resource):
        return None
    old = tuple(named_in(read_route(change.before))) if change.before else ()
    return old, tuple(named_in(read_route(change.after))) if change.after else ()


def starts_to_name(route: Change, service: Change, before: Cluster) -> bool:
    """Whether a created or changed route starts to name the Service, or a port of it, that the same sync brings."""
    sides = _sides(route)
    if sides is None or service.after is None or service.id.kind != "Service":
        return False
    old, new = sides
    known = {(named.namespace, named.name, named.port) for named in old}
    existing = before.service(service.id.namespace, service.id.name) if service.before else None
    return any(
        named.means(service.after)
        and ((named.namespace, named.name, named.port) not in known or existing is None)
        and not _had_port(existing, named)
        for named in new
    )


def _had_port(service: Service | None, named: Named) -> bool:
    return service is not None and (named.port is None or service.port(named.port) is not None)


def ceases_to_name(route: Change, service: Resource) -> bool:
    """Whether a changed route no longer names the Service, or no longer sends it anything."""
    sides = _sides(route)
    if sides is None:
        return False
    old, new = ([named for named in side if named.means(service)] for side in sides)
    carried, carries = (any(named.weight for named in side) for side in (old, new))
    return bool(old) and (not new or (carried and not carries))
