"""Plans for people at a terminal: shares as bars before and after, what a sync does, and each engine's verdict."""

from __future__ import annotations

from collections.abc import Iterator

from gateshift.engines.registry import engine_name
from gateshift.model.plan import (
    Action,
    EngineVerdict,
    MatrixCell,
    MatrixReport,
    ObjectChange,
    PairVerdict,
    PlanReport,
    PullRequestReport,
    TrafficRow,
)
from gateshift.model.shares import percent, points
from gateshift.report.findings.text import finding_lines, gap_blocks
from gateshift.report.own_suppressions import text_block
from gateshift.report.plain_text import printable
from gateshift.report.plan.words import (
    DECIDES_NOTHING,
    PROOF,
    SIGNS,
    answerer,
    engines_against,
    keys,
    share,
    title,
    verdict,
)
from gateshift.report.style import Style, bar, count

_PLAIN = Style()
_ACTION_COLOURS = {Action.CREATE: "green", Action.CHANGE: "yellow", Action.PRUNE: "red"}
_ASCII_SIGNS = {PairVerdict.SAFE: "ok", PairVerdict.MIXED: "part", PairVerdict.UNSAFE: "no"}
_SIGN_COLOURS = {PairVerdict.SAFE: "green", PairVerdict.MIXED: "yellow", PairVerdict.UNSAFE: "red"}
_SIGN_MEANINGS = {
    PairVerdict.SAFE: "safe",
    PairVerdict.MIXED: "safe for one engine only",
    PairVerdict.UNSAFE: "unsafe",
}
_MOST_FIELDS = 8
_LONGEST_VALUE = 60


def render(report: PlanReport, style: Style = _PLAIN) -> str:
    """The traffic of each class, the objects, the findings, and the verdict last."""
    return "\n".join(_plan(report, style)) + f"\n\n{style.paint(PROOF, 'dim')}\n"


def render_pull_request(report: PullRequestReport, style: Style = _PLAIN) -> str:
    """Every plan of the branch, one below the other, and a line that counts them."""
    blocks = [text_block(report.own, style)] if report.own else []
    if not report.plans and not report.gaps:
        said = f"Nothing that a stage builds and no pointer has changed since {printable(report.since)}.\n"
        return "\n\n".join([*blocks, said])
    blocks += ["\n".join(_plan(plan, style)) for plan in report.plans]
    unsafe = [plan for plan in report.plans if not plan.safe]
    live = sum(plan.live for plan in unsafe)
    said = f"{count(len(report.plans), 'change')} since {printable(report.since)}: "
    said += f"{len(unsafe)} unsafe, {live} of them live" if unsafe else "all safe"
    blocks += gap_blocks(report.gaps, style)
    if report.gaps:
        said += f"; no verdict on {count(len(report.gaps), 'root')}"
    colour = "red" if live or report.gaps else "green"
    return "\n\n".join([*blocks, style.paint(said, colour, "bold"), style.paint(PROOF, "dim")]) + "\n"


def render_matrix(report: MatrixReport, style: Style = _PLAIN) -> str:
    """A table of every ordered pair of stages, and below it each unsafe pair with its reason and its safe way."""
    corner = "from \\ to"
    width = max(len(name) for name in (corner, *report.stages))
    signs = SIGNS if style.unicode else _ASCII_SIGNS
    lines = ["  ".join([f"{corner:<{width}}", *(f"{printable(stage):<4}" for stage in report.stages)]).rstrip()]
    for origin in report.stages:
        marks = []
        for target in report.stages:
            cell = report.cell(origin, target)
            sign, colour = (signs[cell.verdict], _SIGN_COLOURS[cell.verdict]) if cell else ("-", "dim")
            marks.append(style.paint(f"{sign:<{max(len(printable(target)), 4)}}", colour))
        lines.append("  ".join([f"{printable(origin):<{width}}", *marks]).rstrip())
    lines += ["", "   ".join(f"{signs[verdict]} {meaning}" for verdict, meaning in _SIGN_MEANINGS.items()), ""]
    for cell in report.unsafe:
        lines += list(_reason(cell, style))
    return "\n".join(lines).rstrip("\n") + "\n"


def _reason(cell: MatrixCell, style: Style) -> Iterator[str]:
    against = ", ".join(engines_against(cell))
    step = printable(f"{cell.origin} -> {cell.target}")
    yield f"{style.paint(step, 'bold')} ({printable(against)}): {printable(cell.reason)}"
    if cell.safe_way:
        yield f"  safe way: {_way((cell.origin, *cell.safe_way))}"


def _way(stages: tuple[str, ...]) -> str:
    return " -> ".join(printable(stage) for stage in stages)


def _plan(report: PlanReport, style: Style) -> Iterator[str]:
    yield style.paint(printable(title(report)), "bold")
    if not report.live:
        yield style.paint("  no pointer names this stage", "dim")
    if report.wait is not None:
        yield style.paint(f"  {printable(str(report.wait))}", "green" if report.wait.is_over else "yellow")
    for row in report.traffic:
        yield ""
        yield from traffic_lines(row, style)
    yield ""
    yield from _objects(report, style)
    yield ""
    for engine in report.engines:
        yield from _engine(engine, report, style)
    yield style.paint(printable(verdict(report)), "green" if report.safe else "red", "bold")


def traffic_lines(row: TrafficRow, style: Style) -> Iterator[str]:
    """One class of requests: each answerer's share before and after as bars, and the change in percentage points."""
    yield f"  {style.paint(printable(row.name), 'bold')}  {style.paint(printable(row.match), 'dim')}".rstrip()
    names = keys(row)
    if not names:
        yield "    nothing answers, before or after"
    width = max((len(printable(answerer(key))) for key in names), default=0)
    for key in names:
        before, after = share(row.before, key), share(row.after, key)
        change = points(before, after)
        colour = "dim" if not change else "red" if key.isdigit() and after > before else "cyan"
        shown = f"{bar(before, style)} {percent(before):>7} -> {bar(after, style)} {percent(after):>7}"
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
        yield f"           {printable(field.pointer)}: {_value(field.before)} -> {_value(field.after)}"
    if len(change.fields) > _MOST_FIELDS:
        yield f"           and {count(len(change.fields) - _MOST_FIELDS, 'more field')}"


def _value(text: str) -> str:
    shown = printable(text) or "(absent)"
    return shown if len(shown) <= _LONGEST_VALUE else shown[: _LONGEST_VALUE - 3] + "..."


def _engine(engine: EngineVerdict, report: PlanReport, style: Style) -> Iterator[str]:
    name = printable(engine_name(engine.engine))
    if not engine.decides:
        said = f"{name:<8}{'safe' if engine.safe else 'unsafe'}: {DECIDES_NOTHING}"
        yield f"  {style.paint(said, 'dim')}"
        return
    yield f"  {name:<8}{style.paint('safe', 'green') if engine.safe else style.paint('unsafe', 'red', 'bold')}"
    for step in engine.steps:
        yield from (f"    {style.paint(line, 'dim')}" for line in style.wrap(printable(step), 4))
    for finding in engine.findings:
        yield ""
        yield from (f"    {line}".rstrip() for line in finding_lines(finding, style.within(4)))
    if engine.safe_way:
        yield ""
        yield f"    safe way: {_way((report.origin, *engine.safe_way))}"
    if engine.findings or engine.safe_way:
        yield ""
