"""The report of a step that several sync objects make, each from a build of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import TypeVar

from msgspec.structs import replace

from gateshift.model.plan import EngineVerdict, PlanReport, TrafficRow

T = TypeVar("T")


def joint_report(whole: PlanReport, reports: Sequence[tuple[str, PlanReport]]) -> PlanReport:
    """The report of the whole step with what each sync object does, by its name."""
    each = [report for _, report in reports]
    return replace(
        whole,
        traffic=_distinct(_rows(reports)),
        changes=_distinct(change for report in each for change in report.changes),
        engines=tuple(_verdict(worst, each) for worst in whole.engines),
    )


def _rows(reports: Sequence[tuple[str, PlanReport]]) -> Iterator[TrafficRow]:
    """The traffic; a row that is not the same for all names whose it is."""
    for name, report in reports:
        for row in report.traffic:
            shared = all(row in other.traffic for _, other in reports)
            yield row if shared else replace(row, name=f"{row.name} ({name})".lstrip())


def _verdict(worst: EngineVerdict, reports: Sequence[PlanReport]) -> EngineVerdict:
    """The worst verdict of an engine, with what all that count found and do."""
    own = [found for report in reports for found in report.engines if found.engine == worst.engine and found.decides]
    if not own:
        return worst
    findings = _distinct(chain.from_iterable(found.findings for found in own))
    steps = chain.from_iterable(_distinct(found.steps for found in own))
    return replace(worst, findings=findings, steps=tuple(steps))


def _distinct(values: Iterable[T]) -> tuple[T, ...]:
    """The values in order, each once; they need not be hashable."""
    found: list[T] = []
    found += (value for value in values if value not in found)
    return tuple(found)
