"""`gateshift next`: a finished rollout becomes the baseline of the next, and what runs stays as it is."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from gateshift.app.generate.generate import look
from gateshift.app.plan.plan import Plans
from gateshift.app.plan.planner import Planner
from gateshift.app.plan.sides import Side
from gateshift.app.promote.pointer_edits import Edit, edit_to, edited, locked_rollout
from gateshift.app.promote.select_pointers import named_stage
from gateshift.app.shared.paths import shown_path
from gateshift.app.shared.pointer_history import PointerHistory
from gateshift.app.shared.resolve_target import only_root
from gateshift.app.shared.rollout_pointers import rollout_pointers, sync_settings
from gateshift.app.shared.snapshots import Snapshots
from gateshift.app.shared.tool_choices import Choices
from gateshift.app.validate.validate import errors_in
from gateshift.config import file_reader, open_rollout, parse_rollout
from gateshift.config.next_release import NewVersion, next_release
from gateshift.engines.placement import StageFolders
from gateshift.errors import Exit, UserError
from gateshift.manifests import generate
from gateshift.model.plan import PlanReport
from gateshift.model.release import FileState, FileStatus, MovedPointer, ReleaseReport
from gateshift.model.rollout import Environment, ManifestWorkload, Rollout, Stage
from gateshift.model.shares import percent
from gateshift.model.sync_pointer import RolloutPointers, StagePointer
from gateshift.system import atomic_write, owned_files
from gateshift.system.source_files import real_path
from gateshift.yamldoc import bytes_like, text_of

_TOP = ".git"
"""A file of this name makes a folder the top of a repository to whoever looks."""


class Release(Struct, frozen=True):
    """What is asked for. `files` hold pointers beside those in sync/; `stage` is the stage in force where no pointer
    says so."""

    version: NewVersion
    files: tuple[Path, ...] = ()
    stage: str = ""
    dry_run: bool = False


def start_next(file: Path, release: Release, choices: Choices, today: date) -> ReleaseReport:
    """Start the next release. Raises UserError where the rollout is not finished or the result would not do, with
    nothing changed then; NoVerdict where the result could not be checked."""
    pointing = rollout_pointers(open_rollout(file).rollout, release.files)
    if release.dry_run:
        return _Start(pointing, release, choices, today).report()
    with locked_rollout(pointing):
        pointers = [real_path(stage_pointer.pointer.file) for stage_pointer in pointing.stage_pointers]
        atomic_write.recover(pointing.repository, [file.resolve(), *pointers])
        owned_files.clean_up(real_path(file.parent))
        again = rollout_pointers(open_rollout(file).rollout, release.files)
        return _Start(again, release, choices, today).carry_out()


class _Start:
    """One run: the state in force, the new texts, the trial, the writing."""

    def __init__(self, pointing: RolloutPointers, release: Release, choices: Choices, today: date) -> None:
        self.pointing = pointing
        self.old = pointing.rollout
        self.release = release
        self.choices = choices
        self.today = today
        self.top = real_path(self.old.file.parent)
        _refuse_pending(self.old)
        self.in_force = self._in_force()
        before = self.old.file.read_bytes()
        self.before = text_of(before)
        self.after = next_release(self.before, next(iter(self.in_force.values())), release.version)
        self.new = parse_rollout(self.after, self.old.file, file_reader(self.old.file.parent)).rollout
        self.states = look(self.new).states
        _refuse_strangers(self.new, self.states)
        self.files = generate(self.new)
        self.edits = tuple(self._edits())
        self.contents = self._contents(bytes_like(before, self.after))

    def report(self) -> ReleaseReport:
        """What is done, once the result has stood its trial."""
        return ReleaseReport(
            self.new,
            self.before,
            self.after,
            tuple(self._moved()),
            self._trial(),
            tuple(
                sorted(file.relative_to(self.top).as_posix() for file in self.contents if file.is_relative_to(self.top))
            ),
            tuple(state.path for state in self.states if state.status is FileStatus.LEFT_OVER),
            self.release.dry_run,
        )

    def carry_out(self) -> ReleaseReport:
        """The report, and everything written: all files and pointers together, and what is left over deleted."""
        report = self.report()
        try:
            deleted = [self.top / name for name in report.deleted]
            atomic_write.replace_together(self.pointing.repository, self.contents, deleted)
        except OSError as error:
            raise UserError(f"cannot be written: {error.strerror}", where=str(error.filename)) from error
        return report

    def _in_force(self) -> dict[Environment, Stage]:
        """The stage in force of each environment. Raises UserError where one of them is not finished."""
        if not self.pointing.stage_pointers:
            if not self.release.stage:
                raise UserError(
                    "the rollout has no pointer, so nothing says whether it is finished",
                    where=str(self.old.file),
                    next_step="Name your pointers with --pointer, or the stage in force with --stage.",
                    exit_code=Exit.FINDINGS,
                )
            stage = named_stage(self.old, self.release.stage)
            _refuse_unfinished(self.old, stage, "the rollout")
            return dict.fromkeys(self.old.environments, stage)
        history = PointerHistory(self.old.file.parent)
        folders = StageFolders(self.old, self.pointing.prefix)
        found: dict[Environment, Stage] = {}
        for stage_pointer in self.pointing.stage_pointers:
            committed = history.at_head(stage_pointer.pointer) or stage_pointer.pointer
            placed = folders.place(committed)
            _refuse_unfinished(self.old, placed.stage if placed else None, str(stage_pointer.pointer))
            _refuse_unfinished(self.old, stage_pointer.stage, str(stage_pointer.pointer))
            if stage_pointer.environment is not None and stage_pointer.stage is not None:
                found[stage_pointer.environment] = stage_pointer.stage
        return found

    def _contents(self, rollout: bytes) -> dict[Path, bytes]:
        """Every file that changes, with its new content: gateshift.yaml, what it generates, and the user's pointers.

        A generated pointer names the first stage, which is where the pointers of the next release start; one that its
        owner rewrote is moved there by its one scalar, as every other pointer of theirs.
        """
        theirs = {state.path for state in self.states if state.status.in_the_way}
        contents = {self.top / name: text.encode() for name, text in self.files.items() if name not in theirs}
        contents[real_path(self.old.file)] = rollout
        own = [edit for _, edit in self.edits if real_path(edit.file) not in contents]
        contents |= edited({real_path(edit.file): edit.file.read_bytes() for edit in own}, own)
        return {file: content for file, content in contents.items() if not _holds(file, content)}

    def _edits(self) -> Iterator[tuple[StagePointer, Edit]]:
        """What each pointer's path becomes."""
        pointing = replace(self.pointing, rollout=self.new)
        for stage_pointer in self.pointing.stage_pointers:
            if stage_pointer.environment is not None:
                yield stage_pointer, edit_to(pointing, stage_pointer, stage_pointer.environment, self.new.stages[0])

    def _moved(self) -> Iterator[MovedPointer]:
        for stage_pointer, edit in self.edits:
            file = shown_path(stage_pointer.pointer.file.resolve())
            yield MovedPointer(file, stage_pointer.pointer.name, stage_pointer.pointer.path, edit.path)

    def _trial(self) -> tuple[PlanReport, ...]:
        """The result in a folder of its own: it has to validate, and the step to it must change nothing that matters.

        Raises UserError where it does not, NoVerdict where it could not be checked.
        """
        with tempfile.TemporaryDirectory(prefix="gateshift-") as folder, Snapshots() as snapshots:
            repository = real_path(Path(folder))
            (repository / _TOP).touch()
            trial = repository / self.top.relative_to(self.pointing.repository)
            self._write_trial(trial)
            _refuse_faults(trial, self.choices, self.today)
            plans = Plans(Planner(self.choices, self.today), snapshots)
            return tuple(self._plan(plans, trial, environment, stage) for environment, stage in self.in_force.items())

    def _write_trial(self, trial: Path) -> None:
        texts = {**self.files, "gateshift.yaml": self.after}
        for version in self.new.versions:
            if isinstance(version.workload, ManifestWorkload):
                texts[version.workload.path] = version.workload.text
        for name, text in texts.items():
            file = trial / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(text.encode())
        for name in self.new.schemas.crds:
            source, target = self.top / name, trial / name
            if source.is_dir():
                shutil.copytree(source, target, dirs_exist_ok=True)
            elif source.is_file():
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(source, target)

    def _plan(self, plans: Plans, trial: Path, environment: Environment, stage: Stage) -> PlanReport:
        first = self.new.stages[0]
        before = Side(stage.name, only_root(self.top / self.old.overlay(stage, environment)))
        after = Side(first.name, only_root(trial / self.new.overlay(first, environment)))
        plan = plans.between(before, after, sync_settings(self.pointing, environment))
        if not plan.safe:
            reasons = [each.message for verdict in plan.engines if verdict.decides for each in verdict.findings]
            raise UserError(
                f"the step from {stage.name} to the first stage of the next release is unsafe: {'; '.join(reasons)}",
                where=str(self.old.file),
                next_step="Promote to a stage that runs nothing but the last version first.",
                exit_code=Exit.FINDINGS,
            )
        return plan


