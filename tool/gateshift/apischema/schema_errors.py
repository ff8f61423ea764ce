"""The fields of an object that a strict schema refuses, as deep as they lie.

kubeconform says whether an object is valid; it names only the first level of what is wrong. This walk is made for an
object that it refused, and finds the fields. It reads the keywords our own conversion writes, and no others.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence

from gateshift.apischema.structural import names_of, properties_of
from gateshift.model.schema_verdict import FaultKind, SchemaError
from gateshift.yamldoc.data import FieldPath, Json, JsonObject, Scalar

Refuses = Callable[[FieldPath, str], bool]
"""Whether the string at the pointer was found not to match the pattern. Go's regular expressions are not Python's, so
this is asked of whoever evaluated them."""

_PREFIX = "#/definitions/"
_MOST_SHOWN = 60
_NAMES = {"object": "a mapping", "array": "a list", "string": "a string", "boolean": "true or false", "null": "null"}
_NAMES |= {"integer": "a whole number", "number": "a number"}


def faults(schema: JsonObject, data: JsonObject, refuses: Refuses) -> tuple[SchemaError, ...]:
    """Every field of the object that the schema refuses, in the order of the object's fields."""
    definitions = schema.get("definitions")
    walk = _Walk(definitions if isinstance(definitions, dict) else {}, refuses)
    return tuple(dict.fromkeys(walk.value(schema, data, ())))


def never(at: FieldPath, pattern: str) -> bool:  # noqa: ARG001 -- the signature of Refuses
    """Take every string to match every pattern."""
    return False


def faults_of(schema: JsonObject, data: Json, refuses: Refuses) -> Iterator[SchemaError]:
    """The faults of one value against a schema without definitions."""
    return _Walk({}, refuses).value(schema, data, ())


class _Walk:
    def __init__(self, definitions: JsonObject, refuses: Refuses) -> None:
        self.definitions = definitions
        self.refuses = refuses

    def value(self, schema: JsonObject, data: Json, at: FieldPath) -> Iterator[SchemaError]:
        """The faults of one value."""
        schema = self._resolved(schema)
        wanted = _types(schema)
        if wanted and not any(_is(data, kind) for kind in wanted):
            yield _wrong_type(schema, wanted, data, at)
            return
        if isinstance(enum := schema.get("enum"), list) and not any(_same(data, value) for value in enum):
            yield SchemaError(at, FaultKind.VALUE, _not_among(data, enum))
            return
        if isinstance(data, dict):
            yield from self._object(schema, data, at)
        elif isinstance(data, list):
            yield from self._array(schema, data, at)
        elif isinstance(data, str):
            yield from self._string(schema, data, at)
        elif isinstance(data, int | float) and not isinstance(data, bool):
            yield from _number(schema, data, at)
        yield from self._junctors(schema, data, at)

    def _resolved(self, schema: JsonObject) -> JsonObject:
        ref = schema.get("$ref")
        definition = self.definitions.get(ref.removeprefix(_PREFIX)) if isinstance(ref, str) else None
        return definition if isinstance(definition, dict) else schema

    def _object(self, schema: JsonObject, data: JsonObject, at: FieldPath) -> Iterator[SchemaError]:
        for name in names_of(schema, "required"):
            if name not in data:
                yield SchemaError(at, FaultKind.MISSING, f"the field {name} is required")
        yield from _size(schema, len(data), at, ("minProperties", "maxProperties"), "entries")
        properties = properties_of(schema)
        extra = schema.get("additionalProperties")
        for name, value in data.items():
            if name in properties:
                yield from self.value(properties[name], value, (*at, name))
            elif isinstance(extra, dict):
                yield from self.value(extra, value, (*at, name))
            elif extra is False:
                yield SchemaError((*at, name), FaultKind.UNKNOWN, _unknown(name, data, properties))

    def _array(self, schema: JsonObject, data: list[Json], at: FieldPath) -> Iterator[SchemaError]:
        yield from _size(schema, len(data), at, ("minItems", "maxItems"), "items")
        if schema.get("uniqueItems") is True:
            twice = [index for index, item in enumerate(data) if any(_same(item, other) for other in data[:index])]
            yield from (
                SchemaError((*at, index), FaultKind.VALUE, "this item is in the list already") for index in twice
            )
        items = schema.get("items")
        if isinstance(items, dict):
            for index, item in enumerate(data):
                yield from self.value(items, item, (*at, index))

    def _string(self, schema: JsonObject, data: str, at: FieldPath) -> Iterator[SchemaError]:
        yield from _size(schema, len(data), at, ("minLength", "maxLength"), "characters")
        pattern = schema.get("pattern")
        if isinstance(pattern, str) and self.refuses(at, pattern):
            meant = schema.get("title")
            yield SchemaError(at, FaultKind.VALUE, f"{_shown(data)} is not {meant or f'of the form {pattern}'}")

    def _junctors(self, schema: JsonObject, data: Json, at: FieldPath) -> Iterator[SchemaError]:
        for part in _parts(schema, "allOf"):
            yield from self.value(part, data, at)
        for key in ("anyOf", "oneOf"):
            parts = _parts(schema, key)
            if parts:
                yield from self._alternatives(key, parts, data, at)
        excluded = schema.get("not")
        if isinstance(excluded, dict) and not any(self.value(excluded, data, at)):
            yield SchemaError(at, FaultKind.VALUE, _excluded(excluded, data))

    def _alternatives(self, key: str, parts: Sequence[JsonObject], data: Json, at: FieldPath) -> Iterator[SchemaError]:
        outcomes = [tuple(self.value(part, data, at)) for part in parts]
        fitting = sum(not errors for errors in outcomes)
        if key == "oneOf" and fitting > 1:
            yield SchemaError(at, FaultKind.VALUE, f"fits {fitting} alternatives of which exactly one may hold")
        elif fitting == 0:
            yield from _nearest(outcomes, at)


