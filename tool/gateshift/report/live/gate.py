"""A gate's figures, as text and as Markdown."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from gateshift.model.gate import GateFigure, GateReport, GateVerdict
from gateshift.model.shares import exact_percent
from gateshift.report.markdown_text import cell, prose
from gateshift.report.plain_text import printable
from gateshift.report.style import Style

_PLAIN = Style()
_COLOURS = {GateVerdict.PASSED: "green", GateVerdict.BLOCKED: "red", GateVerdict.NOT_PROVEN: "yellow"}
_WORDS = {"requestRate": "request rate", "successRate": "success rate", "p99": "p99 latency"}


def render(report: GateReport, style: Style = _PLAIN) -> str:
    """Each figure with its limit, the stable version's, and the query to paste."""
    return style.fit("\n".join(_lines(report, style)) + "\n")


def _lines(report: GateReport, style: Style) -> Iterator[str]:
    yield style.paint(printable(_head(report)), "bold")
    for figure in report.figures:
        verdict = style.paint(figure.verdict.value, _COLOURS[figure.verdict], "bold")
        yield f"  {_WORDS[figure.name]:<13} {_shown(figure, figure.value):>10}{_beside(figure, report)}: {verdict}"
        if figure.reason:
            yield f"    {printable(figure.reason)}"
        if figure.query:
            yield style.paint(f"    {printable(figure.query)}", "dim")
    yield style.paint(report.verdict.value, _COLOURS[report.verdict], "bold")


def summary(report: GateReport, style: Style = _PLAIN) -> str:
    """The verdict and the figures in one line."""
    figures = ", ".join(f"{_WORDS[figure.name]} {_shown(figure, figure.value)}" for figure in report.figures)
    verdict = style.paint(report.verdict.value, _COLOURS[report.verdict], "bold")
    return f"{verdict}: {printable(report.version)} over {printable(report.window)}: {figures}"


def _head(report: GateReport) -> str:
    return f"{report.service} {report.version} over {report.window}, by {report.address}"


def _beside(figure: GateFigure, report: GateReport) -> str:
    word = "at most" if figure.name == "p99" else "at least"
    limit = "" if figure.limit is None else f", {word} {_shown(figure, figure.limit)}"
    stable = "" if figure.stable is None else f", {report.against} {_shown(figure, figure.stable)}"
    return limit + stable


def _shown(figure: GateFigure, value: float | None) -> str:
    if value is None:
        return "no value"
    if figure.name == "successRate":
        return exact_percent(value)
    return f"{value:.0f} ms" if figure.name == "p99" else f"{value:.3g} /s"


def markdown(report: GateReport) -> str:
    """A table of the figures, for a step summary."""
    lines = [f"### {cell(_head(report))}: {report.verdict.value}", ""]
    lines += ["| figure | value | limit | stable | verdict | why |", "|---|---|---|---|---|---|"]
    for figure in report.figures:
        numbers = [_shown(figure, figure.value)]
        numbers += ["" if number is None else _shown(figure, number) for number in (figure.limit, figure.stable)]
        row = (_WORDS[figure.name], *numbers, figure.verdict.value, prose(figure.reason).replace("|", "\\|"))
        lines.append(f"| {' | '.join(row)} |")
    return "\n".join(lines) + "\n"


def _json(report: GateReport, _: Style) -> str:
    from gateshift.report.live import json

    return json.gate(report)


FORMATS: dict[str, Callable[[GateReport, Style], str]] = {
    "text": render,
    "json": _json,
    "markdown": lambda report, _: markdown(report),
}
"""Every format of `gate`."""
