"""`gateshift status`: where every pointer of a rollout stands, by its file, its commit and the step that comes next."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path

from msgspec.structs import replace

from gateshift.app.promote.promote import Judge
from gateshift.app.shared.paths import shown_path
from gateshift.app.shared.pointer_history import PointerHistory
from gateshift.app.shared.rollout_pointers import line_of, rollout_pointers
from gateshift.app.shared.stage_wait import stage_wait
from gateshift.config import open_rollout
from gateshift.engines.placement import StageFolders
from gateshift.errors import UserError
from gateshift.model.finding import Level
from gateshift.model.plan import PlanReport
from gateshift.model.rollout import Environment, Rollout, ServiceParent, Stage
from gateshift.model.stage_wait import StageWait
from gateshift.model.status import (
    LiveVerdict,
    NextStep,
    PointerStatus,
    RepositoryStatus,
    Since,
    StatusReport,
    WithoutRoute,
)
from gateshift.model.sync_pointer import RolloutPointers, StagePointer


def repository_status(
    files: Sequence[Path],
    others: tuple[Path, ...],
    judge: Judge,
    now: datetime,
    live: Sequence[LiveVerdict] = (),
) -> RepositoryStatus:
    """Where the rollouts of these files stand, each with the verdicts that speak of it; `others` are as in `status`.

    One that cannot be read stops only itself, where there are several. Raises UserError for a verdict that speaks of
    no rollout.
    """
    reports: list[StatusReport] = []
    gaps: list[str] = []
    for file in files:
        try:
            reports.append(status(open_rollout(file).rollout, others, judge, now))
        except UserError as error:
            if len(files) == 1:
                raise
            what = error.what.removeprefix(f"{file}: ")
            gaps.append(f"{shown_path(file)}: {what}")
    _refuse_strangers(reports, live)
    return RepositoryStatus(tuple(replace(report, live=_own(report, live)) for report in reports), tuple(gaps))


def _own(report: StatusReport, live: Sequence[LiveVerdict]) -> tuple[LiveVerdict, ...]:
    return tuple(sorted((each for each in live if each.service == report.rollout), key=lambda each: each.at))


def _refuse_strangers(reports: Sequence[StatusReport], live: Sequence[LiveVerdict]) -> None:
    services = [report.rollout for report in reports]
    for verdict in live:
        if verdict.service not in services:
            raise UserError(
                f"speaks of the service {verdict.service}, which no rollout here has",
                where=verdict.file,
                next_step=f"The services are {', '.join(services)}.",
            )


def status(rollout: Rollout, files: tuple[Path, ...], judge: Judge, now: datetime) -> StatusReport:
    """Where the rollout stands. `files` are files or folders with pointers beside those in sync/.

    Where a stage cannot be built, or without Kustomize, the next step has no verdict and says why.
    """
    return _Status(rollout_pointers(rollout, files), judge, now).report()


class _Status:
    def __init__(self, pointing: RolloutPointers, judge: Judge, now: datetime) -> None:
        self.pointing = pointing
        self.rollout = pointing.rollout
        self.judge = judge
        self.now = now
        self.history = PointerHistory(self.rollout.file.parent)
        self.steps: dict[tuple[str, str], NextStep] = {}

    def report(self) -> StatusReport:
        pointers = tuple(map(self._pointer, self.pointing.stage_pointers))
        stages = tuple(stage.name for stage in self.rollout.stages)
        unknown = map(str, self.pointing.not_understood)
        return StatusReport(
            self.rollout.service.name,
            stages,
            pointers,
            tuple(_ahead(pointers, stages)),
            tuple(unknown),
            shown_path(self.rollout.file),
            without_pointer=tuple(self._without_pointer(pointers)),
        )

    def _without_pointer(self, pointers: tuple[PointerStatus, ...]) -> Iterator[str]:
        pointed = {pointer.environment for pointer in pointers}
        return (name for name in (each.name for each in self.rollout.environments) if name not in pointed)

    def _pointer(self, stage_pointer: StagePointer) -> PointerStatus:
        pointer = stage_pointer.pointer
        stage = self._in_force(stage_pointer)
        moved = stage_pointer.stage.name if stage_pointer.stage is not None and stage_pointer.stage != stage else ""
        return PointerStatus(
            stage_pointer.environment.name if stage_pointer.environment else "",
            pointer.engine.value,
            pointer.name,
            shown_path(stage_pointer.pointer.file),
            line_of(self.pointing.repository, stage_pointer.pointer),
            pointer.path,
            stage.name if stage else "",
            tuple(_shares(self.rollout, stage)) if stage else (),
            self._next(stage_pointer, stage),
            self._since(stage_pointer),
            moved,
            self._wait(stage_pointer.environment, stage),
            _without_route(self.rollout, stage_pointer.environment, stage),
        )

    def _in_force(self, stage_pointer: StagePointer) -> Stage | None:
        committed = self.history.at_head(stage_pointer.pointer)
        if committed is None:
            return stage_pointer.stage
        placed = StageFolders(self.rollout, self.pointing.prefix).place(committed)
        return placed.stage if placed is not None else None

    def _since(self, stage_pointer: StagePointer) -> Since | None:
        commit = self.history.moved_by(stage_pointer.pointer)
        if commit is None:
            return None
        elapsed = max(0, int((self.now - datetime.fromisoformat(commit.date)).total_seconds()))
        return Since(commit.id, commit.date, commit.author, commit.subject, elapsed)

    def _wait(self, environment: Environment | None, stage: Stage | None) -> StageWait | None:
        if environment is None or stage is None:
            return None
        return stage_wait(self.pointing, environment, stage, self.now)

    def _next(self, stage_pointer: StagePointer, stage: Stage | None) -> NextStep | None:
        environment = stage_pointer.environment
        if environment is None or (stage is None and not self.pointing.precedes(stage_pointer)):
            return None
        stages = self.rollout.stages_in(environment)
        if stage is None:
            folder = stage_pointer.pointer.folder
            return self._judged(stages[0], lambda: self.judge.plan_first(self.pointing, environment, folder, stages[0]))
        index = stages.index(stage) + 1
        if index >= len(stages):
            return None
        key = (environment.name, stage.name)
        if key not in self.steps:
            target = stages[index]
            self.steps[key] = self._judged(target, lambda: self.judge.plan(self.pointing, environment, stage, target))
        return self.steps[key]

    def _judged(self, target: Stage, judge: Callable[[], PlanReport | None]) -> NextStep:
        try:
            plan = judge()
        except UserError as error:
            return NextStep(target.name, None, f"{error.what}. {error.next_step}".removesuffix(". "))
        if plan is None:
            return NextStep(target.name, None, "what runs now is not known: the pointer's path has nothing to build")
        return NextStep(target.name, plan.safe, _reason(plan))


def _shares(rollout: Rollout, stage: Stage) -> Iterator[tuple[str, float]]:
    for version in rollout.versions:
        share = stage.fraction(version.name)
        if share > 0:
            yield version.name, share


def _without_route(rollout: Rollout, environment: Environment | None, stage: Stage | None) -> WithoutRoute | None:
    """Who answers in a stage that has no route; None for every other stage."""
    if stage is None or environment is None or stage.shares:
        return None
    if rollout.live_in(environment) is not None:
        return WithoutRoute.LIVE
    parents = rollout.route.parents if environment.parents is None else environment.parents
    in_mesh = [isinstance(parent, ServiceParent) for parent in parents]
    if all(in_mesh):
        return WithoutRoute.ENDPOINTS
    return WithoutRoute.BOTH if any(in_mesh) else WithoutRoute.NOT_FOUND


def _reason(plan: PlanReport) -> str:
    found = (each for engine in plan.engines if engine.decides for each in engine.findings if each.level is Level.ERROR)
    return next((each.message for each in found), "")


def _ahead(pointers: tuple[PointerStatus, ...], stages: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """The environments by how far their furthest pointer is, where there are several."""
    furthest: dict[str, str] = {}
    for pointer in pointers:
        if pointer.stage in stages:
            known = furthest.get(pointer.environment)
            if known is None or stages.index(pointer.stage) > stages.index(known):
                furthest[pointer.environment] = pointer.stage
    if len(furthest) > 1:
        yield from sorted(furthest.items(), key=lambda entry: -stages.index(entry[1]))
