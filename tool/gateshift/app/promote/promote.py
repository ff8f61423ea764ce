"""`gateshift promote`: the pointers of one environment to another stage, all of them or none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Protocol

from msgspec import Struct
from msgspec.structs import replace

from gateshift.app.generate.generate import look
from gateshift.app.promote.pointer_edits import Edit, edit_to, edited, locked_rollout
from gateshift.app.promote.select_pointers import PromoteRequest, chosen_environment, chosen_pointers, chosen_target
from gateshift.app.shared.paths import shown_path
from gateshift.app.shared.pointer_history import PointerHistory
from gateshift.app.shared.rollout_pointers import rollout_pointers
from gateshift.app.shared.stage_wait import stage_wait
from gateshift.config import open_rollout
from gateshift.engines.placement import StageFolders
from gateshift.errors import Exit, UserError
from gateshift.model.finding import Level
from gateshift.model.gate import GateReport, GateVerdict
from gateshift.model.plan import PlanReport
from gateshift.model.promotion import Move, Obstacle, PromotionReport, Refusal
from gateshift.model.report import ReportedFinding
from gateshift.model.rollout import Environment, Rollout, Stage
from gateshift.model.stage_wait import StageWait
from gateshift.model.sync_pointer import RolloutPointers, StagePointer, SyncPointer
from gateshift.report.plan.shared_findings import shared_findings
from gateshift.report.plan.shift import headline
from gateshift.system import atomic_write, commit
from gateshift.system.source_files import real_path


class PromoteOptions(Struct, frozen=True):
    """How: only shown, committed, on a new branch, and against refusals."""

    dry_run: bool = False
    commit: bool = False
    branch: str = ""
    force: bool = False


class Judge(Protocol):
    """Who says whether a stage is sound and a step is safe."""

    def faults(self, folder: Path) -> Sequence[ReportedFinding]:
        """The errors of a stage's overlay. Raises NoVerdict where it could not be checked."""

    def gate(self, rollout: Rollout, environment: Environment) -> GateReport | None:
        """What Prometheus knows of the candidate; None where it is not to be asked."""

    def plan(self, pointing: RolloutPointers, environment: Environment, origin: Stage, target: Stage) -> PlanReport:
        """What the step does, for every engine that the pointers set."""

    def plan_first(
        self, pointing: RolloutPointers, environment: Environment, folder: str, target: Stage
    ) -> PlanReport | None:
        """What the step from a folder of the repository that is not a stage does; None where nothing can be built
        there, and nothing could at its last commit."""


def promote(
    rollout: Rollout, request: PromoteRequest, options: PromoteOptions, judge: Judge, now: datetime
) -> PromotionReport:
    """Move the pointers. Raises UserError for a request that cannot be granted, NoVerdict where nothing can be said."""
    pointing = rollout_pointers(rollout, request.files)
    if options.dry_run:
        return _Promotion(pointing, request, options, judge, now).run()
    with locked_rollout(pointing):
        recovered = atomic_write.recover(
            pointing.repository, [real_path(stage_pointer.pointer.file) for stage_pointer in pointing.stage_pointers]
        )
        if recovered and options.commit:
            raise UserError(
                f"an interrupted run was finished, which changed {', '.join(map(shown_path, recovered))}; "
                "nothing was promoted or committed",
                where=str(rollout.file),
                next_step="Look at it with `git diff`; then run this again.",
                exit_code=Exit.FINDINGS,
            )
        again = rollout_pointers(open_rollout(rollout.file).rollout, request.files) if recovered else pointing
        return replace(_Promotion(again, request, options, judge, now).run(), recovered=recovered)


