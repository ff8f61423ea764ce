"""Where all rollouts of a repository stand: a line for each environment."""

from __future__ import annotations

from collections.abc import Iterator

from gateshift.engines.registry import engine_name
from gateshift.model.shares import percent
from gateshift.model.status import NextStep, PointerStatus, RepositoryStatus, StatusReport
from gateshift.report.plain_text import printable
from gateshift.report.release.status_words import STEP_WORDS, verdict_lines
from gateshift.report.style import Style


def overview(report: RepositoryStatus, style: Style) -> str:
    """The lines in columns, then what was seen of the running systems, and what could not be read."""
    rows = [row for rollout in report.rollouts for row in _rows(rollout)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [_columns(row, widths) for row in rows]
    for rollout in report.rollouts:
        lines += (f"{printable(rollout.rollout)} {line.strip()}" for line in verdict_lines(rollout, style))
        lines += (f"not understood: {printable(unknown)}" for unknown in rollout.not_understood)
    lines += (style.paint(f"not read: {printable(gap)}", "red") for gap in report.gaps)
    return style.fit("\n".join(lines) + "\n")


def _columns(row: tuple[str, ...], widths: list[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _rows(report: StatusReport) -> Iterator[tuple[str, ...]]:
    """Rollout, environment, stage, shares, engines and next step; pointers that say the same are one line."""
    lines: dict[tuple[str, ...], list[str]] = {}
    for pointer in report.pointers:
        says = (pointer.environment, _stage(pointer), _shares(pointer), _next(pointer.next_step))
        lines.setdefault(tuple(map(printable, says)), []).append(engine_name(pointer.engine))
    name = printable(report.rollout)
    for (environment, stage, shares, step), engines in lines.items():
        yield name, environment, stage, shares, ", ".join(dict.fromkeys(engines)), step
    for environment in report.without_pointer:
        yield name, printable(environment), "no pointer", "", "", ""


def _stage(pointer: PointerStatus) -> str:
    stage = pointer.stage or f"{pointer.path} is not a stage"
    return f"{stage} (moved to {pointer.moved_to}, not committed)" if pointer.moved_to else stage


def _shares(pointer: PointerStatus) -> str:
    if pointer.without_route is not None:
        return "no route"
    return ", ".join(f"{version} {percent(share)}" for version, share in pointer.shares)


def _next(step: NextStep | None) -> str:
    return "" if step is None else f"next {step.stage}, {STEP_WORDS[step.safe][0]}"
