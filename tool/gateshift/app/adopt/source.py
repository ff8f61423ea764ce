"""What the paths of `gateshift adopt` mean: a Kustomize root, or plain manifests."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from gateshift.app.shared.resolve_target import only_root
from gateshift.errors import UserError
from gateshift.kustomize.tree.roots import repository_of
from gateshift.model.kustomization import Root
from gateshift.model.resource import Build
from gateshift.system import git
from gateshift.yamldoc.data import Json, JsonObject


class AdoptSource(Struct, frozen=True):
    """What runs today, as `label` names it: its root, and the top of its repository."""

    label: str
    root: Root
    repository: Path

    def live(self, folder: Path, build: Build) -> JsonObject:
        """How a gateshift.yaml in that folder names it; of plain files those from which the build has objects."""
        if not self.root.files:
            return {"path": _relative(self.root.folder, folder)}
        used = {resource.origin.file for resource in build.resources}
        files: list[Json] = [_relative(file.resolve(), folder) for file in self.root.files if file in used]
        return {"files": files}


def _relative(path: Path, folder: Path) -> str:
    return Path(os.path.relpath(path, folder)).as_posix()


def read_source(paths: Sequence[Path]) -> AdoptSource:
    """What the paths, or else the current folder, hold. Raises UserError where that is no one thing, or is in no Git
    repository."""
    named = list(paths) or [Path()]
    root = only_root(named[0]) if len(named) == 1 else _of_files(named)
    if git.work_tree(root.folder) is None:
        raise UserError(
            "there is no Git repository here, and a rollout is one commit after another",
            where=str(root.path),
            next_step="Run `git init` at the top of your manifests.",
        )
    return AdoptSource(" ".join(map(str, named)), root, root.repository)


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
