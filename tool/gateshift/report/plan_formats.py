"""The formats of a plan: what feeds the choices of `--format` is what renders them."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

from gateshift.model.plan import MatrixReport, PlanReport, PullRequestReport
from gateshift.report import plan_json, plan_markdown, plan_text
from gateshift.report.formats import OF_FINDINGS, VALIDATION, Setting
from gateshift.report.plan_findings import findings_of
from gateshift.report.style import Style

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


def _of_findings(form: str) -> Callable[[AnyPlan, Setting], str]:
    return lambda report, setting: VALIDATION[form](findings_of(report), setting)


PLAN: dict[str, Callable[[AnyPlan, Setting], str]] = {
    "text": lambda report, setting: _plan(plan_text, report, setting.style),
    "json": lambda report, _: _plan(plan_json, report),
    "markdown": lambda report, _: _plan(plan_markdown, report),
} | {form: _of_findings(form) for form in OF_FINDINGS}
"""Every format of a plan; those made for findings hold the findings of its transitions."""
