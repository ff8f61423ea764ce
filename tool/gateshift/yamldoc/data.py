"""Parsed YAML or JSON as plain data, and pointers into it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, TypeAlias

Scalar: TypeAlias = bool | int | float | str | None
if TYPE_CHECKING:
    Json: TypeAlias = "Scalar | list[Json] | dict[str, Json]"
else:
    Json = Any  # msgspec, which reads values back by their types, knows none that names itself
JsonObject: TypeAlias = dict[str, Json]
"""Parsed data is never changed in place: whoever needs another value builds a new one."""

FieldPath: TypeAlias = tuple[str | int, ...]
"""Keys and list indexes from the top of a document: ("spec", "rules", 0, "backendRefs")."""


def json_of(text: str | bytes) -> Json:
    """The data of a text of JSON. Raises ValueError where it is none, or nested too deeply."""
    try:
        data: Json = json.loads(text)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    return data


def json_pointer(pointer: FieldPath) -> str:
    """The pointer as RFC 6901 writes it: `/spec/rules/0/backendRefs`, and "" for the whole document."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in pointer)


def look_up(data: Json, pointer: FieldPath) -> Json:
    """The value at the pointer; None where a step is absent or of another shape."""
    for step in pointer:
        if isinstance(step, str) and isinstance(data, dict):
            data = data.get(step)
        elif isinstance(step, int) and isinstance(data, list) and 0 <= step < len(data):
            data = data[step]
        else:
            return None
    return data


def object_at(data: Json, *pointer: str | int) -> JsonObject:
    """The mapping at the pointer, empty where it is absent or no mapping."""
    found = look_up(data, pointer)
    return found if isinstance(found, dict) else {}


def list_at(data: Json, *pointer: str | int) -> list[Json]:
    """The list at the pointer, empty where it is absent or no list."""
    found = look_up(data, pointer)
    return found if isinstance(found, list) else []


def text_at(data: Json, *pointer: str | int) -> str:
    """The string at the pointer, "" where it is absent or no string."""
    found = look_up(data, pointer)
    return found if isinstance(found, str) else ""


def walk(data: Json, at: FieldPath = ()) -> Iterator[tuple[FieldPath, Json]]:
    """Every value with its path, a mapping or list before what it holds, in the order of the file."""
    waiting: list[tuple[FieldPath, Json]] = [(at, data)]
    while waiting:
        path, value = waiting.pop()
        yield path, value
        if isinstance(value, dict):
            waiting += [((*path, key), value[key]) for key in reversed(value)]
        elif isinstance(value, list):
            waiting += [((*path, index), value[index]) for index in range(len(value) - 1, -1, -1)]
