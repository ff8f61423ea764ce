"""`gateshift plan` as far as nothing has changed since it was asked the same: nothing is built or judged for that."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from msgspec import Struct

from gateshift.app.plan.plan_request import PlanRequest
from gateshift.app.shared.remember import RunQuestion
from gateshift.app.shared.tool_choices import Choices
from gateshift.model.lasting import Lasting
from gateshift.model.plan import AnyPlan, MatrixReport, PlanReport, PullRequestReport
from gateshift.model.rule import Rule


class PlanAnswer(Struct, frozen=True):
    """A plan, and the documentation of the rules by their ids."""

    report: AnyPlan
    rules: dict[str, Rule]


def planned(request: PlanRequest, choices: Choices, now: datetime) -> PlanAnswer:
    """What the request asks for, from the cache where nothing changed. Raises what planning raises."""
    question = RunQuestion(
        "plan",
        (repr(request), *choices.words()),
        _paths(request),
        choices.programs(),
        now.date().isoformat(),
    )
    return choices.memory().answer(question, lambda: _worked_out(request, choices, now), PlanAnswer, _lasting)


def _worked_out(request: PlanRequest, choices: Choices, now: datetime) -> PlanAnswer:
    from gateshift.app.plan.plan import Plans
    from gateshift.app.plan.planner import Planner
    from gateshift.app.plan.pull_request import pull_request
    from gateshift.app.shared.snapshots import Snapshots
    from gateshift.checks.registry import every_rule

    with Snapshots() as snapshots:
        plans = Plans(Planner(choices.begun(), now.date()), snapshots)
        if request.since is not None:
            return PlanAnswer(pull_request(plans, request.since, request.environment, now), every_rule())
        report = plans.matrix(request.environment) if request.every else plans.step(request, now)
        return PlanAnswer(report, every_rule())


def _paths(request: PlanRequest) -> tuple[Path, ...]:
    """The folders whose repositories matter: the current one, and those that are named as they stand."""
    named = (Path(name) for name in (request.origin, request.target) if name is not None)
    return (Path(), *(path for path in named if path.exists()))


def _lasting(answer: PlanAnswer) -> Lasting:
    """How long a stage has been in force changes by the second; an `ignore` may end any day."""
    report = answer.report
    match report:
        case PlanReport():
            passing = report.wait is not None
        case PullRequestReport():
            passing = bool(report.gaps) or any(plan.wait is not None for plan in report.plans)
        case MatrixReport():
            passing = bool(report.gaps)
    return Lasting.THIS_RUN if passing else Lasting.THIS_DAY
