"""Plans as the comment of a pull request: what a reviewer needs in ten seconds first, the rest folded.

The order: the verdict in a sentence, the live change, images, shares, the reasons with their way out, the picture. The
first line is a hidden marker, by which the next run finds its comment again.
"""

from __future__ import annotations

import difflib
import html
from collections.abc import Iterator, Sequence

import yaml

from gateshift.engines.registry import engine_name
from gateshift.model.finding import Level
from gateshift.model.plan import (
    MatrixReport,
    ObjectChange,
    PairVerdict,
    PlanReport,
    PullRequestReport,
    TrafficRow,
)
from gateshift.model.report import ReportedFinding
from gateshift.report.findings.text import place_lines
from gateshift.report.links import NO_LINKS, Links, rule_page
from gateshift.report.markdown_text import block, cell, code, prose
from gateshift.report.own_suppressions import markdown_block
from gateshift.report.plain_text import printable
from gateshift.report.plan.matrix import PairGroup, groups_of
from gateshift.report.plan.mermaid import picture
from gateshift.report.plan.redefined import headline, lines
from gateshift.report.plan.shared_findings import SharedFinding, shared_findings
from gateshift.report.plan.words import DECIDES_NOTHING, PROOF, is_edit, is_shift, split, subject, title
from gateshift.report.style import count
from gateshift.yamldoc.data import JsonObject

LONGEST = 65_000
"""Characters; GitHub refuses a comment of more than 65,536."""

_SIGNS = {PairVerdict.SAFE: "✅", PairVerdict.MIXED: "⚠️", PairVerdict.UNSAFE: "❌"}
_MARKS = {Level.ERROR: "❌", Level.WARNING: "⚠️", Level.NOTE: "\u2139\ufe0f"}
_MOST_ROWS = 12
_MOST_REASONS = 3
_MOST_SECTIONS = 5
_MOST_NAMED = 8
_MOST_OBJECTS = 60
_MOST_DIFF_LINES = 120
_WIDEST = 160


def marker(name: str = "") -> str:
    """The hidden line by which a comment is found again; jobs with different names keep different comments."""
    return f"<!-- gateshift-plan:{name} -->" if name else "<!-- gateshift-plan -->"


def render(report: PlanReport, links: Links = NO_LINKS, name: str = "") -> str:
    """One plan."""
    head = f"{marker(name)}\n## {_mark(report)} {_sentence(report)}"
    return _fitted([head, *_section(report, links), _footer(links)])


def render_pull_request(report: PullRequestReport, links: Links = NO_LINKS, name: str = "") -> str:
    """Every plan of a branch: what is live first, and a change that several stages share once."""
    own = [markdown_block(report.own)] if report.own else []
    notes = [f"{_MARKS[Level.NOTE]} {prose(note)}" for note in report.notes]
    if not report.plans and not report.gaps:
        heading = "What changes was not looked at" if notes else "Traffic stays as it is"
        said = f"No stage builds anything {'else that is ' if notes else ''}new since {code(report.since)}."
        return "\n\n".join([f"{marker(name)}\n## {heading}", *own, *notes, f"{said}\n"])
    gaps = [f"**No verdict**: {prose(gap.what)}\n\n{block([gap.why, gap.next_step])}" for gap in report.gaps]
    groups = _groups([plan for plan in report.plans if plan.live])
    shown = groups[:_MOST_SECTIONS]
    blocks = [f"{marker(name)}\n## {_verdict(report)}", *own, *notes]
    for group in shown:
        if len(shown) > 1:
            blocks.append(f"### {_mark(group[0])} {prose(title(group[0]))}")
        blocks += _section(group[0], links)
        if len(group) > 1:
            others = [plan.target for plan in group[1:]]
            blocks.append(f"The same change in {count(len(others), 'other stage')}: {_named(others)}.")
    rest = groups[_MOST_SECTIONS:]
    if rest:
        blocks.append(_folded(f"{count(sum(map(len, rest)), 'more live change')}", _rest(rest)))
    idle = [plan for plan in report.plans if not plan.live]
    if idle:
        blocks.append(_folded(headline(idle), ["\n".join(f"- {prose(line)}" for line in lines(idle))]))
    return _fitted([*blocks, *gaps, _footer(links, report.since)])


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
    return _fitted(
        [f"## gateshift: stages of {code(report.rollout)}", "\n".join(rows), *map(_pairs, groups_of(report))]
    )


def _pairs(group: PairGroup) -> str:
    """The pairs of one rule, folded, and the reason against each with its safe way."""
    head = f"{group.rule} with {' and '.join(group.against)}: {count(len(group.cells), 'pair')}"
    reasons = [
        f"- {code(pair.origin)} -> {code(pair.target)}: {prose(pair.reason)}"
        + (f" Safe way: {_way((pair.origin, *pair.safe_way))}." if pair.safe_way else "")
        for pair in group.cells
    ]
    return _folded(html.escape(printable(head)), ["\n".join(reasons)])


