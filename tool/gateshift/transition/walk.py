"""Walks every state between two builds and looks at what each class of requests would get there.

A state is a set of events that is closed under what each of them waits for. The states of a sync plan are walked as
far as a class of requests can tell them apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct, field
from msgspec.structs import replace

from gateshift.engines.events import Between, Event, EventKind, in_set
from gateshift.engines.pods import PodRollout, images
from gateshift.engines.sync_plan import SyncPlan
from gateshift.model.resource import ResourceId
from gateshift.traffic.cluster import Cluster
from gateshift.transition.degradation import Degradation, Measure
from gateshift.transition.entry_points import EntryPoint
from gateshift.transition.outcomes import (
    FailureCause,
    ServiceName,
    TrafficOutcome,
    traffic_outcome,
    version_in,
    version_name,
)
from gateshift.transition.relevance import Relevance
from gateshift.transition.request_classes import RequestClass, RequestClasses, request_classes_at
from gateshift.transition.target_ports import known_ports


class Disruption(Struct, frozen=True, eq=False):
    """A degradation that several classes of requests may suffer in one state: the first state in which it shows.

    `causes` are events without which it would not happen there, `cures` those that would end it; without cures it
    lasts. `done` is the whole state.
    """

    degradation: Degradation
    request_classes: tuple[RequestClass, ...]
    done: int
    causes: tuple[Event, ...]
    cures: tuple[Event, ...]

    @property
    def lasts(self) -> bool:
        """Whether nothing that is still to come mends it."""
        return not self.cures

    @property
    def key(self) -> tuple[object, ...]:
        """Equal for disruptions with the same cause, whichever classes or engines they are found for."""
        return self.degradation.cause, self.degradation.service, tuple(event.bit for event in self.causes), self.lasts


class WalkResult(Struct, frozen=True):
    """The disruptions of a sync plan, and whether every state was looked at."""

    disruptions: tuple[Disruption, ...]
    complete: bool


class _Memory(Struct):
    """Outcomes by class and by the set of relevant events, shared by every sync plan between the same two builds."""

    outcomes: dict[tuple[int, int], TrafficOutcome] = field(default_factory=dict)
    relevant: dict[int, int] = field(default_factory=dict)


class TransitionContext:
    """Two builds, the events between them and the classes of requests; what all sync plans between them share."""

    def __init__(
        self, before: Cluster, after: Cluster, events: Sequence[Event], entry_points: Iterable[EntryPoint]
    ) -> None:
        self.sides = (before, after)
        self.events = tuple(events)
        self.between = Between(before, self.events)
        self.entry_points: tuple[tuple[EntryPoint, RequestClasses], ...] = tuple(
            (entry_point, request_classes_at(entry_point)) for entry_point in entry_points
        )
        self.classes: tuple[RequestClass, ...] = tuple(
            request_class for _, classes in self.entry_points for request_class in classes.classes
        )
        self.predecessor_versions = _predecessor_versions(self.events, before)
        self.same_code = _same_code(self.sides)
        self._known_ports = known_ports(event.change for event in self.events)
        self._relevance = Relevance(self.events, self.sides)
        self._memory = _Memory()

    def relevant(self, request_class: RequestClass) -> int:
        """The set of events that can change what these requests get."""
        known = self._memory.relevant
        if id(request_class) not in known:
            known[id(request_class)] = self._relevance.of(request_class)
        return known[id(request_class)]

    def outcome(self, request_class: RequestClass, done: int) -> TrafficOutcome:
        """What these requests get in the state."""
        seen = done & self.relevant(request_class)
        key = (id(request_class), seen)
        if key not in self._memory.outcomes:
            self._memory.outcomes[key] = traffic_outcome(
                self.between.cluster(seen), request_class.request, self._unready(seen), self._known_ports
            )
        return self._memory.outcomes[key]

    def _unready(self, done: int) -> frozenset[ResourceId]:
        """The workloads that wait for pods to become Ready."""
        happened = tuple(in_set(self.events, done))
        ready = {id(event.change) for event in happened if event.event_kind is EventKind.READY}
        return frozenset(
            event.change.id
            for event in happened
            if event.event_kind is EventKind.APPLY and event.pod_rollout in _PENDING and id(event.change) not in ready
        )


_PENDING = (PodRollout.NEW_PODS, PodRollout.ROLLING, PodRollout.RECREATE)


def _predecessor_versions(events: Iterable[Event], cluster: Cluster) -> Mapping[str, frozenset[str]]:
    """From the new version of a workload that changes in place to the versions it may have had."""
    predecessors: dict[str, set[str]] = {}
    for event in events:
        change = event.change
        if event.event_kind is EventKind.APPLY and change.before is not None and change.after is not None:
            old, new = version_in(cluster, change.before), version_in(cluster, change.after)
            if old != new:
                predecessors.setdefault(new, set()).add(old)
    return {new: frozenset(old) for new, old in predecessors.items()}


def _same_code(sides: Iterable[Cluster]) -> Mapping[str, str]:
    """From a version to the first by name that runs the same images: one code under several labels."""
    images_of: dict[str, set[tuple[str, ...]]] = {}
    for cluster in sides:
        for workload in cluster.workloads:
            images_of.setdefault(version_name(cluster, workload), set()).add(images(workload.resource))
    first: dict[frozenset[tuple[str, ...]], str] = {}
    same = {}
    for version in sorted(images_of):
        code = frozenset(images_of[version])
        same[version] = first.setdefault(code, version) if all(code) else version
    return same


def walk(context: TransitionContext, sync_plan: SyncPlan, besides: frozenset[RequestClass] = frozenset()) -> WalkResult:
    """Every disruption of the sync plan, each at the first state in which it shows; the classes `besides` are not
    looked at."""
    complete = True
    most = max(_LEAST_STATES, MOST_STATES // max(len(context.classes) // _CLASSES_IN_FULL, 1))
    disruptions: dict[tuple[object, ...], Disruption] = {}
    for request_class in context.classes:
        wanted = context.relevant(request_class) & sync_plan.end
        if not wanted or request_class in besides or not context.outcome(request_class, 0).answered:
            continue
        passed = states(sync_plan, wanted, most)
        complete = complete and passed.complete
        for disruption in _disruptions(context, sync_plan, request_class, passed.sets, wanted):
            known = disruptions.get(disruption.key)
            disruptions[disruption.key] = disruption if known is None else _joined(known, disruption)
    ordered = sorted(
        disruptions.values(),
        key=lambda disruption: (disruption.done.bit_count(), disruption.done, disruption.degradation.cause.value),
    )
    return WalkResult(tuple(ordered), complete)


def _joined(disruption: Disruption, other: Disruption) -> Disruption:
    first = disruption if disruption.degradation.share >= other.degradation.share else other
    return replace(
        disruption,
        degradation=first.degradation,
        request_classes=(*disruption.request_classes, *other.request_classes),
    )


def _disruptions(
    context: TransitionContext, sync_plan: SyncPlan, request_class: RequestClass, sets: Iterable[int], wanted: int
) -> Iterator[Disruption]:
    measure = Measure(
        context.outcome(request_class, 0),
        context.outcome(request_class, wanted),
        context.predecessor_versions,
        context.same_code,
    )
    lasting = {degradation.signature for degradation in measure.degradations(context.outcome(request_class, wanted))}
    seen: set[tuple[FailureCause, ServiceName, bool]] = set()
    for done in sets:
        for degradation in measure.degradations(context.outcome(request_class, done)) if done else ():
            kind = (degradation.cause, degradation.service, degradation.signature in lasting)
            if kind not in seen:
                seen.add(kind)
                yield _explained(context, sync_plan, request_class, degradation, done, measure)


def _explained(
    context: TransitionContext,
    sync_plan: SyncPlan,
    request_class: RequestClass,
    degradation: Degradation,
    done: int,
    measure: Measure,
) -> Disruption:
    """The degradation with the events that bring it about and those that end it."""

    def signatures(state: int) -> set[tuple[bool, ServiceName]]:
        return {other.signature for other in measure.degradations(context.outcome(request_class, state))}

    wanted = context.relevant(request_class) & sync_plan.end
    here = [event for event in sync_plan.events if event.bit & wanted]
    causes = tuple(
        event for event in here if event.bit & done and degradation.signature not in signatures(done & ~event.bit)
    )
    if degradation.signature in signatures(wanted):
        return Disruption(degradation, (request_class,), done, causes, ())
    ahead = tuple(event for event in here if not event.bit & done)
    cures = tuple(event for event in ahead if degradation.signature not in signatures(done | event.bit))
    return Disruption(degradation, (request_class,), done, causes, cures or ahead)


MOST_STATES = 4096
"""The most states that are looked at for one class of requests; fewer where there are many classes."""
_LEAST_STATES = 32
_CLASSES_IN_FULL = 16


class States(Struct, frozen=True):
    """States in order of the number of events, the empty one first. `complete` is false where there were more than
    are looked at: then those with few events, and those with few left, stand for the rest."""

    sets: tuple[int, ...]
    complete: bool


def states(sync_plan: SyncPlan, wanted: int, most: int = MOST_STATES) -> States:
    """The states that the wanted events pass through, whatever else happens beside them.

    What an event waits for names all that goes before it, so leaving the others out loses no order.
    """
    waits = {bit: before & wanted for bit, before in sync_plan.waits.items() if bit & wanted}
    sets: list[int] = []
    level = {0}
    while level:
        sets += sorted(level)
        if len(sets) > most:
            return States((*sets[:most], *_last(waits)), complete=False)
        level = _next_level(level, waits, most)
    return States(tuple(sets), complete=True)


def _next_level(level: Iterable[int], waits: Mapping[int, int], most: int) -> set[int]:
    """The states with one more event, or some of them, where there are more than are wanted."""
    following: set[int] = set()
    for state in level:
        following |= {state | bit for bit, before in waits.items() if not state & bit and not before & ~state}
        if len(following) > most:
            break
    return following


def _last(waits: Mapping[int, int]) -> Iterator[int]:
    """The end, and the end without each single event that nothing waits for."""
    end = sum(waits)
    for bit in waits:
        if not any(before & bit for before in waits.values()):
            yield end & ~bit
    yield end
