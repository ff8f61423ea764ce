"""All rows of one kind, arranged so that one walk over an object asks each row where it holds, and no other.

A node stands for a type in its place; types that occur twice share a node. Of the fields of a type only those are kept
below which a row holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct

from gateshift.apischema.constraints.constraint import BUILT_IN, EVERY_KIND, OneOf, Row
from gateshift.apischema.constraints.evaluate import FieldRefusal, ReadyRow, ready
from gateshift.apischema.constraints.selecting import EACH, KEYS, VALUES, Steps, steps_of
from gateshift.apischema.constraints.tables import ROWS
from gateshift.apischema.go_types import ANY_OBJECT, META_TYPES, OBJECT_META, GoField, GoTypes
from gateshift.yamldoc.data import FieldPath, Json

POD_TEMPLATE = "core/v1.PodTemplateSpec"
_NO_FIELDS: Mapping[str, GoField] = {}
_DROPPED = frozenset(
    {
        ("core/v1.Lifecycle", "stopSignal"),
        ("core/v1.GRPCAction", "mode"),
        ("core/v1.HTTPGetAction", "protocol"),
        ("core/v1.EmptyDirVolumeSource", "mode"),
        ("core/v1.VolumeMount", "bindMountOptions"),
    }
)
"""Fields behind feature gates that are off by default: the API server drops their values before it looks at them.

Source: k8s.io/kubernetes, pkg/api/pod/util.go (dropDisabledFields)."""


class Node(Struct, frozen=True, eq=False):
    """What is asked of a value, of the fields below it, and of a list's entries or a map's values."""

    rows: tuple[ReadyRow, ...] = ()
    fields: Mapping[str, Node] = {}
    inner: Node | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing is asked here or below."""
        return not (self.rows or self.fields or self.inner)

    def refusals(self, value: Json, at: FieldPath = ()) -> Iterator[FieldRefusal]:
        """What the API server refuses in a value that stands at `at`."""
        for row in self.rows:
            yield from row.refusals(value, at)
        if isinstance(value, dict):
            if self.inner is not None:
                for key, entry in value.items():
                    yield from self.inner.refusals(entry, (*at, key))
            for key, below in self.fields.items():
                if key in value:
                    yield from below.refusals(value[key], (*at, key))
        elif isinstance(value, list) and self.inner is not None:
            for index, entry in enumerate(value):
                yield from self.inner.refusals(entry, (*at, index))


_Extra = tuple[tuple[Steps, Row], ...]
"""Rows that start further down, each with the steps that still lead there."""


class Constraints:
    """The constraints of the kinds of one Kubernetes version, each compiled when it is first asked for."""

    def __init__(self, types: GoTypes, rows: tuple[Row, ...] = ROWS) -> None:
        self.types = types
        self.by_type: dict[str, list[Row]] = {}
        for row in rows:
            self.by_type.setdefault(row.type, []).append(row)
        self._kinds: dict[str, Node] = {}

    def of(self, type_: str) -> Node:
        """What is asked of a kind, or of another type by itself; the status of a kind is thrown away when it is
        written."""
        if type_ not in self._kinds:
            compiler = _Compiler(self, type_)
            self._kinds[type_] = compiler.node(GoField(type_), self._of_kinds(type_), ())
        return self._kinds[type_]

    def _of_kinds(self, type_: str) -> _Extra:
        """The rows that hold for a type because it is a kind."""
        own = self.fields(type_).get("metadata")
        if own is None or own.type != OBJECT_META or type_ == POD_TEMPLATE:
            return ()
        names = (EVERY_KIND,) if type_ == ANY_OBJECT else (EVERY_KIND, BUILT_IN)
        return tuple(
            (steps_of(row.at), row) for name in names for row in self.by_type.get(name, ()) if type_ not in row.outside
        )

    def fields(self, type_: str) -> Mapping[str, GoField]:
        """The fields of a type; none for one that is not a structure."""
        return META_TYPES.get(type_) or self.types.structs.get(type_, _NO_FIELDS)

    def field_at(self, type_: str, steps: Steps) -> GoField | None:
        """The field that the steps lead to from a type; None where there is none."""
        field: GoField | None = GoField(type_)
        for step in steps:
            if field is None:
                return None
            if step in (EACH, VALUES, KEYS):
                field = GoField(field.type) if field.list or field.map else None
            elif field.list or field.map:
                field = GoField(field.type) if field.map else None
            else:
                field = self.fields(field.type).get(step)
        return field


class _Compiler:
    """Compiles one kind."""

    def __init__(self, constraints: Constraints, kind: str) -> None:
        self.constraints = constraints
        self.kind = kind
        self.shared: dict[str, Node] = {}

    def node(self, field: GoField, extra: _Extra, above: tuple[str, ...]) -> Node:
        """The node of a field's value. `extra` are rows of types above that start at or below it."""
        if field.list or field.map:
            below = tuple((steps[1:], row) for steps, row in extra if steps)
            inner = self.node(GoField(field.type), below, above)
            return Node(inner=None if inner.is_empty else inner)
        if field.type in above:
            return Node()  # a type inside itself, of which Kubernetes has few, and none with rows
        if not extra and field.type in self.shared:
            return self.shared[field.type]
        node = self._struct(field.type, extra, above)
        if not extra:
            self.shared[field.type] = node
        return node

    def _struct(self, type_: str, extra: _Extra, above: tuple[str, ...]) -> Node:
        own = tuple(
            (steps_of(row.at), row) for row in self.constraints.by_type.get(type_, ()) if self.kind not in row.outside
        )
        all_rows = (*own, *extra)
        here = [made for steps, row in all_rows if not steps and (made := self._ready(type_, row)) is not None]
        fields: dict[str, Node] = {}
        for name, field in self.constraints.fields(type_).items():
            if name == "status" and not above:
                continue
            below = tuple((steps[1:], row) for steps, row in all_rows if steps and steps[0] == name)
            node = self.node(field, below, (*above, type_))
            words = self._words(type_, name, field)
            if words is not None:
                node = Node((*node.rows, words), node.fields, node.inner)
            if not node.is_empty:
                fields[name] = node
        return Node(tuple(here), fields)

    def _ready(self, type_: str, row: Row) -> ReadyRow | None:
        """The row, ready for values of this type; None where this version has no such field."""
        field = self.constraints.field_at(type_, steps_of(row.path))
        if field is None:
            return None

        def is_pointer(path: str) -> bool:
            found = self.constraints.field_at(type_, steps_of(path))
            return found is not None and found.pointer

        return ready(row, is_pointer, typed=field.required)

    def _words(self, type_: str, name: str, field: GoField) -> ReadyRow | None:
        """What an enumeration asks of a field."""
        words = self.constraints.types.words.get(field.type)
        if not words or (type_, name) in _DROPPED:
            return None
        path = EACH if field.list else VALUES if field.map else ""
        row = Row(field.type, path, OneOf(words), f"k8s.io/api {field.type} (+enum)")
        return ready(row, lambda _: field.pointer)
