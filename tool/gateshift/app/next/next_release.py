"""`gateshift next`: the next release starts, and what runs stays as it is."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from gateshift.app.generate.generate import look
from gateshift.app.next.release_start import is_finished, positions, refuse_in_use, refuse_unfinished
from gateshift.app.next.trial import ReleaseTrial
from gateshift.app.promote.pointer_edits import Edit, edit_to, edited, locked_rollout
from gateshift.app.shared.paths import shown_path
from gateshift.app.shared.rollout_pointers import rollout_pointers
from gateshift.app.shared.tool_choices import Choices
from gateshift.config import file_reader, open_rollout, parse_rollout
from gateshift.config.read import folder_lister
from gateshift.config.succession import NewVersion, Successor, abandoned_release, further_release, next_release
from gateshift.errors import Exit, UserError
from gateshift.manifests import generate
from gateshift.model.plan import PlanReport
from gateshift.model.release import FileState, FileStatus, MovedPointer, ReleaseKind, ReleaseReport
from gateshift.model.rollout import Environment, Rollout, Stage
from gateshift.model.sync_pointer import RolloutPointers, StagePointer
from gateshift.system import atomic_write, commit, git, owned_files
from gateshift.system.source_files import real_path
from gateshift.yamldoc import bytes_like, text_of


class Release(Struct, frozen=True):
    """What is asked for. `instead_of` is a version that was abandoned, or "". `files` hold pointers beside those in
    sync/; `stage` is the stage in force where no pointer says so. `commit` and `branch` are as `promote` has them."""

    version: NewVersion
    files: tuple[Path, ...] = ()
    stage: str = ""
    dry_run: bool = False
    instead_of: str = ""
    commit: bool = False
    branch: str = ""


def start_next(file: Path, release: Release, choices: Choices, today: date) -> ReleaseReport:
    """Start the next release. Raises UserError where it cannot start here or the result would not do, with nothing
    changed then; NoVerdict where the result could not be checked."""
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
        self.held = positions(pointing, release.stage)
        before = self.old.file.read_bytes()
        self.before = text_of(before)
        self.kind, successor = self._successor()
        self.notes = successor.notes
        self.after = successor.text
        reader, lister = file_reader(self.old.file.parent), folder_lister(self.old.file.parent)
        self.new = parse_rollout(self.after, self.old.file, reader, lister).rollout
        self.stages = self._stages_after(successor.stages)
        self.states = look(self.new).states
        _refuse_strangers(self.new, self.states)
        self.edits = tuple(self._edits())
        self.contents = self._contents(bytes_like(before, self.after))

    def _successor(self) -> tuple[ReleaseKind, Successor]:
        """The next gateshift.yaml. Raises UserError where a release cannot start from the stages in force."""
        new, abandoned = self.release.version, self.release.instead_of
        if abandoned:
            refuse_in_use(self.old, abandoned, self.held)
            return ReleaseKind.INSTEAD, abandoned_release(self.before, abandoned, new, self._exists)
        if len(self.old.versions) > 1:
            if all(is_finished(self.old, position.stage) for position in self.held):
                return ReleaseKind.AFTER, next_release(self.before, self.held[0].stage, new, self._exists)
            refuse_unfinished(self.old, self.held)
        in_force = {position.stage.name for position in self.held}
        return ReleaseKind.BEHIND, further_release(self.before, in_force, new, self._exists)

    def _exists(self, path: str) -> bool:
        file = real_path(self.top / path)
        return file.is_relative_to(self.top) and file.exists()

    def _stages_after(self, renames: Mapping[str, str]) -> dict[tuple[Environment, Stage], Stage]:
        """What becomes of each stage in force: after a finished release the first one of the next."""
        if self.kind is ReleaseKind.AFTER:
            return {(position.environment, position.stage): self.new.stages[0] for position in self.held}
        return {
            (position.environment, position.stage): self.new.stage(renames[position.stage.name])
            for position in self.held
        }

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
            kind=self.kind,
            candidate=self.release.version.name,
            abandoned=self.release.instead_of,
            notes=self.notes,
            dry_run=self.release.dry_run,
        )

    def carry_out(self) -> ReleaseReport:
        """The report, and everything written: all files and pointers together, and what is left over deleted."""
        report = self.report()
        deleted = [self.top / name for name in report.deleted]
        repository = self._repository_to_commit_in(deleted) if self.release.commit else None
        try:
            with atomic_write.replacing(self.pointing.repository, self.contents, deleted):
                if repository is None:
                    return report
                contents = {file.relative_to(repository).as_posix(): text for file, text in self.contents.items()}
                gone = [file.relative_to(repository).as_posix() for file in deleted]
                made = commit.commit_files(repository, contents, _letter(report), self.release.branch, gone)
        except OSError as error:
            raise UserError(f"cannot be written: {error.strerror}", where=str(error.filename)) from error
        commit.refuse_flawed(repository, made, contents)
        return replace(report, commit=made.id, branch=self.release.branch)

    def _repository_to_commit_in(self, deleted: Sequence[Path]) -> Path:
        """The work tree. Raises UserError where there is none, and where a file has edits of its owner's."""
        repository = git.work_tree(self.top)
        if repository is None:
            raise UserError("there is no Git work tree to commit in", where=str(self.top))
        commit.refuse_unfinished(repository)
        names = [file.relative_to(repository).as_posix() for file in (*self.contents, *deleted) if file.exists()]
        edits = git.uncommitted(repository, names)
        if edits:
            raise UserError(
                f"uncommitted edits would be committed with the release: {', '.join(edits)}",
                where=str(repository),
                next_step="Commit them, or take them back, first.",
                exit_code=Exit.FINDINGS,
            )
        return repository

    def _contents(self, rollout: bytes) -> dict[Path, bytes]:
        """Every file that changes, with its new content: gateshift.yaml, what it generates, and the pointers."""
        contents = {
            self.top / state.path: state.expected.encode("utf-8", "surrogateescape")
            for state in self.states
            if state.expected is not None and not state.status.in_the_way
        }
        contents[real_path(self.old.file)] = rollout
        held = {real_path(edit.file): edit for _, edit in self.edits}
        texts = {file: contents.get(file) or file.read_bytes() for file in held}
        contents |= edited(texts, [edit for _, edit in self.edits])
        return {file: content for file, content in contents.items() if not _holds(file, content)}

    def _edits(self) -> Iterator[tuple[StagePointer, Edit]]:
        """What each pointer's path becomes."""
        pointing = replace(self.pointing, rollout=self.new)
        for stage_pointer in self.pointing.stage_pointers:
            environment, stage = stage_pointer.environment, stage_pointer.stage
            if environment is not None and stage is not None:
                target = self.stages[environment, stage]
                if pointing.folder(target, environment) != stage_pointer.pointer.folder:
                    yield stage_pointer, edit_to(pointing, stage_pointer, environment, target)

    def _moved(self) -> Iterator[MovedPointer]:
        for stage_pointer, edit in self.edits:
            file = shown_path(stage_pointer.pointer.file.resolve())
            yield MovedPointer(file, stage_pointer.pointer.name, stage_pointer.pointer.path, edit.path)

    def _trial(self) -> tuple[PlanReport, ...]:
        """What becomes of each stage in force. Raises UserError where the result would not do, NoVerdict where it could
        not be checked."""
        with tempfile.TemporaryDirectory(prefix="gateshift-") as folder:
            trial = ReleaseTrial(Path(folder), self.pointing, self.choices, self.today)
            trial.write(self.new, self.after, generate(self.new))
            trial.refuse_faults()
            return trial.plans(self.new, self.stages)


def _letter(report: ReleaseReport) -> str:
    """The commit message: the start, the stages, the pointers that follow, and what its author should look at."""
    stages = " -> ".join(stage.name for stage in report.rollout.stages)
    pointers = "\n".join(f"{pointer.file}: {pointer.before} -> {pointer.after}" for pointer in report.pointers)
    return "\n\n".join(filter(None, (report.headline, f"Stages: {stages}", pointers, *report.notes))) + "\n"


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
