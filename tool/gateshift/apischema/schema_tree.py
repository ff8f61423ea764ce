"""A structural schema as a tree of nodes: what the API server knows of each field of a custom resource.

Source: apiextensions-apiserver, pkg/apiserver/schema (structural.go, convert.go).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from msgspec import Struct, field

from gateshift.apischema.cel.field_names import escape, reads_old
from gateshift.yamldoc.data import Json, JsonObject, list_at, object_at, text_at

META_FIELDS = frozenset({"apiVersion", "kind", "metadata"})
"""Fields of every object, which a schema need not name."""

CEL, LISTS, DEFAULTS, RENAMED = "cel", "lists", "defaults", "renamed"
"""What can stand at a node or below it: CEL rules; lists with keys; defaults; names or numbers that CEL knows
otherwise."""


class CelRule(Struct, frozen=True):
    """One entry of x-kubernetes-validations. `field_path` is relative to the scope, `reason` the API server's word."""

    rule: str
    message: str = ""
    message_expression: str = ""
    reason: str = "FieldValueInvalid"
    field_path: tuple[str, ...] = ()
    optional_old: bool = False
    reads_old: bool = False

    @property
    def text(self) -> str:
        """What the API server calls the rule: its message, or the rule itself."""
        return self.message or self.rule.strip()


class SchemaNode(Struct, frozen=True, eq=False):
    """One field's schema.

    `properties` are the fields it names, `values` the schema of a map's values, `items` that of a list's entries.
    A `default` of None is no default. `open` keeps unknown fields. `escaped` holds the fields that CEL knows by
    another name. `rules` are the CEL rules at this field, those of allOf branches included. `below` names what stands
    at this node or anywhere below it.
    """

    type: str
    properties: Mapping[str, SchemaNode] = field(default_factory=dict)
    values: SchemaNode | None = None
    items: SchemaNode | None = None
    default: Json = None
    nullable: bool = False
    open: bool = False
    embedded: bool = False
    list_type: str = "atomic"
    list_keys: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    most: int | None = None
    format: str = ""
    rules: tuple[CelRule, ...] = ()
    escaped: Mapping[str, str] = field(default_factory=dict)
    below: frozenset[str] = frozenset()

    def child(self, step: str | int) -> SchemaNode | None:
        """The schema of a field, of a map's value or of a list's entry; None where nothing is known of it."""
        return self.items if isinstance(step, int) else self.properties.get(step, self.values)


class _Same:
    """A schema as a cache key: the very same object, whatever it holds."""

    __slots__ = ("schema",)

    def __init__(self, schema: JsonObject) -> None:
        self.schema = schema

    def __hash__(self) -> int:
        return id(self.schema)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.schema is self.schema


def node_of(schema: JsonObject) -> SchemaNode:
    """The tree of a CRD version's openAPIV3Schema; the same schema object is read once a process."""
    return _node_of(_Same(schema))


@lru_cache(maxsize=512)
def _node_of(same: _Same) -> SchemaNode:
    return _Reader().node(same.schema, ())


class _Reader:
    """Reads one schema. Its equal parts are one value in memory, and become one node."""

    def __init__(self) -> None:
        self._known: dict[int, SchemaNode] = {}

    def node(self, schema: JsonObject, branches: Sequence[JsonObject]) -> SchemaNode:
        """The node of a schema; `branches` are what allOf branches of the schemas above say of the same field."""
        if branches:
            return self._read(schema, branches)
        known = self._known.get(id(schema))
        if known is None:
            known = self._known[id(schema)] = self._read(schema, branches)
        return known

    def _read(self, schema: JsonObject, branches: Sequence[JsonObject]) -> SchemaNode:
        branches = (*branches, *(branch for branch in list_at(schema, "allOf") if isinstance(branch, dict)))
        properties = {
            name: self.node(below, [part for branch in branches if (part := object_at(branch, "properties", name))])
            for name, below in object_at(schema, "properties").items()
            if isinstance(below, dict)
        }
        values = self._nested(schema, "additionalProperties", branches)
        items = self._nested(schema, "items", branches)
        rules = tuple(rule for part in (schema, *branches) for rule in _rules(part))
        return _node(schema, rules, (properties, values, items))

    def _nested(self, schema: JsonObject, key: str, branches: Sequence[JsonObject]) -> SchemaNode | None:
        below = schema.get(key)
        if not isinstance(below, dict):
            return None
        return self.node(below, [part for branch in branches if (part := object_at(branch, key))])


_LIST_TYPE = "x-kubernetes-list-type"
_Below = tuple[Mapping[str, SchemaNode], SchemaNode | None, SchemaNode | None]
"""The nodes of a schema's properties, of a map's values and of a list's entries."""


def _node(schema: JsonObject, rules: tuple[CelRule, ...], below: _Below) -> SchemaNode:
    get = schema.get
    kind, form, list_type = text_at(schema, "type"), text_at(schema, "format"), text_at(schema, _LIST_TYPE) or "atomic"
    properties, values, items = below
    escaped = {name: known for name in properties if (known := escape(name)) is not None and known != name}
    own = {
        CEL: bool(rules),
        LISTS: list_type != "atomic",
        DEFAULTS: get("default") is not None,
        RENAMED: bool(escaped) or kind == "number" or form == "byte",
    }
    children = [*properties.values(), *(child for child in (values, items) if child is not None)]
    return SchemaNode(
        type=kind,
        properties=properties,
        values=values,
        items=items,
        default=get("default"),
        nullable=get("nullable") is True,
        open=get("x-kubernetes-preserve-unknown-fields") is True or get("additionalProperties") is True,
        embedded=get("x-kubernetes-embedded-resource") is True,
        list_type=list_type,
        list_keys=tuple(str(key) for key in list_at(schema, "x-kubernetes-list-map-keys")),
        required=tuple(str(name) for name in list_at(schema, "required")),
        most=_most(schema),
        format=form,
        rules=rules,
        escaped=escaped,
        below=frozenset(what for what, here in own.items() if here).union(*(child.below for child in children)),
    )


def _most(schema: JsonObject) -> int | None:
    limits = (schema.get(name) for name in ("maxItems", "maxLength", "maxProperties"))
    return next((limit for limit in limits if isinstance(limit, int)), None)


def _rules(schema: JsonObject) -> list[CelRule]:
    return [
        CelRule(
            rule=text_at(entry, "rule"),
            message=text_at(entry, "message").strip(),
            message_expression=text_at(entry, "messageExpression"),
            reason=text_at(entry, "reason") or "FieldValueInvalid",
            field_path=_field_path(text_at(entry, "fieldPath")),
            optional_old=entry.get("optionalOldSelf") is True,
            reads_old=reads_old(text_at(entry, "rule")),
        )
        for entry in list_at(schema, "x-kubernetes-validations")
        if isinstance(entry, dict)
    ]


_STEP = r"\.([^.\[\]]+)|\['((?:[^'\\]|\\.)*)'\]"


def _field_path(path: str) -> tuple[str, ...]:
    return tuple(named or re.sub(r"\\(.)", r"\1", quoted) for named, quoted in re.findall(_STEP, path))
