"""The form of gateshift.yaml as JSON Schema (draft 2020-12), for editors."""

from __future__ import annotations

from gateshift.config.schema import ROLLOUT, SETTINGS
from gateshift.config.schema.schema_types import Either, Fields, Flag, ListOf, MapOf, Number, Raw, SchemaType, Text
from gateshift.yamldoc.data import Json, JsonObject

DIALECT = "https://json-schema.org/draft/2020-12/schema"
ADDRESS = "https://raw.githubusercontent.com/gateshift/gateshift/main/docs/schemas/gateshift.schema.json"
"""Where the published schema is, for the line by which editors find it."""
_ONLY_THE_PARSER = (
    "A file that this schema accepts has the right shape. Whether its parts fit together (that versions which stages "
    "name are there and deployed, that derived names differ) is for `gateshift generate` and `gateshift validate`."
)


def json_schema() -> JsonObject:
    """The schema of a gateshift.yaml that declares a rollout."""
    return _published(ROLLOUT, ADDRESS, "gateshift.yaml")


def settings_schema() -> JsonObject:
    """The schema of a gateshift.yaml without a `service`, the settings of a repository."""
    address = ADDRESS.replace("/gateshift.schema.json", "/settings.schema.json")
    return _published(SETTINGS, address, "gateshift.yaml without a service")


def _published(form: SchemaType, address: str, title: str) -> JsonObject:
    shared: dict[str, SchemaType] = {}
    whole = _schema(form, shared)
    definitions: JsonObject = {}
    while len(definitions) < len(shared):
        name = next(name for name in shared if name not in definitions)
        definitions[name] = _shape(shared[name], shared)
    return {
        "$schema": DIALECT,
        "$id": address,
        "title": title,
        "$comment": _ONLY_THE_PARSER,
        **whole,
        "$defs": definitions,
    }


def description_of(form: SchemaType) -> str:
    """What the form means where it stands, else what it expects."""
    if form.means:
        return form.means
    return "true or false" if isinstance(form, Flag) else f"{form.expects[:1].upper()}{form.expects[1:]}."


def _schema(form: SchemaType, shared: dict[str, SchemaType]) -> JsonObject:
    """The schema of one form; what several places share is put into `shared` and referred to."""
    described: JsonObject = {"description": description_of(form)}
    if not isinstance(form, Raw) and form.default is not None:
        described["default"] = form.default
    if isinstance(form, ListOf | MapOf | Fields | Either) and form.shared:
        shared[form.shared] = form
        return described | {"$ref": f"#/$defs/{form.shared}"}
    return described | _shape(form, shared)


def _shape(form: SchemaType, shared: dict[str, SchemaType]) -> JsonObject:
    match form:
        case Text():
            return _text(form)
        case Number():
            return _number(form)
        case Flag():
            return {"type": "boolean"}
        case Raw():
            return {"type": "object"}
        case ListOf():
            return _list(form, shared)
        case MapOf():
            return _map(form, shared)
        case Fields():
            return _fields(form, shared)
        case Either():
            return {"anyOf": [_shape(option, shared) for option in form.options]}


def _text(form: Text) -> JsonObject:
    shape: JsonObject = {"type": "string"}
    if form.choices:
        return shape | {"enum": list(form.choices)}
    shape |= {"minLength": form.least, "maxLength": form.most}
    if form.pattern:
        shape["pattern"] = form.pattern
    if form.examples:
        shape["examples"] = list(form.examples)
    return shape


def _number(form: Number) -> JsonObject:
    shape: JsonObject = {
        "type": "integer" if form.whole else "number",
        "exclusiveMinimum" if form.above else "minimum": form.least,
    }
    if form.most is not None:
        shape["maximum"] = form.most
    return shape


def _list(form: ListOf, shared: dict[str, SchemaType]) -> JsonObject:
    shape: JsonObject = {"type": "array", "items": _schema(form.item, shared)}
    if form.least:
        shape["minItems"] = form.least
    if form.most is not None:
        shape["maxItems"] = form.most
    if form.distinct:
        shape["uniqueItems"] = True
    return shape


def _map(form: MapOf, shared: dict[str, SchemaType]) -> JsonObject:
    shape: JsonObject = {
        "type": "object",
        "propertyNames": _text(form.name),
        "additionalProperties": _schema(form.value, shared),
    }
    if form.least:
        shape["minProperties"] = form.least
    if form.most is not None:
        shape["maxProperties"] = form.most
    return shape


def _fields(form: Fields, shared: dict[str, SchemaType]) -> JsonObject:
    shape: JsonObject = {
        "type": "object",
        "properties": {key: _schema(value, shared) for key, value in form.keys.items()},
        "additionalProperties": False,
    }
    if form.required:
        shape["required"] = list(form.required)
    conditions: list[Json] = [{"anyOf": [{"required": [key]} for key in group]} for group in form.any_of]
    for group in form.exclusive:
        conditions += [{"not": {"required": [one, other]}} for one, other in _pairs(group)]
    if conditions:
        shape["allOf"] = conditions
    return shape


def _pairs(group: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(one, other) for index, one in enumerate(group) for other in group[index + 1 :]]
