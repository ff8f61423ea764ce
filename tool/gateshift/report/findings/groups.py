"""Findings as people read them: those of one cause together, the worst first, and notes counted by rule."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from gateshift.model.finding import Level
from gateshift.model.report import ReportedFinding
from gateshift.report.style import count

_MOST_PLACES = 3


class FindingGroup(Struct, frozen=True):
    """The findings of one cause, of which the first stands for all."""

    findings: tuple[ReportedFinding, ...]

    @property
    def first(self) -> ReportedFinding:
        """The finding that is shown."""
        return self.findings[0]

    @property
    def roots(self) -> tuple[str, ...]:
        """Every root that any of the findings reaches."""
        return tuple(dict.fromkeys(root for finding in self.findings for root in finding.roots))

    @property
    def others(self) -> str:
        """`4 more places: a.yaml:3, b.yaml:7, ...`, or how many more objects the one place spoils; "" where the first
        finding is the only one."""
        here, *rest = dict.fromkeys(f"{finding.place.file}:{finding.place.line}" for finding in self.findings)
        if rest:
            more = ", ..." if len(rest) > _MOST_PLACES else ""
            return f"{count(len(rest), 'more place')}: {', '.join(rest[:_MOST_PLACES])}{more}"
        alike = len(self.findings) - 1
        return f"{count(alike, 'more finding')} at {here}" if alike else ""


class RuleCount(Struct, frozen=True):
    """How many findings of one level there are of one rule, and in how many roots."""

    level: Level
    rule: str
    name: str
    findings: int
    roots: int

    def __str__(self) -> str:
        """`GS416 defaults-left-out: 12 notes in 4 roots`."""
        where = f" in {count(self.roots, 'root')}" if self.roots else ""
        return f"{self.rule} {self.name}: {count(self.findings, self.level.value)}{where}"


def groups_of(findings: Iterable[ReportedFinding]) -> tuple[FindingGroup, ...]:
    """The findings by cause: errors first, then warnings and notes, else in their own order."""
    by_cause: dict[object, list[ReportedFinding]] = {}
    for number, finding in enumerate(findings):
        key = (finding.level, finding.rule, finding.cause) if finding.cause else number
        by_cause.setdefault(key, []).append(finding)
    groups = (FindingGroup(tuple(alike)) for alike in by_cause.values())
    return tuple(sorted(groups, key=lambda group: group.first.level.rank))


def counts_of(findings: Iterable[ReportedFinding]) -> tuple[RuleCount, ...]:
    """The findings counted by level and rule: errors first, then most first."""
    by_rule: dict[tuple[Level, str, str], list[ReportedFinding]] = {}
    for finding in findings:
        by_rule.setdefault((finding.level, finding.rule, finding.name), []).append(finding)
    counted = (
        RuleCount(*key, len(alike), len({root for item in alike for root in item.roots}))
        for key, alike in by_rule.items()
    )
    return tuple(sorted(counted, key=lambda entry: (entry.level.rank, -entry.findings, entry.rule)))


def notes_by_rule(findings: Iterable[ReportedFinding]) -> tuple[RuleCount, ...]:
    """The notes, counted for each rule, most first."""
    return counts_of(finding for finding in findings if finding.level is Level.NOTE)
