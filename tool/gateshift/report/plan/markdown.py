"""Plans as the comment of a pull request: traffic first, objects folded, never longer than GitHub takes.

The first line is a hidden marker, by which the next run finds its comment again.
"""

from __future__ import annotations

from collections.abc import Iterator

from gateshift.engines.registry import engine_name
from gateshift.model.plan import EngineVerdict, MatrixReport, ObjectChange, PlanReport, PullRequestReport, TrafficRow
from gateshift.model.report import ReportedFinding
from gateshift.report.findings.text import place_lines
from gateshift.report.markdown_text import block, cell, code, prose
from gateshift.report.plan.mermaid import picture
from gateshift.report.plan.words import PROOF, answerer, keys, share, split, title, verb, verdict
from gateshift.report.shares import percent, points

MARKER = "<!-- gateshift-plan -->"
LONGEST = 65_000
"""Characters; GitHub refuses a comment of more than 65,536."""

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
    if not report.plans:
        return f"{MARKER}\n## gateshift: traffic stays as it is\n\nNo stage builds anything new since {since}.\n"
    unsafe = [plan for plan in report.plans if plan.live and not plan.safe]
    said = f"{len(unsafe)} live changes lose requests" if unsafe else "no live change loses a request"
    head = f"{MARKER}\n## gateshift: {'❌' if unsafe else '✅'} {said}"
    blocks = [head, f"Against {since}:", _table(report)]
    for plan in sorted(report.plans, key=lambda one: (one.safe, not one.live)):
        blocks += [f"### {_mark(plan)} {prose(title(plan))}", *_plan(plan)]
    return _fitted([*blocks, f"_{prose(PROOF)}_"])


def render_matrix(report: MatrixReport) -> str:
    """The table of every ordered pair of stages, and the reasons against the unsafe ones."""
    cells = {(found.origin, found.target): found for found in report.cells}
    rows = [
        "| from \\\\ to | " + " | ".join(cell(stage) for stage in report.stages) + " |",
        "| --- |" + " :---: |" * len(report.stages),
    ]
    for origin in report.stages:
        marks = []
        for target in report.stages:
            found = cells.get((origin, target))
            safe = [each for _, each in found.engines] if found else []
            marks.append("-" if not found else "✅" if all(safe) else "⚠️" if any(safe) else "❌")
        rows.append(f"| {cell(origin)} | {' | '.join(marks)} |")
    reasons = [
        f"- {code(found.origin)} → {code(found.target)}: {prose(found.reason)}"
        + (f" Safe way: {_way((found.origin, *found.safe_way))}." if found.safe_way else "")
        for found in report.cells
        if not all(safe for _, safe in found.engines)
    ]
    return _fitted([f"## gateshift: stages of {code(report.rollout)}", "\n".join(rows), *reasons])


def _fitted(blocks: list[str]) -> str:
    """As many whole blocks as fit; a fence or a folded part is never cut."""
    shown: list[str] = []
    room = LONGEST
    for number, text in enumerate(blocks):
        room -= len(text) + 2
        if room < 0:
            shown.append(f"The rest does not fit into a comment: {len(blocks) - number} parts are left out.")
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
        lines.append(f"| and {len(rows) - _MOST_ROWS} more classes | | | | |")
    return "\n".join(lines)


def _engine(engine: EngineVerdict, report: PlanReport) -> Iterator[str]:
    name = engine_name(engine.engine)
    yield f"**{prose(name)}**: {'✅ safe' if engine.safe else '❌ unsafe'}"
    for finding in engine.findings:
        yield _finding(finding)
    if engine.safe_way:
        yield f"Safe way: {_way((report.origin, *engine.safe_way))}"


def _way(stages: tuple[str, ...]) -> str:
    return " → ".join(code(stage) for stage in stages)


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
        lines.append(f"{verb(change.action):<6} {change.resource}")
        for field in change.fields[:_MOST_FIELDS]:
            lines.append(f"  {field.pointer}: {field.before or '(absent)'} -> {field.after or '(absent)'}"[:_WIDEST])
        if len(change.fields) > _MOST_FIELDS:
            lines.append(f"  and {len(change.fields) - _MOST_FIELDS} more fields")
    if len(changes) > _MOST_OBJECTS:
        lines.append(f"and {len(changes) - _MOST_OBJECTS} more objects")
    count = f"{len(changes)} object{'' if len(changes) == 1 else 's'}"
    return f"<details><summary>{count} created, changed or pruned</summary>\n\n{block(lines)}\n\n</details>"
