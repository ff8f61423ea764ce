"""Plans for people at a terminal: shares as bars before and after, what a sync does, and each engine's verdict."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from gateshift.engines.registry import engine_name
from gateshift.model.plan import (
    Action,
    EngineVerdict,
    ObjectChange,
    PlanReport,
    PullRequestReport,
    TrafficRow,
)
from gateshift.model.shares import percent, points
from gateshift.report.findings.text import finding_lines, gap_blocks, labelled
from gateshift.report.own_suppressions import text_block
from gateshift.report.plain_text import printable
from gateshift.report.plan.redefined import headline, lines
from gateshift.report.plan.shared_findings import SharedFinding, shared_findings
from gateshift.report.plan.words import (
    DECIDES_NOTHING,
    PROOF,
    answerer,
    is_shift,
    keys,
    share,
    split,
    title,
    verdict,
    way,
)
from gateshift.report.style import Style, bar, count

_PLAIN = Style()
_ACTION_COLOURS = {Action.CREATE: "green", Action.CHANGE: "yellow", Action.PRUNE: "red"}
_MOST_FIELDS = 8
_LONGEST_VALUE = 60


def render(report: PlanReport, style: Style = _PLAIN) -> str:
    """The traffic of each class, the objects, the findings, and the verdict last."""
    return style.fit("\n".join([*_plan(report, style), "", *_proof(style)]) + "\n")


def render_pull_request(report: PullRequestReport, style: Style = _PLAIN) -> str:
    """Every plan of the branch, one below the other, and a line that counts them."""
    blocks = [text_block(report.own, style)] if report.own else []
    if not report.plans and not report.gaps:
        blocks += _notes(report, style)
        said = "Nothing else that" if report.notes else "Nothing that"
        said += f" a stage builds and no pointer has changed since {printable(report.since)}.\n"
        return style.fit("\n\n".join([*blocks, said]))
    live = [plan for plan in report.plans if plan.live]
    blocks += ["\n".join(_live(plan, style)) for plan in live]
    others = [plan for plan in report.plans if not plan.live]
    blocks += ["\n".join(_redefined(others))] if others else []
    blocks += _notes(report, style)
    blocks += gap_blocks(report.gaps, style)
    said = _summary(report, live)
    colour = "red" if report.gaps or not report.safe else "green"
    return style.fit("\n\n".join([*blocks, style.paint(said, colour, "bold"), "\n".join(_proof(style))]) + "\n")


def _notes(report: PullRequestReport, style: Style) -> list[str]:
    return ["\n".join(style.wrap(f"note: {printable(note)}")) for note in report.notes]


def _summary(report: PullRequestReport, live: Sequence[PlanReport]) -> str:
    unsafe = sum(not plan.safe for plan in live)
    said = f"{count(len(live), 'live change')} since {printable(report.since)}"
    said += f": {f'{unsafe} unsafe' if unsafe else 'all safe'}" if live else ""
    return f"{said}; no verdict on {count(len(report.gaps), 'root')}" if report.gaps else said


def _live(report: PlanReport, style: Style) -> Iterator[str]:
    """A step that happens once the branch is merged; one line where it changes nothing."""
    found = any(engine.findings for engine in report.engines)
    if report.changes or found or report.wait is not None or report.unknown or is_shift(report):
        yield from _plan(report, style)
        return
    stays = f", traffic stays: {split(report.traffic[0].after)}" if report.traffic else ""
    yield f"{style.paint(printable(title(report)), 'bold')}  no object changes{printable(stays)}"


def _redefined(plans: Sequence[PlanReport]) -> Iterator[str]:
    yield f"{headline(plans)}:"
    yield from (f"  {printable(line)}" for line in lines(plans))


def _proof(style: Style) -> Iterator[str]:
    return (style.paint(line, "dim") for line in style.wrap(PROOF))


def _plan(report: PlanReport, style: Style) -> Iterator[str]:
    yield style.paint(printable(title(report)), "bold")
    if report.wait is not None:
        yield style.paint(f"  {printable(str(report.wait))}", "green" if report.wait.is_over else "yellow")
    for row in report.traffic if report.changes or is_shift(report) else ():
        if not row.overlap:
            yield ""
            yield from traffic_lines(row, style)
    overlaps = dict.fromkeys(row.overlap for row in report.traffic if row.overlap)
    yield from ("", *(f"  overlap  {printable(overlap)}" for overlap in overlaps)) if overlaps else ()
    yield ""
    yield from _objects(report, style)
    yield ""
    for engine in report.engines:
        yield from _engine(engine, style)
    for entry in shared_findings(report):
        yield ""
        yield from (f"  {line}".rstrip() for line in _finding(entry, style.within(2)))
    yield ""
    yield from _safe_ways(report)
    yield style.paint(printable(verdict(report)), "green" if report.safe else "red", "bold")


def traffic_lines(row: TrafficRow, style: Style) -> Iterator[str]:
    """One class of requests: each answerer's share before and after as bars, and the change in percentage points."""
    yield f"  {style.paint(printable(row.name), 'bold')}  {style.paint(printable(row.match), 'dim')}".rstrip()
    names = keys(row)
    if not names:
        yield "    nothing answers, before or after"
    width = max((len(printable(answerer(key))) for key in names), default=0)
    cells = style.cells(width + len("      100.00 % ->  100.00 %  +100.00"), 2)
    for key in names:
        before, after = share(row.before, key), share(row.after, key)
        change = points(before, after)
        colour = "dim" if not change else "red" if key.isdigit() and after > before else "cyan"
        shown = f"{bar(before, style, cells)} {percent(before):>7} -> {bar(after, style, cells)} {percent(after):>7}"
        yield f"    {printable(answerer(key)):<{width}}  {style.paint(shown, colour)}  {change}".rstrip()