class _Promotion:
    """One run: what is chosen, then what speaks against it, then the writing."""

    def __init__(
        self,
        pointing: RolloutPointers,
        request: PromoteRequest,
        options: PromoteOptions,
        judge: Judge,
        now: datetime,
    ) -> None:
        self.pointing = pointing
        self.rollout = pointing.rollout
        self.options = options
        self.judge = judge
        self.now = now
        self.history = PointerHistory(self.rollout.file.parent)
        self.environment = chosen_environment(pointing, request.environment)
        self.stage_pointers = chosen_pointers(pointing, self.environment, request.engine)
        self.committed = [
            self.history.at_head(stage_pointer.pointer) or stage_pointer.pointer
            for stage_pointer in self.stage_pointers
        ]
        self.in_force = list(map(self._in_force, self.committed))
        first = all(
            stage is None and pointing.precedes(stage_pointer)
            for stage_pointer, stage in zip(self.stage_pointers, self.in_force, strict=True)
        )
        self.target = chosen_target(self.rollout.within(self.environment), request, self.in_force, first=first)
        self.edits = [
            edit_to(pointing, stage_pointer, self.environment, self.target) for stage_pointer in self.stage_pointers
        ]

    def run(self) -> PromotionReport:
        """The report of the whole run."""
        moves = tuple(map(self._move, self.stage_pointers, self.edits, self.in_force))
        message = headline(self.rollout, self.environment, self.in_force, self.target)
        report = PromotionReport(
            self.rollout,
            self.environment,
            self.target,
            moves,
            message,
            dry_run=self.options.dry_run,
            waits=tuple(self._waits()),
        )
        if not any(move.changes for move in moves) and all(stage == self.target for stage in self.in_force):
            return report
        if self._is_forward:
            report = replace(report, gate=self.judge.gate(self.rollout, self.environment))
        refusals = (*_gate_refusals(report.gate), *self._pointer_refusals(), *self._order_refusals())
        refusals = (*refusals, *self._file_refusals(), *self._fault_refusals())
        if all(each.obstacle is not Obstacle.INVALID for each in refusals):  # else there is nothing to plan with
            first = self._first_plans()
            plans = (*self._plans(), *(plan for plan in first.values() if plan is not None))
            report = replace(report, plans=plans)
            refusals = (*refusals, *self._lost(first), *self._plan_refusals(plans))
        if refusals and not self.options.force:
            return replace(report, refusals=refusals)
        report = replace(report, overridden=refusals)
        return report if self.options.dry_run else self._carry_out(report)

    @property
    def _is_forward(self) -> bool:
        """Whether a pointer goes to a later stage, or comes from none."""
        stages = self.rollout.stages
        target = stages.index(self.target)
        return not all(stage is not None and stages.index(stage) >= target for stage in self.in_force)

    def _waits(self) -> Iterator[StageWait]:
        """What the stages that are left for a later one ask for."""
        stages = self.rollout.stages
        for origin in dict.fromkeys(self.in_force):
            if origin is not None and stages.index(origin) < stages.index(self.target):
                wait = stage_wait(self.pointing, self.environment, origin, self.now)
                yield from [wait] if wait is not None else []

    def _in_force(self, committed: SyncPointer) -> Stage | None:
        """The stage the last commit names, or where Git does not know the pointer, the one the file names."""
        placed = StageFolders(self.rollout, self.pointing.prefix).place(committed)
        return placed.stage if placed is not None else None

    def _move(self, stage_pointer: StagePointer, edit: Edit, in_force: Stage | None) -> Move:
        pointer = stage_pointer.pointer
        return Move(pointer, edit.file, edit.line, in_force, pointer.path, edit.path)

    def _plans(self) -> Iterator[PlanReport]:
        for origin in dict.fromkeys(self.in_force):
            if origin is not None and origin != self.target:
                yield self.judge.plan(self.pointing, self.environment, origin, self.target)

    def _first_plans(self) -> dict[str, PlanReport | None]:
        """The steps from folders that are not stages, by folder; None where what ran there is not known."""
        named = zip(self.committed, self.in_force, strict=True)
        folders = sorted({committed.folder for committed, stage in named if stage is None})
        return {
            folder: self.judge.plan_first(self.pointing, self.environment, folder, self.target) for folder in folders
        }

    def _lost(self, plans: Mapping[str, PlanReport | None]) -> Iterator[Refusal]:
        """The pointers of which nobody knows what they brought into the cluster."""
        lost = [
            f"{shown_path(real_path(stage_pointer.pointer.file))}: {committed} names {committed.path or 'no path'}, "
            "where no commit has anything to build"
            for stage_pointer, committed, stage in zip(self.stage_pointers, self.committed, self.in_force, strict=True)
            if stage is None and plans[committed.folder] is None
        ]
        if lost:
            hint = "Find out what runs; `gateshift plan PATH STAGE` judges the step from it, --force goes without."
            yield Refusal(Obstacle.NO_STAGE, tuple(lost), hint)

    def _pointer_refusals(self) -> Iterator[Refusal]:
        edited = dict.fromkeys(
            file for stage_pointer in self.stage_pointers for file in self.history.edited(stage_pointer.pointer)
        )
        if edited:
            yield Refusal(
                Obstacle.EDITED,
                tuple(f"{shown_path(file)} differs from the last commit in more than its path" for file in edited),
                "Commit these edits, or take them back, first.",
            )

    def _order_refusals(self) -> Iterator[Refusal]:
        """A step forward waits until the environments that come before have reached the stage."""
        if not self._is_forward:
            return
        stages = self.rollout.stages
        target = stages.index(self.target)
        behind = [
            f"{other.environment.name} is at {stage.name}"
            for other in self.pointing.stage_pointers
            if other.environment is not None and other.environment.name in self.environment.after
            if (stage := self._in_force(self.history.at_head(other.pointer) or other.pointer)) is not None
            if stages.index(stage) < target
        ]
        if behind:
            yield Refusal(
                Obstacle.AHEAD,
                tuple(dict.fromkeys(behind)),
                f"Promote {', '.join(self.environment.after)} to {self.target.name} first, or give --force.",
            )

    def _file_refusals(self) -> Iterator[Refusal]:
        pending = look(self.rollout).pending_stages
        if pending:
            found = tuple(f"{state.path}: {state.status.value}" for state in pending)
            yield Refusal(Obstacle.STALE, found, "Run `gateshift generate`, look at the changes, and commit them.")

    def _fault_refusals(self) -> Iterator[Refusal]:
        folder = self.rollout.file.parent / self.rollout.overlay(self.target, self.environment)
        faults = self.judge.faults(folder) if folder.is_dir() else ()
        if faults:
            found = tuple(f"{each.place.file}:{each.place.line}: {each.rule}: {each.message}" for each in faults)
            yield Refusal(
                Obstacle.INVALID, found, f"`gateshift validate {shown_path(real_path(folder))}` shows them in full."
            )

    def _plan_refusals(self, plans: Sequence[PlanReport]) -> Iterator[Refusal]:
        engines = {stage_pointer.pointer.engine.value for stage_pointer in self.stage_pointers}
        for plan in plans:
            verdicts = (replace(each, decides=True) for each in plan.engines if each.engine in engines)
            deciding = replace(plan, engines=tuple(verdicts))
            if not all(verdict.safe for verdict in deciding.engines):
                errors = (each for each in shared_findings(deciding) if each.finding.level is Level.ERROR)
                found = tuple(f"{each.finding.rule}: {each.message}" for each in errors)
                yield Refusal(
                    Obstacle.UNSAFE, found or (f"{plan.origin} -> {plan.target} is unsafe",), _way_out(deciding)
                )

    def _carry_out(self, report: PromotionReport) -> PromotionReport:
        repository = self.history.repository
        if self.options.commit and repository is None:
            raise UserError("there is no Git work tree to commit in", where=str(self.rollout.file.parent))
        if self.options.commit and repository is not None:
            commit.refuse_unfinished(repository)
        old = {real_path(edit.file): edit.file.read_bytes() for edit in self.edits}
        new = edited(old, self.edits)
        changed = {file: content for file, content in new.items() if content != old[file]}
        contents = {self.history.name(file): content for file, content in new.items()}
        try:
            with atomic_write.replacing(self.pointing.repository, changed):
                if not self.options.commit or repository is None:
                    return report
                made = commit.commit_files(repository, contents, _letter(report), self.options.branch)
        except OSError as error:
            raise UserError(f"cannot be written: {error.strerror}", where=str(error.filename)) from error
        commit.refuse_flawed(repository, made, contents)
        return replace(report, commit=made.id, branch=self.options.branch)


