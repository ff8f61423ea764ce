"""Data against the form of gateshift.yaml: every value of the wrong shape is a fault, and the rest goes on."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from itertools import islice

from msgspec import Struct

from gateshift.config.describe import described, dotted, expected, kind_of, shown_key
from gateshift.config.schema.schema_types import Either, Fields, ListOf, MapOf, Number, SchemaType, Text, accepts
from gateshift.config.slips import fits, mended, suggestion
from gateshift.config.spec_errors import SpecErrors
from gateshift.model.nearest import nearest_word
from gateshift.yamldoc.data import FieldPath, Json


def check_structure(
    data: Json, form: SchemaType, faults: SpecErrors, written: Callable[[FieldPath], str | None]
) -> Json:
    """The data with every part of the wrong shape replaced by None, and a fault for each of those.

    `written` gives the text of an unquoted scalar as it stands in the file. None is no value of any form, so that
    whoever reads the result can tell what is missing or broken from what is there.
    """
    return _Structure(faults, written).value(data, form, ())


class _Structure(Struct, frozen=True):
    faults: SpecErrors
    written: Callable[[FieldPath], str | None]

    def value(self, data: Json, form: SchemaType, at: FieldPath) -> Json:
        if kind_of(data) not in accepts(form):
            self._wrong_kind(data, form, at)
            return None
        match form:
            case Text() if isinstance(data, str):
                return self._text(data, form, at)
            case Number() if isinstance(data, int | float):
                return self._number(data, form, at)
            case ListOf() if isinstance(data, list):
                return self._list(data, form, at)
            case MapOf() if isinstance(data, dict):
                return self._map(data, form, at)
            case Fields() if isinstance(data, dict):
                return self._fields(data, form, at)
            case Either():
                option = next(option for option in form.options if kind_of(data) in accepts(option))
                return self.value(data, option, at)
            case _:
                return data

    def _wrong_kind(self, data: Json, form: SchemaType, at: FieldPath) -> None:
        written = self.written(at)
        self.faults.add(
            at,
            f"{dotted(at)}: expected {expected(form)}; found {described(data, written)}",
            _other_kind(data, form, at, written),
        )

    def _text(self, data: str, form: Text, at: FieldPath, *, key: bool = False) -> str | None:
        if fits(data, form):
            return data
        self.faults.add(
            at,
            f"{dotted(at)}: {_unfit(data, form)}",
            "" if self.faults.full else suggestion(mended(data, form)),
            key=key,
        )
        return None

    def _number(self, data: float, form: Number, at: FieldPath) -> Json:
        if _is_figure(data) and (not form.whole or data == int(data)) and _in_range(data, form):
            return int(data) if form.whole else data
        self.faults.add(at, f"{dotted(at)}: expected {form.expects}; found {described(data, self.written(at))}")
        return None

    def _list(self, data: list[Json], form: ListOf, at: FieldPath) -> Json:
        self._amount(len(data), form, at)
        items = [self.value(item, form.item, (*at, index)) for index, item in enumerate(data[: form.most])]
        if form.distinct:
            self._distinct(items, at)
        return items

    def _distinct(self, items: list[Json], at: FieldPath) -> None:
        first: dict[str, int] = {}
        for index, item in enumerate(items):
            if item is None:
                continue
            other = first.setdefault(json.dumps(item, sort_keys=True), index)
            if other != index:
                self.faults.add(
                    (*at, index), f"{dotted((*at, index))}: the same as {dotted((*at, other))}", "remove one"
                )

    def _map(self, data: dict[str, Json], form: MapOf, at: FieldPath) -> Json:
        self._amount(len(data), form, at)
        some = dict(islice(data.items(), form.most))
        for key in some:
            self._text(key, form.name, (*at, key), key=True)
        return {key: self.value(value, form.value, (*at, key)) for key, value in some.items()}

    def _amount(self, amount: int, form: ListOf | MapOf, at: FieldPath) -> None:
        if amount < form.least:
            self.faults.add(
                at, f"{dotted(at)}: expected {form.expects}, at least {form.least}; found {amount or 'none'}"
            )
        elif form.most is not None and amount > form.most:
            self.faults.add(at, f"{dotted(at)}: at most {form.most} are possible here; found {amount}")

    def _fields(self, data: dict[str, Json], form: Fields, at: FieldPath) -> Json:
        meant = {self._unknown(key, form, at) for key in data if key not in form.keys}
        for key in form.required:
            if key not in data and key not in meant:
                self.faults.add((*at, key), f"{dotted(at)}: `{key}` is missing: {expected(form.keys[key])}")
        for group in form.any_of:
            if not any(key in data or key in meant for key in group):
                self.faults.add((*at, group[0]), f"{dotted(at)}: needs {_one_of(group)}")
        for group in form.exclusive:
            present = [key for key in data if key in group]
            for key in present[1:]:
                self.faults.add(
                    (*at, key), f"{dotted(at)}: `{key}` cannot stand next to `{present[0]}`", "remove one", key=True
                )
        return {key: self.value(value, form.keys[key], (*at, key)) for key, value in data.items() if key in form.keys}

    def _unknown(self, key: str, form: Fields, at: FieldPath) -> str:
        """Report the key; the known key that was probably meant, or ""."""
        meant = "" if self.faults.full or key in form.elsewhere else nearest_word(key, form.keys)
        hint = form.elsewhere.get(key) or suggestion(meant)
        known = ", ".join(form.keys)
        self.faults.add(
            (*at, key),
            f"{dotted(at)}: unknown key `{shown_key(key)}`" if at else f"unknown key `{shown_key(key)}`",
            hint or f"the keys here are {known}",
            key=True,
        )
        return meant


def _is_figure(data: float) -> bool:
    return isinstance(data, int) or math.isfinite(data)


def _in_range(data: float, form: Number) -> bool:
    above = data > form.least if form.above else data >= form.least
    return above and (form.most is None or data <= form.most)


def _unfit(data: str, form: Text) -> str:
    if len(data) > form.most:
        return f"at most {form.most} characters are possible here; found {len(data)} in {described(data)}"
    if not data:
        return f"expected {form.expects}; found an empty string"
    return f"expected {form.expects}; found {described(data)}"


def _other_kind(data: Json, form: SchemaType, at: FieldPath, written: str | None) -> str:
    kinds = accepts(form)
    match data:
        case None if isinstance(form, Fields) and not (form.required or form.any_of):
            return f"write `{at[-1] if at else ''}: {{}}` for the defaults, or remove the key"
        case bool() | int() | float() if "string" in kinds and written:
            return _as_text(written, form)
        case str() if "number" in kinds and _is_number(data):
            return "write the number without quotes"
        case str() if "boolean" in kinds:
            return "write true or false, without quotes"
        case str() | int() | float() | dict() if "array" in kinds:
            return "write a list: [...], or a line beginning with `- ` for each item"
        case _:
            return ""


def _as_text(written: str, form: SchemaType) -> str:
    """How a number or truth value becomes the text that the form wants."""
    options = form.options if isinstance(form, Either) else (form,)
    text = next(option for option in options if isinstance(option, Text))
    if fits(written, text):
        return f"put it in quotes: '{written}'"
    return suggestion(mended(written, text))


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _one_of(group: tuple[str, ...]) -> str:
    words = [f"`{key}`" for key in group]
    return words[0] if len(words) == 1 else f"one of {', '.join(words[:-1])} or {words[-1]}"
