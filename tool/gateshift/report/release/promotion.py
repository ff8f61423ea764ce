"""What a promotion did or would do, as text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from gateshift.model.promotion import Move, PromotionReport, Refusal
from gateshift.report.live.gate import summary
from gateshift.report.plain_text import printable
from gateshift.report.plan.text import traffic_lines
from gateshift.report.style import Style

_SHORT = 12


def render(report: PromotionReport, base: Path, style: Style) -> str:
    """The shift, each pointer's old and new path, what speaks against it, and what became of it."""
    return style.fit("\n".join(_lines(report, base, style)) + "\n")


def _lines(report: PromotionReport, base: Path, style: Style) -> Iterator[str]:
    yield style.paint(printable(report.message), "bold")
    for file in report.recovered:
        yield f"  finished what an interrupted run had begun: {printable(seen_from(base, file))}"
    for wait in report.waits:
        yield style.paint(f"  {printable(str(wait))}", "green" if wait.is_over else "yellow")
    if report.gate is not None:
        yield f"  gate: {summary(report.gate, style)}"
    for plan in report.plans:
        for row in plan.traffic:
            yield from () if row.overlap else traffic_lines(row, style)
    for move in report.moves:
        yield from _move(move, base, style)
    for refusal in report.refusals:
        yield from _refusal(refusal, style.paint("refused", "red", "bold"))
    for refusal in report.overridden:
        yield from _refusal(refusal, style.paint("forced although", "yellow", "bold"))
    yield style.paint(_outcome(report), "green" if report.done else "red" if report.refusals else "bold")


def _move(move: Move, base: Path, style: Style) -> Iterator[str]:
    yield f"  {printable(seen_from(base, move.file))}:{move.line}"
    if move.changes:
        yield "    " + style.paint(f"- {printable(move.path)}", "red")
        yield "    " + style.paint(f"+ {printable(move.new_path)}", "green")
    else:
        yield f"      {printable(move.path)}"


def _refusal(refusal: Refusal, said: str) -> Iterator[str]:
    yield f"{said}: {refusal.obstacle.value}"
    yield from (f"  {printable(line)}" for line in refusal.found)
    if refusal.hint:
        first, *rest = refusal.hint.split("\n")
        yield f"  help: {printable(first)}"
        yield from (f"        {printable(line)}" for line in rest)


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


def seen_from(base: Path, file: Path) -> str:
    """The file relative to the folder where it lies in it, else as it is."""
    return file.relative_to(base).as_posix() if file.is_relative_to(base) else str(file)


def _json(report: PromotionReport, base: Path, _: Style) -> str:
    from gateshift.report.release import json

    return json.promotion(report, base)


FORMATS: dict[str, Callable[[PromotionReport, Path, Style], str]] = {"text": render, "json": _json}
"""Every format of `promote`; the path is the working directory."""