def _way_out(plan: PlanReport) -> str:
    """The safe way and the command that begins it, or the command that says more."""
    way = next((verdict.safe_way for verdict in plan.engines if verdict.safe_way), ())
    if not way:
        return f"`gateshift plan {plan.origin} {plan.target}` says more."
    env = f" --env {plan.environment}" if plan.environment else ""
    return f"The safe way is {' -> '.join((plan.origin, *way))}.\nBegin with `gateshift promote {way[0]}{env}`."


def _gate_refusals(gate: GateReport | None) -> Iterator[Refusal]:
    if gate is not None and gate.verdict is not GateVerdict.PASSED:
        open_figures = (figure for figure in gate.figures if figure.verdict is not GateVerdict.PASSED)
        found = tuple(f"{figure.name}: {figure.verdict.value}: {figure.reason}" for figure in open_figures)
        yield Refusal(Obstacle.GATE, found, "`gateshift gate` shows every figure and what it asked.")


def _letter(report: PromotionReport) -> str:
    """The commit message: the shift, then what the stage is for, then what was overridden."""
    parts = [report.message, report.target.description]
    parts += [f"Forced although the {each.obstacle.value}: {'; '.join(each.found)}" for each in report.overridden]
    return "\n\n".join(part for part in parts if part) + "\n"
