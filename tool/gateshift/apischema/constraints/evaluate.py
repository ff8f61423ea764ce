"""Holds a value against one row."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import assert_never

from msgspec import Struct

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
from gateshift.apischema.constraints.selecting import KEYS, Steps, is_zero, select, steps_of
from gateshift.model.nearest import nearest_word
from gateshift.yamldoc.data import FieldPath, Json, JsonObject, look_up

_VARIABLE = "${"
"""A variable that Flux puts a value in for, after the build."""

_MOST_SHOWN = 60


class FieldRefusal(Struct, frozen=True):
    """A field that the API server refuses: what is wrong in words that follow its name, the server's own words, and
    the value that was probably meant, or "". `format` is the name of the format that a value misses."""

    at: FieldPath
    words: str
    says: str
    near: str = ""
    format: str = ""


class ReadyCondition(Struct, frozen=True):
    """A condition with its path taken apart; `plain`: the field's zero value is no value."""

    steps: Steps
    when: When
    plain: bool

    def holds(self, value: Json) -> bool:
        """Whether the condition holds for the value that the row starts at."""
        found = look_up(value, self.steps)
        unset = found is None or (self.plain and is_zero(found))
        if not self.when.values:
            return unset != self.when.holds
        known = "" if unset else found
        return any(_same(known, wanted) for wanted in self.when.values) == self.when.holds


class ReadyRow(Struct, frozen=True):
    """A row made ready for one kind. `plain`: the field's zero value is no value; `typed`: the schema says itself
    that the field is missing; `pointers` are the fields of the value that are pointers."""

    row: Row
    steps: Steps
    conditions: tuple[ReadyCondition, ...] = ()
    plain: bool = True
    typed: bool = False
    pointers: frozenset[str] = frozenset()

    def refusals(self, value: Json, at: FieldPath) -> Iterator[FieldRefusal]:
        """What the row refuses in a value that stands at `at`."""
        if not all(condition.holds(value) for condition in self.conditions):
            return
        for place, found in select(value, self.steps, at):
            yield from self._of_field(found, place)

    def _of_field(self, value: Json, at: FieldPath) -> Iterator[FieldRefusal]:
        unset = value is None or (self.plain and is_zero(value))
        match self.row.constraint:
            case Needed():
                if unset and not (value is None and self.typed):
                    yield FieldRefusal(at, "is missing" + self._where(), "Required value")
            case Forbidden():
                if not unset:
                    yield FieldRefusal(
                        at, "must not be set" + self._where(), f"Forbidden: may not be set{self._where()}"
                    )
            case OneOf(words):
                if not unset and isinstance(value, str) and value not in words and _VARIABLE not in value:
                    yield FieldRefusal(at, *_unsupported(value, words, self._where()))
            case Range(least, most, zero):
                if isinstance(value, int) and not isinstance(value, bool) and not (zero and value == 0):
                    yield from _out_of_range(at, value, least, most, self._where())
            case Size(most, least):
                if isinstance(value, list | dict | str):
                    yield from _wrong_size(at, value, least, most)
            case Format(name):
                if not unset or (value is not None and isinstance(value, int)):
                    yield from _misfit(at, value, name)
            case OnlyOne() | AnyOf() as constraint:
                if isinstance(value, dict):
                    yield from _count(at, value, constraint, self.pointers)
            case Unique() as unique:
                yield from _repeated(at, value if isinstance(value, list) else [], unique)
            case Relation(find):
                if isinstance(value, dict):
                    for breach in find(value):
                        yield FieldRefusal((*at, *breach.at), breach.words, breach.says)
            case other:
                assert_never(other)

    def _where(self) -> str:
        """The conditions in words, with a space before them."""
        parts = []
        for when in self.row.when:
            if when.path == self.row.path:
                continue
            words = " or ".join(_shown(value) for value in when.values if value != "") or "unset"
            verb = (
                ("is" if when.holds else "is not") + f" {words}"
                if when.values
                else ("is set" if when.holds else "is not set")
            )
            parts.append(f"{when.path} {verb}")
        return f" where {' and '.join(parts)}" if parts else ""


def ready(row: Row, is_pointer: Callable[[str], bool] = lambda _: False, *, typed: bool = False) -> ReadyRow:
    """The row made ready; `is_pointer` says of a path from where the row starts whether it leads to a pointer."""
    conditions = tuple(ReadyCondition(steps_of(when.path), when, not is_pointer(when.path)) for when in row.when)
    names = row.constraint.fields if isinstance(row.constraint, OnlyOne | AnyOf) else ()
    pointers = frozenset(name for name in names if is_pointer(f"{row.path}.{name}".lstrip(".")))
    steps = steps_of(row.path)
    plain = steps[-1:] != (KEYS,) and not is_pointer(row.path)
    return ReadyRow(row, steps, conditions, plain, typed, pointers)


