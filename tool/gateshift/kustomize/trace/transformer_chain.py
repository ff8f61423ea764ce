"""The transformers an object passes by the tree alone, for one whose annotations a patch has replaced."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from gateshift.model.kustomization import FileRole, Kustomization, KustomizationTree
from gateshift.model.resource import Transformer, objects_in
from gateshift.model.source import SourceFile
from gateshift.yamldoc.data import list_at, text_at

FIELDS: dict[str, tuple[tuple[str, bool], ...]] = {
    "PatchStrategicMergeTransformer": (("patchesStrategicMerge", False),),
    "PatchTransformer": (("patches", True),),
    "NamespaceTransformer": (("namespace", False),),
    "PrefixTransformer": (("namePrefix", False),),
    "SuffixTransformer": (("nameSuffix", False),),
    "LabelTransformer": (("labels", True), ("commonLabels", False)),
    "AnnotationsTransformer": (("commonAnnotations", False),),
    "PatchJson6902Transformer": (("patchesJson6902", True),),
    "ReplicaCountTransformer": (("replicas", True),),
    "ImageTagTransformer": (("images", True), ("imageTags", True)),
    "ReplacementTransformer": (("replacements", False),),
}
"""Each transformer that fields of a kustomization configure, in the order they run: the fields, and whether each of
their items is an instance of its own (api/internal/target/kusttarget_configplugin.go of Kustomize v5.8)."""


def chain(tree: KustomizationTree, file: Path) -> tuple[Transformer, ...]:
    """The transformers that the objects of a file pass, innermost first, by the first way to the file."""
    way = _way(tree.top, file, set()) if tree.top else ()
    return tuple(transformer for node in reversed(way) for transformer in _of(node, way))


def _way(node: Kustomization, file: Path, seen: set[int]) -> tuple[Kustomization, ...]:
    """The kustomizations from this one to the one that names the file; empty where none does."""
    seen.add(id(node))
    for reference in node.references:
        if isinstance(reference.target, SourceFile) and reference.target.path == file:
            return (node,)
    for reference in node.references:
        below = reference.target
        if isinstance(below, Kustomization) and id(below) not in seen and (rest := _way(below, file, seen)):
            return (node, *rest)
    return ()


def _of(node: Kustomization, way: tuple[Kustomization, ...] = ()) -> Iterator[Transformer]:
    """A kustomization's own transformers, after those of its components that are not on the way already."""
    for reference in node.refers_to(FileRole.COMPONENT):
        if isinstance(reference.target, Kustomization) and reference.target not in way:
            yield from _of(reference.target)
    for kind, fields in FIELDS.items():
        instances = sum(len(list_at(node.data, field)) if each else 1 for field, each in fields if node.data.get(field))
        if kind == "LabelTransformer" and node.data.get("labels") and not node.data.get("commonLabels"):
            instances += 1
        yield from (Transformer(node.file.path, kind) for _ in range(instances))
    for role in (FileRole.TRANSFORMER, FileRole.VALIDATOR):
        for reference in node.refers_to(role):
            for document in reference.target.documents if isinstance(reference.target, SourceFile) else ():
                for _, config in objects_in(document.data):
                    name = text_at(config, "metadata", "name")
                    assert isinstance(reference.target, SourceFile)
                    yield Transformer(reference.target.path, text_at(config, "kind"), name)
