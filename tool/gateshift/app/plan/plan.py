"""`gateshift plan`: what a step from one state to another does, and whether a sync engine can make it safely."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from msgspec.structs import replace

from gateshift.app.plan.plan_request import PlanRequest
from gateshift.app.plan.plan_values import Reporter
from gateshift.app.plan.planner import PlannedStep, Planner
from gateshift.app.plan.sides import Side, Sides
from gateshift.app.promote.select_pointers import chosen_environment
from gateshift.app.shared.followed_folders import with_supplied_variables
from gateshift.app.shared.paths import shown_path
from gateshift.app.shared.repository_pointers import RepositoryPointers, repository_pointers
from gateshift.app.shared.resolve_target import existing, only_root
from gateshift.app.shared.rollout_pointers import rollout_pointers, sync_settings
from gateshift.app.shared.rollouts import rollout_here, root_of
from gateshift.app.shared.snapshots import Snapshots
from gateshift.app.shared.stage_wait import wait_before
from gateshift.engines.registry import WITHOUT_POINTER
from gateshift.model.finding import Finding, Level
from gateshift.model.plan import MatrixCell, MatrixReport, PlanReport
from gateshift.model.rollout import Environment, Rollout
from gateshift.model.sync_pointer import RolloutPointers, SyncPointer, SyncSettings
from gateshift.system import git
from gateshift.system.source_files import real_path
from gateshift.transition.policy import safe_way


class Plans:
    """The plans of one run."""

    def __init__(self, planner: Planner, snapshots: Snapshots) -> None:
        self.planner = planner
        self.snapshots = snapshots
        self.reporter = Reporter(planner.placer, snapshots)
        self._pointers: dict[Path, RepositoryPointers] = {}

    def step(self, asked: PlanRequest, now: datetime) -> PlanReport:
        """One step. Raises UserError where a side cannot be told or built, NoVerdict without Kustomize."""
        before, after = Sides(self.snapshots, asked.environment).pair(asked.origin, asked.target)
        report = self.between(before, after, self._syncs(before, after))
        here = not any(self.snapshots.shown(real_path(side.root.folder)) for side in (before, after))
        return replace(report, wait=wait_before(before.stage, after.stage, now)) if here else report

    def between(self, before: Side, after: Side, syncs: tuple[SyncSettings, ...]) -> PlanReport:
        """The report of the step between two sides, with the safe way round it where there is one. Each is built as the
        engine does that follows it."""
        before, after = map(self._as_followed, (before, after))
        step = self.planner.step(before, after, syncs)
        way = () if step.safe else self.way(before, after, syncs)
        return self.reporter.plan(before, after, step, safe_way=way)

    def way(self, before: Side, after: Side, syncs: tuple[SyncSettings, ...]) -> tuple[str, ...]:
        """The stages to pass through instead, the target last; empty where the target is not a stage or none helps."""
        place = after.stage
        if place is None or self.snapshots.shown(after.root.folder):
            return ()
        stages = dict(self._stages(place.rollout, place.environment))
        known = stages | {after.label: after, before.label: before}
        self.planner.prepare(known.values())

        def is_safe(one: str, other: str) -> bool:
            return self.planner.step(known[one], known[other], syncs).safe

        names = [after.label if name == place.stage.name else name for name in stages]
        return safe_way(names, before.label, after.label, is_safe)

    def matrix(self, environment: str) -> MatrixReport:
        """Every ordered pair of the stages of the rollout here."""
        pointing = rollout_pointers(rollout_here())
        return self.matrix_of(pointing, chosen_environment(pointing, environment))

    def matrix_of(self, pointing: RolloutPointers, environment: Environment) -> MatrixReport:
        """Every ordered pair of a rollout's stages in one environment. Raises UserError where a stage has no overlay or
        cannot be built."""
        rollout = pointing.rollout
        syncs = sync_settings(pointing, environment)
        sides = dict(self._stages(rollout, environment))
        self.planner.prepare(sides.values())

        def step(one: str, other: str) -> PlannedStep:
            return self.planner.step(sides[one], sides[other], syncs)

        cells = [_cell(one, other, tuple(sides), step) for one in sides for other in sides if one != other]
        in_force = {
            each.stage.name
            for each in pointing.stage_pointers
            if each.stage and each.environment in (None, environment)
        }
        named = tuple(name for name in sides if name in in_force)
        return MatrixReport(rollout.service.name, tuple(sides), tuple(cells), in_force=named)

    def _stages(self, rollout: Rollout, environment: Environment) -> Iterator[tuple[str, Side]]:
        for stage in rollout.stages_in(environment):
            found = existing(root_of(rollout, environment, stage))
            side = Side(stage.name, only_root(Path(shown_path(found.path.resolve()))), found.stage)
            yield stage.name, self._as_followed(side)

    def _syncs(self, before: Side, after: Side) -> tuple[SyncSettings, ...]:
        """How the pointers in force set the engines: those of the environment that the sides belong to, else those that
        follow one of the folders."""
        for side in (after, before):
            if side.stage is not None and not self.snapshots.shown(side.root.folder):
                settings = sync_settings(rollout_pointers(side.stage.rollout), side.stage.environment)
                if settings != WITHOUT_POINTER:
                    return settings
        for side in (after, before):
            settings = self._following(side)
            if settings != WITHOUT_POINTER:
                return settings
        return WITHOUT_POINTER

    def _as_followed(self, side: Side) -> Side:
        """The side as it is built by the engine that follows it, or where it is a stage, the stage in force."""
        root = side.root
        if root.pointer is not None:
            return side
        pointers = self._of_stage(side) or self._pointers_in(root.repository).following(root.folder)
        changing = (pointer for pointer in pointers if pointer.build is not None and pointer.build.changes)
        pointer = next(changing, None)
        return side if pointer is None or root.files else replace(side, root=replace(root, pointer=pointer))

    def _of_stage(self, side: Side) -> tuple[SyncPointer, ...]:
        if side.stage is None:
            return ()
        pointing = rollout_pointers(side.stage.rollout)
        return tuple(each.pointer for each in pointing.stage_pointers if each.environment == side.stage.environment)

    def _following(self, side: Side) -> tuple[SyncSettings, ...]:
        """How the pointers of the work tree that follow the folder set the engines."""
        folder = real_path(side.root.folder)
        repository = self.snapshots.repository(folder)
        within = folder.relative_to(side.root.repository)
        known = self._pointers_in(repository or side.root.repository)
        return known.settings(known.top / within)

    def _pointers_in(self, top: Path) -> RepositoryPointers:
        if top not in self._pointers:
            work_tree = self.snapshots.repository(top) or git.work_tree(top)
            self._pointers[top] = with_supplied_variables(repository_pointers(top, work_tree))
        return self._pointers[top]


def _cell(origin: str, target: str, stages: tuple[str, ...], step: Callable[[str, str], PlannedStep]) -> MatrixCell:
    made = step(origin, target)
    engines = tuple((each.verdict.settings.engine.value, each.safe) for each in made.engines)
    idle = tuple(each.verdict.settings.engine.value for each in made.engines if each not in made.deciding)
    if made.safe:
        return MatrixCell(origin, target, engines, idle=idle)
    way = safe_way(stages, origin, target, lambda one, other: step(one, other).safe)
    reason = next(_reasons(made))
    return MatrixCell(origin, target, engines, reason.message, way, idle, reason.rule)


def _reasons(step: PlannedStep) -> Iterator[Finding]:
    for engine in step.deciding:
        for located in engine.findings:
            if located.finding.level is Level.ERROR:
                yield located.finding
