"""Plans as the comment of a pull request: traffic first, objects folded, never longer than GitHub takes.

The first line is a hidden marker, by which the next run finds its comment again.
"""

from __future__ import annotations

from collections.abc import Iterator

from gateshift.engines.registry import engine_name
from gateshift.model.plan import (
    EngineVerdict,
    MatrixReport,
    ObjectChange,
    PairVerdict,
    PlanReport,
    PullRequestReport,
    TrafficRow,
)
from gateshift.model.report import ReportedFinding
from gateshift.model.shares import percent, points
from gateshift.report.findings.text import place_lines
from gateshift.report.markdown_text import block, cell, code, prose
from gateshift.report.plan.mermaid import picture
from gateshift.report.plan.words import DECIDES_NOTHING, PROOF, answerer, keys, share, split, title, verdict
from gateshift.report.style import count

MARKER = "<!-- gateshift-plan -->"
LONGEST = 65_000
"""Characters; GitHub refuses a comment of more than 65,536."""

_SIGNS = {PairVerdict.SAFE: "✅", PairVerdict.MIXED: "⚠️", PairVerdict.UNSAFE: "❌"}
_MOST_ROWS = 40
_MOST_FIELDS = 12
_MOST_OBJECTS = 60
_WIDEST = 160


def render(report: PlanReport) -> str:
    """One plan."""
    return _fitted([f"{MARKER}\n## {_mark(report)} {prose(title(report))}", *_plan(report), f"_{prose(PROOF)}_"])


def render_pull_request(report: PullRequestReport) -> str:
    """Every plan of a branch: a table of them all, then each, what is live and unsafe first."""
    since = code(report.since)
    if not report.plans and not report.gaps:
        return f"{MARKER}\n## gateshift: traffic stays as it is\n\nNo stage builds anything new since {since}.\n"
    unsafe = [plan for plan in report.plans if plan.live and not plan.safe]
    losing = f"{count(len(unsafe), 'live change')} {'loses' if len(unsafe) == 1 else 'lose'} requests"
    said = losing if unsafe else "no live change loses a request"
    if report.gaps:
        said += f"; no verdict on {count(len(report.gaps), 'root')}"
    head = f"{MARKER}\n## gateshift: {'❌' if unsafe or report.gaps else '✅'} {said}"
    blocks = [head, f"Against {since}:", *([_table(report)] if report.plans else [])]
    blocks += [f"**no verdict**: {prose(gap.what)}\n\n{block([gap.why, gap.next_step])}" for gap in report.gaps]
    for plan in sorted(report.plans, key=lambda plan: (plan.safe, not plan.live)):
        blocks += [f"### {_mark(plan)} {prose(title(plan))}", *_plan(plan)]
    return _fitted([*blocks, f"_{prose(PROOF)}_"])


def render_matrix(report: MatrixReport) -> str:
    """The table of every ordered pair of stages, and the reasons against the unsafe ones."""
    rows = [
        "| from \\\\ to | " + " | ".join(cell(stage) for stage in report.stages) + " |",
        "| --- |" + " :---: |" * len(report.stages),
    ]
    for origin in report.stages:
        marks = []
        for target in report.stages:
            pair = report.cell(origin, target)
            marks.append(_SIGNS[pair.verdict] if pair else "-")
        rows.append(f"| {cell(origin)} | {' | '.join(marks)} |")
    reasons = [
        f"- {code(pair.origin)} -> {code(pair.target)}: {prose(pair.reason)}"
        + (f" Safe way: {_way((pair.origin, *pair.safe_way))}." if pair.safe_way else "")
        for pair in report.unsafe
    ]
    return _fitted([f"## gateshift: stages of {code(report.rollout)}", "\n".join(rows), *reasons])


def _fitted(blocks: list[str]) -> str:
    """As many whole blocks as fit; a fence or a folded part is never cut."""
    shown: list[str] = []
    room = LONGEST
    for number, text in enumerate(blocks):
        room -= len(text) + 2
        if room < 0:
            left = len(blocks) - number
            shown.append(
                f"The rest does not fit into a comment: {count(left, 'part')} {'is' if left == 1 else 'are'} left out."
            )
            break
        shown.append(text)
    return "\n\n".join(shown) + "\n"


