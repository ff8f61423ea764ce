"""A validation for people, in the manner of a compiler: the fault, its place, the lines, and the way out."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from gateshift.model.finding import Level
from gateshift.model.report import Coverage, Gap, ReportedFinding, ReportedPlace, ValidationReport
from gateshift.report.findings.groups import FindingGroup, groups_of, notes_by_rule
from gateshift.report.own_suppressions import text_block
from gateshift.report.plain_text import printable
from gateshift.report.style import LEVEL_COLOUR, Style, count

_WIDEST = 160
_MOST_ROOTS = 4
_PLAIN = Style()


def render(report: ValidationReport, style: Style = _PLAIN, *, notes: bool = False) -> str:
    """Every cause, the worst first, every gap, and a last line that counts what was looked at. Without `notes` these
    are one line a rule."""
    findings = [finding for finding in report.findings if notes or finding.level is not Level.NOTE]
    blocks = [text_block(report.own, style)] if report.own else []
    blocks += ["\n".join(_group(group, style)) for group in groups_of(findings)]
    if not notes and (counted := notes_by_rule(report.findings)):
        lines = [f"{style.paint('note', LEVEL_COLOUR[Level.NOTE], 'bold')}: {printable(str(rule))}" for rule in counted]
        blocks.append("\n".join([*lines, style.paint("  `--notes` shows them.", "dim")]))
    blocks += ["\n".join(gap_lines(gap, style)) for gap in report.gaps]
    return "\n\n".join([*blocks, "\n".join(_last_lines(report, style))]) + "\n"


def _last_lines(report: ValidationReport, style: Style) -> Iterator[str]:
    yield summary(report, style)
    if coverage := coverage_line(report.coverage):
        yield coverage


def quiet(report: ValidationReport, least: Level, style: Style = _PLAIN) -> str:
    """Only what decides the exit code: findings of the level `least` or worse, and gaps; "" where there is neither."""
    decisive = tuple(finding for finding in report.findings if finding.level.rank <= least.rank)
    return render(replace(report, findings=decisive), style, notes=True) if decisive or report.gaps else ""


def summary(report: ValidationReport, style: Style = _PLAIN) -> str:
    """`9 roots, 45 objects: 1 error, 2 warnings`, or what kept it from a verdict."""
    objects = sum(root.resources for root in report.roots)
    looked = f"{count(len(report.roots), 'root')}, {count(objects, 'object')}"
    counts = [count(report.count(level), level.value) for level in Level if report.count(level)]
    if report.suppressed:
        counts.append(f"{report.suppressed} suppressed")
    if report.gaps:
        return style.paint(f"{looked}: no verdict", "red", "bold") + (f" ({', '.join(counts)})" if counts else "")
    colour = "red" if report.count(Level.ERROR) else "green"
    return style.paint(f"{looked}: {', '.join(counts) if counts else 'no findings'}", colour, "bold")


def coverage_line(coverage: Coverage) -> str:
    """`98 kustomizations: 66 checked, 32 refused (Helm 21, remote 11); 14 folders of plain YAML`, and what else there
    is to say of what was looked at; "" where that was nothing."""
    parts = []
    if coverage.kustomizations:
        refused = f", {coverage.refused} refused ({_reasons(coverage.refused_for)})" if coverage.refused else ""
        parts.append(f"{count(coverage.kustomizations, 'kustomization')}: {coverage.checked} checked{refused}")
    if coverage.folders:
        parts.append(f"{count(coverage.folders, 'folder')} of plain YAML")
    if coverage.left_out_for:
        parts.append(f"left out: {_reasons(coverage.left_out_for)}")
    if coverage.not_manifests:
        parts.append(f"{count(coverage.not_manifests, 'file')} without a manifest")
    if coverage.excluded:
        parts.append(f"{count(coverage.excluded, 'file')} excluded by settings")
    return "; ".join(parts)


def _reasons(reasons: tuple[tuple[str, int], ...]) -> str:
    return ", ".join(f"{reason} {number}" for reason, number in reasons)


def finding_lines(finding: ReportedFinding, style: Style = _PLAIN) -> Iterator[str]:
    """The lines of one finding, for renderers that show findings inside something larger."""
    yield from _finding(finding, style)


def _group(group: FindingGroup, style: Style) -> Iterator[str]:
    """The first finding of a cause, with every root that it reaches, and where else it is."""
    yield from _finding(replace(group.first, roots=group.roots), style)
    if group.others:
        yield f"  {style.paint('    also', 'dim')}: {printable(group.others)}"


def _finding(finding: ReportedFinding, style: Style) -> Iterator[str]:
    level = style.paint(f"{finding.level.value}[{finding.rule}]", LEVEL_COLOUR[finding.level], "bold")
    yield f"{level}: {style.paint(printable(finding.message), 'bold')}"
    yield from place_lines(finding.place, style, LEVEL_COLOUR[finding.level])
    for related in finding.related:
        yield f"  {style.paint('note', 'cyan')}: {printable(related.message)}"
        yield from place_lines(related.place, style, "cyan")
    for label, text in _remarks(finding):
        first, *rest = printable(text.replace("\n", "\0")).replace("\\x00", "\n").split("\n")
        yield f"  {style.paint(f'{label:>8}', 'dim')}: {first}"
        yield from (f"            {line}" for line in rest)


def _remarks(finding: ReportedFinding) -> Iterator[tuple[str, str]]:
    if finding.resource is not None:
        yield "object", f"{finding.resource} {finding.pointer}".rstrip()
    if finding.roots:
        shown = ", ".join(finding.roots[:_MOST_ROOTS])
        more = len(finding.roots) - _MOST_ROOTS
        yield "reaches", shown + (f" and {more} more" if more > 0 else "")
    if finding.cluster_says:
        yield "cluster", finding.cluster_says
    if finding.help:
        yield "help", finding.help


def place_lines(place: ReportedPlace, style: Style = _PLAIN, colour: str = "red") -> Iterator[str]:
    """Where it is, the source lines, and a caret under the fault."""
    arrow = style.paint("-->", "blue", "bold")
    yield f"  {arrow} {printable(place.file)}:{place.line}:{place.column}"
    width = len(str(max((line.number for line in place.excerpt), default=0)))
    for line in place.excerpt:
        gutter = style.paint(f"{line.number:>{width + 2}} |", "blue")
        shown = printable(line.text.replace("\t", " "))
        yield f"{gutter} {shown[:_WIDEST]}".rstrip()
        if line.number == place.line:
            margin = style.paint(" " * (width + 2) + " |", "blue")
            yield f"{margin} {style.paint(_caret(place, line.text), colour, 'bold')}"


def _caret(place: ReportedPlace, text: str) -> str:
    before = len(printable(text[: place.column - 1]))
    last = place.end_column - 1 if place.end_line == place.line else len(text.rstrip())
    width = len(printable(text[place.column - 1 : last]))
    return " " * min(before, _WIDEST) + "^" * max(1, min(width, _WIDEST - before))


def gap_lines(gap: Gap, style: Style = _PLAIN) -> Iterator[str]:
    """What was not looked at, why, and the way to have it looked at."""
    yield f"{style.paint('no verdict', 'red', 'bold')}: {style.paint(printable(gap.what), 'bold')}"
    yield f"  {printable(gap.why)}"
    if gap.next_step:
        yield f"  {style.paint('    help', 'dim')}: {printable(gap.next_step)}"
