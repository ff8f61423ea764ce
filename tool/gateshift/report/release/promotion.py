"""What a promotion did or would do, as text and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from gateshift.model.promotion import Move, PromotionReport, Refusal
from gateshift.report.plan.text import traffic_lines
from gateshift.report.style import Style, printable
from gateshift.yamldoc.data import Json, JsonObject

_PLAIN = Style()
_SHORT = 12


def render(report: PromotionReport, base: Path, style: Style = _PLAIN) -> str:
    """The shift, each pointer's old and new path, what speaks against it, and what became of it."""
    return "\n".join(_lines(report, base, style)) + "\n"


def render_json(report: PromotionReport, base: Path) -> str:
    """The same as data: `{"schema": 1, "rollout", "environment", "to", "moves", "refusals", "done", ...}`."""
    moves: list[Json] = [
        {
            "engine": move.pointer.engine.value,
            "name": move.pointer.name,
            "file": _shown(move.file, base),
            "line": move.line,
            "from": move.origin.name if move.origin else None,
            "path": move.path,
            "newPath": move.new_path,
        }
        for move in report.moves
    ]
    document: JsonObject = {
        "schema": 1,
        "rollout": report.rollout.service.name,
        "environment": report.environment.name,
        "to": report.target.name,
        "message": report.message,
        "moves": moves,
        "refusals": [_refusal_data(each) for each in report.refusals],
        "overridden": [_refusal_data(each) for each in report.overridden],
        "dryRun": report.dry_run,
        "done": report.done,
        "commit": report.commit,
        "branch": report.branch,
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _refusal_data(refusal: Refusal) -> JsonObject:
    return {"obstacle": refusal.obstacle.value, "found": list(refusal.found), "wayOut": refusal.hint}


def _lines(report: PromotionReport, base: Path, style: Style) -> Iterator[str]:
    yield style.paint(printable(report.message), "bold")
    for file in report.recovered:
        yield f"  finished what an interrupted run had begun: {printable(_shown(file, base))}"
    for plan in report.plans:
        for row in plan.traffic:
            yield from traffic_lines(row, style)
    for move in report.moves:
        yield from _move(move, base, style)
    for refusal in report.refusals:
        yield from _refusal(refusal, style.paint("refused", "red", "bold"))
    for refusal in report.overridden:
        yield from _refusal(refusal, style.paint("forced although", "yellow", "bold"))
    yield style.paint(_outcome(report), "green" if report.done else "red" if report.refusals else "bold")


def _move(move: Move, base: Path, style: Style) -> Iterator[str]:
    yield f"  {printable(_shown(move.file, base))}:{move.line}"
    if move.changes:
        yield "    " + style.paint(f"- {printable(move.path)}", "red")
        yield "    " + style.paint(f"+ {printable(move.new_path)}", "green")
    else:
        yield f"      {printable(move.path)}"


def _refusal(refusal: Refusal, said: str) -> Iterator[str]:
    yield f"{said}: {refusal.obstacle.value}"
    yield from (f"  {printable(found)}" for found in refusal.found)
    if refusal.hint:
        yield f"  help: {printable(refusal.hint)}"


def _outcome(report: PromotionReport) -> str:
    if report.refusals:
        return "nothing was changed"
    if report.commit:
        where = f" on {printable(report.branch)}" if report.branch else ""
        return f"committed as {report.commit[:_SHORT]}{where}; push it, and the sync engine follows"
    if not any(move.changes for move in report.moves):
        already = f"every pointer names {printable(report.target.name)} already"
        committed = all(move.origin == report.target for move in report.moves)
        return already if committed else f"{already}; commit and push it, and the sync engine follows"
    if report.dry_run:
        return "nothing was changed: this was a dry run"
    return "commit and push it, and the sync engine follows"


def _shown(file: Path, base: Path) -> str:
    return file.relative_to(base).as_posix() if file.is_relative_to(base) else str(file)
