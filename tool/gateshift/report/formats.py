"""The table of formats: what feeds the choices of `--format` is what renders them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from gateshift.model.finding import Level
from gateshift.model.report import ValidationReport
from gateshift.model.rule import Rule
from gateshift.report import github, gitlab, json, junit, markdown, sarif, text
from gateshift.report.style import Style

_PLAIN = Style()


@dataclass(frozen=True, slots=True)
class Setting:
    """What a renderer may need beside the report: how text is drawn, the documentation of the rules by id,
    and the level from which a finding fails the run."""

    style: Style = _PLAIN
    rules: Mapping[str, Rule] = field(default_factory=dict)
    fail_on: Level = Level.ERROR


VALIDATION: dict[str, Callable[[ValidationReport, Setting], str]] = {
    "text": lambda report, setting: text.render(report, setting.style),
    "json": lambda report, _: json.render(report),
    "sarif": lambda report, setting: sarif.render(report, setting.rules),
    "junit": lambda report, setting: junit.render(report, setting.fail_on),
    "github": lambda report, _: github.render(report),
    "gitlab": lambda report, _: gitlab.render(report),
    "markdown": lambda report, _: markdown.render(report),
}
"""Every format of a validation."""
