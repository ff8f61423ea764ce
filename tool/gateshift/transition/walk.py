"""Every state that a course can be in, as far as a class of requests can tell them apart.

A state is a set of events that is closed under what each of them waits for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from gateshift.transition.engines import Course

MOST_STATES = 4096


@dataclass(frozen=True, slots=True)
class States:
    """States in order of the number of events, the empty one first. `complete` is false where there were more than
    are looked at: then those with few events, and those with few left, stand for the rest."""

    sets: tuple[int, ...]
    complete: bool


def states(paths: Mapping[int, int], wanted: int) -> States:
    """The states that the wanted events pass through, whatever else happens beside them; `paths` are the course's."""
    waits = {bit: before & wanted for bit, before in paths.items() if bit & wanted}
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


def paths_of(course: Course) -> dict[int, int]:
    """For each event of the course, all that it waits for, directly or through others."""
    found: dict[int, int] = {}
    for bit in course.waits:
        _close(bit, course.waits, found)
    return found


def _close(bit: int, waits: Mapping[int, int], found: dict[int, int]) -> None:
    """Fill in what the event waits for, without recursion: what it waits for is filled in first."""
    open_ones = [bit]
    while open_ones:
        current = open_ones[-1]
        missing = [each for each in _bits_of(waits[current]) if each not in found and current not in found]
        if missing:
            open_ones += missing
            continue
        open_ones.pop()
        if current not in found:
            found[current] = waits[current] | _union(found[each] for each in _bits_of(waits[current]))


def _union(sets: Iterable[int]) -> int:
    found = 0
    for each in sets:
        found |= each
    return found


def _bits_of(events: int) -> Iterator[int]:
    while events:
        lowest = events & -events
        yield lowest
        events ^= lowest


def _last(waits: Mapping[int, int]) -> Iterator[int]:
    """The end, and the end without each single event that nothing waits for."""
    end = _union(waits)
    for bit in waits:
        if not any(before & bit for before in waits.values()):
            yield end & ~bit
    yield end
