"""The formats of a plan: what feeds the choices of `--format` is what renders them.

A renderer is imported when its format is asked for. The formats that know nothing but findings get a plan's findings.
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from gateshift.model.plan import AnyPlan, MatrixReport, PlanReport, PullRequestReport
from gateshift.model.report import ReportedFinding, ReportedRoot, ValidationReport
from gateshift.report.findings.formats import OF_FINDINGS, VALIDATION, Setting


def _by_kind(
    report: AnyPlan,
    plan: Callable[[PlanReport], str],
    pull_request: Callable[[PullRequestReport], str],
    matrix: Callable[[MatrixReport], str],
) -> str:
    match report:
        case PlanReport():
            return plan(report)
        case PullRequestReport():
            return pull_request(report)
        case MatrixReport():
            return matrix(report)


def _text(report: AnyPlan, setting: Setting) -> str:
    from gateshift.report.plan import matrix
    from gateshift.report.plan.text import render, render_pull_request

    style = setting.style
    return _by_kind(
        report,
        lambda plan: render(plan, style),
        lambda branch: render_pull_request(branch, style),
        lambda stages: matrix.render(stages, style, rules=setting.rules, every_pair=setting.verbose),
    )


def _json(report: AnyPlan, _: Setting) -> str:
    from gateshift.report.plan.json import render, render_matrix, render_pull_request

    return _by_kind(report, render, render_pull_request, render_matrix)


def _markdown(report: AnyPlan, setting: Setting) -> str:
    from gateshift.report.plan.markdown import render, render_matrix, render_pull_request

    links, name = setting.links, setting.comment
    return _by_kind(
        report,
        lambda plan: render(plan, links, name),
        lambda branch: render_pull_request(branch, links, name),
        render_matrix,
    )


def _of_findings(form: str) -> Callable[[AnyPlan, Setting], str]:
    return lambda report, setting: VALIDATION[form](findings_of(report), setting)


PLAN: dict[str, Callable[[AnyPlan, Setting], str]] = {
    "text": _text,
    "json": _json,
    "markdown": _markdown,
} | {form: _of_findings(form) for form in OF_FINDINGS}
"""Every format of a plan; those made for findings hold the findings of its transitions."""


def findings_of(report: AnyPlan) -> ValidationReport:
    """The findings of every transition that happens, each once though several engines share it. A matrix has none of
    its own."""
    match report:
        case PlanReport():
            return _merged((report,))
        case PullRequestReport():
            live = tuple(plan for plan in report.plans if plan.live)
            return replace(_merged(live), gaps=report.gaps, own=report.own)
        case MatrixReport():
            return ValidationReport((), (), gaps=report.gaps)


def _merged(plans: tuple[PlanReport, ...]) -> ValidationReport:
    findings: dict[ReportedFinding, None] = {}
    for plan in plans:
        for engine in (verdict for verdict in plan.engines if verdict.decides):
            findings.update(dict.fromkeys(engine.findings))
    roots = tuple(ReportedRoot(plan.target, len(plan.changes)) for plan in plans)
    return ValidationReport(tuple(findings), roots)
