"""From a built object to the document it was read from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from msgspec.structs import replace

from gateshift.kustomize.trace.transformer_chain import chain
from gateshift.model.kustomization import KustomizationTree
from gateshift.model.resource import Origin, objects_in
from gateshift.model.source import SourceFile
from gateshift.yamldoc.data import FieldPath, JsonObject, text_at

_DOCUMENT_START = "\n---"


def document_of(data: JsonObject, tree: KustomizationTree, path: Path) -> int:
    """The index of the document of a file that a built object was read from."""
    file = tree.sources.get(path)
    if file is None or _DOCUMENT_START not in file.text:
        return 0
    return best_source(data, file)[0]


def best_source(data: JsonObject, file: SourceFile) -> tuple[int, FieldPath]:
    """The document of a file, and the object in it, that a built object was made from: of the same kind, and of the
    same name or else of the longest one that the built name holds, since prefixes, suffixes and hashes add to it."""
    built = text_at(data, "metadata", "name")
    best: tuple[int, FieldPath] = (0, ())
    best_rank = (-1, -1)
    for index, pointer, source in _objects(file):
        rank = _likeness(data, built, source)
        if rank > best_rank:
            best, best_rank = (index, pointer), rank
    return best


def guessed_origin(data: JsonObject, tree: KustomizationTree) -> Origin:
    """The origin of an object that carries no trace: the document that is most like it, with the transformers on the
    way from there; else the kustomization."""
    best: Origin | None = None
    best_rank = (0, 0)
    for file in tree.sources.values():
        built = text_at(data, "metadata", "name")
        for index, _, source in _objects(file):
            rank = _likeness(data, built, source)
            if rank > best_rank:
                best, best_rank = Origin(file.path, index), rank
    if best is not None:
        return replace(best, transformers=chain(tree, best.file))
    top = tree.top.file.path if tree.top else tree.root.path
    return Origin(top, 0, top)


def _objects(file: SourceFile) -> Iterator[tuple[int, FieldPath, JsonObject]]:
    for document in file.documents:
        for pointer, data in objects_in(document.data):
            yield document.index, pointer, data


def _likeness(data: JsonObject, built: str, source: JsonObject) -> tuple[int, int]:
    """How well a source object fits: its kind first, then its name."""
    if text_at(source, "kind") != text_at(data, "kind"):
        return -1, -1
    group, other = (text_at(item, "apiVersion").rpartition("/")[0] for item in (data, source))
    name = text_at(source, "metadata", "name")
    same_namespace = text_at(source, "metadata", "namespace") == text_at(data, "metadata", "namespace")
    if name == built:
        return 4 + (group == other), int(same_namespace)
    if name and name in built:
        return 2 + (group == other), len(name)
    return int(group == other), 0
