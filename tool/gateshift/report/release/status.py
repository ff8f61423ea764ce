"""Where rollouts stand, as text."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from gateshift.engines.registry import engine_name
from gateshift.model.shares import percent
from gateshift.model.status import PointerStatus, RepositoryStatus, StatusReport, WithoutRoute
from gateshift.report.plain_text import printable
from gateshift.report.release.overview import overview
from gateshift.report.release.status_words import STEP_WORDS, verdict_lines
from gateshift.report.style import Style, bar

_PLAIN = Style()
_SHORT = 7
_NEAR = 2


def render(report: StatusReport, style: Style = _PLAIN) -> str:
    """The strip of stages of each pointer, its shares, since when, and what is next."""
    return style.fit("\n".join(_lines(report, style)) + "\n")


def render_repository(report: RepositoryStatus, style: Style = _PLAIN) -> str:
    """One rollout in full; several, a line for each environment."""
    whole = len(report.rollouts) == 1 and not report.gaps
    return render(report.rollouts[0], style) if whole else overview(report, style)


def _lines(report: StatusReport, style: Style) -> Iterator[str]:
    yield style.paint(printable(report.rollout), "bold")
    if not report.pointers:
        yield "  no pointer names a stage of this rollout: declare `pointers` in gateshift.yaml"
    for pointer in report.pointers:
        yield ""
        yield from _pointer(pointer, report, style)
    if report.ahead:
        yield ""
        yield "ahead: " + " > ".join(f"{printable(name)} ({printable(stage)})" for name, stage in report.ahead)
    for name in report.without_pointer if report.pointers else ():
        yield f"  {printable(name)} has no pointer"
    verdicts = list(verdict_lines(report, style))
    yield from ["", *verdicts] if verdicts else []
    for unknown in report.not_understood:
        yield f"not understood: {printable(unknown)}"


def _pointer(pointer: PointerStatus, report: StatusReport, style: Style) -> Iterator[str]:
    who = " ".join(part for part in (pointer.environment, engine_name(pointer.engine), pointer.name) if part)
    yield f"  {style.paint(printable(who), 'bold')}  {style.paint(printable(f'{pointer.file}:{pointer.line}'), 'dim')}"
    if not pointer.stage and pointer.next_step is not None:
        yield f"    {printable(f'{pointer.path} is what ran before the rollout')}"
    elif not pointer.stage:
        yield f"    {style.paint(printable(f'{pointer.path} is not a stage'), 'red')}"
    else:
        yield f"    {_strip(pointer.stage, report.stages, style)}"
    for version, share in pointer.shares:
        yield f"    {printable(version):<8} {bar(share, style)} {percent(share):>7}"
    if pointer.without_route is not None:
        yield f"    {_without_route(pointer.without_route)}"
    if pointer.since is not None:
        since = pointer.since
        yield printable(f"    since    {since.ago} ({since.commit[:_SHORT]}) by {since.author}: {since.subject}")
    if pointer.wait is not None:
        yield f"    waits    {style.paint(printable(str(pointer.wait)), 'green' if pointer.wait.is_over else 'yellow')}"
    if pointer.moved_to:
        yield f"    moved    to {printable(pointer.moved_to)} in this work tree, not committed"
    yield from _next(pointer, style)


def _without_route(who: WithoutRoute) -> str:
    match who:
        case WithoutRoute.ENDPOINTS:
            return "no route: the Service's own endpoints answer"
        case WithoutRoute.NOT_FOUND:
            return "no route: the Gateway answers 404"
        case WithoutRoute.BOTH:
            return "no route: the Gateway answers 404, and calls to the Service go to its own endpoints"
        case WithoutRoute.LIVE:
            return "no route of the rollout's: what ran before it answers"


def _strip(stage: str, stages: tuple[str, ...], style: Style) -> str:
    """Every stage, or where the line is too short for them those near the stage in force, and how many others."""
    shown = [
        style.paint(f"[{printable(name)}]", "green", "bold") if name == stage else printable(name) for name in stages
    ]
    if style.width and sum(len(name) + len(" -> ") for name in stages) > style.width and stage in stages:
        place = stages.index(stage)
        before, after = max(place - _NEAR, 0), max(len(stages) - place - 1 - _NEAR, 0)
        head = [f"{before} before"] if before else []
        shown = [*head, *shown[before : len(shown) - after], *([f"{after} more"] if after else [])]
    return " -> ".join(shown)


def _next(pointer: PointerStatus, style: Style) -> Iterator[str]:
    step = pointer.next_step
    if step is None:
        if pointer.stage:
            yield "    next     none: `gateshift next VERSION --image IMAGE` starts the next release"
        return
    word, *colours = STEP_WORDS[step.safe]
    verdict = style.paint(word, *colours)
    yield f"    next     {printable(step.stage)}, {verdict}" + (f": {printable(step.reason)}" if step.reason else "")


def _json(report: RepositoryStatus, _: Style) -> str:
    from gateshift.report.release import json

    return json.repository_status(report)


FORMATS: dict[str, Callable[[RepositoryStatus, Style], str]] = {"text": render_repository, "json": _json}
"""Every format of `status`."""
