"""A validation with a line a finding, as editors and grep read a compiler's."""

from __future__ import annotations

from gateshift.model.finding import Level
from gateshift.model.report import ValidationReport
from gateshift.report.findings.groups import counts_of
from gateshift.report.findings.text import concise_line, gap_blocks, last_lines
from gateshift.report.style import LEVEL_COLOUR, Style, count

_PLAIN = Style()


def render(report: ValidationReport, style: Style = _PLAIN, *, notes: bool = False) -> str:
    """Every finding, errors first, every gap, and the counts; without `notes` these are only counted."""
    ordered = sorted(report.findings, key=lambda finding: finding.level.rank)
    lines = [concise_line(finding, style) for finding in ordered if notes or finding.level is not Level.NOTE]
    lines += gap_blocks(report.gaps, style)
    return "\n".join([*lines, *last_lines(report, style)]) + "\n"


def statistics(report: ValidationReport, style: Style = _PLAIN) -> str:
    """How often each rule fired, instead of the findings: errors first, then most first."""
    counted = counts_of(report.findings)
    digits = max((len(str(entry.findings)) for entry in counted), default=0)
    names = max((len(entry.name) for entry in counted), default=0)
    lines = [
        f"{entry.findings:>{digits}} {style.paint(f'{entry.level.value:<7}', LEVEL_COLOUR[entry.level])} {entry.rule} "
        f"{entry.name:<{names}}  {count(entry.roots, 'root') if entry.roots else ''}".rstrip()
        for entry in counted
    ]
    lines += gap_blocks(report.gaps, style)
    return "\n".join([*lines, *last_lines(report, style)]) + "\n"
