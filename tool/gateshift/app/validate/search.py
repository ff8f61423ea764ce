"""Everything under paths: Kustomize roots, and the YAML that no kustomization reads, a folder at a time.

And of all that, what changed files are part of.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from gateshift.app.shared.build_roots import ReadRoot, read_roots
from gateshift.app.shared.followed_folders import Followed, as_followed, followed_folders, without_kustomization
from gateshift.app.shared.paths import shown_path
from gateshift.app.shared.rollouts import rollout_file_above
from gateshift.app.shared.snapshots import Snapshots
from gateshift.errors import UserError
from gateshift.kustomize.tree.plain_yaml import plain_yaml
from gateshift.kustomize.tree.roots import Excludes, search_roots
from gateshift.kustomize.tree.tree_reader import TreeReader
from gateshift.model.kustomization import FileRole, Root
from gateshift.model.source import SourceFile
from gateshift.system import git
from gateshift.system.repositories import repository_of
from gateshift.system.source_files import real_path, refuse_link_out


class RootsUnder(Struct, frozen=True):
    """What is to be checked under some paths.

    `kustomizations` are all that were found, those that others use among them; `not_manifests` are the files that hold
    no Kubernetes object, `unsearched` the folders that could not be searched, with the reason, `excluded` the YAML
    files that settings leave out.
    """

    roots: tuple[Root, ...]
    kustomizations: tuple[Root, ...] = ()
    not_manifests: tuple[Path, ...] = ()
    unsearched: tuple[tuple[Path, str], ...] = ()
    excluded: tuple[Path, ...] = ()


def roots_under(paths: Sequence[Path], reader: TreeReader, excludes: Excludes | None = None) -> RootsUnder:
    """Everything under the paths but what is excluded. Raises UserError (exit code 4) for a path that does not
    exist."""
    found = search_roots(paths, reader.sources, excludes)
    trees = read_roots(found.kustomizations, reader)
    listed = {file for tree in trees for file in _listed(tree)}
    elsewhere = {root.folder for root in found.kustomizations if _is_only_listed(root, listed, reader)}
    followed, made = _followed(paths, trees, reader, excludes)
    read = {path for tree in (*trees, *made) for path in (*tree.tree.sources, *tree.tree.own_files)}
    plain = plain_yaml(found.yaml_files, read, reader.sources)
    used = {node.folder for tree in made for node in tree.tree.kustomizations} - {real_path(path) for path in paths}
    roots = (root for root in found.roots if root.files or root.folder not in elsewhere | used)
    return RootsUnder(
        (*as_followed(roots, trees, followed), *(tree.tree.root for tree in made), *plain.roots),
        tuple(root for root in found.kustomizations if root.folder not in elsewhere),
        plain.not_manifests,
        found.unsearched,
        found.excluded,
    )


def _followed(
    paths: Sequence[Path], trees: Sequence[ReadRoot], reader: TreeReader, excludes: Excludes | None
) -> tuple[Followed, tuple[ReadRoot, ...]]:
    """What pointers follow, and of that the folders under the paths without a kustomization, as they are built."""
    folders = [path for path in paths if path.is_dir()]
    repositories = tuple(dict.fromkeys(map(repository_of, folders)))
    followed = followed_folders(repositories, trees, excludes)
    return followed, read_roots(without_kustomization(folders, repositories, followed, reader.sources), reader)


def _listed(root: ReadRoot) -> Iterator[Path]:
    """The files that a root's kustomizations list as resources."""
    for node in root.tree.kustomizations:
        for reference in node.refers_to(FileRole.RESOURCE):
            if isinstance(reference.target, SourceFile):
                yield reference.target.path


def _is_only_listed(root: Root, listed: set[Path], reader: TreeReader) -> bool:
    """Whether the folder's kustomization is an object of Flux that another kustomization lists as a file."""
    return any(file in listed and reader.is_of_flux(file) for file in reader.kustomization_files(root.folder))


def affected_roots(files: Sequence[Path], reader: TreeReader, excludes: Excludes | None = None) -> RootsUnder:
    """The roots whose build reads one of the files, which may be deleted by now; none where no root does.

    A changed gateshift.yaml affects every stage of its rollout. `not_manifests` are the files that no root reads.
    """
    for file in files:
        refuse_link_out(file)
    changed = {real_path(file.absolute()): file for file in files}
    roots: dict[object, Root] = {}
    reached: set[Path] = set()
    excluded: set[Path] = set()
    for repository in dict.fromkeys(repository_of(_existing(file)) for file in changed):
        found = roots_under([Path(shown_path(repository))], reader, excludes)
        excluded |= changed.keys() & set(map(real_path, found.excluded))
        before = _readers_before([file for file in changed if not file.exists()], repository)
        for root in read_roots(found.roots, reader):
            own = _files_of(root, before)
            if root.gap is not None or not own.isdisjoint(changed):
                roots.setdefault(root.tree.root.key, root.tree.root)
                reached |= own & changed.keys()
    return RootsUnder(
        tuple(roots.values()),
        not_manifests=tuple(path for file, path in changed.items() if file not in reached | excluded),
        excluded=tuple(path for file, path in changed.items() if file in excluded - reached),
    )


def _files_of(root: ReadRoot, before: Mapping[Path, set[Path]]) -> set[Path]:
    """The real paths of what a root reads, of what it names that is not there, of the sync object that has it built, of
    its rollout's settings, and of the deleted files that its folders read before."""
    tree = root.tree
    read = (*tree.files, *tree.sources, *tree.own_files, *(file.path for file in tree.deciding))
    files = set(map(real_path, read))
    folders = {tree.root.folder, *(node.folder for node in tree.kustomizations)}
    for node in tree.kustomizations:
        files |= {real_path(node.folder / reference.text) for reference in node.references if _is_name(reference.text)}
    rollout = None if tree.root.files else rollout_file_above(tree.root.folder, tree.root.repository)
    return files.union(*(before.get(folder, ()) for folder in folders), [real_path(rollout)] if rollout else [])


def _is_name(text: str) -> bool:
    return "\n" not in text and "\0" not in text and len(text) < 4096


def _readers_before(deleted: Iterable[Path], repository: Path) -> Mapping[Path, set[Path]]:
    """The deleted files by the folders whose kustomization read them, or that held them as plain manifests, in the
    last commit that had them; nothing where Git does not know."""
    commits: dict[str, set[Path]] = {}
    for file in deleted:
        commit = git.last_commit_with(repository, file.relative_to(repository).as_posix())
        if commit:
            commits.setdefault(commit, set()).add(file)
    readers: dict[Path, set[Path]] = {}
    with Snapshots() as snapshots:
        for commit, files in commits.items():
            try:
                snapshot = snapshots.at(commit, repository)
            except UserError:
                continue
            reader = TreeReader()
            for root in read_roots(roots_under([snapshot.top], reader).roots, reader):
                then = {snapshot.work_tree / path.relative_to(snapshot.top) for path in _files_of(root, {})}
                folders = (root.tree.root.folder, *(node.folder for node in root.tree.kustomizations))
                for folder in folders if then & files else ():
                    now = snapshot.work_tree / folder.relative_to(snapshot.top)
                    readers.setdefault(now, set()).update(then & files)
    return readers


def _existing(path: Path) -> Path:
    """The path, or for a deleted one the nearest folder above it that still exists."""
    return next(folder for folder in (path, *path.parents) if folder.exists())
