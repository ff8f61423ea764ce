"""The report as one HTML page that needs nothing else: no network, no inline handler, a strict policy.

Style and script are ours and stand in the page by their hashes; every text that comes from a file is escaped by the
template and cannot be anything but text.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache

import jinja2
from markupsafe import Markup, escape

from gateshift import __version__
from gateshift.engines.registry import engine_name
from gateshift.model.finding import Level
from gateshift.model.picture import Page, PictureAnswer, PictureClass, StagePicture
from gateshift.model.plan import MatrixCell, MatrixReport, PairVerdict
from gateshift.model.report import ReportedPlace, SourceLine
from gateshift.model.shares import percent
from gateshift.report.findings.groups import groups_of
from gateshift.report.findings.text import summary
from gateshift.report.page.flow import flow
from gateshift.report.page.layout import label_text
from gateshift.report.page.picture import colour, drawing
from gateshift.report.page.stage_facts import (
    extra_answers,
    far,
    idle_versions,
    images,
    marks,
    stages_in_force,
    without_route,
)
from gateshift.report.plain_text import printable
from gateshift.report.plan.words import SIGNS, answerer, engines_against, is_failure, split
from gateshift.report.style import Style, count

_WIDEST_LINE = 400
_MOST_IN_FULL = 10


def render(page: Page, *, live: bool = False) -> str:
    """The page. With `live` it asks the server that sent it whether a file has changed, and loads itself again."""
    titles = ", ".join(rollout.title for rollout in page.rollouts) or "no rollout"
    bad = bool(page.validation.gaps or page.validation.count(Level.ERROR))
    groups = groups_of(page.validation.findings)
    told = tuple(group for group in groups if group.first.level is not Level.NOTE)
    return _page(
        "report.html.j2",
        live=live,
        page=page,
        title=f"Rollout of {titles}",
        summary=summary(page.validation, Style()),
        counted=_counted(page),
        verdict="bad" if bad else "good",
        shown=told[:_MOST_IN_FULL],
        more=told[_MOST_IN_FULL:],
        notes=tuple(group for group in groups if group.first.level is Level.NOTE),
    )


def render_problem(problem: str, *, live: bool = False) -> str:
    """A page that says why there is no report."""
    return _page("problem.html.j2", live=live, title="No report", problem=problem)


def _page(template: str, *, live: bool, **values: object) -> str:
    css, scripts = _asset("page.css"), [_asset("page.js"), *([_asset("live.js")] if live else [])]
    return (
        _templates()
        .get_template(template)
        .render(
            **values,
            version=__version__,
            policy=_policy(css, scripts, live=live),
            css=Markup(css),
            scripts=[Markup(script) for script in scripts],
        )
    )


def _policy(css: str, scripts: list[str], *, live: bool) -> str:
    hashes = " ".join(_hash(script) for script in scripts)
    connect = "connect-src 'self'; " if live else ""
    return (
        f"default-src 'none'; style-src {_hash(css)}; script-src {hashes}; {connect}base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _counted(page: Page) -> str:
    if not page.validation.findings:
        return "Nothing was found."
    counts = ((page.validation.count(level), level.value) for level in Level)
    return ", ".join(count(number, level) for number, level in counts if number)


@cache
def _asset(name: str) -> str:
    source, _, _ = _loader().get_source(jinja2.Environment(autoescape=True), name)
    return source


@cache
def _loader() -> jinja2.PackageLoader:
    return jinja2.PackageLoader("gateshift.report", "page")


@cache
def _templates() -> jinja2.Environment:
    """The templates: everything escaped, control characters and overrides of direction spelled out, no name unknown."""
    environment = jinja2.Environment(
        loader=_loader(),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    environment.globals.update(
        answer_in=answer_in,
        answerer=answerer,
        bar=bar,
        cell_sign=cell_sign,
        colour=colour,
        count=count,
        detail_of=detail_of,
        drawing=drawing,
        engine_name=engine_name,
        extra_answers=extra_answers,
        far=far,
        flow=flow,
        idle_versions=idle_versions,
        images=images,
        label_text=label_text,
        legend=legend,
        marked_parts=marked_parts,
        marks=marks,
        percent=percent,
        prose=prose,
        share_class=share_class,
        shared=shared,
        source=_source,
        split=split,
        stages_in_force=stages_in_force,
        verdict_of=verdict_of,
        without_route=without_route,
    )
    return environment


def _shown(value: object) -> object:
    return value if isinstance(value, Markup) else printable(str(value))


def _source(place: ReportedPlace) -> Markup:
    return Markup(_templates().get_template("source.html.j2").render(place=place.focused))


def prose(text: str) -> Markup:
    """A sentence; what stands between backticks is code."""
    parts = printable(text).split("`")
    if len(parts) % 2 == 0:
        return escape("`".join(parts))
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if index % 2 else escape(part) for index, part in enumerate(parts)
    )


def marked_parts(place: ReportedPlace, line: SourceLine) -> tuple[tuple[str, bool], ...]:
    """A source line in parts, those of the fault marked; a line too long to read is cut."""
    text = line.text[:_WIDEST_LINE]
    if not place.line <= line.number <= max(place.line, place.end_line):
        return ((text, False),)
    start = place.column - 1 if line.number == place.line else len(text) - len(text.lstrip())
    stop = place.end_column - 1 if line.number == place.end_line else len(text)
    parts = ((text[:start], False), (text[start : max(stop, start + 1)], True), (text[max(stop, start + 1) :], False))
    return tuple(part for part in parts if part[0])


def shared(stage: StagePicture) -> tuple[str, ...]:
    """The versions with a share of the stage's production rule."""
    return tuple(version for version, share in stage.shares if share > 0)


