"""Generated files as text: what would change, and the change as a diff."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Sequence

from gateshift.model.release import FileState, FileStatus
from gateshift.report.plain_text import printable
from gateshift.report.style import Style, count

_COLOURS = {"+": "green", "-": "red", "@": "cyan"}


def diff(states: Iterable[FileState], prefix: str, style: Style) -> str:
    """A unified diff from the files as they are to the files as generated; `prefix` is their folder."""
    return "".join(line for state in states for line in _diff(state, prefix, style))


def _diff(state: FileState, prefix: str, style: Style) -> Iterator[str]:
    name = f"{prefix}{state.path}"
    before = "/dev/null" if state.found is None else f"a/{name}"
    after = "/dev/null" if state.expected is None else f"b/{name}"
    for number, line in enumerate(difflib.unified_diff(_lines(state.found), _lines(state.expected), before, after)):
        text = printable(line.removesuffix("\n"))
        colours = ("bold",) if number < 2 else ()
        if number >= 2 and text[:1] in _COLOURS:
            colours = (_COLOURS[text[0]],)
        yield style.paint(text, *colours) + "\n" if colours else text + "\n"
        if not line.endswith("\n"):
            yield "\\ No newline at end of file\n"


def _lines(text: str | None) -> list[str]:
    """Lines with their line feed; a carriage return stays visible in the line."""
    parts = (text or "").split("\n")
    return [part + "\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])


def summary(name: str, states: Sequence[FileState], style: Style, *, done: bool) -> str:
    """One line a file that is not as the rollout asks for, and one line for them all; `done`: they were written."""
    pending = [state for state in states if state.status is not FileStatus.FRESH]
    lines = [f"  {style.paint(_verb(state, done=done), _colour(state))} {printable(state.path)}" for state in pending]
    totals = f"{count(len(states) - len(pending), 'file')} up to date"
    if pending:
        totals = f"{len(pending)} {'changed' if done else 'not up to date'}, {totals}"
    return style.fit("\n".join([f"{style.paint(printable(name), 'bold')}: {totals}", *lines]) + "\n")


def _verb(state: FileState, *, done: bool) -> str:
    match state.status:
        case FileStatus.MISSING:
            return "created" if done else "missing"
        case FileStatus.LEFT_OVER:
            return "deleted" if done else "left over"
        case _ if done:
            return "deleted" if state.expected is None else "written"
        case _:
            return str(state.status.value)


def _colour(state: FileState) -> str:
    return "red" if state.status.in_the_way else "yellow"