def _mark(report: PlanReport) -> str:
    return "✅" if report.safe else "❌" if report.live else "⚠️"


def _table(report: PullRequestReport) -> str:
    rows = ["| change | before | after | live | verdict |", "| --- | --- | --- | :---: | --- |"]
    for plan in report.plans[:_MOST_ROWS]:
        first = plan.traffic[0] if plan.traffic else None
        before, after = (cell(split(first.before)), cell(split(first.after))) if first else ("-", "-")
        live = "yes" if plan.live else ""
        rows.append(f"| {cell(title(plan))} | {before} | {after} | {live} | {_mark(plan)} {verdict(plan)} |")
    if len(report.plans) > _MOST_ROWS:
        rows.append(f"| and {len(report.plans) - _MOST_ROWS} more | | | | |")
    return "\n".join(rows)


def _plan(report: PlanReport) -> Iterator[str]:
    if report.traffic:
        yield _traffic(report.traffic)
        yield block(picture(report), "mermaid")
    for engine in report.engines:
        yield from _engine(engine, report)
    if report.changes:
        yield _objects(report.changes)


def _traffic(rows: tuple[TrafficRow, ...]) -> str:
    lines = ["| requests | answered by | before | after | change |", "| --- | --- | ---: | ---: | ---: |"]
    for row in rows[:_MOST_ROWS]:
        name = cell(f"{row.name} {row.match}".strip())
        for key in keys(row):
            before, after = share(row.before, key), share(row.after, key)
            change = points(before, after)
            shown = f"{change} pp" if change else ""
            lines.append(f"| {name} | {cell(answerer(key))} | {percent(before)} | {percent(after)} | {shown} |")
            name = ""
    if len(rows) > _MOST_ROWS:
        lines.append(f"| and {len(rows) - _MOST_ROWS} more | | | | |")
    return "\n".join(lines)


def _engine(engine: EngineVerdict, report: PlanReport) -> Iterator[str]:
    if not engine.decides:
        yield f"{prose(engine_name(engine.engine))}: {'safe' if engine.safe else 'unsafe'} ({DECIDES_NOTHING})"
        return
    yield f"**{prose(engine_name(engine.engine))}**: {'✅ safe' if engine.safe else '❌ unsafe'}"
    for finding in engine.findings:
        yield _finding(finding)
    if engine.safe_way:
        yield f"Safe way: {_way((report.origin, *engine.safe_way))}"


def _way(stages: tuple[str, ...]) -> str:
    return " -> ".join(code(stage) for stage in stages)


def _finding(finding: ReportedFinding) -> str:
    parts = [f"> **{finding.level.value} {finding.rule}** {prose(finding.message)}"]
    if finding.cluster_says:
        parts.append(f"> {prose(finding.cluster_says)}")
    if finding.help:
        parts.append(f"> {prose(finding.help)}")
    said = "\n>\n".join(parts)
    return said + "\n\n" + block([line[:_WIDEST] for line in place_lines(finding.place)])


def _objects(changes: tuple[ObjectChange, ...]) -> str:
    lines = []
    for change in changes[:_MOST_OBJECTS]:
        lines.append(f"{change.action.value:<6} {change.resource}")
        for field in change.fields[:_MOST_FIELDS]:
            lines.append(f"  {field.pointer}: {field.before or '(absent)'} -> {field.after or '(absent)'}"[:_WIDEST])
        if len(change.fields) > _MOST_FIELDS:
            lines.append(f"  and {count(len(change.fields) - _MOST_FIELDS, 'more field')}")
    if len(changes) > _MOST_OBJECTS:
        lines.append(f"and {count(len(changes) - _MOST_OBJECTS, 'more object')}")
    summary = f"{count(len(changes), 'object')} created, changed or pruned"
    return f"<details><summary>{summary}</summary>\n\n{block(lines)}\n\n</details>"
