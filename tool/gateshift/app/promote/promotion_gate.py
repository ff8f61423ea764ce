"""Who judges a promotion: the stage it goes to by `validate`, the step by `plan`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from gateshift.app.gate.gate import gate, judged_version
from gateshift.app.plan.branch_steps import root_at, side_then
from gateshift.app.plan.plan import Plans
from gateshift.app.plan.planner import Planner
from gateshift.app.plan.sides import Side
from gateshift.app.shared.resolve_target import existing, only_root
from gateshift.app.shared.rollout_pointers import sync_settings
from gateshift.app.shared.rollouts import root_of
from gateshift.app.shared.snapshots import Snapshots
from gateshift.app.shared.tool_choices import Choices
from gateshift.app.validate.validate import errors_in
from gateshift.live.prometheus import Server
from gateshift.model.gate import GateReport
from gateshift.model.plan import PlanReport
from gateshift.model.report import ReportedFinding
from gateshift.model.rollout import Environment, Rollout, Stage
from gateshift.model.sync_pointer import RolloutPointers
from gateshift.system import git


class StageJudge:
    """Judges the stages of rollouts; each stage is built at most once a run."""

    def __init__(self, choices: Choices, today: date, snapshots: Snapshots, server: Server | None = None) -> None:
        """`server` is the Prometheus that the gate asks, None for no gate."""
        self._choices = choices
        self._today = today
        self._server = server
        self._plans = Plans(Planner(choices, today), snapshots)

    def faults(self, folder: Path) -> Sequence[ReportedFinding]:
        """The errors of a stage's overlay. Raises NoVerdict where it could not be checked."""
        return errors_in(folder, self._choices, self._today)

    def gate(self, rollout: Rollout, environment: Environment) -> GateReport | None:
        """What Prometheus knows of the candidate; None where it is not to be asked."""
        return None if self._server is None else gate(rollout, environment, judged_version(rollout, ""), self._server)

    def plan(self, pointing: RolloutPointers, environment: Environment, origin: Stage, target: Stage) -> PlanReport:
        """What the step does, for every engine, set as these pointers set it."""
        before, after = (_side(pointing.rollout, environment, stage) for stage in (origin, target))
        return self._plans.between(before, after, sync_settings(pointing, environment))

    def plan_first(
        self, pointing: RolloutPointers, environment: Environment, folder: str, target: Stage
    ) -> PlanReport | None:
        """What the step from a folder of the repository that is not a stage does; None where nothing can be built
        there, and nothing could at its last commit."""
        before = self._ran(pointing.repository, folder)
        if before is None:
            return None
        after = _side(pointing.rollout, environment, target)
        return self._plans.between(before, after, sync_settings(pointing, environment))

    def _ran(self, repository: Path, folder: str) -> Side | None:
        """The folder as it is, else as the last commit that has it: what a pointer to it brought into the cluster."""
        root = root_at(repository, folder)
        if root is not None:
            return Side(root.path.as_posix(), root)
        commit = git.last_commit_with(repository, folder) if git.work_tree(repository) is not None else ""
        return side_then(self._plans.snapshots.at(commit, repository), folder) if commit else None


def _side(rollout: Rollout, environment: Environment, stage: Stage) -> Side:
    """The stage in the environment. Raises UserError where it has no overlay yet."""
    root = root_of(rollout, environment, stage)
    return Side(stage.name, only_root(existing(root).path), root)
