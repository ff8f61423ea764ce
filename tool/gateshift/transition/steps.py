"""An engine's course in words, one line for each thing it does before it does the next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gateshift.model.rollout import Engine
from gateshift.transition.engines import Course
from gateshift.transition.events import Deed, Event

_MOST_NAMED = 8


def steps_of(course: Course) -> tuple[str, ...]:
    """`apply Service default/a, then HTTPRoute default/a`, `wait until that is healthy`, `prune ...`."""
    return tuple(_lines(course))


def _lines(course: Course) -> Iterator[str]:
    for wave in course.waves:
        if wave.waits:
            yield "wait until that is healthy"
        yield _line(wave.events)
    if course.waves and course.sync.engine is Engine.FLUX:
        yield "then check health, which holds nothing back any more"


def _line(events: Sequence[Event]) -> str:
    names = [str(event.change.id) for event in events[:_MOST_NAMED]]
    if len(events) > _MOST_NAMED:
        names.append(f"{len(events) - _MOST_NAMED} more")
    prunes = events[0].deed is Deed.PRUNE
    joined = " and ".join(names) if prunes else ", then ".join(names)
    return f"{events[0].deed.value} {joined}" + (", in any order" if prunes and len(events) > 1 else "")
