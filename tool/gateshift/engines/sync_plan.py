"""The order in which a sync engine makes a change: for each event, which others have happened before it.

What no engine orders for the data plane counts as simultaneous: the prunes of one sync, a route and the Services it
starts to name, and, where no health check stands between, a route and the prune of what it ceases to name. An event
that floats in this way is simply not waited for.

Source: Argo CD's gitops-engine pkg/sync/sync_context.go; Flux's kustomize-controller (apply, prune, then health).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from gateshift.engines.events import Event, EventKind
from gateshift.engines.object_order import argocd_option, argocd_order, flux_order, flux_setting, is_hook, wave_of
from gateshift.engines.references import ceases_to_name, starts_to_name
from gateshift.model.resource import Resource
from gateshift.model.rollout import Engine
from gateshift.model.sync_pointer import SyncSettings
from gateshift.traffic.cluster import Cluster
from gateshift.traffic.endpoints import selected_workloads


class Wave(Struct, frozen=True, eq=False):
    """Events that the engine brings about one after the other, or for prunes at once. `waits`: for the health of all
    before it."""

    events: tuple[Event, ...]
    waits: bool = False


class SyncPlan(Struct, frozen=True, eq=False):
    """One engine's way from one build to another. `waits` has for each of its events the set of those before it.

    `waves` are its steps in order; `kept` are objects that left the files and stay in the cluster.
    """

    sync: SyncSettings
    events: tuple[Event, ...]
    waits: Mapping[int, int]
    waves: tuple[Wave, ...]
    kept: tuple[Resource, ...] = ()

    @property
    def end(self) -> int:
        """The set of all its events."""
        return sum(event.bit for event in self.events)


def plan_sync(events: Sequence[Event], sync: SyncSettings, before: Cluster, *, gates: bool = True) -> SyncPlan:
    """The engine's course. Without `gates` nothing waits for health, as if every check passed at once: what is safe
    only with them rests on those checks alone."""
    made = [event for event in events if _makes(sync, event)]
    kept = tuple(event.change.resource for event in events if event.event_kind is EventKind.PRUNE and event not in made)
    return (_argocd if sync.engine is Engine.ARGOCD else _flux)(made, sync, before, kept, gates=gates)


def _makes(sync: SyncSettings, event: Event) -> bool:
    resource = event.change.resource
    if sync.engine is Engine.ARGOCD:
        if event.event_kind is EventKind.PRUNE:
            return sync.prune and not argocd_option(resource, "Prune=false") and not is_hook(resource)
        return not is_hook(resource)
    if flux_setting(resource, "reconcile") == "disabled" or flux_setting(resource, "ssa") == "ignore":
        return False
    if event.event_kind is EventKind.PRUNE:
        return sync.prune and flux_setting(resource, "prune") != "disabled"
    return not (flux_setting(resource, "ssa") == "ifnotpresent" and event.change.before is not None)


def _flux(
    made: list[Event], sync: SyncSettings, before: Cluster, kept: tuple[Resource, ...], *, gates: bool
) -> SyncPlan:
    del gates  # Flux checks health after everything, so no check stands between two of its deeds
    applies = sorted((event for event in made if event.event_kind is EventKind.APPLY), key=lambda each: _flux_key(each))
    prunes = sorted((event for event in made if event.event_kind is EventKind.PRUNE), key=lambda each: _flux_key(each))[
        ::-1
    ]
    waits = _in_sequence(applies, _floating(applies, before))
    for prune in prunes:
        waits[prune.bit] = _bits(applies) & ~_freed(prune, applies, waits, before)
    waits |= _readiness(made)
    groups = tuple(Wave(tuple(group)) for group in (applies, prunes) if group)
    return SyncPlan(sync, tuple(made), waits, groups, kept)


def _argocd(
    made: list[Event], sync: SyncSettings, before: Cluster, kept: tuple[Resource, ...], *, gates: bool
) -> SyncPlan:
    wave = {event.bit: wave_of(event.change.resource) if sync.waves else 0 for event in made}
    applies = sorted(
        (event for event in made if event.event_kind is EventKind.APPLY), key=lambda each: _argo_key(each, wave)
    )
    every_prune = sorted(
        (event for event in made if event.event_kind is EventKind.PRUNE), key=lambda each: each.change.id
    )
    last = [each for each in every_prune if sync.prune_last or (sync.waves and _is_last(each))]
    early = [each for each in every_prune if each not in last]
    wave |= _mirrored(every_prune, wave)
    ready = [event for event in made if event.event_kind is EventKind.READY] if gates else []
    waits = _in_sequence(applies, _floating(applies, before))
    for apply in applies:
        waits[apply.bit] |= _bits(each for each in ready if wave[each.bit] < wave[apply.bit])
        waits[apply.bit] |= _bits(each for each in early if wave[each.bit] <= wave[apply.bit])
    first = min((wave[each.bit] for each in early), default=0)
    for prune in early:
        waits[prune.bit] = _settled([each for each in applies if wave[each.bit] < first], prune, waits, before, gates)
        waits[prune.bit] |= _bits(each for each in ready if wave[each.bit] < first)
    for prune in last:
        waits[prune.bit] = _settled(applies, prune, waits, before, gates) | _bits(ready)
    waits |= _readiness(made)
    return SyncPlan(sync, tuple(made), waits, _waves(applies, early, last, wave), kept)


def _settled(
    applies: Iterable[Event],
    prune: Event,
    waits: Mapping[int, int],
    before: Cluster,
    gates: bool,  # noqa: FBT001
) -> int:
    """The applies that have reached the data plane when the prune begins."""
    listed = list(applies)
    return _bits(listed) if gates else _bits(listed) & ~_freed(prune, listed, waits, before)


def _flux_key(event: Event) -> tuple[object, ...]:
    return flux_order(event.change.resource)


def _argo_key(event: Event, wave: Mapping[int, int]) -> tuple[object, ...]:
    return wave[event.bit], *argocd_order(event.change.resource)


def _is_last(prune: Event) -> bool:
    return argocd_option(prune.change.resource, "PruneLast=true")


def _mirrored(prunes: Iterable[Event], wave: Mapping[int, int]) -> dict[int, int]:
    """The waves of prunes, in which Argo CD turns the order of the live objects' waves round."""
    listed = list(prunes)
    used = sorted({wave[each.bit] for each in listed})
    turned = dict(zip(used, reversed(used), strict=True))
    return {each.bit: turned[wave[each.bit]] for each in listed}


