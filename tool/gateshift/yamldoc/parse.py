"""YAML text as data, with the place of every value.

libyaml composes the nodes, or PyYAML itself where it was built without libyaml. This module turns them into plain data
by itself, because PyYAML's own constructors read dates and base-60 numbers that no Kubernetes reader knows, and lose
the places.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator

import yaml
from msgspec import Struct

from gateshift.yamldoc.bounds import DEFAULT, ReadLimits, UnreadableYaml
from gateshift.yamldoc.data import FieldPath, Json, Scalar
from gateshift.yamldoc.scalars import Resolver, core, kustomize

try:
    from yaml.cyaml import CParser  # type: ignore[attr-defined]  # the stubs forget to export it
except ImportError:
    from gateshift.yamldoc.pure_parser import PureParser as CParser  # type: ignore[assignment]  # same methods

_PLAIN = "tag:gateshift,plain"
_STRING = "tag:yaml.org,2002:str"
_BINARY = "tag:yaml.org,2002:binary"
_TAGGED = {
    "tag:yaml.org,2002:int": core,
    "tag:yaml.org,2002:float": core,
    "tag:yaml.org,2002:bool": core,
    "tag:yaml.org,2002:null": core,
}
_DEEPEST = 300
_MERGE = "<<"
_ANCHOR_AGAIN = "found duplicate anchor"


class Span(Struct, frozen=True):
    """Where a value stands: character indexes into the text, and lines and columns from 1; the end is exclusive."""

    start: int
    end: int
    line: int
    column: int
    end_line: int
    end_column: int


class DuplicateKey(Struct, frozen=True):
    """A key that a mapping holds twice; readers differ in which one counts."""

    pointer: FieldPath
    first: Span
    second: Span


class _Composer(CParser):
    """The parser, leaving the meaning of plain scalars to us. It stops at the limit of values, each of which costs some
    400 bytes and 15 microseconds long before it is asked for."""

    def __init__(self, text: str, limits: ReadLimits) -> None:
        super().__init__(text)
        self._left = limits.values

    def resolve(self, kind: type[yaml.Node], value: str | None, implicit: object) -> str:  # noqa: ARG002 -- PyYAML's signature
        self._left -= 1
        if self._left < 0:
            raise UnreadableYaml("more values than any manifest has")
        if kind is yaml.ScalarNode:
            return _PLAIN if isinstance(implicit, tuple) and implicit[0] else _STRING
        return ""

    def descend_resolver(self, parent: object, index: object) -> None:
        """No path decides a tag here."""

    def ascend_resolver(self) -> None:
        """No path decides a tag here."""


class _LenientComposer(_Composer, yaml.composer.Composer):
    """Lets an anchor be given again, the later one counting from there on, as YAML and go-yaml have it. PyYAML's parser
    refuses that, and its composer in Python is needed to get around it: slower, so only for texts that were refused."""

    check_node = yaml.composer.Composer.check_node
    get_node = yaml.composer.Composer.get_node

    def __init__(self, text: str, limits: ReadLimits) -> None:
        _Composer.__init__(self, text, limits)
        yaml.composer.Composer.__init__(self)

    def compose_node(self, parent: yaml.Node | None, index: object) -> yaml.Node | None:
        """One node, its anchor forgotten if it was known."""
        event = None if self.check_event(yaml.AliasEvent) else self.peek_event()
        self.anchors.pop(getattr(event, "anchor", None), None)
        return yaml.composer.Composer.compose_node(self, parent, index)  # type: ignore[arg-type]  # the stubs want an int


def _span(node: yaml.Node) -> Span:
    start, end = node.start_mark, node.end_mark
    return Span(start.index, end.index, start.line + 1, start.column + 1, end.line + 1, end.column + 1)


class Document:
    """One YAML document. `data` is plain data; `span` and `nearest` say where a pointer's value stands."""

    __slots__ = ("_data", "_duplicates", "_node", "_read", "index", "text")

    def __init__(self, text: str, index: int, node: yaml.Node | None, read: Resolver, limits: ReadLimits) -> None:
        self.text = text
        self.index = index
        self._node = node
        self._read = read
        self._duplicates: list[DuplicateKey] = []
        self._data: Json = None if node is None else _EventReader(read, limits, self._duplicates).value(node)

    @property
    def data(self) -> Json:
        """The document as plain data; None for an empty document. Keys are strings, as JSON has them."""
        return self._data

    @property
    def duplicates(self) -> tuple[DuplicateKey, ...]:
        """Keys that stand twice in one mapping; `data` holds the last of them, as go-yaml's lenient readers do."""
        return tuple(self._duplicates)

    def span(self, pointer: FieldPath = (), *, key: bool = False) -> Span | None:
        """Where the value at the pointer stands, or with `key` the key that names it; None where there is none."""
        found = self._find(pointer)
        if found is None:
            return None
        name, node = found
        return _span(name if key and name is not None else node)

    def nearest(self, pointer: FieldPath, *, key: bool = False) -> tuple[FieldPath, Span]:
        """The longest part of the pointer that exists, and where it stands: its key for a part of the pointer,
        the value (or with `key` the key) for the whole of it."""
        for length in range(len(pointer), -1, -1):
            span = self.span(pointer[:length], key=key or length < len(pointer))
            if span is not None:
                return pointer[:length], span
        return (), Span(0, 0, 1, 1, 1, 1)

    def plain(self, pointer: FieldPath) -> str | None:
        """The text of an unquoted scalar as written; None for quoted ones, collections and absent values."""
        found = self._find(pointer)
        if found is None or found[1].tag != _PLAIN:
            return None
        return str(found[1].value)

    def keys(self, pointer: FieldPath) -> Iterator[tuple[str, Span, bool]]:
        """The keys of the mapping at the pointer, where each stands, and whether it is unquoted."""
        found = self._find(pointer)
        if found is not None and isinstance(found[1], yaml.MappingNode):
            for name, _ in found[1].value:
                yield _key(name), _span(name), name.tag == _PLAIN

    def field_at(self, line: int) -> FieldPath:
        """The innermost field whose key or item begins on the line or before it."""
        at: list[str | int] = []
        node = self._node
        while node is not None and (begun := _last_begun(node, line)) is not None:
            step, node = begun
            at.append(step)
        return tuple(at)

    def unquoted(self) -> Iterator[tuple[FieldPath, str, bool]]:
        """Every unquoted scalar once: its pointer, its text as written, and whether it is a key."""
        if self._node is not None:
            yield from _unquoted(self._node, (), set())

    def _find(self, pointer: FieldPath) -> tuple[yaml.Node | None, yaml.Node] | None:
        name, node = None, self._node
        for step in pointer:
            found: tuple[yaml.Node | None, yaml.Node] | None
            if isinstance(node, yaml.MappingNode) and isinstance(step, str):
                found = _member(node, step)
            elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and 0 <= step < len(node.value):
                found = (None, node.value[step])
            else:
                found = None
            if found is None:
                return None
            name, node = found
        return None if node is None else (name, node)


