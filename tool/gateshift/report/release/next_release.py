"""The start of a next release as text."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator

from gateshift.model.release import ReleaseKind, ReleaseReport
from gateshift.report.plain_text import printable
from gateshift.report.style import Style, count

_COLOURS = {"+": "green", "-": "red", "@": "cyan"}
_SHORT = 12


def render(report: ReleaseReport, style: Style) -> str:
    """The change of gateshift.yaml where nothing was written, the pointers, the stages, and what is to be done."""
    change = "".join(f"{line}\n" for line in _diff(report, style)) if report.dry_run else ""
    return change + style.fit("\n".join(_lines(report, style)) + "\n")


def _lines(report: ReleaseReport, style: Style) -> Iterator[str]:
    name = style.paint(printable(report.rollout.service.name), "bold")
    yield f"{name}: {_start(report)}"
    yield f"  stages: {' -> '.join(printable(stage.name) for stage in report.rollout.stages)}"
    for pointer in report.pointers:
        yield f"  {printable(pointer.file)}: {printable(pointer.before)} -> {printable(pointer.after)}"
    if not report.pointers:
        yield "  no pointer moves"
    changed = sum(len(plan.changes) for plan in report.changes)
    change = f"{count(changed, 'object')} {'changes' if changed == 1 else 'change'}, safely"
    yield f"  {change}" if changed else "  what runs stays as it is"
    for note in report.notes:
        yield f"  {style.paint('note', 'yellow')}: {printable(note)}"
    yield _outcome(report)


def _start(report: ReleaseReport) -> str:
    baseline, candidate = printable(report.baseline), printable(report.candidate)
    match report.kind:
        case ReleaseKind.AFTER:
            return f"{baseline} is the baseline now, {candidate} the candidate"
        case ReleaseKind.BEHIND:
            return f"{candidate} comes behind {baseline}, each environment when it is there"
        case ReleaseKind.INSTEAD:
            return f"{candidate} is the candidate instead of {printable(report.abandoned)}"


def _outcome(report: ReleaseReport) -> str:
    if report.dry_run:
        return "nothing was changed: this was a dry run"
    files = f"{count(len(report.written), 'file')} written, {len(report.deleted)} deleted"
    if report.commit:
        where = f" on {printable(report.branch)}" if report.branch else ""
        return f"{files}, committed as {report.commit[:_SHORT]}{where}; push it, and the sync engine follows"
    return f"{files}; commit them together"


def _diff(report: ReleaseReport, style: Style) -> Iterator[str]:
    before, after = (text.splitlines() for text in (report.before, report.after))
    for line in difflib.unified_diff(before, after, "a/gateshift.yaml", "b/gateshift.yaml", lineterm=""):
        colour = _COLOURS.get(line[:1])
        yield style.paint(printable(line), colour) if colour else printable(line)


def _json(report: ReleaseReport, _: Style) -> str:
    from gateshift.report.release import json

    return json.release(report)


FORMATS: dict[str, Callable[[ReleaseReport, Style], str]] = {"text": render, "json": _json}
"""Every format of `next`."""
