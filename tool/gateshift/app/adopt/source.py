"""What the paths of `gateshift adopt` mean: a Kustomize root, or plain manifests."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from gateshift.app.shared.repository_pointers import RepositoryPointers, repository_pointers
from gateshift.app.shared.resolve_target import only_root
from gateshift.app.shared.rollout_pointers import settings_of, with_every_engine
from gateshift.errors import Exit, UserError
from gateshift.model.kustomization import Root
from gateshift.model.resource import Build
from gateshift.model.sync_pointer import SyncPointer, SyncSettings, folder_of
from gateshift.system import git
from gateshift.system.repositories import repository_of
from gateshift.system.source_files import real_path
from gateshift.yamldoc.data import Json, JsonObject

_HARMLESS = ("namespace", "commonAnnotations")
"""What a pointer may add to the kustomization that it follows without a difference to a rollout."""


class AdoptSource(Struct, frozen=True):
    """What runs today, as `label` names it: its root, the top of its repository, and the pointers that follow it."""

    label: str
    root: Root
    repository: Path
    pointers: tuple[SyncPointer, ...] = ()

    def live(self, folder: Path, build: Build) -> JsonObject:
        """How a gateshift.yaml in that folder names it; of plain files those from which the build has objects."""
        if not self.root.files:
            return {"path": relative(self.root.folder, folder)}
        used = {real_path(resource.origin.file) for resource in build.resources}
        held = map(real_path, self.root.files)
        files: list[Json] = [relative(file, folder) for file in held if file in used]
        return {"files": files}

    @property
    def settings(self) -> tuple[SyncSettings, ...]:
        """How the engines that follow it are set."""
        return with_every_engine(settings for pointer in self.pointers for settings in settings_of(pointer))


def relative(path: Path, folder: Path) -> str:
    """The path as seen from a folder."""
    return Path(os.path.relpath(path, folder)).as_posix()


def read_source(paths: Sequence[Path]) -> AdoptSource:
    """What the paths, or else the current folder, hold; a pointer's file means what the pointer follows. Raises
    UserError where that is no one thing, is in no Git repository, or is changed by its pointer."""
    named = list(paths) or [Path()]
    repository = repository_of(named[0])
    work_tree = git.work_tree(repository)
    if work_tree is None:
        raise UserError(
            "there is no Git repository here, and a rollout is one commit after another",
            where=str(named[0]),
            next_step="Run `git init` at the top of your manifests.",
        )
    known = repository_pointers(repository, work_tree)
    root = _only_root(named[0], known) if len(named) == 1 else _of_files(named)
    folder = folder_of(relative(root.folder, repository))
    following = tuple(pointer for pointer in known.pointers if pointer.folder == folder)
    for pointer in following:
        _refuse_changed(pointer)
    return AdoptSource(" ".join(map(str, named)), root, root.repository, following)


def _only_root(path: Path, known: RepositoryPointers) -> Root:
    """The root that the path is, or that the pointers of the file at the path follow."""
    held = [pointer for pointer in known.pointers if path.is_file() and real_path(pointer.file) == real_path(path)]
    folders = {pointer.folder for pointer in held}
    if len(folders) > 1:
        raise UserError(
            f"it follows several directories: {', '.join(sorted(folders))}",
            where=str(path),
            next_step="Name one of the directories.",
        )
    return only_root(known.top / folders.pop()) if folders else only_root(path)


def _refuse_changed(pointer: SyncPointer) -> None:
    """Raises UserError where the pointer changes what is built, so that the stages could not be proved."""
    edits = pointer.build.edits if pointer.build is not None else ()
    telling = dict.fromkeys(edit.field for edit in edits if edit.field not in _HARMLESS)
    if telling:
        raise UserError(
            f"{pointer} changes what is built by `{'`, `'.join(telling)}`, and would change the stages too",
            where=str(pointer.file),
            next_step="Move that into the kustomization that it follows first.",
            exit_code=Exit.FINDINGS,
        )


def _of_files(paths: Sequence[Path]) -> Root:
    """Several plain files and folders as one root."""
    roots = [only_root(path) for path in paths]
    kustomized = [str(root.path) for root in roots if not root.files]
    if kustomized:
        raise UserError(
            f"{', '.join(kustomized)}: a Kustomize root is adopted alone",
            next_step="Name one root, or plain YAML files.",
        )
    repositories = {root.repository for root in roots}
    if len(repositories) > 1:
        raise UserError("these are files of several repositories", next_step="Name those of one.")
    files = tuple(dict.fromkeys(file for root in roots for file in root.files))
    folder = Path(os.path.commonpath([root.folder for root in roots]))
    return Root(folder, folder, repository_of(folder), files)
