"""A plan as findings, for the formats that know nothing else."""

from __future__ import annotations

from dataclasses import replace

from gateshift.model.plan import MatrixReport, PlanReport, PullRequestReport
from gateshift.model.report import ReportedFinding, ReportedRoot, ValidationReport


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
