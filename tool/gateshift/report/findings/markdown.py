"""A validation as Markdown, for a step summary or a comment; never longer than a comment may be."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from gateshift.model.finding import Level
from gateshift.model.report import Gap, ReportedFinding, ReportedPlace, ValidationReport
from gateshift.report.findings.groups import FindingGroup, groups_of, notes_by_rule
from gateshift.report.findings.text import coverage_line, place_lines, summary
from gateshift.report.markdown_text import block, cell, code, prose
from gateshift.report.own_suppressions import markdown_block

LONGEST = 60_000
"""Characters: GitHub refuses a comment of more than 65,536, and other parts may share it."""

_MOST_ROOTS = 40
_MOST_NAMED = 12
_WIDEST = 200


def render(report: ValidationReport, *, notes: bool = False) -> str:
    """The count, what could not be checked, the roots, and each cause with its lines, worst first. Without `notes`
    these are one line a rule."""
    blocks = [f"## gateshift: {summary(report)}"]
    blocks += [markdown_block(report.own)] if report.own else []
    blocks += [line for line in [coverage_line(report.coverage)] if line]
    blocks += [_gap(gap) for gap in report.gaps]
    if report.roots and report.findings:
        blocks.append(_roots(report))
    findings = [finding for finding in report.findings if notes or finding.level is not Level.NOTE]
    shown = [_group(group) for group in groups_of(findings)]
    if not notes and (counted := notes_by_rule(report.findings)):
        shown.append("\n".join(f"- note {prose(str(rule))}" for rule in counted))
    return _fitted(blocks, shown)


def _group(group: FindingGroup) -> str:
    """The first finding of a cause, with every root that it reaches, and where else it is."""
    others = f"\n- Also: {prose(group.others)}" if group.others else ""
    return _finding(replace(group.first, roots=group.roots)) + others


def _fitted(blocks: list[str], findings: list[str]) -> str:
    """As many whole blocks and findings as fit, and how many do not."""
    shown: list[str] = []
    room = LONGEST - 100
    for number, text in enumerate([*blocks, *findings]):
        room -= len(text) + 2
        if room < 0:
            left = len(blocks) + len(findings) - max(number, len(blocks))
            shown.append(f"The rest does not fit here, {left} of {len(findings)} findings among it.")
            break
        shown.append(text)
    return "\n\n".join(shown) + "\n"


def _gap(gap: Gap) -> str:
    parts = [f"**no verdict**: {prose(gap.what)}", prose(gap.why), code(gap.next_step) if gap.next_step else ""]
    return "\n\n".join(part for part in parts if part)


def _roots(report: ValidationReport) -> str:
    rows = ["| root | objects | errors | warnings | notes |", "| --- | ---: | ---: | ---: | ---: |"]
    for root in report.roots[:_MOST_ROOTS]:
        reached = [finding.level for finding in report.findings if root.path in finding.roots]
        counts = " | ".join(str(reached.count(level)) for level in Level)
        rows.append(f"| {cell(root.path)} | {root.resources} | {counts} |")
    if len(report.roots) > _MOST_ROOTS:
        rows.append(f"| and {len(report.roots) - _MOST_ROOTS} more | | | | |")
    return "\n".join(rows)


def _finding(finding: ReportedFinding) -> str:
    parts = [f"### {finding.level.value} {finding.rule}: {prose(finding.name)}", prose(finding.message)]
    parts.append(_lines(finding.place))
    parts += [f"{prose(related.message)}:\n\n{_lines(related.place)}" for related in finding.related]
    parts.append("\n".join(f"- {label}: {text}" for label, text in _remarks(finding)))
    return "\n\n".join(part for part in parts if part)


def _lines(place: ReportedPlace) -> str:
    return block([line[:_WIDEST] for line in place_lines(place)])


def _remarks(finding: ReportedFinding) -> Iterator[tuple[str, str]]:
    if finding.resource is not None:
        yield "Object", code(f"{finding.resource} {finding.pointer}".strip())
    if finding.roots:
        more = len(finding.roots) - _MOST_NAMED
        named = ", ".join(code(root) for root in finding.roots[:_MOST_NAMED])
        yield "Reaches", named + (f" and {more} more" if more > 0 else "")
    if finding.cluster_says:
        yield "The cluster would say", prose(finding.cluster_says)
    if finding.help:
        yield "Help", prose(finding.help)
