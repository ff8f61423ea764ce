"""The start of a next release as text and as JSON."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator

from gateshift.model.release import ReleaseReport
from gateshift.report.style import Style, printable
from gateshift.yamldoc.data import Json, JsonObject

_PLAIN = Style()
_COLOURS = {"+": "green", "-": "red", "@": "cyan"}


def render(report: ReleaseReport, style: Style = _PLAIN) -> str:
    """The change of gateshift.yaml where nothing was written, the pointers, the stages, and what is to be done."""
    return "\n".join(_lines(report, style)) + "\n"


def _lines(report: ReleaseReport, style: Style) -> Iterator[str]:
    if report.dry_run:
        yield from _diff(report, style)
    *_, baseline, candidate = (printable(version.name) for version in report.rollout.versions)
    name = style.paint(printable(report.rollout.service.name), "bold")
    yield f"{name}: {baseline} is the baseline now, {candidate} the candidate"
    yield f"  stages: {' -> '.join(printable(stage.name) for stage in report.rollout.stages)}"
    for pointer in report.pointers:
        yield f"  {printable(pointer.file)}: {printable(pointer.before)} -> {printable(pointer.after)}"
    changed = sum(len(plan.changes) for plan in report.changes)
    yield "  what runs stays as it is" if not changed else f"  {changed} objects change, safely"
    if report.dry_run:
        yield "nothing was changed: this was a dry run"
    else:
        yield f"{len(report.written)} files written, {len(report.deleted)} deleted; commit them together"


def _diff(report: ReleaseReport, style: Style) -> Iterator[str]:
    before, after = (text.splitlines() for text in (report.before, report.after))
    for line in difflib.unified_diff(before, after, "a/gateshift.yaml", "b/gateshift.yaml", lineterm=""):
        colour = _COLOURS.get(line[:1])
        yield style.paint(printable(line), colour) if colour else printable(line)


def render_json(report: ReleaseReport) -> str:
    """`{"schema": 1, "rollout", "baseline", "candidate", "stages", "pointers", "written", "deleted", "dryRun"}`."""
    pointers: list[Json] = [
        {"file": each.file, "name": each.name, "path": each.before, "newPath": each.after} for each in report.pointers
    ]
    document: JsonObject = {
        "schema": 1,
        "rollout": report.rollout.service.name,
        "baseline": report.rollout.versions[-2].name,
        "candidate": report.rollout.versions[-1].name,
        "stages": [stage.name for stage in report.rollout.stages],
        "pointers": pointers,
        "written": list(report.written),
        "deleted": list(report.deleted),
        "dryRun": report.dry_run,
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
