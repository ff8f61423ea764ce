"""A row of the tables, and the kinds of constraints it can hold.

A path leads from a value to a field below it: `ports.[].name` is the name of every port, `data.{}` every key of a map
and `data.*` every value. A field counts as unset where Go's decoder leaves its zero value: an empty string is no value
of a plain string, and is one of a pointer to a string.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

from msgspec import Struct

from gateshift.yamldoc.data import FieldPath, JsonObject, Scalar


class OneOf(Struct, frozen=True):
    """One of these words."""

    words: tuple[str, ...]


class Range(Struct, frozen=True):
    """A whole number within these bounds, both included. `zero`: a 0 counts as unset."""

    least: int | None = None
    most: int | None = None
    zero: bool = False


class Size(Struct, frozen=True):
    """A list, map or string of no more than so many entries or bytes, and no fewer than so many."""

    most: int | None = None
    least: int = 0


class Format(Struct, frozen=True):
    """A value of the format of this name, in `formats`."""

    name: str


class Needed(Struct, frozen=True):
    """A field that must be set."""


class Forbidden(Struct, frozen=True):
    """A field that must not be set."""


class OnlyOne(Struct, frozen=True):
    """At most one of these fields; at least one as well where it is `needed`."""

    fields: tuple[str, ...]
    needed: bool = True


class AnyOf(Struct, frozen=True):
    """At least one of these fields."""

    fields: tuple[str, ...]


class Unique(Struct, frozen=True):
    """A list in which no two entries have the same values of these fields, or are the same where none is named.

    `blank`: entries without any of the fields are compared as well. `defaults` are values that count where none is
    written.
    """

    keys: tuple[str, ...] = ()
    blank: bool = False
    defaults: tuple[tuple[str, Scalar], ...] = ()


class Breach(Struct, frozen=True):
    """What a relation finds: a field, relative to the value that it looked at, what is wrong with it in words that
    follow the field's name, and the API server's words."""

    at: FieldPath
    words: str
    says: str


class Relation(Struct, frozen=True):
    """A relation between fields that no other kind of constraint can say. `bad` breaks it, `good` does not."""

    find: Callable[[JsonObject], Iterator[Breach]]
    bad: JsonObject
    good: JsonObject


Constraint: TypeAlias = OneOf | Range | Size | Format | Needed | Forbidden | OnlyOne | AnyOf | Unique | Relation


class When(Struct, frozen=True):
    """A condition on a field: it has one of the values (or, with `holds` False, none of them); without values, it is
    set. The value "" stands for a field that is not set."""

    path: str
    values: tuple[Scalar, ...] = ()
    holds: bool = True


EVERY_KIND, BUILT_IN = "every kind", "built-in kinds"


class Row(Struct, frozen=True):
    """One constraint of a field.

    `type` is a Go type, such as `core/v1.Container`, and holds wherever the type occurs; EVERY_KIND and BUILT_IN stand
    for kinds as a whole.
    `at` leads from there to the values that `path` and the conditions start at. `source` is the function that refuses,
    with its folder: `core/validation.ValidateVolumes`. `outside` are kinds in which the row does not hold.
    """

    type: str
    path: str
    constraint: Constraint
    source: str
    when: tuple[When, ...] = ()
    at: str = ""
    outside: tuple[str, ...] = ()


def table(
    type_: str,
    source: str,
    *rows: tuple[str, Constraint, *tuple[When, ...]],
    at: str = "",
    outside: tuple[str, ...] = (),
) -> tuple[Row, ...]:
    """The rows of one type that one function stands behind: a path, a constraint, and conditions."""
    return tuple(Row(type_, path, what, source, tuple(when), at, outside) for path, what, *when in rows)


def has(path: str, *values: Scalar) -> When:
    """The field has one of the values; without values, it is set."""
    return When(path, values)


def lacks(path: str, *values: Scalar) -> When:
    """The field has none of the values; without values, it is not set."""
    return When(path, values, holds=False)


NONNEGATIVE = Range(least=0)
POSITIVE = Range(least=1)
PORT = Range(1, 65535)
NEEDED = Needed()
FORBIDDEN = Forbidden()


def one_of(*words: str) -> OneOf:
    """One of these words."""
    return OneOf(words)
