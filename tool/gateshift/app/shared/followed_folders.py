"""The folders of a repository that sync engines follow, and the different ways in which they build each."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from msgspec.structs import replace

from gateshift.app.shared.build_roots import ReadRoot
from gateshift.app.shared.paths import shown_path
from gateshift.app.shared.repository_pointers import RepositoryPointers, repository_pointers
from gateshift.kustomize.tree.manifest_files import manifest_files
from gateshift.kustomize.tree.roots import Excludes, has_kustomization
from gateshift.model.engine_build import GeneratedFolder, ManifestFiles, Variables
from gateshift.model.kustomization import FileRole, Kind, Root
from gateshift.model.rollout import FILE_NAME
from gateshift.model.source import SourceFile
from gateshift.model.sync_pointer import SyncPointer
from gateshift.system.repositories import is_work_tree
from gateshift.system.source_files import Sources, folder_in, real_path

_SUPPLIES_VARIABLES = "postBuild"
_BOOTSTRAPPED = "flux-system"
"""The source that `flux bootstrap` makes: the repository that it stands in."""


Followed = Mapping[Path, tuple[SyncPointer, ...]]
"""By the real path of a folder one pointer for every way in which it is built."""


def followed_folders(
    repositories: Iterable[Path], trees: Sequence[ReadRoot], excludes: Excludes | None = None
) -> Followed:
    """The folders that pointers in these repositories follow, without those where either is excluded; `trees` are of
    the kustomizations found in them."""
    folders: dict[Path, dict[object, SyncPointer]] = {}
    for repository in repositories:
        known = repository_pointers(repository, repository if is_work_tree(repository) else None)
        for pointer in with_supplied_variables(known, trees).pointers:
            folder = folder_in(repository, pointer.folder)
            if folder is None:
                continue
            excluded = excludes is not None and (excludes(pointer.file) or excludes(folder))
            if pointer.build is not None and not excluded and _is_followed(pointer, folder, repository):
                ways = folders.setdefault(folder, {})
                ways.setdefault(pointer.way, pointer)
    return {folder: tuple(ways.values()) for folder, ways in folders.items()}


def with_supplied_variables(known: RepositoryPointers, trees: Sequence[ReadRoot] = ()) -> RepositoryPointers:
    """The pointers, those with more variables that patches may give some."""
    patching = [pointer for pointer in known.pointers if _patches_variables(pointer)]
    pointers = (
        replace(pointer, build=replace(pointer.build, variables=_with_more(pointer.build.variables)))
        if pointer.build is not None and _is_patched(pointer, known.top, patching, trees)
        else pointer
        for pointer in known.pointers
    )
    return replace(known, pointers=tuple(pointers))


def followed_root(pointer: SyncPointer, folder: Path, repository: Path, sources: Sources) -> Root:
    """The folder, its links resolved, as the engine that the pointer belongs to builds it."""
    root = Root(Path(shown_path(folder)), folder, repository, pointer=pointer)
    if pointer.build is not None and isinstance(pointer.build.folder, ManifestFiles) and not has_kustomization(folder):
        return replace(root, files=manifest_files(folder, pointer.build.folder, sources))
    return root


def as_its_engine_builds(root: Root) -> Root:
    """The root of a folder as the engine that follows it builds it; as it stands where none does, or where several
    pointers have it built in different ways."""
    pointers = followed_folders((root.repository,), ()).get(root.folder, ())
    return followed_root(pointers[0], root.folder, root.repository, Sources()) if len(pointers) == 1 else root


def as_followed(roots: Iterable[Root], trees: Sequence[ReadRoot], followed: Followed) -> tuple[Root, ...]:
    """The roots, and those of the trees that a sync engine follows, each once for every way in which it is built."""
    listed = tuple(roots)
    known = {root.folder for root in listed if not root.files}
    beside = (tree.tree.root for tree in trees if _is_root(tree) and tree.tree.root.folder not in known)
    built: dict[object, Root] = {}
    for root in (*listed, *(root for root in beside if root.folder in followed)):
        pointers = () if root.files else followed.get(root.folder, ())
        for own in [replace(root, pointer=_changing(pointer)) for pointer in pointers] or [root]:
            built.setdefault(own.key, own)
    return tuple(built.values())


def without_kustomization(
    paths: Sequence[Path], repositories: Iterable[Path], followed: Followed, sources: Sources
) -> Iterator[Root]:
    """The followed folders under the paths that have no kustomization, as the engine builds each."""
    named = [real_path(path) for path in paths]
    for folder, pointers in followed.items():
        repository = next(top for top in repositories if folder.is_relative_to(top))
        if has_kustomization(folder) or not any(folder.is_relative_to(path) for path in named):
            continue
        for pointer in pointers:
            root = followed_root(pointer, folder, repository, sources)
            match None if pointer.build is None else pointer.build.folder:
                case GeneratedFolder():
                    yield root
                case ManifestFiles() as chosen if chosen != ManifestFiles() and root.files:
                    yield root
                case _:  # the files of the folder alone, as they are checked in any case
                    pass


def _is_root(tree: ReadRoot) -> bool:
    return tree.tree.top is not None and tree.tree.top.kind is Kind.KUSTOMIZATION


def _changing(pointer: SyncPointer) -> SyncPointer | None:
    """The pointer, where it has the folder built otherwise than it stands."""
    return pointer if pointer.build is not None and pointer.build.changes else None


def _is_followed(pointer: SyncPointer, folder: Path, repository: Path) -> bool:
    """Whether the folder is what the pointer means. One of a rollout within the repository that has such a folder too,
    as a test's example may, means that one."""
    if not pointer.folder and not pointer.repository and pointer.source[2] != _BOOTSTRAPPED:
        return False  # the top of a repository that may be any
    above = [parent for parent in real_path(pointer.file).parents if parent.is_relative_to(repository)]
    own = (parent for parent in above[:-1] if (parent / FILE_NAME).is_file() and os.path.isdir(parent / pointer.folder))
    return all(folder.is_relative_to(parent) for parent in own)


def _patches_variables(pointer: SyncPointer) -> bool:
    edits = pointer.build.edits if pointer.build is not None else ()
    return any(_SUPPLIES_VARIABLES in str(edit.value) for edit in edits)


def _is_patched(
    pointer: SyncPointer, repository: Path, patching: Iterable[SyncPointer], trees: Iterable[ReadRoot]
) -> bool:
    """Whether patches may give the pointer variables: those of a pointer that follows its file, or of a kustomization
    that has its file for a resource."""
    file = real_path(pointer.file)
    above = (folder_in(repository, parent.folder) for parent in patching)
    return any(folder is not None and file.is_relative_to(folder) for folder in above) or any(
        file in tree.tree.sources and _supplies_variables(tree) for tree in trees
    )


def _supplies_variables(tree: ReadRoot) -> bool:
    for node in tree.tree.kustomizations:
        files = [reference.target for reference in node.refers_to(FileRole.PATCH)]
        if any(isinstance(file, SourceFile) and _SUPPLIES_VARIABLES in file.text for file in files):
            return True
    return False


def _with_more(variables: Variables | None) -> Variables:
    """Variables, and more that only the cluster knows."""
    return replace(variables or Variables({}, ("spec", "postBuild")), open=True)
