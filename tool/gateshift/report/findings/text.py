"""A validation for people, in the manner of a compiler: the fault, its place, the lines, and the way out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from posixpath import dirname

from msgspec.structs import replace

from gateshift.model.finding import Level
from gateshift.model.report import Coverage, Gap, ReportedFinding, ReportedPlace, ValidationReport
from gateshift.report.findings.groups import FindingGroup, groups_of, notes_by_rule
from gateshift.report.own_suppressions import text_block
from gateshift.report.plain_text import printable, shortened
from gateshift.report.style import LEVEL_COLOUR, Style, clipped, count, display_width

_WIDEST = 160
_MOST_IN_FULL = 10
_MOST_ROOTS = 4
_LABEL = 12
_PLAIN = Style()


def render(report: ValidationReport, style: Style = _PLAIN, *, notes: bool = False, all_in_full: bool = False) -> str:
    """Every cause, the worst first, every gap, and what was looked at.

    The first ten causes are told in full and the others in a line each, unless `all_in_full`; without `notes` these are
    one line a rule.
    """
    groups = groups_of(finding for finding in report.findings if notes or finding.level is not Level.NOTE)
    most = len(groups) if all_in_full else _MOST_IN_FULL
    blocks = [text_block(report.own, style)] if report.own else []
    blocks += ["\n".join(_group(group, style)) for group in groups[:most]]
    if groups[most:]:
        lines = [_line_of_group(group, style) for group in groups[most:]]
        blocks.append("\n".join([*lines, style.paint("  `-v` shows them in full.", "dim")]))
    if not notes and (counted := notes_by_rule(report.findings)):
        lines = [f"{style.paint('note', LEVEL_COLOUR[Level.NOTE], 'bold')}: {printable(str(rule))}" for rule in counted]
        blocks.append("\n".join([*lines, style.paint("  `--notes` shows them.", "dim")]))
    blocks += gap_blocks(report.gaps, style)
    return style.fit("\n\n".join([*blocks, "\n".join(last_lines(report, style))]) + "\n")


def last_lines(report: ValidationReport, style: Style = _PLAIN) -> Iterator[str]:
    """The counts: of findings, and of what was looked at."""
    yield summary(report, style)
    if coverage := coverage_line(report.coverage):
        yield coverage


def decisive(report: ValidationReport, least: Level) -> ValidationReport:
    """The report without the findings that do not decide the exit code: those below the level `least`."""
    return replace(report, findings=tuple(item for item in report.findings if item.level.rank <= least.rank))


def quiet(report: ValidationReport, least: Level, style: Style = _PLAIN, *, all_in_full: bool = False) -> str:
    """Only what decides the exit code: findings of the level `least` or worse, and gaps; "" where there is neither."""
    left = decisive(report, least)
    return render(left, style, notes=True, all_in_full=all_in_full) if left.findings or left.gaps else ""


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


def concise_line(finding: ReportedFinding, style: Style = _PLAIN) -> str:
    """`file:line:column: error[GS302] message`."""
    place = finding.place
    level = style.paint(f"{finding.level.value}[{finding.rule}]", LEVEL_COLOUR[finding.level], "bold")
    return f"{printable(place.file)}:{place.line}:{place.column}: {level} {shortened(finding.message)}"


def _line_of_group(group: FindingGroup, style: Style) -> str:
    more = f" (and {group.others})" if group.others else ""
    plain = concise_line(group.first) + printable(more)
    place = plain.split(f": {group.first.level.value}[", 1)[0]
    room = style.width // 2
    if style.width and len(place) > room and display_width(plain) > style.width:
        plain = f"...{place[3 - room :]}{plain[len(place) :]}"
    plain = style.cut(plain)
    tag = f"{group.first.level.value}[{group.first.rule}]"
    return plain.replace(tag, style.paint(tag, LEVEL_COLOUR[group.first.level], "bold"), 1)


def _group(group: FindingGroup, style: Style) -> Iterator[str]:
    """The first finding of a cause, with every root that it reaches, and where else it is."""
    yield from _finding(replace(group.first, roots=group.roots), style)
    if group.others:
        yield from labelled("also", group.others, style)


def _finding(finding: ReportedFinding, style: Style) -> Iterator[str]:
    level = f"{finding.level.value}[{finding.rule}]"
    first, *rest = style.wrap(shortened(finding.message), len(level) + 2, 2)
    yield f"{style.paint(level, LEVEL_COLOUR[finding.level], 'bold')}: {style.paint(first, 'bold')}"
    yield from (f"  {style.paint(line, 'bold')}" for line in rest)
    yield from place_lines(finding.place, style, LEVEL_COLOUR[finding.level])
    for related in finding.related:
        place = related.place.focused
        where = "" if place.excerpt else f" ({place.file}:{place.line}:{place.column})"
        first, *rest = style.wrap(shortened(related.message + where), len("  note: "))
        yield f"  {style.paint('note', 'cyan')}: {first}"
        yield from (f"        {line}" for line in rest)
        if place.excerpt:
            yield from place_lines(place, style, "cyan")
    for label, text in _remarks(finding):
        yield from labelled(label, text, style)


def labelled(label: str, text: str, style: Style) -> Iterator[str]:
    """`   label: text`, its lines under each other."""
    lines = [part for line in text.split("\n") for part in style.wrap(shortened(line), _LABEL)]
    yield f"  {style.paint(f'{label:>8}', 'dim')}: {lines[0]}"
    yield from (f"{'':{_LABEL}}{line}" for line in lines[1:])


def _remarks(finding: ReportedFinding) -> Iterator[tuple[str, str]]:
    if finding.resource is not None:
        yield "object", f"{finding.resource} {finding.pointer}".rstrip()
    if finding.roots and finding.roots != (dirname(finding.place.file),):
        shown = ", ".join(finding.roots[:_MOST_ROOTS])
        more = len(finding.roots) - _MOST_ROOTS
        yield "reaches", shown + (f" and {more} more" if more > 0 else "")
    if finding.cluster_says:
        yield "cluster", finding.cluster_says
    if finding.help:
        yield "help", finding.help


def place_lines(place: ReportedPlace, style: Style = _PLAIN, colour: str = "red") -> Iterator[str]:
    """Where it is, the source lines, and a caret under the fault."""
    place = place.focused
    arrow = style.paint("-->", "blue", "bold")
    yield f"  {arrow} {printable(place.file)}:{place.line}:{place.column}"
    digits = len(str(max((line.number for line in place.excerpt), default=0)))
    room = min(style.width - digits - 5, _WIDEST) if style.width else _WIDEST
    skipped = _skipped(place, room)
    for line in place.excerpt:
        gutter = style.paint(f"{line.number:>{digits + 2}} |", "blue")
        shown = printable(line.text.replace("\t", " "))[skipped:]
        yield f"{gutter} {clipped(shown, room)}".rstrip()
        if line.number == place.line:
            margin = style.paint(" " * (digits + 2) + " |", "blue")
            yield f"{margin} {style.paint(_caret(place, line.text, skipped, room), colour, 'bold')}"


def _skipped(place: ReportedPlace, room: int) -> int:
    """How many characters of the lines stay out of sight on the left, so that the fault is seen."""
    before = max((_before(place, line.text) for line in place.excerpt if line.number == place.line), default=0)
    return 0 if before < room else before - room // 2


def _before(place: ReportedPlace, text: str) -> int:
    return len(printable(text[: place.column - 1]))


def _caret(place: ReportedPlace, text: str, skipped: int, room: int) -> str:
    before = display_width(printable(text[: place.column - 1])[skipped:])
    last = place.end_column - 1 if place.end_line == place.line else len(text.rstrip())
    width = display_width(printable(text[place.column - 1 : last]))
    return " " * before + "^" * max(1, min(width, room - before))


def gap_blocks(gaps: Iterable[Gap], style: Style = _PLAIN) -> list[str]:
    """Each reason why something was not looked at, with all that it kept from a verdict."""
    by_reason: dict[tuple[str, str], list[Gap]] = {}
    for gap in gaps:
        by_reason.setdefault((gap.why, gap.next_step), []).append(gap)
    return ["\n".join(_gap_lines(*alike, style=style)) for alike in by_reason.values()]


def _gap_lines(gap: Gap, *alike: Gap, style: Style) -> Iterator[str]:
    first, *rest = style.wrap(printable(gap.what), len("no verdict: "), 2)
    yield f"{style.paint('no verdict', 'red', 'bold')}: {style.paint(first, 'bold')}"
    yield from (f"  {line}" for line in (*rest, *style.wrap(printable(gap.why), 2)))
    if alike:
        shown = ", ".join(other.what for other in alike[:_MOST_ROOTS])
        more = f" and {len(alike) - _MOST_ROOTS} more" if alike[_MOST_ROOTS:] else ""
        yield from labelled("also", shown + more, style)
    if gap.next_step:
        yield from labelled("help", gap.next_step, style)
