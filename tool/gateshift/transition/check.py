"""Walks every state between two builds and asks what each class of requests would get there.

Every state that a course can be in, as far as a class of requests can tell them apart.

A state is a set of events that is closed under what each of them waits for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct, field

from gateshift.engines.events import Between, Event, EventKind, in_set
from gateshift.engines.pods import PodRollout
from gateshift.engines.sync_plan import SyncPlan
from gateshift.model.resource import ResourceId
from gateshift.traffic.cluster import Cluster
from gateshift.transition.answers import Answer, FailureCause, ServiceName, answer, version_in
from gateshift.transition.degradation import Degradation, Measure
from gateshift.transition.entry_points import EntryPoint
from gateshift.transition.relevance import relevant
from gateshift.transition.request_classes import Classes, RequestClass, classes_of


class Disruption(Struct, frozen=True, eq=False):
    """A harm that several classes of requests may suffer in one state: the first state in which it shows.

    `causes` are events without which it would not happen there, `cures` those that would end it; without cures it
    lasts. `done` is the whole state.
    """

    degradation: Degradation
    asked: tuple[RequestClass, ...]
    done: int
    causes: tuple[Event, ...]
    cures: tuple[Event, ...]

    @property
    def lasts(self) -> bool:
        """Whether nothing that is still to come mends it."""
        return not self.cures

    @property
    def key(self) -> tuple[object, ...]:
        """Equal for losses that are one and the same fault, whichever classes or engines they are found for."""
        return self.degradation.fault, self.degradation.service, tuple(event.bit for event in self.causes), self.lasts


class Walked(Struct, frozen=True):
    """What a walk found: the losses, and whether every state was looked at."""

    disruptions: tuple[Disruption, ...]
    complete: bool


class _Memory(Struct):
    """Answers by class and by the set of relevant events, shared by every course between the same two builds."""

    answers: dict[tuple[int, int], Answer] = field(default_factory=dict)
    relevant: dict[int, int] = field(default_factory=dict)


class TransitionContext:
    """Two builds, the events between them and the classes of requests; what all courses between them share."""

    def __init__(
        self, before: Cluster, after: Cluster, events: Sequence[Event], entry_points: Iterable[EntryPoint]
    ) -> None:
        self.sides = (before, after)
        self.events = tuple(events)
        self.between = Between(before, self.events)
        self.entry_points: tuple[tuple[EntryPoint, Classes], ...] = tuple(
            (each, classes_of(each)) for each in entry_points
        )
        self.classes: tuple[RequestClass, ...] = tuple(asked for _, found in self.entry_points for asked in found.found)
        self.predecessor_versions = _heirs(self.events, before)
        self._memory = _Memory()

    def relevant(self, asked: RequestClass) -> int:
        """The set of events that can change what these requests get."""
        known = self._memory.relevant
        if id(asked) not in known:
            known[id(asked)] = relevant(asked, self.events, self.sides)
        return known[id(asked)]

    def answer(self, asked: RequestClass, done: int) -> Answer:
        """What these requests get in the state."""
        seen = done & self.relevant(asked)
        key = (id(asked), seen)
        if key not in self._memory.answers:
            self._memory.answers[key] = answer(self.between.cluster(seen), asked.request, self._unready(seen))
        return self._memory.answers[key]

    def _unready(self, done: int) -> frozenset[ResourceId]:
        """The workloads that wait for pods to become Ready."""
        ready = {id(each.change) for each in in_set(self.events, done) if each.event_kind is EventKind.READY}
        return frozenset(
            each.change.id
            for each in in_set(self.events, done)
            if each.event_kind is EventKind.APPLY and each.pod_rollout in _PENDING and id(each.change) not in ready
        )


_PENDING = (PodRollout.NEW_PODS, PodRollout.ROLLING, PodRollout.RECREATE)


def _heirs(events: Iterable[Event], cluster: Cluster) -> Mapping[str, frozenset[str]]:
    """From the new version of a workload that changes in place to the versions it may have had."""
    found: dict[str, set[str]] = {}
    for event in events:
        change = event.change
        if event.event_kind is EventKind.APPLY and change.before is not None and change.after is not None:
            old, new = version_in(cluster, change.before), version_in(cluster, change.after)
            if old != new:
                found.setdefault(new, set()).add(old)
    return {new: frozenset(old) for new, old in found.items()}


def walk(context: TransitionContext, sync_plan: SyncPlan) -> Walked:
    """Every loss on the course, each at the first state in which it shows."""
    complete = True
    found: dict[tuple[object, ...], Disruption] = {}
    for asked in context.classes:
        wanted = context.relevant(asked) & sync_plan.end
        if not wanted or not context.answer(asked, 0).answered:
            continue
        passed = states(sync_plan, wanted)
        complete = complete and passed.complete
        for disruption in _losses(context, sync_plan, asked, passed.sets, wanted):
            known = found.get(disruption.key)
            found[disruption.key] = disruption if known is None else _joined(known, disruption)
    ordered = sorted(
        found.values(),
        key=lambda disruption: (disruption.done.bit_count(), disruption.done, disruption.degradation.fault.value),
    )
    return Walked(tuple(ordered), complete)


def _joined(one: Disruption, other: Disruption) -> Disruption:
    first = one if one.degradation.share >= other.degradation.share else other
    return Disruption(first.degradation, (*one.asked, *other.asked), one.done, one.causes, one.cures)


def _losses(
    context: TransitionContext, sync_plan: SyncPlan, asked: RequestClass, sets: Iterable[int], wanted: int
) -> Iterator[Disruption]:
    measure = Measure(context.answer(asked, 0), context.answer(asked, wanted), context.predecessor_versions)
    lasting = {degradation.signature for degradation in measure.degradations(context.answer(asked, wanted))}
    seen: set[tuple[FailureCause, ServiceName, bool]] = set()
    for done in sets:
        for degradation in measure.degradations(context.answer(asked, done)) if done else ():
            kind = (degradation.fault, degradation.service, degradation.signature in lasting)
            if kind not in seen:
                seen.add(kind)
                yield _explained(context, sync_plan, asked, degradation, done, measure)


def _explained(
    context: TransitionContext,
    sync_plan: SyncPlan,
    asked: RequestClass,
    degradation: Degradation,
    done: int,
    measure: Measure,
) -> Disruption:
    """The loss with the events that bring it about and those that end it."""

    def signatures(state: int) -> set[tuple[bool, ServiceName]]:
        return {each.signature for each in measure.degradations(context.answer(asked, state))}

    wanted = context.relevant(asked) & sync_plan.end
    here = [event for event in sync_plan.events if event.bit & wanted]
    causes = tuple(
        event for event in here if event.bit & done and degradation.signature not in signatures(done & ~event.bit)
    )
    if degradation.signature in signatures(wanted):
        return Disruption(degradation, (asked,), done, causes, ())
    ahead = tuple(event for event in here if not event.bit & done)
    cures = tuple(event for event in ahead if degradation.signature not in signatures(done | event.bit))
    return Disruption(degradation, (asked,), done, causes, cures or ahead)


MOST_STATES = 4096


class States(Struct, frozen=True):
    """States in order of the number of events, the empty one first. `complete` is false where there were more than
    are looked at: then those with few events, and those with few left, stand for the rest."""

    sets: tuple[int, ...]
    complete: bool


def states(sync_plan: SyncPlan, wanted: int) -> States:
    """The states that the wanted events pass through, whatever else happens beside them.

    What an event waits for names all that goes before it, so leaving the others out loses no order.
    """
    waits = {bit: before & wanted for bit, before in sync_plan.waits.items() if bit & wanted}
    found: list[int] = []
    level = {0}
    while level:
        found += sorted(level)
        if len(found) > MOST_STATES:
            return States((*found[:MOST_STATES], *_last(waits)), complete=False)
        level = {
            state | bit for state in level for bit, before in waits.items() if not state & bit and not before & ~state
        }
    return States(tuple(found), complete=True)


def _last(waits: Mapping[int, int]) -> Iterator[int]:
    """The end, and the end without each single event that nothing waits for."""
    end = sum(waits)
    for bit in waits:
        if not any(before & bit for before in waits.values()):
            yield end & ~bit
    yield end
