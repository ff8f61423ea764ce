"""The order in which a sync engine makes a change: for each event, which others have happened before it.

What no engine orders for the data plane counts as simultaneous: the prunes of one sync, a route and the Services it
starts to name, and, where no health check stands between, a route and the prune of what it ceases to name. An event
that floats in this way is simply not waited for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from gateshift.engines.events import Event, EventKind, of_kind
from gateshift.engines.references import ceases_to_name, starts_to_name
from gateshift.model.resource import Resource
from gateshift.model.sync_pointer import SyncSettings
from gateshift.traffic.cluster import Cluster
from gateshift.traffic.endpoints import selected_workloads
from gateshift.yamldoc.data import JsonObject, object_at


class Wave(Struct, frozen=True, eq=False):
    """Events that the engine brings about one after the other, or for prunes at once. `waits`: for the health of all
    before it."""

    events: tuple[Event, ...]
    waits: bool = False


class SyncOrder(Struct, frozen=True, eq=False):
    """An engine's order: for each event's bit the set of the events before it, and its steps in order."""

    waits: Mapping[int, int]
    waves: tuple[Wave, ...]


class SyncPlan(Struct, frozen=True, eq=False):
    """One engine's way from one build to another. `waits` has for each of its events the set of those before it.

    `waves` are its steps in order; `kept` are objects that left the files and stay in the cluster.
    """

    settings: SyncSettings
    events: tuple[Event, ...]
    waits: Mapping[int, int]
    waves: tuple[Wave, ...]
    kept: tuple[Resource, ...] = ()

    @property
    def end(self) -> int:
        """The set of all its events."""
        return bits(self.events)


def bits(events: Iterable[Event]) -> int:
    """The set of the events."""
    return sum(event.bit for event in events)


def in_sequence(applies: Sequence[Event], before: Cluster) -> dict[int, int]:
    """Each apply waits for those before it, but nothing waits for one that floats."""
    floating = _floating(applies, before)
    waits, done = {}, 0
    for apply in applies:
        waits[apply.bit] = done
        done |= apply.bit & ~floating
    return waits


def readiness(events: Iterable[Event]) -> dict[int, int]:
    """Pods become Ready at any time after their workload is applied."""
    listed = list(events)
    applied = {id(apply.change): apply.bit for apply in of_kind(listed, EventKind.APPLY)}
    return {ready.bit: applied[id(ready.change)] for ready in of_kind(listed, EventKind.READY)}


def _floating(applies: Sequence[Event], before: Cluster) -> int:
    """The Services that a route of the same sync starts to name: the data plane may hear of the route first."""
    return bits(
        service
        for service in applies
        if service.change.id.kind == "Service"
        and any(starts_to_name(route.change, service.change, before) for route in applies)
    )


def reached_before(prune: Event, applies: Sequence[Event], waits: Mapping[int, int], before: Cluster) -> int:
    """The applies that have reached the data plane when the prune begins, where no health check stands between: it may
    still wait for a route that ceases to name what is pruned, and for whatever is applied after that route."""
    services = list(_services_behind(prune.change.resource, before))
    routes = bits(apply for apply in applies if any(ceases_to_name(apply.change, service) for service in services))
    late = routes | bits(apply for apply in applies if waits[apply.bit] & routes)
    return bits(applies) & ~late


def _services_behind(resource: Resource, before: Cluster) -> Iterator[Resource]:
    """The Service itself, or those that select a workload's pods."""
    if resource.id.kind == "Service":
        yield resource
        return
    for service in before.services:
        if any(workload.resource is resource for workload in selected_workloads(before, service)):
            yield service.resource


def annotations_of(resource: Resource) -> JsonObject:
    """The object's annotations."""
    return object_at(resource.data, "metadata", "annotations")
