"""Values that break a row and values that satisfy it, made from the row itself."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import assert_never

from gateshift.apischema.constraints.constraint import (
    AnyOf,
    Forbidden,
    Format,
    Needed,
    OneOf,
    OnlyOne,
    Range,
    Relation,
    Row,
    Size,
    Unique,
    When,
)
from gateshift.apischema.constraints.formats import FORMATS
from gateshift.apischema.constraints.selecting import EACH, KEYS, VALUES, Steps, steps_of
from gateshift.yamldoc.data import Json, JsonObject

ABSENT = object()
OTHER = "other"


def bad_values(row: Row) -> Iterator[object]:
    """Values of the row's field that it must refuse."""
    match row.constraint:
        case OneOf(words):
            yield "no-such-word"
            yield words[0].swapcase() if words[0].swapcase() not in words else "no-such-word"
        case Range(least, most, zero):
            bounds = (_moved(least, -1), _moved(most, 1))
            yield from (bound for bound in bounds if bound is not None and not (zero and bound == 0))
        case Size(most, least):
            yield from (
                list(range(count)) for count in (_moved(most, 1), _moved(least, -1)) if count is not None and count >= 0
            )
        case Format(name):
            yield from (value for value in FORMATS[name].bad if value not in (0, "") or name == "port")
        case Needed():
            yield ABSENT
        case Forbidden():
            yield "x"
        case OnlyOne(fields, needed):
            if len(fields) > 1:
                yield {fields[0]: "x", fields[1]: "y"}
            if needed:
                yield {"other": "x"}
        case AnyOf():
            yield {"other": "x"}
        case Unique(keys):
            entry: Json = dict.fromkeys(keys, "x") if keys else "x"
            yield [entry, entry]
        case Relation(_, bad):
            yield bad
        case other:
            assert_never(other)


def good_values(row: Row) -> Iterator[object]:
    """Values of the row's field that it must let pass."""
    match row.constraint:
        case OneOf(words):
            yield from words
        case Range(least, most):
            yield from (bound for bound in (least, most) if bound is not None)
        case Size(most, least):
            yield from (list(range(count)) for count in (most, least) if count is not None)
        case Format(name):
            yield from FORMATS[name].good
        case Needed():
            yield "x"
        case Forbidden():
            yield ABSENT
        case OnlyOne(fields) | AnyOf(fields):
            yield {fields[0]: "x"}
        case Unique(keys):
            yield [dict.fromkeys(keys, word) if keys else word for word in ("x", "y")]
        case Relation(_, _, good):
            yield good
        case other:
            assert_never(other)


def _moved(bound: int | None, by: int) -> int | None:
    return None if bound is None else bound + by


def scope(row: Row, value: object) -> Json:
    """The value that the row starts at, with `value` in its field and its conditions met."""
    whole: JsonObject = {}
    for when in row.when:
        _meet(whole, when)
    if row.path == "":
        return _merged(whole, value) if isinstance(value, dict) else whole
    conditioned = any(when.path == row.path for when in row.when)
    _put(whole, steps_of(row.path), value, keep=conditioned)
    return whole


def _merged(whole: JsonObject, value: JsonObject) -> JsonObject:
    return {**copy.deepcopy(value), **whole}


def _meet(whole: JsonObject, when: When) -> None:
    value: object
    if when.holds:
        value = next((one for one in when.values if one != ""), ABSENT) if when.values else OTHER
    else:
        value = ABSENT if "" not in when.values else OTHER
    _put(whole, steps_of(when.path), value)


def _put(whole: JsonObject, steps: Steps, value: object, *, keep: bool = False) -> None:
    """Put a value at the path, with a list of one entry or a map of one key where the path asks for one."""
    step, rest = steps[0], steps[1:]
    if not rest:
        if value is ABSENT:
            whole.pop(step, None)
        elif not (keep and step in whole):
            whole[step] = copy.deepcopy(value)  # type: ignore[assignment]  # the examples are JSON
        return
    if rest[0] == KEYS:
        whole[step] = {str(value): "x"}
    elif rest[0] in (EACH, VALUES):
        inner: JsonObject = {}
        if rest[1:]:
            _put(inner, rest[1:], value)
        entry: Json = inner if rest[1:] else value  # type: ignore[assignment]  # the examples are JSON
        whole[step] = [entry] if rest[0] == EACH else {"a": entry}
    else:
        below = whole.get(step)
        whole[step] = below if isinstance(below, dict) else {}
        _put(whole[step], rest, value, keep=keep)  # type: ignore[arg-type]  # a mapping, as the line before says