def _bits(events: Iterable[Event]) -> int:
    return sum(event.bit for event in events)


def _in_sequence(applies: Sequence[Event], floating: int) -> dict[int, int]:
    """Each apply waits for those before it, but nothing waits for one that floats."""
    waits, done = {}, 0
    for apply in applies:
        waits[apply.bit] = done
        done |= apply.bit & ~floating
    return waits


def _readiness(made: Iterable[Event]) -> dict[int, int]:
    """Pods become Ready at any time after their workload is applied."""
    listed = list(made)
    applied = {id(each.change): each.bit for each in listed if each.event_kind is EventKind.APPLY}
    return {each.bit: applied[id(each.change)] for each in listed if each.event_kind is EventKind.READY}


def _floating(applies: Sequence[Event], before: Cluster) -> int:
    """The Services that a route of the same sync starts to name: the data plane may hear of the route first."""
    services = [each for each in applies if each.change.id.kind == "Service"]
    return _bits(
        service
        for service in services
        if any(starts_to_name(route.change, service.change, before) for route in applies)
    )


def _freed(prune: Event, applies: Sequence[Event], waits: Mapping[int, int], before: Cluster) -> int:
    """The applies that the data plane may hear of after the prune: routes that cease to name what is pruned, and
    whatever is applied after those."""
    behind = list(_services_behind(prune.change.resource, before))
    routes = _bits(each for each in applies if any(ceases_to_name(each.change, service) for service in behind))
    return routes | _bits(each for each in applies if waits[each.bit] & routes)


def _services_behind(resource: Resource, before: Cluster) -> Iterator[Resource]:
    """The Service itself, or those that select a workload's pods."""
    if resource.id.kind == "Service":
        yield resource
        return
    for service in before.services:
        if any(each.resource is resource for each in selected_workloads(before, service)):
            yield service.resource


def _waves(
    applies: Sequence[Event], early: Sequence[Event], last: Sequence[Event], wave: Mapping[int, int]
) -> tuple[Wave, ...]:
    found: list[Wave] = []
    for number in sorted({wave[each.bit] for each in (*applies, *early)}):
        groups = [tuple(each for each in group if wave[each.bit] == number) for group in (early, applies)]
        here = [Wave(group) for group in groups if group]
        found += [replace(here[0], waits=bool(found)), *here[1:]]
    return (*found, Wave(tuple(last), waits=bool(found))) if last else tuple(found)