def _fitted(blocks: list[str]) -> str:
    """As many whole blocks as fit; a fence or a folded part is never cut."""
    shown = ""
    room = LONGEST
    for number, text in enumerate(blocks):
        room -= len(text) + 2
        if room < 0:
            left = len(blocks) - number
            lost = f"{count(left, 'part')} {'is' if left == 1 else 'are'} left out."
            return f"{shown}\n\nThe rest does not fit into a comment: {lost}\n"
        shown += _gap(shown, text) + text
    return shown + "\n"


def _gap(before: str, text: str) -> str:
    """What stands between two blocks: an empty line, but where Markdown needs none and the comment is the shorter."""
    ends = before.endswith(("```", "</details>"))
    follows = (ends and text.startswith("<")) or (before.endswith("|") and text.startswith("```"))
    return "" if not before else "\n" if follows else "\n\n"


def _mark(report: PlanReport) -> str:
    if report.safe:
        return "❔" if report.unknown else "✅"
    return "❌"


def _sentence(report: PlanReport) -> str:
    """The verdict on one step."""
    who = subject(report)
    if report.unknown:
        return prose(title(report))
    step = "the edit of" if is_edit(report) else f"{code(report.origin)} ->"
    what = f"{prose(who)}: {step} {code(report.target)}" if who else f"{step} {code(report.target)}"
    if report.safe:
        return f"{what} loses no request"
    engines = [engine_name(verdict.engine) for verdict in report.engines if verdict.decides and not verdict.safe]
    return f"{what} loses requests with {prose(' and '.join(engines))}"


def _verdict(report: PullRequestReport) -> str:
    """The verdict on a branch."""
    live = [plan for plan in report.plans if plan.live]
    unsafe = [plan for plan in live if not plan.safe]
    if len(live) == 1 and not report.gaps:
        return f"{_mark(live[0])} {_sentence(live[0])}"
    if unsafe:
        return f"❌ {count(len(unsafe), 'live change')} {'loses' if len(unsafe) == 1 else 'lose'} requests"
    if report.gaps:
        return f"❌ No verdict on {count(len(report.gaps), 'root')}"
    return "✅ No live change loses a request" if live else "✅ Nothing that is live changes"


def _groups(plans: Sequence[PlanReport]) -> list[list[PlanReport]]:
    """The plans by what they change: unsafe first, equal changes of other stages together."""
    groups: dict[object, list[PlanReport]] = {}
    for plan in sorted(plans, key=lambda plan: plan.safe):
        groups.setdefault(_likeness(plan), []).append(plan)
    return list(groups.values())


def _likeness(plan: PlanReport) -> object:
    """What two plans have in common that a reader would call the same change."""
    changes = tuple((change.action, change.resource, change.fields) for change in plan.changes)
    found = tuple((verdict.engine, tuple(finding.rule for finding in verdict.findings)) for verdict in plan.engines)
    moved = None if is_edit(plan) and not is_shift(plan) else (plan.origin, plan.target)
    return plan.rollout, plan.environment, changes, found, moved


def _section(report: PlanReport, links: Links) -> Iterator[str]:
    if report.wait is not None:
        yield f"In force: {prose(str(report.wait))}"
    images = list(_images(report.changes))
    if images:
        yield f"Images: {', '.join(images[:_MOST_NAMED])}"
    rows = [row for row in report.traffic if not row.overlap]
    if is_shift(report):
        yield _traffic(rows)
    elif rows:
        yield f"Traffic stays: {code(split(rows[0].after))}"
    yield from _reasons(report, links)
    if is_shift(report):
        yield block(picture(report), "mermaid")
    for verdict in report.engines:
        if not verdict.decides:
            yield f"{prose(engine_name(verdict.engine))}: {'safe' if verdict.safe else 'unsafe'} ({DECIDES_NOTHING})"
    overlaps = list(dict.fromkeys(row.overlap for row in report.traffic if row.overlap))
    if overlaps and is_shift(report):
        yield _folded(
            f"{count(len(overlaps), 'overlap')} of rules", ["\n".join(f"- {prose(each)}" for each in overlaps)]
        )
    if report.changes:
        yield _objects(report.changes)


def _images(changes: Sequence[ObjectChange]) -> Iterator[str]:
    """Each image that changes: `svc 1.0.0 -> 2.0.0 in Deployment customers-v2`."""
    for change in changes:
        for field in change.fields:
            if field.pointer.endswith("/image") and field.before and field.after:
                name = f"{prose(change.resource.kind)} {code(change.resource.name)}"
                yield f"{code(f'{field.before} -> {field.after}')} ({name})"


def _traffic(rows: Sequence[TrafficRow]) -> str:
    lines = ["| requests | before | after |", "| --- | --- | --- |"]
    for row in rows[:_MOST_ROWS]:
        after = cell(split(row.after))
        name = cell(f"{row.name}: {row.match}" if row.name and row.match else row.name or row.match)
        lines.append(f"| {name} | {cell(split(row.before))} | {after if row.after == row.before else f'**{after}**'} |")
    if len(rows) > _MOST_ROWS:
        lines.append(f"| and {len(rows) - _MOST_ROWS} more | | |")
    return "\n".join(lines)