def _holds(file: Path, content: bytes) -> bool:
    return file.is_file() and not file.is_symlink() and file.read_bytes() == content


def _refuse_pending(rollout: Rollout) -> None:
    pending = look(rollout).pending_stages
    if pending:
        raise UserError(
            f"generated files are not up to date: {', '.join(state.path for state in pending)}",
            where=str(rollout.file),
            next_step="Run `gateshift generate`, look at the changes, and commit them.",
            exit_code=Exit.FINDINGS,
        )


def _refuse_strangers(rollout: Rollout, states: Sequence[FileState]) -> None:
    strangers = [state.path for state in states if state.status.in_the_way and not state.path.startswith("sync/")]
    if strangers:
        raise UserError(
            f"files stand in the way that gateshift did not write: {', '.join(strangers)}",
            where=str(rollout.file),
            next_step="Move them away.",
            exit_code=Exit.FINDINGS,
        )


def _refuse_unfinished(rollout: Rollout, stage: Stage | None, who: str) -> None:
    """A rollout is finished where its last version has every request and runs alone, or nothing comes after."""
    last = rollout.versions[-1].name
    if stage is None:
        raise UserError(
            f"{who} names no stage", next_step="`gateshift status` says what it names.", exit_code=Exit.FINDINGS
        )
    alone = stage.deployed == (last,) or stage == rollout.stages[-1]
    whole = stage.fraction(last) == 1 and not stage.rules and stage.mirror is None
    if not (alone and whole):
        got = f"{last} has {percent(stage.fraction(last))} of the requests" if not whole else f"{last} is not alone"
        raise UserError(
            f"the rollout is not finished: {who} is at {stage.name}, where {got}",
            where=str(rollout.file),
            next_step=f"Promote it to a stage that runs nothing but {last} first.",
            exit_code=Exit.FINDINGS,
        )


def _refuse_faults(trial: Path, choices: Choices, today: date) -> None:
    """Raises UserError where a stage of the result has errors, NoVerdict where that could not be checked."""
    faults = errors_in(trial / "overlays", choices, today)
    if faults:
        said = "; ".join(f"{fault.rule}: {fault.message}" for fault in faults)
        raise UserError(f"the next release would not validate: {said}", exit_code=Exit.FINDINGS)
