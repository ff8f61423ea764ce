"""Who judges a promotion: the stage it goes to by `validate`, the step by `plan`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from gateshift.app.plan.plan import Plans
from gateshift.app.plan.planner import Planner
from gateshift.app.plan.sides import Sides
from gateshift.app.shared.rollout_pointers import sync_settings
from gateshift.app.shared.snapshots import Snapshots
from gateshift.app.shared.tool_choices import Choices
from gateshift.app.validate.validate import errors_in
from gateshift.model.plan import PlanReport
from gateshift.model.report import ReportedFinding
from gateshift.model.rollout import Environment, Stage
from gateshift.model.sync_pointer import RolloutPointers


class StageJudge:
    """Judges the stages of the rollout in the current folder; each stage is built at most once a run."""

    def __init__(self, choices: Choices, today: date, snapshots: Snapshots) -> None:
        self._choices = choices
        self._today = today
        self._plans = Plans(Planner(choices, today), snapshots)

    def faults(self, folder: Path) -> Sequence[ReportedFinding]:
        """The errors of a stage's overlay. Raises NoVerdict where it could not be checked."""
        return errors_in(folder, self._choices, self._today)

    def plan(self, pointing: RolloutPointers, environment: Environment, origin: Stage, target: Stage) -> PlanReport:
        """What the step does, for every engine, set as these pointers set it."""
        sides = Sides(self._plans.snapshots, environment.name)
        before, after = (sides.named(stage.name) for stage in (origin, target))
        return self._plans.between(before, after, sync_settings(pointing, environment))