def _last_begun(node: yaml.Node, line: int) -> tuple[str | int, yaml.Node] | None:
    """The last of a collection's parts that begin on the line or before it; an alias stands where its anchor does, and
    that is elsewhere."""
    parts: list[tuple[str | int, yaml.Node, yaml.Node]] = []
    match node:
        case yaml.MappingNode():
            parts = [(_key(name), name, value) for name, value in node.value]
        case yaml.SequenceNode():
            parts = [(index, item, item) for index, item in enumerate(node.value)]
    begun = [
        (step, value)
        for step, first, value in parts
        if _span(first).line <= line and _span(node).start < _span(value).start
    ]
    return begun[-1] if begun else None


def _key(node: yaml.Node) -> str:
    return _string(node) if isinstance(node, yaml.ScalarNode) else ""


def _string(node: yaml.ScalarNode) -> str:
    """A scalar's text; of binary data what it decodes to, as go-yaml reads it wherever it wants a string."""
    if node.tag != _BINARY:
        return str(node.value)
    try:
        return base64.b64decode("".join(node.value.split()), validate=True).decode(errors="replace")
    except ValueError as error:
        raise _unreadable("binary data that is not base64", node) from error


def _is_merge(node: yaml.Node) -> bool:
    return node.tag == _PLAIN and node.value == _MERGE


def _unquoted(node: yaml.Node, at: FieldPath, seen: set[int]) -> Iterator[tuple[FieldPath, str, bool]]:
    if id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield from _unquoted(item, (*at, index), seen)
    elif isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            if name.tag == _PLAIN and not _is_merge(name):
                yield (*at, _key(name)), _key(name), True
            yield from _unquoted(value, at if _is_merge(name) else (*at, _key(name)), seen)
    elif node.tag == _PLAIN:
        yield at, str(node.value), False


def _merged(node: yaml.Node) -> Iterator[yaml.MappingNode]:
    for source in node.value if isinstance(node, yaml.SequenceNode) else (node,):
        if isinstance(source, yaml.MappingNode):
            yield source


def _member(node: yaml.MappingNode, step: str) -> tuple[yaml.Node, yaml.Node] | None:
    for name, value in reversed(node.value):
        if _key(name) == step and not _is_merge(name):
            return name, value
    for name, value in node.value:
        if _is_merge(name):
            for source in _merged(value):
                found = _member(source, step)
                if found is not None:
                    return found
    return None


