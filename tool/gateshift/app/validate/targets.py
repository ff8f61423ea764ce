"""What a validation looks at: the paths named, the roots that changed files affect, or whole rollouts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from gateshift.app.shared.paths import shown_path
from gateshift.app.shared.rollouts import Rollouts, rollout_file_above, rollout_files_in, stage_roots
from gateshift.errors import Exit, UserError
from gateshift.kustomize.tree.roots import find_roots, repository_of
from gateshift.kustomize.tree.tree_reader import TreeReader
from gateshift.model.kustomization import Root
from gateshift.model.rollout import Rollout
from gateshift.system.source_files import real_path


class ValidationTargets(Struct, frozen=True):
    """The roots to validate, and the folders that could not be searched, with the reason.

    `whole` are the rollouts looked at as a whole: their generated files, their stages' order and their pointers too.
    """

    roots: tuple[Root, ...]
    unsearched: tuple[tuple[Path, str], ...] = ()
    whole: tuple[Rollout, ...] = ()


def targets(paths: Sequence[Path], reader: TreeReader) -> ValidationTargets:
    """The roots that paths name or hold; without paths, the rollout of the current folder, else those below it, and
    where there is none, every root below it. Raises UserError (exit code 4) where there is nothing to look at."""
    if paths:
        return _found(paths, reader)
    files = rollout_files_in(Path())
    return whole(files, reader) if files else _found([Path()], reader)


def whole(files: Sequence[Path], reader: TreeReader) -> ValidationTargets:
    """The stages of these gateshift.yaml files, and the rollouts as a whole. Raises UserError (exit code 4) where none
    has an overlay."""
    rollouts = Rollouts.of(files).all
    folders = [root.folder for rollout in rollouts for root in stage_roots(rollout) if root.folder.is_dir()]
    if not folders:
        raise UserError(
            "the rollout has no overlays yet",
            where=str(files[0]),
            next_step="`gateshift generate` writes them.",
            exit_code=Exit.NOTHING_FOUND,
        )
    return replace(_found([Path(shown_path(folder.resolve())) for folder in folders], reader), whole=rollouts)


def _found(paths: Sequence[Path], reader: TreeReader) -> ValidationTargets:
    found = find_roots(paths, reader.sources)
    return ValidationTargets(found.roots, found.unsearched)


def affected(files: Sequence[Path], reader: TreeReader) -> ValidationTargets:
    """The roots whose build reads one of the files, which may be deleted by now; none where no root does.

    A changed gateshift.yaml affects every stage of its rollout. A YAML file that no kustomization reads is no root:
    who keeps plain manifests names them to `validate`.
    """
    changed = {real_path(file.absolute()) for file in files}
    roots: dict[Path, Root] = {}
    for repository in dict.fromkeys(repository_of(_existing(file)) for file in changed):
        for root in _roots_of(repository, reader):
            if _reads(root, changed, reader):
                roots.setdefault(root.folder, root)
    return ValidationTargets(tuple(roots.values()))


def _roots_of(repository: Path, reader: TreeReader) -> Iterable[Root]:
    try:
        found = find_roots([Path(shown_path(repository.resolve()))], reader.sources).roots
    except UserError as error:
        if error.exit_code is Exit.NOTHING_FOUND:
            return ()
        raise
    return tuple(root for root in found if not root.files)


def _reads(root: Root, changed: set[Path], reader: TreeReader) -> bool:
    tree = reader.read(root)
    read = {real_path(path) for path in tree.files} | {node.folder for node in tree.kustomizations}
    rollout = rollout_file_above(root.folder, root.repository)
    if rollout is not None and real_path(rollout) in changed:
        return True
    return any(file in read or (not file.exists() and file.parent in read) for file in changed)


def _existing(path: Path) -> Path:
    """The path, or for a deleted one the nearest folder above it that is still there."""
    return next(one for one in (path, *path.parents) if one.exists())