def ready_condition(when: When) -> ReadyCondition:
    """The condition with its path taken apart, on a field that is no pointer."""
    return ReadyCondition(steps_of(when.path), when, plain=True)


def _same(value: Json, other: Json) -> bool:
    return isinstance(value, bool) == isinstance(other, bool) and value == other


def _shown(value: Json) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}..."


def _quoted(value: Json) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}..."


def _unsupported(value: str, words: tuple[str, ...], where: str) -> tuple[str, str, str]:
    words = tuple(sorted(word for word in words if word))
    listed = ", ".join(json.dumps(word) for word in words)
    one = f"must be {words[0]}" if len(words) == 1 else f"must be one of {', '.join(words)}"
    return (
        f"is {_quoted(value)}, and {one}{where}",
        f"Unsupported value: {_quoted(value)}: supported values: {listed}",
        words[0] if len(words) == 1 else nearest_word(value, words),
    )


def _out_of_range(at: FieldPath, value: int, least: int | None, most: int | None, where: str) -> Iterator[FieldRefusal]:
    if (least is not None and value < least) or (most is not None and value > most):
        if least is not None and most is not None:
            bounds = f"between {least} and {most}" if least != most else str(least)
        else:
            bounds = f"at least {least}" if most is None else f"at most {most}"
        yield FieldRefusal(at, f"is {value}, and must be {bounds}{where}", f"Invalid value: {value}: must be {bounds}")


def _wrong_size(
    at: FieldPath, value: list[Json] | JsonObject | str, least: int, most: int | None
) -> Iterator[FieldRefusal]:
    size = len(value.encode()) if isinstance(value, str) else len(value)
    unit = "bytes" if isinstance(value, str) else "entries"
    if most is not None and size > most:
        yield FieldRefusal(
            at, f"has {size} {unit}, and may have at most {most}", f"Too many: {size}: must have at most {most} items"
        )
    elif size < least:
        yield FieldRefusal(at, f"has {size} {unit}, and must have at least {least}", "Required value")


def _misfit(at: FieldPath, value: Json, name: str) -> Iterator[FieldRefusal]:
    format_ = FORMATS[name]
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return
    if (isinstance(value, str) and _VARIABLE in value) or format_.fits(value):
        return
    if format_.hidden:
        yield FieldRefusal(at, f"is not {format_.words}", "Invalid value")
        return
    near = format_.near(value) if isinstance(value, str) else ""
    meant = near if near and near != value and format_.fits(near) else ""
    words = f"is {_quoted(value)}, which is not {format_.words}"
    yield FieldRefusal(at, words, f"Invalid value: {_quoted(value)}", meant, name)


def _count(
    at: FieldPath, value: JsonObject, constraint: OnlyOne | AnyOf, pointers: frozenset[str]
) -> Iterator[FieldRefusal]:
    found = {name: value.get(name) for name in constraint.fields}
    present = [name for name, part in found.items() if (part is not None if name in pointers else not is_zero(part))]
    listed = ", ".join(constraint.fields[:6]) + (" and others" if len(constraint.fields) > 6 else "")
    if isinstance(constraint, OnlyOne) and len(present) > 1:
        words = f"must not be set next to {present[0]}"
        yield FieldRefusal((*at, present[1]), words, "Forbidden: may not specify more than one of them")
    elif not present and (isinstance(constraint, AnyOf) or constraint.needed):
        yield FieldRefusal(at, f"must hold one of {listed}", f"Required value: must specify one of {listed}")


def _repeated(at: FieldPath, entries: list[Json], unique: Unique) -> Iterator[FieldRefusal]:
    seen: dict[str, int] = {}
    defaults = dict(unique.defaults)
    for index, entry in enumerate(entries):
        if unique.keys and not isinstance(entry, dict):
            continue
        values = [look_up(entry, (key,)) or defaults.get(key, "") for key in unique.keys] or [entry]
        blank = any(value == "" for value in values)
        text = json.dumps(values, sort_keys=True)
        if (not blank or unique.blank) and seen.setdefault(text, index) != index:
            field = unique.keys[-1:] if isinstance(entry, dict) and unique.keys[-1] in entry else ()
            value = _quoted(values[-1] if len(values) == 1 else values)
            yield FieldRefusal(
                (*at, index, *field), f"is {value}, as entry {seen[text]} has it already", f"Duplicate value: {value}"
            )