def _reasons(report: PlanReport, links: Links) -> Iterator[str]:
    shared = shared_findings(report)
    errors = [entry for entry in shared if entry.finding.level is Level.ERROR]
    if errors:
        shown = [_reason(entry, links) for entry in errors[:_MOST_REASONS]]
        ways = dict.fromkeys(verdict.safe_way for verdict in report.engines if verdict.safe_way)
        shown += [f"- **Safe way**: {_way((report.origin, *way))}" for way in ways]
        yield "\n".join(shown)
    rest = [entry for entry in shared if entry not in errors[:_MOST_REASONS]]
    if rest:
        details = [f"{_reason(entry, links)}\n\n{_excerpt(entry.finding)}" for entry in rest]
        yield _folded(count(len(rest), "more finding" if errors else "finding"), details)
    if errors:
        lines = dict.fromkeys(_excerpt(entry.finding) for entry in errors[:_MOST_REASONS])
        yield _folded("The lines at fault", list(lines))


def _reason(entry: SharedFinding, links: Links) -> str:
    finding = entry.finding
    who = f" ({prose(' and '.join(entry.engines))} only)" if entry.engines else ""
    shown = finding.place.focused
    place = f"{shown.file}:{shown.line}"
    address = links.line(shown.file, shown.line)
    where = f"[{code(place)}]({address})" if address else code(place)
    others = (f"{prose(name)}: {prose(when)}" for name, when in entry.otherwise)
    said = " ".join(part for part in (prose(_sentence_of(finding.message)), *others, prose(entry.hint)) if part)
    return f"- {_MARKS[finding.level]} [{finding.rule}]({rule_page(finding.rule)}){who} {said} {where}"


def _sentence_of(message: str) -> str:
    """The message with a full stop, as others follow it."""
    return message if message.endswith((".", "?", "!", ":")) else f"{message}."


def _excerpt(finding: ReportedFinding) -> str:
    lines = [line[:_WIDEST] for line in place_lines(finding.place)]
    return block([*lines, *([finding.cluster_says] if finding.cluster_says else [])])


def _way(stages: tuple[str, ...]) -> str:
    return " -> ".join(code(stage) for stage in stages)


def _named(names: Sequence[str]) -> str:
    shown = ", ".join(code(name) for name in names[:_MOST_NAMED])
    return shown if len(names) <= _MOST_NAMED else f"{shown} and {len(names) - _MOST_NAMED} more"


def _rest(groups: Sequence[list[PlanReport]]) -> Iterator[str]:
    """A line for each change."""
    lines = []
    for group in groups:
        plan = group[0]
        same = f", the same in {_named([other.target for other in group[1:]])}" if len(group) > 1 else ""
        lines.append(f"- {_mark(plan)} {prose(title(plan))}: {count(len(plan.changes), 'object')}{same}")
    yield "\n".join(lines)


def _objects(changes: tuple[ObjectChange, ...]) -> str:
    """What is created, changed and pruned, in words, and the rendered difference of each object."""
    summary = f"{count(len(changes), 'object')} created, changed or pruned"
    parts = []
    for change in changes[:_MOST_OBJECTS]:
        words = "; ".join(map(str, change.fields[:_MOST_ROWS]))
        more = f"; and {len(change.fields) - _MOST_ROWS} more" if len(change.fields) > _MOST_ROWS else ""
        parts.append(
            f"{change.action.value} {code(str(change.resource))}"
            + (f": {code((words + more)[: 4 * _WIDEST])}" if words else "")
            + f"\n\n{block(_difference(change.before, change.after), 'diff')}"
        )
    if len(changes) > _MOST_OBJECTS:
        parts.append(f"and {count(len(changes) - _MOST_OBJECTS, 'more object')}")
    return _folded(summary, parts)


def _difference(before: JsonObject | None, after: JsonObject | None) -> list[str]:
    lines = list(difflib.unified_diff(_lines(before), _lines(after), lineterm="", n=3))[2:]
    cut = [line[:_WIDEST] for line in lines[:_MOST_DIFF_LINES]]
    return cut if len(lines) <= _MOST_DIFF_LINES else [*cut, f"# and {len(lines) - _MOST_DIFF_LINES} more lines"]


def _lines(data: JsonObject | None) -> list[str]:
    if data is None:
        return []
    text: str = yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=_WIDEST)
    return text.splitlines()


def _folded(summary: str, parts: Sequence[str] | Iterator[str]) -> str:
    body = "\n\n".join(parts)
    return f"<details><summary>{summary}</summary>\n\n{body}\n\n</details>"


def _footer(links: Links, since: str = "") -> str:
    planned = f" Planned at {_html_code(links.commit)}." if links.commit else ""
    against = f" Against {_html_code(since)}." if since else ""
    return f"<sub>{PROOF}{against}{planned}</sub>"


def _html_code(text: str) -> str:
    return f"<code>{html.escape(printable(text))}</code>"