def _objects(report: PlanReport, style: Style) -> Iterator[str]:
    if not report.changes:
        yield "  no object changes"
    for change in report.changes:
        action = style.paint(f"{change.action.value:<6}", _ACTION_COLOURS[change.action])
        yield f"  {action} {printable(str(change.resource))}"
        yield from _fields(change)


def _fields(change: ObjectChange) -> Iterator[str]:
    for field in change.fields[:_MOST_FIELDS]:
        short = replace(field, before=_short(field.before), after=_short(field.after))
        yield f"           {printable(str(short))}"
    if len(change.fields) > _MOST_FIELDS:
        yield f"           and {count(len(change.fields) - _MOST_FIELDS, 'more field')}"


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_VALUE else f"{text[: _LONGEST_VALUE - 3]}..."


def _engine(engine: EngineVerdict, style: Style) -> Iterator[str]:
    name = printable(engine_name(engine.engine))
    if not engine.decides:
        said = f"{name:<9}{'safe' if engine.safe else 'unsafe'}: {DECIDES_NOTHING}"
        yield f"  {style.paint(said, 'dim')}"
        return
    yield f"  {name:<9}{style.paint('safe', 'green') if engine.safe else style.paint('unsafe', 'red', 'bold')}"
    yield from (f"    {style.paint(printable(step), 'dim')}" for step in engine.steps)


def _finding(entry: SharedFinding, style: Style) -> Iterator[str]:
    """A finding without what every finding of a plan has in common; of second places there is the line alone."""
    related = tuple(replace(each, place=replace(each.place, excerpt=())) for each in entry.finding.related)
    finding = replace(entry.finding, message=entry.message, help=entry.hint, roots=(), related=related)
    yield from finding_lines(finding, style)
    for name, when in entry.otherwise:
        yield from labelled(name, when, style)


def _safe_ways(report: PlanReport) -> Iterator[str]:
    ways = dict.fromkeys(engine.safe_way for engine in report.engines if engine.safe_way)
    yield from (f"safe way: {way((report.origin, *stages))}" for stages in ways)
