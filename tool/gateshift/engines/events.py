"""What happens during one sync: objects are applied and pruned, and pods become Ready some time later."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import Enum

from msgspec import Struct
from msgspec.structs import replace

from gateshift.engines.changes import Change
from gateshift.engines.pods import PodRollout, pod_rollout_of
from gateshift.model.plan import Action
from gateshift.model.resource import Resource
from gateshift.traffic.cluster import Cluster
from gateshift.yamldoc.data import look_up, object_at

_BY_HAND = {("discovery.k8s.io", "EndpointSlice"): "endpoints", ("", "Endpoints"): "subsets"}
_WAITS_FOR_PODS = (PodRollout.NEW_PODS, PodRollout.ROLLING, PodRollout.RECREATE)


class EventKind(Enum):
    """What an event does."""

    APPLY = "apply"
    READY = "Ready"
    PRUNE = "prune"


class Event(Struct, frozen=True, eq=False):
    """One thing that happens: an object is applied or pruned, or the pods of an applied workload become Ready.

    `bit` is the event's own bit; a set of events is the sum of their bits.
    """

    bit: int
    event_kind: EventKind
    change: Change
    pod_rollout: PodRollout = PodRollout.NONE

    def __str__(self) -> str:
        """`apply Service default/customers`, `the pods of Deployment default/a are Ready`."""
        if self.event_kind is EventKind.READY:
            return f"the pods of {self.change.id} are Ready"
        return f"{self.event_kind.value} {self.change.id}"


def events_of(changes: Iterable[Change], before: Cluster, after: Cluster) -> tuple[Event, ...]:
    """Every event that the changes can bring, whichever engine makes them."""
    events: list[Event] = []
    for change in changes:
        if change.action is Action.PRUNE:
            events.append(Event(1 << len(events), EventKind.PRUNE, change))
            continue
        kind = pod_rollout_of(change, before, after)
        events.append(Event(1 << len(events), EventKind.APPLY, change, kind))
        if kind in _WAITS_FOR_PODS:
            events.append(Event(1 << len(events), EventKind.READY, change, kind))
    return tuple(events)


def of_kind(events: Iterable[Event], event_kind: EventKind) -> list[Event]:
    """The events of that kind, in their order."""
    return [event for event in events if event.event_kind is event_kind]


class Between:
    """The cluster in every state between two builds. A state is the set of events that have happened."""

    def __init__(self, before: Cluster, events: tuple[Event, ...]) -> None:
        self._before = before
        self._events = events
        self._clusters: dict[int, Cluster] = {0: before}
        self._old_pods: dict[int, Resource] = {}

    def cluster(self, done: int) -> Cluster:
        """The cluster once these events have happened and no other."""
        if done not in self._clusters:
            self._clusters[done] = self._make(done)
        return self._clusters[done]

    def _make(self, done: int) -> Cluster:
        put: list[Resource] = []
        gone = [event.change.before.id for event in self._events if event.bit & done and event.change.before]
        unready = {}
        ready = {id(event.change) for event in of_kind(self._events, EventKind.READY) if event.bit & done}
        for event in self._events:
            if event.event_kind is not EventKind.APPLY or not event.bit & done or event.change.after is None:
                continue
            waiting = event.pod_rollout in _WAITS_FOR_PODS and id(event.change) not in ready
            put.append(self._applied(event, waiting=waiting))
            if waiting and event.pod_rollout is not PodRollout.ROLLING:
                unready[event.change.id] = 0
        put += (_emptied(event.change.before) for event in self._events if event.bit & done and _lists(event))
        return self._before.derive(put=put, remove=gone, ready=unready)

    def _applied(self, event: Event, *, waiting: bool) -> Resource:
        """The object as applied; with the old pods' template where those still answer."""
        change = event.change
        assert change.after is not None
        if (
            not (event.pod_rollout is PodRollout.UNCHANGED or (waiting and event.pod_rollout is PodRollout.ROLLING))
            or change.before is None
        ):
            return change.after
        if event.bit not in self._old_pods:
            self._old_pods[event.bit] = _with_pods_of(change.after, change.before)
        return self._old_pods[event.bit]


def _lists(event: Event) -> bool:
    """Whether the event prunes the endpoints of a Service that were written by hand."""
    identity = event.change.id
    return event.event_kind is EventKind.PRUNE and (identity.group, identity.kind) in _BY_HAND


def _emptied(resource: Resource | None) -> Resource:
    """Endpoints that are gone, as a list of none: a Service without a selector has only what is listed for it."""
    assert resource is not None, "a prune has an object before"
    return replace(resource, data={**resource.data, _BY_HAND[resource.id.group, resource.id.kind]: []})


def _with_pods_of(after: Resource, before: Resource) -> Resource:
    if after.kind == "Pod":
        return replace(before, id=after.id)
    spec = {**object_at(after.data, "spec"), "template": look_up(before.data, ("spec", "template"))}
    return replace(after, data={**after.data, "spec": spec})


def in_set(events: Iterable[Event], done: int) -> Iterator[Event]:
    """The events of the set."""
    return (event for event in events if event.bit & done)
