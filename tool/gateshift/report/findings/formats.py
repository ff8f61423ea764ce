"""The formats of a validation: what feeds the choices of `--format` is what renders them.

A renderer is imported when its format is asked for, so that a run starts quickly.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec import Struct, field

from gateshift.model.finding import Level
from gateshift.model.report import ValidationReport
from gateshift.model.rule import Rule
from gateshift.report.links import NO_LINKS, Links
from gateshift.report.style import Style

_PLAIN = Style()


class Setting(Struct, frozen=True):
    """What a renderer may need beside the report: how text is drawn, the documentation of the rules by id,
    the level from which a finding fails the run, whether text says nothing of what does not fail it, where the
    repository is shown, the name of the comment that Markdown is for, whether text and Markdown show every note, and
    all else in full (`verbose`), and whether text shows how often each rule fired instead of findings."""

    style: Style = _PLAIN
    rules: Mapping[str, Rule] = field(default_factory=dict)
    fail_on: Level = Level.ERROR
    quiet: bool = False
    links: Links = NO_LINKS
    comment: str = ""
    notes: bool = False
    verbose: bool = False
    statistics: bool = False

    @property
    def every_note(self) -> bool:
        """Whether notes are told one by one: asked for, or where they decide the exit code."""
        return self.notes or self.verbose or self.fail_on is Level.NOTE


def _text(report: ValidationReport, setting: Setting) -> str:
    from gateshift.report.findings import text

    if setting.statistics:
        return _statistics(report, setting)
    if setting.quiet:
        return text.quiet(report, setting.fail_on, setting.style, all_in_full=setting.verbose)
    return text.render(report, setting.style, notes=setting.every_note, all_in_full=setting.verbose)


def _concise(report: ValidationReport, setting: Setting) -> str:
    from gateshift.report.findings import concise, text

    if setting.statistics:
        return _statistics(report, setting)
    if setting.quiet:
        left = text.decisive(report, setting.fail_on)
        return concise.render(left, setting.style, notes=True) if left.findings or left.gaps else ""
    return concise.render(report, setting.style, notes=setting.every_note)


def _statistics(report: ValidationReport, setting: Setting) -> str:
    from gateshift.report.findings import concise

    return concise.statistics(report, setting.style)


def _json(report: ValidationReport, _: Setting) -> str:
    from gateshift.report.findings import json

    return json.render(report)


def _sarif(report: ValidationReport, setting: Setting) -> str:
    from gateshift.report.findings import sarif

    return sarif.render(report, setting.rules)


def _junit(report: ValidationReport, setting: Setting) -> str:
    from gateshift.report.findings import junit

    return junit.render(report, setting.fail_on)


def _github(report: ValidationReport, _: Setting) -> str:
    from gateshift.report.findings import github

    return github.render(report)


def _gitlab(report: ValidationReport, _: Setting) -> str:
    from gateshift.report.findings import gitlab

    return gitlab.render(report)


def _markdown(report: ValidationReport, setting: Setting) -> str:
    from gateshift.report.findings import markdown

    return markdown.render(report, notes=setting.every_note)


VALIDATION: dict[str, Callable[[ValidationReport, Setting], str]] = {
    "text": _text,
    "concise": _concise,
    "json": _json,
    "sarif": _sarif,
    "junit": _junit,
    "github": _github,
    "gitlab": _gitlab,
    "markdown": _markdown,
}
"""Every format of a validation."""

OF_FINDINGS = ("concise", "sarif", "junit", "github", "gitlab")
"""The formats that can say nothing but findings."""
