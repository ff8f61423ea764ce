"""ConfigMaps and Secrets that a generator makes: each key leads to the literal, file or line it comes from."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from gateshift.kustomize.trace.traced_node import Mark, TracedNode, node_of
from gateshift.model.kustomization import FileRole, Kustomization, KustomizationTree
from gateshift.model.resource import Resource, objects_in
from gateshift.model.source import SourceFile
from gateshift.yamldoc.data import text_at

_FIELDS = {"ConfigMap": "configMapGenerator", "Secret": "secretGenerator"}


def generated(resource: Resource, tree: KustomizationTree) -> TracedNode | None:
    """The object as its generators configure it: those of bases first, for the ones above add to or replace it.

    None where no generator fits.
    """
    entries = [(node, entry) for node in reversed(tree.kustomizations) for entry in _entries(node, resource.kind)]
    names = {entry.text("name") for _, entry in entries} - {""}
    fitting = [name for name in names if name in resource.id.name]
    name = max(sorted(fitting), key=len, default=None)
    result: TracedNode | None = None
    for kustomization, entry in entries:
        if name and entry.text("name") == name:
            result = _object(resource, kustomization, entry, result)
    return result


def _entries(kustomization: Kustomization, kind: str) -> Iterator[TracedNode]:
    field = _FIELDS.get(kind, "")
    value = kustomization.data.get(field)
    if isinstance(value, list):
        yield from node_of(kustomization.file, 0, kustomization.pointer(field), value).items or ()
    for reference in kustomization.refers_to(FileRole.GENERATOR):
        for document in reference.target.documents if isinstance(reference.target, SourceFile) else ():
            for pointer, data in objects_in(document.data):
                if text_at(data, "kind") == f"{kind}Generator" and isinstance(reference.target, SourceFile):
                    yield _with_name(node_of(reference.target, document.index, pointer, data))


def _with_name(config: TracedNode) -> TracedNode:
    """A generator's own object has its name in its metadata, where an entry has it beside its sources."""
    name = config.find(("metadata", "name"))
    return config if name is None or config.at("name") else config.put(("name",), name)


def _object(
    resource: Resource, kustomization: Kustomization, entry: TracedNode, below: TracedNode | None
) -> TracedNode:
    fields = {"metadata": TracedNode(entry.mark, fields={"name": name} if (name := entry.at("name")) else {})}
    for key in ("apiVersion", "kind"):
        fields[key] = TracedNode(entry.mark, scalar=text_at(resource.data, key))
    for key in ("type", "immutable"):
        if (value := entry.at(key) or entry.find(("options", key))) is not None:
            fields[key] = value
    data = TracedNode(entry.mark, fields=dict(_data(kustomization, entry)))
    node = TracedNode(entry.mark, fields={**fields, "data": data})
    for key in ("labels", "annotations"):
        if (value := entry.find(("options", key))) is not None:
            node = node.put(("metadata", key), value)
    if below is None or entry.text("behavior") != "merge":
        return node
    kept = below.find(("data",))
    merged = {**((kept.fields or {}) if kept else {}), **(data.fields or {})}
    return below.swap(("data",), replace(data, fields=merged))


def _data(kustomization: Kustomization, entry: TracedNode) -> Iterator[tuple[str, TracedNode]]:
    """Each key with the place it comes from; the value is what the text says, where it says it."""
    files = {
        (reference.file, reference.pointer): reference.target
        for reference in kustomization.refers_to(FileRole.DATA)
        if isinstance(reference.target, SourceFile)
    }
    for source in _texts(entry, "envs", "env"):
        file = files.get((source.mark.file, source.mark.pointer))
        yield from _lines(file) if file else ()
    for source in _texts(entry, "files"):
        file = files.get((source.mark.file, source.mark.pointer))
        if file is not None:
            key, equals, _ = str(source.scalar).partition("=")
            yield (key if equals else file.path.name), TracedNode(Mark(file, 0, (), line=1), scalar=file.text)
    for source in _texts(entry, "literals"):
        key, _, value = str(source.scalar).partition("=")
        yield key, replace(source, scalar=_unquoted(value))


def _texts(entry: TracedNode, *fields: str) -> Iterator[TracedNode]:
    for field in fields:
        texts = entry.at(field)
        if texts is not None:
            yield from texts.items if texts.items is not None else (texts,)


def _lines(file: SourceFile) -> Iterator[tuple[str, TracedNode]]:
    for number, line in enumerate(file.text.splitlines(), 1):
        key, equals, value = line.strip().partition("=")
        if equals and not key.startswith("#"):
            yield key, TracedNode(Mark(file, 0, (), line=number), scalar=value)


def _unquoted(value: str) -> str:
    """A literal's value without the quotes around it (api/internal/generators, kv loader)."""
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'" else value
