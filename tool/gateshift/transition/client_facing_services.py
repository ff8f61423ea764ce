"""Which Services clients call by name, in contrast to those that only routes send requests to.

Nothing in a manifest says so. A Service that a route steers is called; one that belongs to a single version next to a
general one, or to its twin for another version, is a backend; any other is taken to be called.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from gateshift.engines.references import Named, named_in
from gateshift.model.resource import ResourceId
from gateshift.traffic.cluster import VERSION_LABELS, Cluster, same_namespace
from gateshift.traffic.routes import Route
from gateshift.traffic.services import Service

ServiceName = tuple[str, str]

_VERSION = re.compile(
    r"(v?\d[\w.]*|stable|canary|primary|preview|baseline|candidate|blue|green|old|new|current|next|live|active)\Z"
)


class ClientFacingServices(Struct, frozen=True):
    """The Services that are called, by namespace and name; `main` are those that a change is about."""

    all: frozenset[ServiceName]
    main: frozenset[ServiceName]


def client_facing_services(
    sides: tuple[Cluster, Cluster], routes: Sequence[Route], declared: ResourceId | None, own: frozenset[str]
) -> ClientFacingServices:
    """The Services that are called before a change or after it. `declared` is the Service that a rollout is about,
    `own` are the names of its versions' own Services."""
    steered = frozenset(
        (parent.namespace, parent.name) for route in routes for parent in route.parents if parent.is_service
    )
    called = frozenset(_called(sides, routes, declared, own))
    everything = _once(called | steered)
    if steered or routes:
        main = frozenset(name for name in everything if any(_is(name, other) for other in steered))
    elif declared is not None:
        main = frozenset(name for name in everything if _is(name, (declared.namespace, declared.name)))
    else:
        main = everything
    return ClientFacingServices(everything, main)


def _once(named: frozenset[ServiceName]) -> frozenset[ServiceName]:
    """The Services, each of them once: not without a namespace as well as with one."""
    known = {name for namespace, name in named if namespace}
    return frozenset((namespace, name) for namespace, name in named if namespace or name not in known)


def _is(name: ServiceName, other: ServiceName) -> bool:
    return name[1] == other[1] and same_namespace(name[0], other[0])


def _called(
    sides: tuple[Cluster, Cluster], routes: Sequence[Route], declared: ResourceId | None, own: frozenset[str]
) -> Iterator[ServiceName]:
    """The Services that clients may call and that stay. One that goes counts only where the rollout is about it, or
    where no route is in play: that a version's Service goes with its version is no loss."""
    before, after = sides
    steered = tuple(named for route in routes for named in named_in(route))
    everything = [service for side in sides for service in side.services]
    for service in before.services:
        name = (service.namespace, service.name)
        if declared is not None and _is(name, (declared.namespace, declared.name)):
            yield name
            continue
        is_backend = service.name in own or _is_part(service, everything) or _is_twin(service, everything, steered)
        stays = after.service(*name) is not None
        if not is_backend and (stays or not routes):
            yield name


def _is_part(service: Service, everything: Iterable[Service]) -> bool:
    """Whether another Service selects all that this one selects, and more."""
    own = set(service.selector or ())
    return any(
        set(other.selector) < own
        for other in everything
        if other.selector and same_namespace(other.namespace, service.namespace)
    )


def _is_twin(service: Service, everything: Iterable[Service], steered: Sequence[Named]) -> bool:
    """Whether another Service is the same for another version, and a route names either of them."""
    return any(
        _are_versions(service, other)
        and any(named.means(twin.resource) for named in steered for twin in (service, other))
        for other in everything
        if other.name != service.name and same_namespace(other.namespace, service.namespace)
    )


def _are_versions(service: Service, other: Service) -> bool:
    """Whether two selectors differ in the value of one label alone: a version label, or where the names differ only
    in an ending that speaks of versions."""
    left, right = dict(service.selector or ()), dict(other.selector or ())
    differing = [key for key in left if left[key] != right.get(key)]
    if left.keys() != right.keys() or len(differing) != 1:
        return False
    (stem, ending), (other_stem, other_ending) = _parts(service.name), _parts(other.name)
    named = stem == other_stem and bool(_VERSION.match(ending)) and bool(_VERSION.match(other_ending))
    return differing[0] in VERSION_LABELS or named


def _parts(name: str) -> tuple[str, str]:
    stem, _, ending = name.rpartition("-")
    return stem, ending
