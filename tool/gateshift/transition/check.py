"""Walks every state between two builds and asks what each class of requests would get there.

Every state that a course can be in, as far as a class of requests can tell them apart.

A state is a set of events that is closed under what each of them waits for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from gateshift.engines.events import Between, Deed, Event, in_set
from gateshift.engines.pods import Passage
from gateshift.engines.sync_plan import Course
from gateshift.model.resource import ResourceId
from gateshift.traffic.cluster import Cluster
from gateshift.transition.answers import Answer, Fault, ServiceName, answer, version_in
from gateshift.transition.degradation import Harm, Measure
from gateshift.transition.entry_points import Entrance
from gateshift.transition.relevance import relevant
from gateshift.transition.request_classes import Classes, RequestClass, classes_of


@dataclass(frozen=True, slots=True, eq=False)
class Loss:
    """A harm that several classes of requests may suffer in one state: the first state in which it shows.

    `causes` are events without which it would not happen there, `cures` those that would end it; without cures it
    lasts. `done` is the whole state.
    """

    harm: Harm
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
        return self.harm.fault, self.harm.service, tuple(event.bit for event in self.causes), self.lasts


@dataclass(frozen=True, slots=True)
class Walked:
    """What a walk found: the losses, and whether every state was looked at."""

    losses: tuple[Loss, ...]
    complete: bool


@dataclass(slots=True)
class _Memory:
    """Answers by class and by the set of relevant events, shared by every course between the same two builds."""

    answers: dict[tuple[int, int], Answer] = field(default_factory=dict)
    relevant: dict[int, int] = field(default_factory=dict)


class Ground:
    """Two builds, the events between them and the classes of requests; what all courses between them share."""

    def __init__(self, before: Cluster, after: Cluster, events: Sequence[Event], entrances: Iterable[Entrance]) -> None:
        self.sides = (before, after)
        self.events = tuple(events)
        self.between = Between(before, self.events)
        self.entrances: tuple[tuple[Entrance, Classes], ...] = tuple((each, classes_of(each)) for each in entrances)
        self.classes: tuple[RequestClass, ...] = tuple(asked for _, found in self.entrances for asked in found.found)
        self.heirs = _heirs(self.events, before)
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
        ready = {id(each.change) for each in in_set(self.events, done) if each.deed is Deed.READY}
        return frozenset(
            each.change.id
            for each in in_set(self.events, done)
            if each.deed is Deed.APPLY and each.passage in _PENDING and id(each.change) not in ready
        )


_PENDING = (Passage.START, Passage.SWAP, Passage.GAP)


def _heirs(events: Iterable[Event], cluster: Cluster) -> Mapping[str, frozenset[str]]:
    """From the new version of a workload that changes in place to the versions it may have had."""
    found: dict[str, set[str]] = {}
    for event in events:
        change = event.change
        if event.deed is Deed.APPLY and change.before is not None and change.after is not None:
            old, new = version_in(cluster, change.before), version_in(cluster, change.after)
            if old != new:
                found.setdefault(new, set()).add(old)
    return {new: frozenset(old) for new, old in found.items()}


def walk(ground: Ground, course: Course) -> Walked:
    """Every loss on the course, each at the first state in which it shows."""
    complete = True
    found: dict[tuple[object, ...], Loss] = {}
    for asked in ground.classes:
        wanted = ground.relevant(asked) & course.end
        if not wanted or not ground.answer(asked, 0).answered:
            continue
        passed = states(course, wanted)
        complete = complete and passed.complete
        for loss in _losses(ground, course, asked, passed.sets, wanted):
            known = found.get(loss.key)
            found[loss.key] = loss if known is None else _joined(known, loss)
    ordered = sorted(found.values(), key=lambda loss: (loss.done.bit_count(), loss.done, loss.harm.fault.value))
    return Walked(tuple(ordered), complete)


def _joined(one: Loss, other: Loss) -> Loss:
    first = one if one.harm.share >= other.harm.share else other
    return Loss(first.harm, (*one.asked, *other.asked), one.done, one.causes, one.cures)


def _losses(ground: Ground, course: Course, asked: RequestClass, sets: Iterable[int], wanted: int) -> Iterator[Loss]:
    measure = Measure(ground.answer(asked, 0), ground.answer(asked, wanted), ground.heirs)
    lasting = {harm.trouble for harm in measure.harms(ground.answer(asked, wanted))}
    seen: set[tuple[Fault, ServiceName, bool]] = set()
    for done in sets:
        for harm in measure.harms(ground.answer(asked, done)) if done else ():
            kind = (harm.fault, harm.service, harm.trouble in lasting)
            if kind not in seen:
                seen.add(kind)
                yield _explained(ground, course, asked, harm, done, measure)


def _explained(ground: Ground, course: Course, asked: RequestClass, harm: Harm, done: int, measure: Measure) -> Loss:
    """The loss with the events that bring it about and those that end it."""

    def troubles(state: int) -> set[tuple[bool, ServiceName]]:
        return {each.trouble for each in measure.harms(ground.answer(asked, state))}

    wanted = ground.relevant(asked) & course.end
    here = [event for event in course.events if event.bit & wanted]
    causes = tuple(event for event in here if event.bit & done and harm.trouble not in troubles(done & ~event.bit))
    if harm.trouble in troubles(wanted):
        return Loss(harm, (asked,), done, causes, ())
    ahead = tuple(event for event in here if not event.bit & done)
    cures = tuple(event for event in ahead if harm.trouble not in troubles(done | event.bit))
    return Loss(harm, (asked,), done, causes, cures or ahead)


MOST_STATES = 4096


@dataclass(frozen=True, slots=True)
class States:
    """States in order of the number of events, the empty one first. `complete` is false where there were more than
    are looked at: then those with few events, and those with few left, stand for the rest."""

    sets: tuple[int, ...]
    complete: bool


def states(course: Course, wanted: int) -> States:
    """The states that the wanted events pass through, whatever else happens beside them.

    What an event waits for names all that goes before it, so leaving the others out loses no order.
    """
    waits = {bit: before & wanted for bit, before in course.waits.items() if bit & wanted}
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
