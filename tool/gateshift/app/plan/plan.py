"""`gateshift plan`: what a step from one state to another does, and whether a sync engine can make it safely."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime
from pathlib import Path

from msgspec.structs import replace

from gateshift.app.plan.followers import Followers, built_by, followers
from gateshift.app.plan.joint_report import joint_report
from gateshift.app.plan.plan_request import PlanRequest
from gateshift.app.plan.plan_values import Reporter
from gateshift.app.plan.planner import PlannedStep, Planner, joined
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
        """The report of the step between two sides, with the safe way round it where there is one. Each is built as
        each engine does that follows it. Raises NoVerdict where it cannot be told which sync object makes the step."""
        making = self._followers(before, after, syncs)
        steps = self._steps(before, after, making)
        whole = joined(steps)
        way = () if whole.safe else self._way(before, after, making)
        report = self.reporter.plan(before, after, whole, safe_way=way)
        if len(steps) == 1:
            return report
        told = [self.reporter.plan(before, after, step, safe_way=way) for step in steps]
        return joint_report(report, list(zip(map(str, making), told, strict=True)))

    def way(self, before: Side, after: Side, syncs: tuple[SyncSettings, ...]) -> tuple[str, ...]:
        """The stages to pass through instead, the target last; empty where the target is not a stage or none helps.
        They are built as the sides are."""
        return self._way(before, after, (Followers(before.root.pointer, after.root.pointer, syncs),))

    def _way(self, before: Side, after: Side, making: Sequence[Followers]) -> tuple[str, ...]:
        place = after.stage
        if place is None or self.snapshots.shown(after.root.folder):
            return ()
        stages = dict(self._stages(place.rollout, place.environment))
        known = stages | {after.label: after, before.label: before}
        later = [replace(each, before=each.after) for each in making]
        self._prepare(known.values(), later)

        def is_safe(one: str, other: str) -> bool:
            return joined(self._steps(known[one], known[other], making if one == before.label else later)).safe

        names = [after.label if name == place.stage.name else name for name in stages]
        return safe_way(names, before.label, after.label, is_safe)

    def _steps(self, before: Side, after: Side, making: Sequence[Followers]) -> tuple[PlannedStep, ...]:
        """The step as each of these makes it."""
        return tuple(
            self.planner.step(built_by(before, each.before), built_by(after, each.after), each.syncs) for each in making
        )

    def _prepare(self, sides: Collection[Side], making: Sequence[Followers]) -> None:
        self.planner.prepare(built_by(side, each.after) for each in making for side in sides)

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
        making = {name: self._followers(side, side, syncs) for name, side in sides.items()}
        self._prepare(sides.values(), [each for several in making.values() for each in several])

        def step(one: str, other: str) -> PlannedStep:
            return joined(self._steps(sides[one], sides[other], making[other]))

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
            yield stage.name, Side(stage.name, only_root(Path(shown_path(found.path.resolve()))), found.stage)

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

    def _followers(self, before: Side, after: Side, syncs: tuple[SyncSettings, ...]) -> tuple[Followers, ...]:
        """The sync objects that make the step; `syncs` where all of them have the sides built alike."""
        return followers(self._pointers_of(before), self._pointers_of(after), syncs)

    def _pointers_of(self, side: Side) -> RepositoryPointers:
        """Those of the stage's environment, else those that follow the folder at the side's own revision."""
        root = side.root
        own = self._of_stage(side)
        return RepositoryPointers(root.repository, own or self._pointers_in(root.repository).following(root.folder))

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
