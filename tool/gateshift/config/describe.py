"""How messages name things: a pointer, a key, a value, and what a form expects."""

from __future__ import annotations

import json

from gateshift.config.schema.schema_types import Flag, SchemaType
from gateshift.yamldoc.data import FieldPath, Json

_LONGEST_SHOWN = 60


def dotted(pointer: FieldPath) -> str:
    """The pointer as people write it: `stages[2].shares.v1`; "the file" for the whole."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{shown_key(step)}" for step in pointer)
    return text.removeprefix(".") or "the file"


def shown_key(key: str) -> str:
    """A key, cut where it is too long to read."""
    return key if len(key) <= _LONGEST_SHOWN else f"{key[:_LONGEST_SHOWN]}..."


def kind_of(value: Json) -> str:
    """The JSON name of the value's kind."""
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int() | float():
            return "number"
        case str():
            return "string"
        case list():
            return "array"
        case dict():
            return "object"


def described(value: Json, written: str | None = None) -> str:
    """The value as a message names it."""
    match value:
        case None:
            return "nothing"
        case list():
            return "a list"
        case dict():
            return "a mapping"
        case str():
            return f"the string {json.dumps(shown_key(value), ensure_ascii=False)}"
        case bool():
            return json.dumps(value)
        case int() | float():
            return shown_key(written or json.dumps(value))


def expected(form: SchemaType) -> str:
    """What the form expects, as the end of "expected ..."."""
    return "true or false" if isinstance(form, Flag) else form.expects
