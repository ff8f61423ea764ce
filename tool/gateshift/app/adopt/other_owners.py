"""Pointers that apply what runs today by way of another root, so that it has an owner already."""

from __future__ import annotations

from collections.abc import Iterator

from gateshift.app.adopt.source import AdoptSource
from gateshift.app.shared.followed_folders import followed_root
from gateshift.kustomize.tree.tree_reader import TreeReader
from gateshift.model.adoption import Left
from gateshift.model.kustomization import KustomizationTree
from gateshift.system.source_files import real_path


def other_owners(source: AdoptSource) -> Iterator[Left]:
    """What is said of each pointer whose root builds on what runs; nothing where a pointer follows that itself."""
    reader = TreeReader()
    for pointer in () if source.pointers else source.other_pointers:
        folder = real_path(source.repository / pointer.folder)
        if not folder.is_dir() or not folder.is_relative_to(source.repository):
            continue
        tree = reader.read(followed_root(pointer, folder, source.repository, reader.sources))
        if _builds_on(tree, source):
            owner = pointer.folder or "."
            why = (
                f"it follows {owner}, which builds on {source.label}: two pointers would apply the same objects. "
                f"Adopt {owner} instead, or take {source.label} out of it first"
            )
            yield Left(str(pointer), why)


def _builds_on(tree: KustomizationTree, source: AdoptSource) -> bool:
    if source.root.files:
        return any(real_path(file) in tree.sources for file in source.root.files)
    return real_path(source.root.folder) in map(real_path, tree.folders)