def _nearest(outcomes: Sequence[tuple[SchemaError, ...]], at: FieldPath) -> tuple[SchemaError, ...]:
    """The faults of the alternative that was probably meant: one whose type is right, else all their types at once."""
    typed = [
        errors
        for errors in outcomes
        if not any(fault.pointer == at and fault.kind is FaultKind.TYPE for fault in errors)
    ]
    if len(typed) == 1:
        return typed[0]
    if typed and all(fault.pointer == at and fault.kind is FaultKind.MISSING for errors in typed for fault in errors):
        message = "; or ".join(" and ".join(fault.message for fault in errors) for errors in typed)
        return (SchemaError(at, FaultKind.MISSING, message),)
    message = "; or: ".join(dict.fromkeys(fault.message for errors in typed or outcomes for fault in errors))
    return (SchemaError(at, FaultKind.VALUE, f"fits none of the alternatives: {message}"),)


def _types(schema: JsonObject) -> list[str]:
    kind = schema.get("type")
    return [kind] if isinstance(kind, str) else list(names_of(schema, "type"))


def _parts(schema: JsonObject, key: str) -> list[JsonObject]:
    parts = schema.get(key)
    return [part for part in parts if isinstance(part, dict)] if isinstance(parts, list) else []


def _is(data: Json, kind: str) -> bool:
    match kind:
        case "object":
            return isinstance(data, dict)
        case "array":
            return isinstance(data, list)
        case "string":
            return isinstance(data, str)
        case "boolean":
            return isinstance(data, bool)
        case "null":
            return data is None
        case "number":
            return isinstance(data, int | float) and not isinstance(data, bool)
        case _:
            return _is(data, "number") and (isinstance(data, int) or (isinstance(data, float) and data.is_integer()))


def _same(one: Json, other: Json) -> bool:
    """Equality as JSON has it, where true is not 1."""
    return isinstance(one, bool) == isinstance(other, bool) and one == other


