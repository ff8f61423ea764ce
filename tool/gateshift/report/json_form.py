"""JSON that other programs read: one class says what is written, and what the published JSON Schema says of it.

The recipe for a new one: a `JsonForm` whose docstring and `says` describe it, a `render` that ends in `write`, and a
`json_schema` that the table of `gateshift schema` (`cli/schema.py`) leads to. Then `make docs` publishes it.
"""

from __future__ import annotations

import json
from typing import Annotated, Any, TypeAlias, TypeVar

import msgspec
from msgspec import Meta, Struct

from gateshift.model.rollout import Engine
from gateshift.yamldoc.data import Json, JsonObject, list_at, object_at

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_VERSION: JsonObject = {"const": 1, "description": "The version of this contract."}
_SUFFIX = "Json"
_REFERENCE = "#/$defs/"


class JsonForm(Struct, frozen=True, rename="camel"):
    """One JSON object. Every field is written always, but for one that is UNSET."""


Form = TypeVar("Form", bound=JsonForm)


def says(description: str, **limits: Any) -> Meta:
    """What the schema says of a field: words, and limits by msgspec's names (`ge`, `le`, `pattern`)."""
    return Meta(description=description, **limits)


def by_engine(description: str) -> Meta:
    """What the schema says of an object that has a key for every sync engine."""
    return Meta(description=description, extra_json_schema={"required": [engine.value for engine in Engine]})


Count: TypeAlias = Annotated[int, Meta(ge=0)]
Line: TypeAlias = Annotated[int, Meta(ge=1, description="The line where it begins, from 1.")]
Column: TypeAlias = Annotated[int, Meta(ge=1, description="The column where it begins, from 1.")]
Share: TypeAlias = Annotated[float, Meta(ge=0, le=1)]
File: TypeAlias = Annotated[str, Meta(description="A path relative to the working directory, with forward slashes.")]


def same(form: type[Form], value: object) -> Form:
    """The form of a value whose attributes have the names of the form's own."""
    return msgspec.convert(value, form, from_attributes=True)


def data(form: JsonForm) -> JsonObject:
    """The form as plain data, without the version."""
    plain: JsonObject = msgspec.to_builtins(form)
    return plain


def write(form: JsonForm) -> str:
    """The form as a document: versioned, indented, with a final line break.

    A file name that is not UTF-8 keeps its surrogates, which msgspec's own encoder refuses.
    """
    return json.dumps({"schema": 1, **data(form)}, indent=2, ensure_ascii=False) + "\n"


def json_schema(title: str, *forms: type[JsonForm]) -> JsonObject:
    """The published schema of documents that `write` makes of one of these forms."""
    _, components = msgspec.json.schema_components(forms, ref_template=_REFERENCE + "{name}")
    published = {name.removesuffix(_SUFFIX): _published(schema) for name, schema in components.items()}
    tops = {form.__name__.removesuffix(_SUFFIX) for form in forms}
    documents: list[Json] = [_versioned(published[name]) for name in published if name in tops]
    used = json.dumps(list(published.values()))
    head: JsonObject = {"$schema": _DIALECT, "title": title}
    head |= object_at(documents[0]) if len(documents) == 1 else {"oneOf": documents}
    return head | {"$defs": {name: published[name] for name in published if f'"{_REFERENCE}{name}"' in used}}


def _versioned(schema: JsonObject) -> JsonObject:
    properties: JsonObject = {"schema": _VERSION, **object_at(schema, "properties")}
    return {**schema, "properties": properties, "required": ["schema", *list_at(schema, "required")]}


def _published(schema: Any) -> Any:
    """The schema without what is for programmers: titles, the suffix of our classes, an enum's docstring."""
    match schema:
        case {"title": str(), "enum": list() as names}:
            return {"enum": names}
        case {"$ref": str() as reference}:
            return {**schema, "$ref": reference.removesuffix(_SUFFIX)}
        case dict():
            fields = {key: _published(value) for key, value in schema.items() if (key, type(value)) != ("title", str)}
            if isinstance(description := fields.get("description"), str):
                fields["description"] = " ".join(description.split())
            return fields
        case list():
            return [_published(value) for value in schema]
        case _:
            return schema
