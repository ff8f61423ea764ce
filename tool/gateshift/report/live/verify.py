"""Measured shares, as text and as Markdown."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from gateshift.model.shares import percent
from gateshift.model.verification import MeasuredClass, MeasuredVersion, ShareVerdict, VerifyReport
from gateshift.report.markdown_text import cell, prose
from gateshift.report.plain_text import printable
from gateshift.report.style import Style, count

_PLAIN = Style()
_COLOURS = {ShareVerdict.AS_DECLARED: "green", ShareVerdict.OFF: "red", ShareVerdict.NOT_PROVEN: "yellow"}


def render(report: VerifyReport, style: Style = _PLAIN) -> str:
    """Each class with its verdict, its versions' shares, and what else there is to know."""
    return style.fit("\n".join(_lines(report, style)) + "\n")


def _lines(report: VerifyReport, style: Style) -> Iterator[str]:
    yield style.paint(printable(_head(report)), "bold")
    for measured in report.classes:
        yield ""
        yield from _class(measured, style)
    yield ""
    yield from (printable(f"note: {note}") for note in report.notes)
    verdict = style.paint(report.verdict.value, _COLOURS[report.verdict], "bold")
    yield f"{verdict} (confidence of all intervals together: {percent(report.confidence)})"


def _head(report: VerifyReport) -> str:
    stage = " ".join(part for part in (report.environment, report.stage) if part)
    return f"{report.service}, stage {stage}: {report.url}"


def _class(measured: MeasuredClass, style: Style) -> Iterator[str]:
    verdict = style.paint(measured.verdict.value, _COLOURS[measured.verdict], "bold")
    yield f"  {style.paint(printable(measured.name), 'bold')} ({printable(measured.match)}): {verdict}"
    if measured.reason:
        yield f"    {printable(measured.reason)}"
    yield f"    {_counts(measured)}"
    for version in measured.versions:
        yield f"    {printable(version.version):<8} {_share(version):>8} {_bounds(version)}{_times(version)}"
    yield from (printable(f"    note: {note}") for note in measured.notes)


def _counts(measured: MeasuredClass) -> str:
    planned = "" if measured.needed is None else f" ({measured.needed} needed)"
    return f"{count(measured.requests, 'request')}{planned}, {count(measured.errors, 'error')}, " + (
        f"{measured.unidentified} without a version"
    )


def _share(version: MeasuredVersion) -> str:
    return "no share" if version.share is None else percent(version.share)


def _bounds(version: MeasuredVersion) -> str:
    if version.low == 0:
        bounds = f"at most {percent(version.high)}"
    elif version.high == 1:
        bounds = f"at least {percent(version.low)}"
    else:
        bounds = f"{percent(version.low)} to {percent(version.high)}"
    return f"({bounds}), declared {percent(version.declared)}"


def _times(version: MeasuredVersion) -> str:
    errors = f", {count(version.errors, 'error')}" if version.errors else ""
    if version.p50_ms is None or version.p99_ms is None:
        return errors
    return f"{errors}, p50 {version.p50_ms:.3g} ms, p99 {version.p99_ms:.3g} ms"


def markdown(report: VerifyReport) -> str:
    """A table of every class and version, for a step summary."""
    return "\n".join(_markdown(report)) + "\n"


def _markdown(report: VerifyReport) -> Iterator[str]:
    yield f"### {cell(_head(report))}: {report.verdict.value}"
    yield ""
    yield "| class | version | requests | share | interval | declared | verdict |"
    yield "|---|---|---|---|---|---|---|"
    for measured in report.classes:
        for version in measured.versions:
            bounds = f"{percent(version.low)} to {percent(version.high)}"
            row = (
                cell(measured.name),
                cell(version.version),
                f"{version.count} of {measured.requests}",
                _share(version),
                bounds,
                percent(version.declared),
                measured.verdict.value,
            )
            yield f"| {' | '.join(row)} |"
    yield ""
    for measured in report.classes:
        told = (measured.reason, *measured.notes)
        yield from (f"- {cell(measured.name)}: {prose(text)}" for text in told if text)
    yield from (f"- {prose(note)}" for note in report.notes)


def _json(report: VerifyReport, _: Style) -> str:
    from gateshift.report.live import json

    return json.verify(report)


FORMATS: dict[str, Callable[[VerifyReport, Style], str]] = {
    "text": render,
    "json": _json,
    "markdown": lambda report, _: markdown(report),
}
"""Every format of `verify`."""