class _EventReader:
    """Turns nodes into data, counting what aliases expand to; refuses loops and documents beyond the limits."""

    def __init__(self, read: Resolver, limits: ReadLimits, duplicates: list[DuplicateKey]) -> None:
        self.read = read
        self.limits = limits
        self.duplicates = duplicates
        self.done: dict[int, tuple[Json, int]] = {}
        self.open: set[int] = set()
        self.count = 0

    def value(self, node: yaml.Node, pointer: FieldPath = ()) -> Json:
        if isinstance(node, yaml.ScalarNode):
            self._grow(1, node)
            return self._scalar(node)
        if id(node) in self.done:
            data, size = self.done[id(node)]
            self._grow(size, node)
            return data
        if id(node) in self.open:
            raise _unreadable("an alias that contains itself", node)
        if len(pointer) > _DEEPEST:
            raise _unreadable(f"nested more than {_DEEPEST} levels deep", node)
        self.open.add(id(node))
        before = self.count
        self._grow(1, node)
        data = self._mapping(node, pointer) if isinstance(node, yaml.MappingNode) else self._sequence(node, pointer)
        self.open.discard(id(node))
        self.done[id(node)] = data, self.count - before
        return data

    def _grow(self, size: int, node: yaml.Node) -> None:
        self.count += size
        if self.count > self.limits.values:
            raise _unreadable(f"more than {self.limits.values:,} values once aliases are expanded", node)

    def _scalar(self, node: yaml.ScalarNode) -> Scalar:
        text = str(node.value)
        if node.tag == _PLAIN:
            return self.read(text)
        return _TAGGED[node.tag](text) if node.tag in _TAGGED else _string(node)

    def _sequence(self, node: yaml.Node, pointer: FieldPath) -> Json:
        return [self.value(item, (*pointer, index)) for index, item in enumerate(node.value)]

    def _mapping(self, node: yaml.MappingNode, pointer: FieldPath) -> Json:
        data: dict[str, Json] = {}
        seen: dict[str, yaml.Node] = {}
        for name, value in node.value:
            if not isinstance(name, yaml.ScalarNode):
                raise _unreadable("a key that is not a scalar", name)
            key = _key(name)
            if _is_merge(name):
                self._merge(data, value, pointer)
                continue
            if key in seen:
                self.duplicates.append(DuplicateKey((*pointer, key), _span(seen[key]), _span(name)))
            seen[key] = name
            data[key] = self.value(value, (*pointer, key))
        return data

    def _merge(self, data: dict[str, Json], value: yaml.Node, pointer: FieldPath) -> None:
        for source in _merged(value):
            merged = self.value(source, (*pointer, _MERGE))
            if isinstance(merged, dict):
                for key, item in merged.items():
                    data.setdefault(key, item)


def _unreadable(what: str, node: yaml.Node) -> UnreadableYaml:
    return UnreadableYaml(what, node.start_mark.line + 1, node.start_mark.column + 1)


def parse_all(text: str, *, yaml_1_2: bool = False, limits: ReadLimits = DEFAULT) -> tuple[Document, ...]:
    """Every document of the text, read as Kubernetes reads it, or with `yaml_1_2` by YAML 1.2's core schema.

    Raises UnreadableYaml with the place of the first fault. A text of comments alone has no document.
    """
    read = core if yaml_1_2 else kustomize
    try:
        try:
            return tuple(_documents(_Composer(text, limits), text, read, limits))
        except yaml.composer.ComposerError as error:
            if not str(error.context).startswith(_ANCHOR_AGAIN):
                raise
            return tuple(_documents(_LenientComposer(text, limits), text, read, limits))
    except RecursionError as error:
        raise UnreadableYaml(f"nested more than {_DEEPEST} levels deep") from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        what = " ".join(part for part in (error.problem, error.context) if part)
        raise UnreadableYaml(what, mark.line + 1 if mark else 1, mark.column + 1 if mark else 1) from error
    except yaml.YAMLError as error:
        raise UnreadableYaml(" ".join(str(error).split())) from error


def _documents(composer: _Composer, text: str, read: Resolver, limits: ReadLimits) -> Iterator[Document]:
    index = 0
    while composer.check_node():
        yield Document(text, index, composer.get_node(), read, limits)
        index += 1


def load_all(text: str, *, limits: ReadLimits = DEFAULT) -> list[Json]:
    """The data of every document, read as Kubernetes reads it. Raises UnreadableYaml."""
    return [document.data for document in parse_all(text, limits=limits)]
