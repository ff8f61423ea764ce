"""The forms a value of gateshift.yaml can have. One tree of them is the single description of the file:
`structure` checks data against it, `schema` publishes it as JSON Schema, and the documentation prints it.

Every form says what it `expects`, to complete "expected ...", and what it `means` where it stands; `default` is what
holds where it is left out. `shared` names a form that stands in several places, so that the schema holds it once.
"""

from __future__ import annotations

from typing import TypeAlias

from msgspec import Struct, field

from gateshift.yamldoc.data import Json


class Text(Struct, frozen=True, kw_only=True):
    """A string of `least` to `most` characters. `pattern` is anchored and means the same in Python and ECMAScript.

    `choices` are the only words allowed, where there are any.
    """

    expects: str
    means: str = ""
    pattern: str = ""
    least: int = 1
    most: int = 253
    choices: tuple[str, ...] = ()
    default: Json = None
    examples: tuple[str, ...] = ()


class Number(Struct, frozen=True, kw_only=True):
    """A number between `least` and `most`, a whole one where `whole` says so; `above` excludes `least` itself."""

    expects: str
    means: str = ""
    whole: bool = True
    least: float = 0
    most: float | None = None
    above: bool = False
    default: Json = None


class Flag(Struct, frozen=True, kw_only=True):
    """true or false."""

    means: str = ""
    default: Json = None


class Raw(Struct, frozen=True, kw_only=True):
    """A part that another specification describes, kept as written: a mapping whose keys are not checked here."""

    expects: str
    means: str = ""


class ListOf(Struct, frozen=True, kw_only=True):
    """A list; `distinct` refuses two equal items."""

    item: SchemaType
    expects: str
    means: str = ""
    least: int = 0
    most: int | None = None
    distinct: bool = False
    shared: str = ""
    default: Json = None


class MapOf(Struct, frozen=True, kw_only=True):
    """A mapping from names that the owner chooses, each of the form `name`, to values of one form."""

    name: Text
    value: SchemaType
    expects: str
    means: str = ""
    least: int = 0
    most: int | None = None
    shared: str = ""
    default: Json = None


class Fields(Struct, frozen=True, kw_only=True):
    """A mapping with the keys given here and no others.

    Of each group in `exclusive` at most one key may stand; of each group in `any_of` at least one must.
    `elsewhere` explains keys that people look for here and that have another way.
    """

    keys: dict[str, SchemaType]
    expects: str
    means: str = ""
    required: tuple[str, ...] = ()
    exclusive: tuple[tuple[str, ...], ...] = ()
    any_of: tuple[tuple[str, ...], ...] = ()
    elsewhere: dict[str, str] = field(default_factory=dict)
    shared: str = ""
    default: Json = None


class Either(Struct, frozen=True, kw_only=True):
    """One of several forms that differ in kind (text, number, list, mapping), so that the kind of the value decides.

    Several mappings may stand here; then the keys of `Fields.required` tell them apart.
    """

    options: tuple[SchemaType, ...]
    expects: str
    means: str = ""
    shared: str = ""
    default: Json = None


SchemaType: TypeAlias = Text | Number | Flag | Raw | ListOf | MapOf | Fields | Either


def accepts(form: SchemaType) -> tuple[str, ...]:
    """The kinds of value the form can be, by their JSON names."""
    match form:
        case Text():
            return ("string",)
        case Number():
            return ("number",)
        case Flag():
            return ("boolean",)
        case ListOf():
            return ("array",)
        case Raw() | MapOf() | Fields():
            return ("object",)
        case Either():
            return tuple(kind for option in form.options for kind in accepts(option))
