"""Data in which every value knows where it is written, so that a patch can be followed value by value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct, field
from msgspec.structs import replace

from gateshift.model.place import Place
from gateshift.model.source import EmbeddedSource, SourceFile
from gateshift.yamldoc.data import FieldPath, Json, Scalar


class Mark(Struct, frozen=True):
    """A value in a document of a file, by its pointer; or `line` of a file that is no YAML, from 1."""

    file: SourceFile
    document: int
    pointer: FieldPath
    line: int = 0

    def place(self, *, key: bool = False) -> Place:
        """Where the value stands, or with `key` the key that names it."""
        if self.line:
            return Place(self.file.path, self.line)
        return self.file.place(self.pointer, self.document, key=key)

    def place_of(self, part: str) -> Place:
        """Where the part of the string first stands, as far as its style tells."""
        if self.line:
            return self.file.place_of(part, self.line) or self.place()
        return EmbeddedSource(self.file, self.pointer, self.document).place_of(part) or self.place()


class TracedNode(Struct, frozen=True, eq=False):
    """A value with its mark: a mapping has `fields`, a list has `items`, anything else is `scalar`.

    `before` is the value that this one took the place of; `removed` says for keys that are no longer in a mapping what
    took them out. Of an `unknown` value only the place is known, not what it became.
    """

    mark: Mark
    scalar: Scalar = None
    fields: Mapping[str, TracedNode] | None = None
    items: tuple[TracedNode, ...] | None = None
    before: TracedNode | None = None
    unknown: bool = False
    removed: Mapping[str, Mark] = field(default_factory=dict)

    @property
    def data(self) -> Json:
        """The value without marks."""
        if self.fields is not None:
            return {key: node.data for key, node in self.fields.items()}
        if self.items is not None:
            return [node.data for node in self.items]
        return self.scalar

    def at(self, step: str | int) -> TracedNode | None:
        """The value one step below, or None."""
        if isinstance(step, str):
            return self.fields.get(step) if self.fields is not None else None
        return self.items[step] if self.items is not None and 0 <= step < len(self.items) else None

    def find(self, pointer: FieldPath) -> TracedNode | None:
        """The value at the pointer, or None."""
        node: TracedNode | None = self
        for step in pointer:
            node = node.at(step) if node else None
        return node

    def text(self, *pointer: str | int) -> str:
        """The string at the pointer, "" where it is absent or no string."""
        node = self.find(pointer)
        return node.scalar if node and isinstance(node.scalar, str) else ""

    def put(self, pointer: FieldPath, value: TracedNode) -> TracedNode:
        """The same data with the value at the pointer; mappings on the way are made, and where the way leads through
        something else nothing changes. A value that was there becomes the new one's `before`."""
        if not pointer:
            return replace(value, before=self)
        step, rest = pointer[0], pointer[1:]
        below = self.at(step)
        if below is not None:
            return self._with(step, below.put(rest, value))
        if isinstance(step, int) or self.items is not None or (self.fields is None and self.scalar is not None):
            return self
        new = TracedNode(value.mark, fields={}).put(rest, value) if rest else value
        return replace(self, fields={**(self.fields or {}), step: new})

    def swap(self, pointer: FieldPath, value: TracedNode) -> TracedNode:
        """The same data with another value at a pointer that exists, which does not count as written anew."""
        if not pointer:
            return value
        below = self.at(pointer[0])
        return self if below is None else self._with(pointer[0], below.swap(pointer[1:], value))

    def without(self, pointer: FieldPath, by: Mark) -> TracedNode:
        """The same data without the value at the pointer, which `by` took out; the same where there is none."""
        below = self.at(pointer[0]) if pointer else None
        if below is None:
            return self
        step, rest = pointer[0], pointer[1:]
        if rest:
            return self._with(step, below.without(rest, by))
        if isinstance(step, int):
            items = self.items or ()
            return replace(self, items=(*items[:step], *items[step + 1 :]))
        fields = {key: node for key, node in (self.fields or {}).items() if key != step}
        return replace(self, fields=fields, removed={**self.removed, step: by})

    def _with(self, step: str | int, value: TracedNode) -> TracedNode:
        if isinstance(step, str):
            return replace(self, fields={**(self.fields or {}), step: value})
        items = self.items or ()
        return replace(self, items=(*items[:step], value, *items[step + 1 :]))


def node_of(file: SourceFile, document: int = 0, pointer: FieldPath = (), data: Json = None) -> TracedNode:
    """The value at a pointer of a document, with the marks of everything in it."""
    mark = Mark(file, document, pointer)
    if isinstance(data, dict):
        return TracedNode(
            mark, fields={key: node_of(file, document, (*pointer, key), item) for key, item in data.items()}
        )
    if isinstance(data, list):
        items = tuple(node_of(file, document, (*pointer, index), item) for index, item in enumerate(data))
        return TracedNode(mark, items=items)
    return TracedNode(mark, scalar=data)


def walk(node: TracedNode, pointer: FieldPath = ()) -> Iterator[tuple[FieldPath, TracedNode]]:
    """Every value below, itself first, each with its pointer."""
    yield pointer, node
    for key, below in (node.fields or {}).items():
        yield from walk(below, (*pointer, key))
    for index, below in enumerate(node.items or ()):
        yield from walk(below, (*pointer, index))
