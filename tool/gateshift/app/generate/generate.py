"""From a rollout to its files on disk: what would change, and the change itself."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from gateshift.errors import UserError
from gateshift.manifests import compare, generate, live_copies
from gateshift.manifests.header import header_start
from gateshift.manifests.keep_pointer_path import named_paths
from gateshift.model.release import FileState, FileStatus
from gateshift.model.rollout import Rollout
from gateshift.system import atomic_write, owned_files
from gateshift.system.repositories import repository_of


class Generation(Struct, frozen=True):
    """A rollout, the folder its files are in, and how each of them stands."""

    rollout: Rollout
    top: Path
    states: tuple[FileState, ...]

    @property
    def pending(self) -> tuple[FileState, ...]:
        """The files that are not as the rollout asks for."""
        return tuple(state for state in self.states if state.status is not FileStatus.FRESH)

    @property
    def pending_stages(self) -> tuple[FileState, ...]:
        """The files of base/ and overlays/ among them: what a pointer's move would deliver. A pointer that its owner
        rewrote is theirs, and moves like any other."""
        return tuple(state for state in self.pending if not state.path.startswith("sync/"))

    @property
    def strangers(self) -> tuple[FileState, ...]:
        """The files in the way that someone else wrote."""
        return tuple(state for state in self.states if state.status is FileStatus.STRANGER)

    @property
    def unreadable_pointers(self) -> tuple[FileState, ...]:
        """The pointers that were edited so that the stage they name cannot be read: any other would move them."""
        edited = (state for state in self.states if state.status is FileStatus.EDITED)
        return tuple(state for state in edited if len(named_paths(state.found or "")) < len(_stages_named(state)))

    def kept(self, *, force: bool) -> tuple[FileState, ...]:
        """The files for whose sake nothing is written: with `force` those of someone else, and pointers whose stage is
        lost; without it whatever someone edited."""
        forced = (*self.strangers, *self.unreadable_pointers)
        return forced if force else tuple(state for state in self.states if state.status.in_the_way)


def look(rollout: Rollout) -> Generation:
    """How the rollout's files stand. Writes nothing."""
    top = rollout.file.parent
    expected = generate(rollout)
    name = rollout.service.name
    present = owned_files.read_files(top, expected, header_start(name))
    originals = {path: file.path for path, file in live_copies(rollout).items()}
    return Generation(rollout, top, compare(name, expected, present, originals))


def write(rollout: Rollout, *, force: bool) -> Generation:
    """Bring the rollout's files up to date under a lock; gives how they stood before.

    Nothing at all is written where a file is to be kept (`Generation.kept`).
    """
    with owned_files.locked(rollout.file.parent):
        before = look(rollout)
        if before.kept(force=force):
            return before
        try:
            owned_files.clean_up(before.top)
            owned_files.write_files(
                before.top, {state.path: state.expected for state in before.pending if state.expected is not None}
            )
            owned_files.delete_files(before.top, [state.path for state in before.pending if state.expected is None])
        except OSError as error:
            raise UserError(f"cannot be written: {error.strerror}", where=str(error.filename)) from error
        return before


def finish_interrupted(top: Path) -> tuple[Path, ...]:
    """Finish what a killed `promote` or `next` had written down in the repository around a folder: half of it would
    look like edits. To be done before gateshift.yaml is read. The files that this changed."""
    repository = repository_of(top)
    if not atomic_write.interrupted(repository):
        return ()
    with owned_files.locked(repository):
        return atomic_write.recover(repository, ())


def _stages_named(state: FileState) -> list[str]:
    return named_paths(state.expected or "")


class Stranded(Struct, frozen=True):
    """A pointer in `file` that names `path`, which is not a stage of the rollout, and the stage that has the same
    objects, "" where none has them."""

    file: str
    path: str
    stage: str


def stranded(generation: Generation) -> Iterator[Stranded]:
    """The pointers that name a path which is not a stage of the rollout."""
    rollout = generation.rollout
    folder = rollout.pointers.path if rollout.pointers else ""
    stages = {
        posixpath.normpath(posixpath.join(folder, rollout.overlay(stage, environment))): stage.name
        for environment in rollout.environments
        for stage in rollout.stages_in(environment)
    }
    for state in generation.states:
        for path in map(posixpath.normpath, named_paths(state.expected or "")):
            if path not in stages:
                gone = _texts_below(generation, posixpath.relpath(path, folder or "."), expected=False)
                same = (
                    name
                    for place, name in stages.items()
                    if gone == _texts_below(generation, posixpath.relpath(place, folder or "."), expected=True)
                )
                yield Stranded(state.path, path, next(same, "") if gone else "")


def _texts_below(generation: Generation, folder: str, *, expected: bool) -> dict[str, str]:
    """What the files directly in the folder say, without their comments: as they are to be, or as they were found."""
    texts: dict[str, str] = {}
    for state in generation.states:
        text = state.expected if expected else state.found
        place, name = posixpath.split(state.path)
        if place == folder and text is not None:
            texts[name] = "".join(line for line in text.splitlines(keepends=True) if not line.startswith("#"))
    return texts
