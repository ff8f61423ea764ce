"""The transformers an object passes, one by one: which entry configures each, and what it makes of the object."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from gateshift.kustomize.trace.json_patch import patched
from gateshift.kustomize.trace.selectors import Passing, is_for, selects
from gateshift.kustomize.trace.setters import (
    annotations_set,
    image_set,
    labels_set,
    name_set,
    namespace_set,
    replaced,
    replicas_set,
)
from gateshift.kustomize.trace.strategic_merge import has_merge_keys, merged
from gateshift.kustomize.trace.traced_node import Mark, TracedNode, node_of
from gateshift.kustomize.trace.transformer_chain import FIELDS
from gateshift.model.kustomization import FileRole, Kustomization, KustomizationTree
from gateshift.model.resource import Transformer, objects_in
from gateshift.model.source import EmbeddedSource, SourceFile
from gateshift.yamldoc.data import text_at


class Steps:
    """The transformers of one tree. Each is looked up by what Kustomize's annotation says of it."""

    def __init__(self, tree: KustomizationTree) -> None:
        self._tree = tree
        self._kustomizations = {node.file.path: node for node in tree.kustomizations}
        self._targets: dict[Mark, SourceFile] = {
            Mark(reference.file, reference.document, reference.pointer): reference.target
            for node in tree.kustomizations
            for reference in node.references
            if isinstance(reference.target, SourceFile)
        }

    def through(self, passing: Passing, transformers: Sequence[Transformer]) -> Passing:
        """The object after it passed the transformers, in their order."""
        counts: dict[tuple[Path, str], int] = {}
        for transformer in transformers:
            if transformer.name:
                for config in self._configurations(transformer):
                    passing = self._applied(passing, transformer.kind, config)
                continue
            key = (transformer.file, transformer.kind)
            entries = self._entries(*key)
            if entries:
                index = counts.get(key, 0)
                counts[key] = index + 1
                passing = self._applied(passing, transformer.kind, entries[index % len(entries)])
        return passing

    def _entries(self, file: Path, kind: str) -> list[TracedNode]:
        """The instances of a transformer in the order Kustomize makes them."""
        kustomization = self._kustomizations.get(file)
        entries: list[TracedNode] = []
        for field, each in FIELDS.get(kind, ()) if kustomization else ():
            assert kustomization is not None
            value = kustomization.data.get(field)
            node = node_of(kustomization.file, 0, kustomization.pointer(field), value)
            if each:
                entries += node.items or ()
            elif value or kind == "LabelTransformer":
                entries.append(node)
        return entries

    def _configurations(self, transformer: Transformer) -> Iterator[TracedNode]:
        """The configuration of that kind and name in a file of its own or in a string of a kustomization."""
        wanted = (transformer.kind, transformer.name)
        for file in self._files(transformer.file):
            for document in file.documents:
                for pointer, data in objects_in(document.data):
                    if (text_at(data, "kind"), text_at(data, "metadata", "name")) == wanted:
                        yield node_of(file, document.index, pointer, data)

    def _files(self, path: Path) -> list[SourceFile]:
        kustomization = self._kustomizations.get(path)
        if kustomization is not None:
            return _inline(kustomization)
        file = self._tree.sources.get(path)
        return [file] if file else []

    def _applied(self, passing: Passing, kind: str, entry: TracedNode) -> Passing:
        node = passing.node
        match kind:
            case "PatchTransformer" | "PatchJson6902Transformer":
                node = self._patched(passing, entry)
            case "PatchStrategicMergeTransformer":
                for text in _listed(entry, "paths"):
                    node = self._merged(passing.now(node), text)
            case "NamespaceTransformer":
                node = namespace_set(node, entry.find(("metadata", "namespace")) or entry)
            case "PrefixTransformer" | "SuffixTransformer" | "PrefixSuffixTransformer":
                prefix, suffix = entry.at("prefix"), entry.at("suffix")
                if entry.fields is None:
                    prefix, suffix = (entry, None) if kind == "PrefixTransformer" else (None, entry)
                node = name_set(node, prefix, suffix)
            case "LabelTransformer":
                node = labels_set(node, entry.at("pairs") or entry.at("labels") or entry)
            case "AnnotationsTransformer":
                node = annotations_set(node, entry.at("annotations") or entry)
            case "ReplicaCountTransformer":
                node = replicas_set(passing, entry.at("replica") or entry)
            case "ImageTagTransformer":
                node = image_set(node, entry.at("imageTag") or entry)
            case "ReplacementTransformer":
                node = self._replaced(passing, entry.at("replacements") or entry)
            case _:
                pass
        return passing.now(node)

    def _patched(self, passing: Passing, entry: TracedNode) -> TracedNode:
        """A patch of either form: a mapping is merged, a list holds operations."""
        target = entry.at("target")
        if target is not None and not selects(target, passing):
            return passing.node
        node = passing.node
        for text in (entry.at("path"), entry.at("patch"), entry.at("jsonOp")):
            for patch in self._documents(text):
                if patch.items is not None:
                    node = patched(node, patch)
                elif target is not None or is_for(patch, passing):
                    node = _laid_over(node, patch)
        return node

    def _merged(self, passing: Passing, text: TracedNode) -> TracedNode:
        node = passing.node
        for patch in self._documents(text):
            if is_for(patch, passing):
                node = _laid_over(node, patch)
        return node

    def _replaced(self, passing: Passing, replacements: TracedNode) -> TracedNode:
        node = replaced(passing, replacements)
        for entry in replacements.items or ():
            for document in self._documents(entry.at("path")):
                listed = document if document.items is not None else TracedNode(document.mark, items=(document,))
                node = replaced(passing.now(node), listed)
        return node

    def _documents(self, text: TracedNode | None) -> Iterator[TracedNode]:
        """The YAML that a string names or holds."""
        if text is None or not isinstance(text.scalar, str):
            return
        mark = text.mark
        file = self._targets.get(mark) or EmbeddedSource(mark.file, mark.pointer, mark.document)
        for document in file.documents:
            if isinstance(document.data, list):
                yield node_of(file, document.index, (), document.data)
            for pointer, data in objects_in(document.data):
                yield node_of(file, document.index, pointer, data)


def _laid_over(node: TracedNode, patch: TracedNode) -> TracedNode:
    identity = {"apiVersion", "kind"}
    fields = {key: value for key, value in (patch.fields or {}).items() if key not in identity}
    metadata = fields.get("metadata")
    if metadata is not None and metadata.fields is not None:
        kept = {key: value for key, value in metadata.fields.items() if key not in ("name", "namespace")}
        fields["metadata"] = TracedNode(metadata.mark, fields=kept)
    rest = TracedNode(patch.mark, fields=fields)
    return merged(node, rest, by_key=has_merge_keys(node.text("apiVersion"))) or node


def _listed(entry: TracedNode, field: str) -> tuple[TracedNode, ...]:
    """The strings of patchesStrategicMerge, or of a configuration's `paths` and `patches`."""
    if entry.items is not None:
        return entry.items
    paths, patches = entry.at(field), entry.at("patches")
    return (*((paths.items or ()) if paths else ()), *((patches,) if patches else ()))


def _inline(kustomization: Kustomization) -> list[SourceFile]:
    roles = (FileRole.TRANSFORMER, FileRole.VALIDATOR, FileRole.GENERATOR)
    return [
        reference.target
        for reference in kustomization.references
        if reference.role in roles and isinstance(reference.target, EmbeddedSource)
    ]
