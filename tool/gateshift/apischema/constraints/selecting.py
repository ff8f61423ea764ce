"""Reads what a row's path leads to."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gateshift.yamldoc.data import FieldPath, Json

EACH, VALUES, KEYS = "[]", "*", "{}"

Steps = tuple[str, ...]


def steps_of(path: str) -> Steps:
    """The steps of a path such as `containers.[].name`; a name with dots in it stands in quotes."""
    return tuple(name or step for name, step in re.findall(r"'([^']+)'|([^.']+)", path))


def select(data: Json, steps: Steps, at: FieldPath = ()) -> Iterator[tuple[FieldPath, Json]]:
    """Every value at the path, with its place; None where the last field alone is absent."""
    if not steps:
        yield at, data
        return
    step, rest = steps[0], steps[1:]
    if step == EACH:
        for index, entry in enumerate(data if isinstance(data, list) else ()):
            yield from select(entry, rest, (*at, index))
    elif not isinstance(data, dict):
        return
    elif step == KEYS:
        yield from (((*at, key), key) for key in data)
    elif step == VALUES:
        for key, value in data.items():
            yield from select(value, rest, (*at, key))
    elif step in data or not rest:
        yield from select(data.get(step), rest, (*at, step))


def is_zero(value: Json) -> bool:
    """Whether Go keeps nothing of the value unless a pointer holds it."""
    return value is None or value == "" or value is False or (value == 0 and value is not True) or value in ([], {})
