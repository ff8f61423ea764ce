"""GitHub's workflow commands: lines on standard output that become annotations of a pull request.

A step shows ten annotations of a level and drops the rest, so the worst come first and what is over stays in the log.
The grammar is that of ActionCommand.cs in actions/runner; the step summary is the Markdown.
"""

from __future__ import annotations

from collections.abc import Iterator

from gateshift.model.finding import Level
from gateshift.model.report import Gap, OwnSuppression, ReportedFinding, ReportedPlace, ValidationReport
from gateshift.report.findings.text import summary
from gateshift.report.own_suppressions import words
from gateshift.report.plain_text import printable, without_commands
from gateshift.report.style import Style

_COMMAND = {Level.ERROR: "error", Level.WARNING: "warning", Level.NOTE: "notice"}
_SHOWN = 10


def render(report: ValidationReport) -> str:
    """The commands, worst first, then plain lines for what GitHub would not show, then the count."""
    errors = [*(_gap(gap) for gap in report.gaps), *_commands(report, Level.ERROR)]
    lines = [*errors[:_SHOWN], *map(_own, report.own)]
    for level in (Level.WARNING, Level.NOTE):
        lines += list(_commands(report, level))[:_SHOWN]
    rest = list(_unshown(report))
    if rest:
        lines.append(f"GitHub shows {_SHOWN} annotations of a level; the step summary has these {len(rest)} too:")
        lines += rest
    return "\n".join([*lines, summary(report, Style(unicode=False))]) + "\n"


def command(name: str, message: str, **properties: str) -> str:
    """One workflow command; properties that are "" are left out."""
    given = ",".join(f"{key}={_property(value)}" for key, value in properties.items() if value)
    return f"::{name} {given}::{_data(message)}" if given else f"::{name}::{_data(message)}"


def log_line(text: str) -> str:
    """One line that the runner prints and does not obey: no line break, and neither form of a command."""
    return without_commands(printable(text))


def _commands(report: ValidationReport, level: Level) -> Iterator[str]:
    return (_finding(finding) for finding in report.findings if finding.level is level)


def _finding(finding: ReportedFinding) -> str:
    place = finding.place
    parts = [finding.message]
    if finding.cluster_says:
        parts.append(f"The cluster would say: {finding.cluster_says}")
    if finding.help:
        parts.append(finding.help)
    if finding.roots:
        parts.append(f"Reaches {', '.join(finding.roots)}")
    return command(
        _COMMAND[finding.level],
        "\n".join(parts),
        file=place.file,
        line=str(place.line),
        endLine=str(max(place.line, place.end_line)),
        **_columns(place),
        title=f"{finding.rule} {finding.name}",
    )


def _columns(place: ReportedPlace) -> dict[str, str]:
    """Columns, where the place lies on one line: GitHub refuses them for more. Its end is inclusive."""
    if place.end_line > place.line:
        return {}
    return {"col": str(place.column), "endColumn": str(max(place.column, place.end_column - 1))}


def _own(own: OwnSuppression) -> str:
    said = f"This change adds {words(own)}; it counts once it is merged, and silences nothing here"
    return command("warning", said, file=own.file, line=str(own.line), title="suppressed by this change")


def _gap(gap: Gap) -> str:
    parts = [gap.what, gap.why, gap.next_step]
    return command("error", "\n".join(part for part in parts if part), title="no verdict")


def _unshown(report: ValidationReport) -> Iterator[str]:
    for level in Level:
        shown = max(0, _SHOWN - len(report.gaps)) if level is Level.ERROR else _SHOWN
        findings = [finding for finding in report.findings if finding.level is level]
        for finding in findings[shown:]:
            place = finding.place
            where = f"{place.file}:{place.line}:{place.column}"
            yield log_line(f"{level.value} {finding.rule} {where}: {finding.message}")
    for gap in report.gaps[_SHOWN:]:
        yield log_line(f"no verdict: {gap.what}: {gap.why}")


def _data(text: str) -> str:
    clean = "\n".join(printable(line) for line in text.split("\n"))
    return clean.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
