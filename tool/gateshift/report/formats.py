"""The table of formats: what feeds the choices of `--format` is what renders them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import ModuleType

from gateshift.model.finding import Level
from gateshift.model.plan import MatrixReport, PlanReport, PullRequestReport
from gateshift.model.report import ValidationReport
from gateshift.model.rule import Rule
from gateshift.report import github, gitlab, json, junit, markdown, plan_json, plan_markdown, plan_text, sarif, text
from gateshift.report.plan_findings import findings_of
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


AnyPlan = PlanReport | PullRequestReport | MatrixReport
"""What `plan` can have to say."""


def _plan(one: ModuleType, report: AnyPlan, *arguments: Style) -> str:
    match report:
        case PlanReport():
            return str(one.render(report, *arguments))
        case PullRequestReport():
            return str(one.render_pull_request(report, *arguments))
        case MatrixReport():
            return str(one.render_matrix(report, *arguments))


PLAN: dict[str, Callable[[AnyPlan, Setting], str]] = {
    "text": lambda report, setting: _plan(plan_text, report, setting.style),
    "json": lambda report, _: _plan(plan_json, report),
    "markdown": lambda report, _: _plan(plan_markdown, report),
    "sarif": lambda report, setting: sarif.render(findings_of(report), setting.rules),
    "junit": lambda report, setting: junit.render(findings_of(report), setting.fail_on),
    "github": lambda report, _: github.render(findings_of(report)),
    "gitlab": lambda report, _: gitlab.render(findings_of(report)),
}
"""Every format of a plan; those made for findings hold the findings of its transitions."""
