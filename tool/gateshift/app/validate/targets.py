"""What a validation looks at: the paths named, the roots that changed files affect, or whole rollouts.

All that a validation reads of roots is read here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from gateshift.app.shared.build_roots import ReadRoot, read_roots
from gateshift.app.shared.paths import shown_path
from gateshift.app.shared.rollouts import NO_ROLLOUTS, Rollouts, rollout_file_above, rollout_files_in
from gateshift.errors import Exit, UserError
from gateshift.kustomize.tree.roots import find_roots, repository_of
from gateshift.kustomize.tree.tree_reader import TreeReader
from gateshift.model.kustomization import KustomizationTree, Root
from gateshift.model.rollout import Rollout
from gateshift.system.source_files import Sources, real_path


class ValidationScope(Struct, frozen=True):
    """What to validate: the paths, or where `affected` the roots that read these changed files, or the `rollouts` whose
    gateshift.yaml files are named, each as a whole; with CEL or without."""

    paths: tuple[Path, ...] = ()
    affected: bool = False
    cel: bool = True
    rollouts: tuple[Path, ...] = ()


class ValidationTargets(Struct, frozen=True, eq=False):
    """The roots to validate, as they were read, and the rollouts that they are stages of.

    `whole` are the rollouts looked at as a whole: their generated files, their stages' order and their pointers too;
    `pointers` are the trees of the sync/ folders beside these. `unsearched` are folders that could not be searched,
    with the reason. `sources` are the files of the run.
    """

    roots: tuple[ReadRoot, ...]
    rollouts: Rollouts
    whole: tuple[Rollout, ...]
    pointers: tuple[KustomizationTree, ...]
    unsearched: tuple[tuple[Path, str], ...]
    sources: Sources


class _RootsToRead(Struct, frozen=True):
    roots: tuple[Root, ...]
    unsearched: tuple[tuple[Path, str], ...] = ()
    whole: Rollouts = NO_ROLLOUTS


def read_targets(scope: ValidationScope) -> ValidationTargets:
    """Find and read what the scope means. Raises UserError for paths that hold no root (exit code 4), and for a
    gateshift.yaml that cannot be read."""
    reader = TreeReader()
    found = _find(scope, reader)
    whole = found.whole.all
    files = set(_rollout_files(found.roots))
    return ValidationTargets(
        read_roots(found.roots, reader),
        found.whole if files == {rollout.file for rollout in whole} else Rollouts.of(sorted(files)),
        whole,
        pointer_trees(whole, reader),
        found.unsearched,
        reader.sources,
    )


def _find(scope: ValidationScope, reader: TreeReader) -> _RootsToRead:
    """Without paths, the rollout of the current folder, else those below it, and where there is none, every root."""
    if scope.rollouts:
        return _whole(scope.rollouts, reader)
    if scope.affected:
        return _affected(scope.paths, reader)
    files = () if scope.paths else rollout_files_in(Path())
    return _whole(files, reader) if files else _under(scope.paths or (Path(),), reader)


def _under(paths: Sequence[Path], reader: TreeReader) -> _RootsToRead:
    found = find_roots(paths, reader.sources)
    return _RootsToRead(found.roots, found.unsearched)


def _whole(files: Sequence[Path], reader: TreeReader) -> _RootsToRead:
    """The stages of these gateshift.yaml files. Raises UserError (exit code 4) where none has an overlay."""
    rollouts = Rollouts.of(files)
    folders = [root.folder for root in rollouts.by_folder.values() if root.folder.is_dir()]
    if not folders:
        raise UserError(
            "the rollout has no overlays yet",
            where=str(files[0]),
            next_step="`gateshift generate` writes them.",
            exit_code=Exit.NOTHING_FOUND,
        )
    found = _under([Path(shown_path(folder.resolve())) for folder in folders], reader)
    return _RootsToRead(found.roots, found.unsearched, rollouts)


def _affected(files: Sequence[Path], reader: TreeReader) -> _RootsToRead:
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
    return _RootsToRead(tuple(roots.values()))


def _roots_of(repository: Path, reader: TreeReader) -> Iterable[Root]:
    try:
        found = find_roots([Path(shown_path(repository))], reader.sources).roots
    except UserError as error:
        if error.exit_code is Exit.NOTHING_FOUND:
            return ()
        raise
    return tuple(root for root in found if not root.files)


def _reads(root: Root, changed: set[Path], reader: TreeReader) -> bool:
    rollout = rollout_file_above(root.folder, root.repository)
    if rollout is not None and real_path(rollout) in changed:
        return True
    (read,) = read_roots((root,), reader)
    if read.gap is not None:
        return True
    known = {real_path(path) for path in read.tree.files} | {node.folder for node in read.tree.kustomizations}
    return any(file in known or (not file.exists() and file.parent in known) for file in changed)


def _existing(path: Path) -> Path:
    """The path, or for a deleted one the nearest folder above it that still exists."""
    return next(folder for folder in (path, *path.parents) if folder.exists())


def _rollout_files(roots: Iterable[Root]) -> Iterator[Path]:
    """The gateshift.yaml files that the roots may be stages of."""
    for folder, repository in dict.fromkeys((root.folder, root.repository) for root in roots):
        file = rollout_file_above(folder, repository)
        if file is not None:
            yield file


def pointer_trees(rollouts: Iterable[Rollout], reader: TreeReader) -> tuple[KustomizationTree, ...]:
    """The sync/ folders beside these rollouts, each as one root of plain YAML."""
    folders = [folder for rollout in rollouts if (folder := rollout.file.parent / "sync").is_dir()]
    roots = [root for folder in folders for root in find_roots([folder], reader.sources).roots if root.files]
    return tuple(reader.read(root) for root in roots)
