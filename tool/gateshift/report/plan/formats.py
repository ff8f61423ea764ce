"""The formats of a plan: what feeds the choices of `--format` is what renders them.

A plan as findings, for the formats that know nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

from msgspec.structs import replace

from gateshift.model.plan import MatrixReport, PlanReport, PullRequestReport
from gateshift.model.report import ReportedFinding, ReportedRoot, ValidationReport
from gateshift.report.findings.formats import OF_FINDINGS, VALIDATION, Setting
from gateshift.report.plan import json, markdown, text
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
    "text": lambda report, setting: _plan(text, report, setting.style),
    "json": lambda report, _: _plan(json, report),
    "markdown": lambda report, _: _plan(markdown, report),
} | {form: _of_findings(form) for form in OF_FINDINGS}
"""Every format of a plan; those made for findings hold the findings of its transitions."""


def findings_of(report: PlanReport | PullRequestReport | MatrixReport) -> ValidationReport:
    """The findings of every transition, each once though several engines share it. A matrix has none of its own."""
    match report:
        case PlanReport():
            return _merged((report,))
        case PullRequestReport():
            return replace(_merged(report.plans), gaps=report.gaps)
        case MatrixReport():
            return ValidationReport((), (), gaps=report.gaps)


def _merged(plans: tuple[PlanReport, ...]) -> ValidationReport:
    findings: dict[ReportedFinding, None] = {}
    for plan in plans:
        for engine in plan.engines:
            findings.update(dict.fromkeys(engine.findings))
    roots = tuple(ReportedRoot(plan.target, len(plan.changes)) for plan in plans)
    return ValidationReport(tuple(findings), roots)
