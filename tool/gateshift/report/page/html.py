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
from gateshift.model.picture import (
    NodeRole,
    Page,
    Picture,
    PictureAnswer,
    PictureClass,
    RolloutPicture,
    StagePicture,
)
from gateshift.model.plan import MatrixCell, PairVerdict
from gateshift.model.report import ReportedPlace, SourceLine
from gateshift.model.shares import percent
from gateshift.report.findings.text import summary
from gateshift.report.page.picture import colour, narrow, sentences, wide
from gateshift.report.plain_text import printable
from gateshift.report.plan.words import SIGNS, engines_against
from gateshift.report.style import Style, count

_WIDEST_LINE = 400
_CROWDED = 2


def render(page: Page, *, live: bool = False) -> str:
    """The page. With `live` it asks the server that sent it whether a file has changed, and loads itself again."""
    titles = ", ".join(rollout.title for rollout in page.rollouts) or "no rollout"
    bad = bool(page.validation.gaps or page.validation.count(Level.ERROR))
    return _page(
        "report.html.j2",
        live=live,
        page=page,
        title=f"Rollout of {titles}",
        summary=summary(page.validation, Style()),
        counted=_counted(page),
        verdict="bad" if bad else "good",
        findings=sorted(page.validation.findings, key=lambda finding: finding.level.rank),
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
        bar=bar,
        colour=colour,
        count=count,
        crowded=crowded,
        detail_of=detail_of,
        engine_name=engine_name,
        here=here,
        marked_parts=marked_parts,
        narrow=narrow,
        percent=percent,
        prose=prose,
        sentences=sentences,
        shared=shared,
        signs=SIGNS,
        source=_source,
        split=split,
        wide=wide,
    )
    return environment


def _shown(value: object) -> object:
    return value if isinstance(value, Markup) else printable(str(value))


def _source(place: ReportedPlace) -> Markup:
    return Markup(_templates().get_template("source.html.j2").render(place=place))


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


def here(rollout: RolloutPicture) -> tuple[str, ...]:
    """The stages that a pointer names."""
    return tuple(pointer.stage for pointer in rollout.pointers if pointer.stage)


def shared(stage: StagePicture) -> tuple[str, ...]:
    """The versions with a share of the stage's production rule."""
    return tuple(version for version, share in stage.shares if share > 0)


def answer_in(requests: PictureClass, stage: str) -> PictureAnswer | None:
    """The answer that these requests get in the stage; None where it was not built."""
    return next((answer for answer in requests.answers if answer.stage == stage), None)


def split(shares: tuple[tuple[str, float], ...]) -> str:
    """`v1 90 %, v2 10 %`; `404` where that is what all get; "" for no shares."""
    if len(shares) == 1 and shares[0][0].isdigit():
        return shares[0][0]
    return ", ".join(f"{version or 'unknown version'} {percent(share)}" for version, share in shares)


def bar(shares: tuple[tuple[str, float], ...], versions: tuple[str, ...]) -> Markup:
    """The shares as one bar, each version in its colour."""
    rects: list[Markup] = []
    start = 0.0
    for version, share in shares:
        rects.append(
            Markup('<rect class="{}" x="{:.2f}" width="{:.2f}" height="10"/>').format(
                colour(version, versions), start * 100, share * 100
            )
        )
        start += share
    return Markup(
        '<svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">{}</svg>'
    ).format(Markup("").join(rects))


def crowded(picture: Picture) -> bool:
    """Whether a row of the picture is wider than a phone, so that it scrolls."""
    return any(sum(node.role is role for node in picture.nodes) > _CROWDED for role in NodeRole)


def detail_of(cell: MatrixCell) -> str:
    """The verdict, the reason and the safe way, as one or more sentences."""
    pair = f"{cell.origin} -> {cell.target}"
    if cell.verdict is PairVerdict.SAFE:
        return f"{pair}: safe."
    reason = f" {cell.reason[:1].upper()}{cell.reason[1:].rstrip('.')}." if cell.reason else ""
    way = f" The safe way: {' -> '.join((cell.origin, *cell.safe_way))}." if cell.safe_way else ""
    return f"{pair}: unsafe with {' and '.join(engines_against(cell))}.{reason}{way}"
