"""Structural schemas, the form in which the API server keeps the schema of every kind: where their parts are, what
remains of them without the prose, and the two schemas that are kept of each kind.
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from gateshift.yamldoc.data import FieldPath, Json, JsonObject

_PROSE = frozenset({"description", "title", "example", "externalDocs"})
_ONE = ("items", "additionalProperties", "not")
_MANY = ("allOf", "anyOf", "oneOf")


def rebuild(schema: JsonObject, change: Callable[[JsonObject], JsonObject]) -> JsonObject:
    """The schema with every schema directly inside it changed.

    Only positions that hold schemas are visited: a property may be called `items` or `description`, and a default
    may hold anything.
    """
    result: JsonObject = {}
    for key, value in schema.items():
        if key == "properties" and isinstance(value, dict):
            result[key] = {name: change(part) for name, part in value.items() if isinstance(part, dict)}
        elif key in _ONE and isinstance(value, dict):
            result[key] = change(value)
        elif key in _MANY and isinstance(value, list):
            result[key] = [change(part) for part in value if isinstance(part, dict)]
        else:
            result[key] = value
    return result


def without_prose(schema: JsonObject) -> JsonObject:
    """The schema without descriptions, titles and examples, at every level."""
    return rebuild({key: value for key, value in schema.items() if key not in _PROSE}, without_prose)


def properties_of(schema: JsonObject) -> dict[str, JsonObject]:
    """The named fields of an object's schema."""
    parts = schema.get("properties")
    return {name: part for name, part in parts.items() if isinstance(part, dict)} if isinstance(parts, dict) else {}


def names_of(schema: JsonObject, key: str) -> tuple[str, ...]:
    """The strings of a list in the schema, such as `required`."""
    names = schema.get(key)
    return tuple(name for name in names if isinstance(name, str)) if isinstance(names, list) else ()


def below(schema: JsonObject, step: str | int) -> JsonObject | None:
    """The schema of the value one step further; None where the schema does not describe it."""
    part: Json
    if isinstance(step, int):
        part = schema.get("items")
    else:
        part = properties_of(schema).get(step, schema.get("additionalProperties"))
    return part if isinstance(part, dict) else None


def at(schema: JsonObject, pointer: FieldPath) -> JsonObject | None:
    """The schema of the value at the pointer; None where the schema does not describe it."""
    part: JsonObject | None = schema
    for step in pointer:
        if part is None:
            return None
        part = below(part, step)
    return part


class KindSchema(Struct, frozen=True, eq=False):
    """A kind in one API version.

    `structural` is the publisher's own schema without its descriptions: defaults, list types and CEL rules kept,
    references resolved. `strict` is the JSON schema (draft 4) that refuses every field the API server would drop.
    """

    group: str
    version: str
    kind: str
    namespaced: bool
    served: bool
    storage: bool
    structural: JsonObject
    strict: JsonObject

    @property
    def api_version(self) -> str:
        """The value of an object's apiVersion: `gateway.networking.k8s.io/v1`, or `v1` for the core group."""
        return f"{self.group}/{self.version}" if self.group else self.version
