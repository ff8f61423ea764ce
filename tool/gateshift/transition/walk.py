"""Every state that a course can be in, as far as a class of requests can tell them apart.

A state is a set of events that is closed under what each of them waits for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from gateshift.transition.engines import Course

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
