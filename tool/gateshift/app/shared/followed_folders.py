"""The folders of a repository that sync engines follow, and the different ways in which they build each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from msgspec.structs import replace

from gateshift.app.shared.build_roots import ReadRoot
from gateshift.app.shared.repository_pointers import repository_pointers
from gateshift.model.engine_build import Variables
from gateshift.model.kustomization import FileRole, Kind, Root
from gateshift.model.rollout import FILE_NAME
from gateshift.model.source import SourceFile
from gateshift.model.sync_pointer import SyncPointer
from gateshift.system.repositories import is_work_tree
from gateshift.system.source_files import real_path

_SUPPLIES_VARIABLES = "postBuild"


def as_followed(roots: Sequence[Root], trees: Sequence[ReadRoot]) -> Iterator[Root]:
    """The roots, and those of the trees that a sync engine follows, each once for every way in which it is built."""
    followed = _followed(trees)
    known = {root.folder for root in roots if not root.files}
    beside = [tree.tree.root for tree in trees if _is_root(tree) and tree.tree.root.folder not in known]
    for root in (*roots, *(root for root in beside if root.folder in followed)):
        pointers = () if root.files else followed.get(root.folder, ())
        yield from (replace(root, pointer=_changing(pointer)) for pointer in pointers)
        if not pointers:
            yield root


def _is_root(tree: ReadRoot) -> bool:
    return tree.tree.top is not None and tree.tree.top.kind is Kind.KUSTOMIZATION


def _changing(pointer: SyncPointer) -> SyncPointer | None:
    """The pointer, where it has the folder built otherwise than it stands."""
    return pointer if pointer.build is not None and pointer.build.changes else None


def _followed(trees: Sequence[ReadRoot]) -> Mapping[Path, tuple[SyncPointer, ...]]:
    """By the real path of each folder one pointer for every way in which it is built."""
    folders: dict[Path, dict[str, SyncPointer]] = {}
    for repository in dict.fromkeys(tree.tree.root.repository for tree in trees):
        pointers = repository_pointers(repository, repository if is_work_tree(repository) else None).pointers
        patching = [pointer for pointer in pointers if _patches_variables(pointer)]
        for pointer in pointers:
            folder = real_path(repository / pointer.folder)
            if pointer.build is not None and pointer.scalars and _is_followed(pointer, folder, repository):
                open_pointer = _with_more(pointer) if _is_patched(pointer, repository, patching, trees) else pointer
                assert open_pointer.build is not None
                folders.setdefault(folder, {}).setdefault(open_pointer.build.way, open_pointer)
    return {folder: tuple(ways.values()) for folder, ways in folders.items()}


def _is_followed(pointer: SyncPointer, folder: Path, repository: Path) -> bool:
    """Whether the folder is what the pointer means. One of a rollout within the repository that has such a folder too,
    as a test's example may, means that one."""
    if not folder.is_relative_to(repository) or not folder.is_dir():
        return False
    above = [parent for parent in real_path(pointer.file).parents if parent.is_relative_to(repository)]
    own = (parent for parent in above[:-1] if (parent / FILE_NAME).is_file() and (parent / pointer.folder).is_dir())
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
    above = (real_path(repository / parent.folder) for parent in patching)
    return any(file.is_relative_to(folder) for folder in above) or any(
        file in tree.tree.sources and _supplies_variables(tree) for tree in trees
    )


def _supplies_variables(tree: ReadRoot) -> bool:
    for node in tree.tree.kustomizations:
        files = [reference.target for reference in node.refers_to(FileRole.PATCH)]
        if any(isinstance(file, SourceFile) and _SUPPLIES_VARIABLES in file.text for file in files):
            return True
    return False


def _with_more(pointer: SyncPointer) -> SyncPointer:
    """The pointer with variables besides its own that only the cluster knows."""
    assert pointer.build is not None
    variables = pointer.build.variables or Variables({}, ("spec", "postBuild"))
    return replace(pointer, build=replace(pointer.build, variables=replace(variables, open=True)))
