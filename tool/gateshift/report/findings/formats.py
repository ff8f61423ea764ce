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
    repository is shown, the name of the comment that Markdown is for, and whether text and Markdown show every note."""

    style: Style = _PLAIN
    rules: Mapping[str, Rule] = field(default_factory=dict)
    fail_on: Level = Level.ERROR
    quiet: bool = False
    links: Links = NO_LINKS
    comment: str = ""
    notes: bool = False


def _text(report: ValidationReport, setting: Setting) -> str:
    from gateshift.report.findings import text

    if setting.quiet:
        return text.quiet(report, setting.fail_on, setting.style)
    return text.render(report, setting.style, notes=setting.notes)


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

    return markdown.render(report, notes=setting.notes)


VALIDATION: dict[str, Callable[[ValidationReport, Setting], str]] = {
    "text": _text,
    "json": _json,
    "sarif": _sarif,
    "junit": _junit,
    "github": _github,
    "gitlab": _gitlab,
    "markdown": _markdown,
}
"""Every format of a validation."""

OF_FINDINGS = ("sarif", "junit", "github", "gitlab")
"""The formats that can say nothing but findings."""
