"""What the API server makes of a custom resource before it validates it: unknown fields dropped, defaults set.

Source: apiextensions-apiserver, pkg/apiserver/schema/{defaulting,pruning}, in its handler's order.
"""

from __future__ import annotations

from msgspec import Struct

from gateshift.apischema.schema_tree import DEFAULTS, META_FIELDS, SchemaNode
from gateshift.yamldoc.data import FieldPath, Json, JsonObject


class Completed(Struct, frozen=True):
    """The object as the API server validates it, and the fields it dropped because the schema does not know them."""

    data: JsonObject
    unknown: tuple[FieldPath, ...]


def complete(node: SchemaNode, data: JsonObject) -> Completed:
    """The object with its unknown fields dropped and its defaults set; the data itself stays as it was."""
    unknown: list[FieldPath] = []
    done = _mapping(node, data, (), unknown, embedded=True)
    return Completed(done, tuple(unknown))


def _value(node: SchemaNode | None, data: Json, at: FieldPath, unknown: list[FieldPath]) -> Json:
    if isinstance(data, dict):
        return data if node is None else _mapping(node, data, at, unknown, embedded=node.embedded)
    if isinstance(data, list) and node is not None and node.items is not None:
        return [_entry(node.items, entry, (*at, index), unknown) for index, entry in enumerate(data)]
    return data


def _entry(node: SchemaNode, entry: Json, at: FieldPath, unknown: list[FieldPath]) -> Json:
    """A list's entry; a null that the schema does not allow takes the default."""
    if entry is None and not node.nullable:
        entry = node.default
    return _value(node, entry, at, unknown)


def _mapping(
    node: SchemaNode, data: JsonObject, at: FieldPath, unknown: list[FieldPath], *, embedded: bool
) -> JsonObject:
    done: JsonObject = {}
    for key, value in data.items():
        below = node.child(key)
        if below is None:
            if node.open or (embedded and key in META_FIELDS):
                done[key] = value
            else:
                unknown.append((*at, key))
        elif value is not None or below.nullable:
            done[key] = value if embedded and key in META_FIELDS else _value(below, value, (*at, key), unknown)
    if DEFAULTS in node.below:
        for key, below in node.properties.items():
            if below.default is not None and key not in done:
                done[key] = _value(below, below.default, (*at, key), [])
    return done


def blocked(node: SchemaNode, data: Json) -> bool:
    """Whether a plain schema fault keeps the API server from evaluating CEL rules: a wrong type, a required field
    missing, or a value beyond its greatest size.

    Source: apiextensions-apiserver, pkg/registry/customresource/strategy.go (hasBlockingErr).
    """
    if data is None:
        return not node.nullable
    if not _fits(node.type, data):
        return True
    if node.most is not None and isinstance(data, str | list | dict) and len(data) > node.most:
        return True
    if isinstance(data, dict):
        return any(name not in data for name in node.required) or any(
            blocked(below, value) for key, value in data.items() if (below := node.child(key)) is not None
        )
    if isinstance(data, list) and node.items is not None:
        items = node.items
        return any(blocked(items, entry) for entry in data)
    return False


def _fits(kind: str, data: Json) -> bool:
    match kind:
        case "object":
            return isinstance(data, dict)
        case "array":
            return isinstance(data, list)
        case "string":
            return isinstance(data, str)
        case "boolean":
            return isinstance(data, bool)
        case "integer":
            return (isinstance(data, int) and not isinstance(data, bool)) or (
                isinstance(data, float) and data.is_integer()
            )
        case "number":
            return isinstance(data, int | float) and not isinstance(data, bool)
        case _:
            return True