def _wrong_type(schema: JsonObject, wanted: Sequence[str], data: Json, at: FieldPath) -> SchemaError:
    named = [_NAMES.get(kind, kind) for kind in wanted if kind != "null" or len(wanted) == 1]
    message = f"expected {' or '.join(named)}, found {_found(data)}"
    if isinstance(data, str) and "integer" in wanted and data.strip().lstrip("+-").isdigit():
        message += "; write it without quotes"
    elif isinstance(data, int | float) and "string" in wanted and "pattern" not in schema:
        message += "; write it in quotes"
    return SchemaError(at, FaultKind.TYPE, message)


def _found(data: Json) -> str:
    if isinstance(data, dict | list):
        return _NAMES["object"] if isinstance(data, dict) else _NAMES["array"]
    if data is None:
        return "nothing (null)"
    kind = "the string " if isinstance(data, str) else "" if isinstance(data, bool) else "the number "
    return kind + _shown(data)


def _shown(data: Scalar) -> str:
    if not isinstance(data, str):
        return str(data).lower() if isinstance(data, bool) else str(data)
    if len(data) <= _MOST_SHOWN:
        return json.dumps(data, ensure_ascii=False)
    return f"{json.dumps(data[:_MOST_SHOWN] + '...', ensure_ascii=False)} ({len(data):,} characters)"


def _similar(word: str, words: Sequence[str]) -> list[str]:
    from difflib import get_close_matches  # only for a message

    return get_close_matches(word, words, n=1)


def _not_among(data: Json, allowed: Sequence[Json]) -> str:
    words = [str(value) for value in allowed if value is not None]
    found = _shown(data) if not isinstance(data, dict | list) else _found(data)
    if len(words) == 1:
        return f"expected {words[0]}, found {found}"
    near = _similar(data, words) if isinstance(data, str) else []
    return f"expected one of {', '.join(words)}, found {found}" + (f"; did you mean {near[0]}?" if near else "")


def _unknown(name: str, data: JsonObject, known: dict[str, JsonObject]) -> str:
    """The message for an unknown field, with the known field that is probably meant, best one that is not there yet."""
    free = [other for other in known if other not in data]
    near = _similar(name, free) or _similar(name, list(known))
    if not near:
        return f"unknown field {name}"
    return f"unknown field {name}; did you mean {near[0]}{', which is set already' if near[0] in data else ''}?"


def _size(schema: JsonObject, size: int, at: FieldPath, keys: tuple[str, str], unit: str) -> Iterator[SchemaError]:
    least, most = (schema.get(key) for key in keys)
    if isinstance(least, int) and size < least:
        yield SchemaError(at, FaultKind.VALUE, f"at least {least:,} {unit} are needed, found {size:,}")
    if isinstance(most, int) and size > most:
        yield SchemaError(at, FaultKind.VALUE, f"at most {most:,} {unit} are allowed, found {size:,}")


def _number(schema: JsonObject, data: float, at: FieldPath) -> Iterator[SchemaError]:
    least, most, unit = schema.get("minimum"), schema.get("maximum"), schema.get("multipleOf")
    if isinstance(least, int | float):
        above = schema.get("exclusiveMinimum") is True
        if data < least or (above and data == least):
            yield SchemaError(
                at, FaultKind.VALUE, f"{data} is too small: {'more than' if above else 'at least'} {least}"
            )
    if isinstance(most, int | float):
        below = schema.get("exclusiveMaximum") is True
        if data > most or (below and data == most):
            yield SchemaError(at, FaultKind.VALUE, f"{data} is too large: {'less than' if below else 'at most'} {most}")
    if isinstance(unit, int | float) and unit and (data / unit) % 1:
        yield SchemaError(at, FaultKind.VALUE, f"{data} is not a multiple of {unit}")


def _excluded(schema: JsonObject, data: Json) -> str:
    together = names_of(schema, "required")
    if together and isinstance(data, dict):
        return f"{' and '.join(together)} must not be set" + (" together" if len(together) > 1 else "")
    return "this value is excluded by the schema"
