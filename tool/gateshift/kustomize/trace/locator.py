"""From a field of a built object to the line that wrote it.

The source document is followed through the transformers that the object passed; then the field is looked up step by
step, and where several have written it, the last one counts whose value is the one that was built.
"""

from __future__ import annotations

from functools import cached_property

from msgspec import Struct
from msgspec.structs import replace

from gateshift.kustomize.trace.generators import generated
from gateshift.kustomize.trace.selectors import Passing
from gateshift.kustomize.trace.source_documents import best_source
from gateshift.kustomize.trace.strategic_merge import partner
from gateshift.kustomize.trace.traced_node import Mark, TracedNode, node_of
from gateshift.kustomize.trace.transformers import Steps
from gateshift.model.finding import FieldRef
from gateshift.model.kustomization import KustomizationTree
from gateshift.model.place import Focus, Place
from gateshift.model.resource import Resource
from gateshift.yamldoc import load_all
from gateshift.yamldoc.data import FieldPath, Json, JsonObject, look_up, object_at


class PlacedField(Struct, frozen=True):
    """Where a field was written, and second places that explain it: what a patch replaced."""

    place: Place
    related: tuple[tuple[str, Place], ...] = ()


class Locator:
    """Finds the places of one tree's fields; an object is followed once, however many findings it has."""

    def __init__(self, tree: KustomizationTree) -> None:
        self._tree = tree
        self._followed: dict[int, tuple[Resource, TracedNode | None]] = {}

    @cached_property
    def _steps(self) -> Steps:
        return Steps(self._tree)

    def find(self, field_ref: FieldRef) -> PlacedField:
        """Where the field was written; where it was not, the nearest part of the way to it that was."""
        resource = field_ref.resource
        root = self._follow(resource)
        if root is None:
            return PlacedField(Place(resource.origin.file))
        node, rest = _deepest(root, as_built(resource), field_ref.pointer)
        if rest:
            removed = node.removed.get(rest[0]) if isinstance(rest[0], str) else None
            return PlacedField(removed.place() if removed else node.mark.place(key=True))
        part = field_ref.part if isinstance(node.scalar, str) else ""
        return PlacedField(node.mark.place_of(part) if part else node.mark.place(key=field_ref.key), _related(node))

    def point_out(self, field_ref: FieldRef) -> PlacedField:
        """As `find`; of an object and of an entry of a list, the place says where its name is, if in the same file."""
        found = self.find(field_ref)
        at = field_ref.pointer
        name = (*at, "name") if at else ("metadata", "name")
        is_entry = not at or isinstance(at[-1], int)
        if (
            field_ref.key
            or field_ref.part
            or not is_entry
            or not isinstance(look_up(field_ref.resource.data, name), str)
        ):
            return found
        named = self.find(replace(field_ref, pointer=name)).place
        if named.file != found.place.file or named.line < found.place.line:
            return found
        return replace(found, place=replace(found.place, focus=Focus(named.line, named.column, named.end_column)))

    def _follow(self, resource: Resource) -> TracedNode | None:
        known = self._followed.get(id(resource))
        if known is None:
            known = self._followed[id(resource)] = (resource, self._traced(resource))
        return known[1]

    def _traced(self, resource: Resource) -> TracedNode | None:
        source = self._source(resource)
        if source is None or not resource.origin.transformers:
            return source
        return self._steps.through(Passing.of(source), resource.origin.transformers).node

    def _source(self, resource: Resource) -> TracedNode | None:
        origin = resource.origin
        if origin.generated_by is not None:
            return generated(resource, self._tree) or self._document(resource, ())
        file = self._tree.sources.get(origin.file)
        if file is None or not file.documents:
            return None
        document, pointer = best_source(as_built(resource), file)
        return node_of(file, document, pointer, look_up(file.data(document), pointer))

    def _document(self, resource: Resource, pointer: FieldPath) -> TracedNode | None:
        file = self._tree.sources.get(resource.origin.file)
        return TracedNode(Mark(file, resource.origin.document, pointer)) if file else None


def as_built(resource: Resource) -> JsonObject:
    """The object's data as Kustomize built it, where an engine did more to it."""
    return object_at(load_all(resource.text), 0) if resource.text else resource.data


def locate(field_ref: FieldRef, tree: KustomizationTree) -> PlacedField:
    """Where one field of a built object was written; for many fields of a tree, keep a Locator."""
    return Locator(tree).find(field_ref)


def _deepest(node: TracedNode, built: Json, pointer: FieldPath) -> tuple[TracedNode, FieldPath]:
    """The last value on the way to the pointer whose place is known, and the rest of the way."""
    node = _writer(node, built)
    for length, step in enumerate(pointer):
        if node.unknown:
            return node, ()
        below = _below(node, built, step)
        built = look_up(built, (step,))
        if below is None:
            return node, pointer[length:]
        node = _writer(below, built)
    return node, ()


def _below(node: TracedNode, built: Json, step: str | int) -> TracedNode | None:
    if isinstance(step, int) and isinstance(built, list) and 0 <= step < len(built):
        return partner(node.items or (), built, step)
    return node.at(step)


def _writer(node: TracedNode, built: Json) -> TracedNode:
    """The last writer of the value that was built; the last of all where none wrote just that."""
    writer: TracedNode | None = node
    while writer is not None and not writer.unknown and writer.data != built:
        writer = writer.before
    return writer or node


def _related(node: TracedNode) -> tuple[tuple[str, Place], ...]:
    before = node.before
    while before is not None and before.unknown:
        before = before.before
    return () if before is None else (("what it replaces", before.mark.place()),)