def answer_in(requests: PictureClass, stage: str) -> PictureAnswer | None:
    """The answer that these requests get in the stage; None where it was not built."""
    return next((answer for answer in requests.answers if answer.stage == stage), None)


def share_class(key: str, versions: tuple[str, ...]) -> str:
    """The class of what answers a share: a version's colour, or that of a failure."""
    return "failing" if is_failure(key) and key not in versions else colour(key, versions)


def bar(shares: tuple[tuple[str, float], ...], versions: tuple[str, ...], *, routed: bool) -> Markup:
    """The shares as one bar, each version in its colour; a thin one where no route divides them."""
    rects: list[Markup] = []
    start = 0.0
    for version, share in shares:
        rects.append(
            Markup('<rect class="{}" x="{:.2f}" width="{:.2f}" height="10"/>').format(
                share_class(version, versions), start * 100, share * 100
            )
        )
        start += share
    return Markup(
        '<svg class="bar{}" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">{}</svg>'
    ).format("" if routed else " unrouted", Markup("").join(rects))


def legend(matrix: MatrixReport) -> str:
    """What the signs of the matrix mean."""
    mixed = [cell for cell in matrix.cells if cell.verdict is PairVerdict.MIXED]
    alone = {cell_sign(cell): f"{verdict_of(cell)} alone" for cell in mixed}
    meanings = {SIGNS[PairVerdict.SAFE]: "safe", SIGNS[PairVerdict.UNSAFE]: "unsafe", **alone}
    return f"{'; '.join(f'{sign} {meaning}' for sign, meaning in meanings.items())}."


def cell_sign(cell: MatrixCell) -> str:
    """The verdict in a character, and before it the first letter of the one engine that it is unsafe with."""
    if cell.verdict is not PairVerdict.MIXED:
        return SIGNS[cell.verdict]
    return f"{''.join(name[0] for name in engines_against(cell))}{SIGNS[PairVerdict.UNSAFE]}"


def verdict_of(cell: MatrixCell) -> str:
    """`safe`, or `unsafe with Flux`."""
    return "safe" if cell.verdict is PairVerdict.SAFE else f"unsafe with {' and '.join(engines_against(cell))}"


def detail_of(cell: MatrixCell) -> str:
    """The verdict, the reason and the safe way, as one or more sentences."""
    reason = f" {cell.reason[:1].upper()}{cell.reason[1:].rstrip('.')}." if cell.reason else ""
    way = f" The safe way: {' -> '.join((cell.origin, *cell.safe_way))}." if cell.safe_way else ""
    return f"{cell.origin} -> {cell.target}: {verdict_of(cell)}.{reason}{way}"
