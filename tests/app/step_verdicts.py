"""The real judge, and one who has nothing to object."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from gateshift.app.promote.promotion_gate import StageJudge
from gateshift.app.shared.snapshots import Snapshots
from gateshift.app.shared.tool_choices import Choices
from gateshift.model.gate import GateReport
from gateshift.model.plan import PlanReport
from gateshift.model.report import ReportedFinding
from gateshift.model.rollout import Environment, Rollout, Stage
from gateshift.model.sync_pointer import RolloutPointers

NOW = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)


@contextmanager
def real_judge(choices: Choices = Choices()) -> Iterator[StageJudge]:  # noqa: B008 -- frozen
    """The judge that a command has."""
    with Snapshots() as snapshots:
        yield StageJudge(choices, NOW.date(), snapshots)


class Content:
    """A judge who has nothing to object, for tests of the writing alone."""

    def faults(self, folder: Path) -> Sequence[ReportedFinding]:
        """None."""
        del folder
        return ()

    def gate(self, rollout: Rollout, environment: Environment) -> GateReport | None:
        """Nothing is asked."""
        del rollout, environment
        return None

    def plan(self, pointing: RolloutPointers, environment: Environment, origin: Stage, target: Stage) -> PlanReport:
        """A plan without a word in it."""
        del environment
        return PlanReport(pointing.rollout.service.name, origin.name, target.name, (), (), ())

    def plan_first(self, pointing: RolloutPointers, environment: Environment, folder: str, target: Stage) -> PlanReport:
        """A plan without a word in it."""
        del environment
        return PlanReport(pointing.rollout.service.name, folder, target.name, (), (), ())
