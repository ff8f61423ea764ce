"""What a validation looks at: the paths named, the roots that changed files affect, or whole rollouts.

All that a validation reads of roots is read here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from gateshift.app.shared.build_roots import ReadRoot, read_roots
from gateshift.app.shared.paths import shown_path
from gateshift.app.shared.repository_settings import SettingsFiles
from gateshift.app.shared.rollouts import NO_ROLLOUTS, Rollouts, rollout_file_above, rollout_files_in
from gateshift.app.validate.scope import ValidationScope
from gateshift.app.validate.search import RootsUnder, affected_roots, roots_under
from gateshift.errors import Exit, UserError
from gateshift.kustomize.tree.roots import Excludes, find_roots
from gateshift.kustomize.tree.tree_reader import TreeReader
from gateshift.model.kustomization import KustomizationTree, Root
from gateshift.model.rollout import Rollout
from gateshift.system.source_files import real_path


class ValidationTargets(Struct, frozen=True, eq=False):
    """The roots to validate, as they were read, and the rollouts that they are stages of.

    `whole` are the rollouts looked at as a whole: their generated files, their stages' order and their pointers too;
    `pointers` are the trees of the sync/ folders beside these. `unsearched` are folders that could not be searched,
    with the reason; `kustomizations` are all that were found, those that others use among them, and `not_manifests`
    the files that hold no Kubernetes object, `excluded` those that settings leave out. `reader` has read the files of
    the run, `settings` the settings that hold for them; `searched` are the folders of which everything was looked at.
    """

    roots: tuple[ReadRoot, ...]
    rollouts: Rollouts
    whole: tuple[Rollout, ...]
    pointers: tuple[KustomizationTree, ...]
    unsearched: tuple[tuple[Path, str], ...]
    kustomizations: tuple[Root, ...]
    not_manifests: tuple[Path, ...]
    excluded: tuple[Path, ...]
    reader: TreeReader
    settings: SettingsFiles
    searched: tuple[Path, ...]


class _RootsToRead(Struct, frozen=True):
    under: RootsUnder
    whole: Rollouts = NO_ROLLOUTS


def read_targets(scope: ValidationScope, reader: TreeReader, settings: SettingsFiles) -> ValidationTargets:
    """Find and read what the scope means. Raises UserError for paths that hold no manifest (exit code 4), and for a
    gateshift.yaml that cannot be read."""
    found = _find(scope, reader, settings.excludes)
    settings.take_notice(root.folder for root in found.under.roots)
    whole = found.whole.all
    files = set(_rollout_files(found.under.roots))
    return ValidationTargets(
        read_roots(found.under.roots, reader),
        found.whole if files == {rollout.file for rollout in whole} else Rollouts.of(sorted(files)),
        whole,
        pointer_trees(whole, reader),
        found.under.unsearched,
        found.under.kustomizations,
        found.under.not_manifests,
        found.under.excluded,
        reader,
        settings,
        () if scope.affected or whole else tuple(real_path(path) for path in scope.paths or (Path(),)),
    )


def _find(scope: ValidationScope, reader: TreeReader, excludes: Excludes) -> _RootsToRead:
    """Without paths, the rollout of the current folder, else those below it, and where there is none, every root."""
    if scope.rollouts:
        return _whole(scope.rollouts, reader)
    if scope.affected:
        return _RootsToRead(affected_roots(scope.paths, reader, excludes))
    files = () if scope.paths else rollout_files_in(Path())
    return _whole(files, reader) if files else _RootsToRead(_some_under(scope.paths or (Path(),), reader, excludes))


def _some_under(paths: Sequence[Path], reader: TreeReader, excludes: Excludes | None = None) -> RootsUnder:
    """What is under the paths. Raises UserError (exit code 4) where none of it is a manifest."""
    found = roots_under(paths, reader, excludes)
    if found.roots or found.unsearched:
        return found
    named = ", ".join(str(path) for path in paths)
    others = len(found.not_manifests)
    files = f"{others} YAML {'file' if others == 1 else 'files'}"
    component = next(
        (
            f"; {root.path} is a Component, which only a kustomization that names it builds"
            for root in found.kustomizations
        ),
        "",
    )
    raise UserError(
        f"no Kustomize root and no YAML file with a Kubernetes object under {named}"
        + component
        + (f"; {files} of another kind" if others else "")
        + (f"; settings exclude {len(found.excluded)} YAML files" if found.excluded else ""),
        next_step="Name a directory with a kustomization.yaml, a directory of manifests, or a YAML file.",
        exit_code=Exit.NOTHING_FOUND,
    )


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
    paths = [Path(shown_path(folder.resolve())) for folder in folders]
    return _RootsToRead(_some_under(paths, reader), rollouts)


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
