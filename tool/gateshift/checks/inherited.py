"""Which suppressions were there before a change: only those may silence anything in the change's own run."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from difflib import SequenceMatcher

from msgspec.structs import replace

from gateshift.checks.suppression import Marker
from gateshift.model.source import SourceFile
from gateshift.yamldoc.data import look_up, text_at

_MOST_LINES = 2000
"""Changed lines that are compared: beyond these a comment among them counts as new, since comparing is quadratic."""
_KEY = re.compile(r"[\s-]*[^\s:#]*:?")


def inherited_comments(
    now: Iterable[Marker], then: Iterable[Marker], file_now: SourceFile, file_then: SourceFile
) -> frozenset[Marker]:
    """Those of a file's comments that silenced the same rule for the same reason on the same field before.

    The line may have another number and the field another value: a comment that moves to another field or object is a
    new one.
    """
    known = {(marker.rule, marker.reason, marker.lines) for marker in then}
    if not known:
        return frozenset()
    lines_now, lines_then = file_now.text.splitlines(), file_then.text.splitlines()
    earlier = _aligned(lines_then, lines_now)
    inherited = set()
    for marker in now:
        line = marker.lines[0]
        old = earlier.get(line, 0)
        is_known = (marker.rule, marker.reason, (old,)) in known and _key(lines_then, old) == _key(lines_now, line)
        if is_known and _field(file_then, old) == _field(file_now, line):
            inherited.add(marker)
    return frozenset(inherited)


def _field(file: SourceFile, line: int) -> tuple[str, ...]:
    """What identifies the object and the field in which a line stands; items of lists by their names, if they have
    some."""
    document = next((each for each in reversed(file.documents) if each.nearest(())[1].line <= line), None)
    if document is None:
        return ()
    data = document.data
    steps = [text_at(data, *at) for at in (("apiVersion",), ("kind",), ("metadata", "namespace"), ("metadata", "name"))]
    for step in document.field_at(line):
        data = look_up(data, (step,))
        name = text_at(data, "name") or text_at(data, "metadata", "name")
        steps.append(name if name and isinstance(step, int) else str(step))
    return tuple(steps)


def inherited_entry(now: Marker, then: Iterable[Marker]) -> Marker | None:
    """An entry of gateshift.yaml as far as an earlier one for the same rule, files and object reached: to the earlier
    of both days. None where there was none."""
    same = [marker for marker in then if _means(marker) == _means(now)]
    days = [marker.until or date.max for marker in same]
    if not days:
        return None
    until = min(max(days), now.until or date.max)
    return replace(now, until=None if until == date.max else until)


def _means(entry: Marker) -> tuple[str, ...]:
    return entry.rule, entry.file_pattern, entry.resource, entry.kind, entry.name, entry.path


def _key(lines: Sequence[str], number: int) -> str:
    """The line's indentation and key, without its value."""
    match = _KEY.match(lines[number - 1]) if 0 < number <= len(lines) else None
    return match.group() if match else ""


def _aligned(before: Sequence[str], after: Sequence[str]) -> dict[int, int]:
    """For lines after a change their numbers before it, both from 1: those that stayed, and those that stand in the
    place of others."""
    shorter = min(len(before), len(after))
    head = next((index for index in range(shorter) if before[index] != after[index]), shorter)
    room = shorter - head
    tail = next((index for index in range(room) if before[-1 - index] != after[-1 - index]), room)
    lines = {number: number for number in range(1, head + 1)}
    lines |= {len(after) - index: len(before) - index for index in range(tail)}
    old, new = before[head : len(before) - tail], after[head : len(after) - tail]
    if max(len(old), len(new)) > _MOST_LINES:
        return lines
    for _, start, end, to_start, to_end in SequenceMatcher(None, old, new).get_opcodes():
        both = min(end - start, to_end - to_start)
        lines |= {head + to_start + index + 1: head + start + index + 1 for index in range(both)}
    return lines
