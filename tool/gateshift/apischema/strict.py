"""A custom resource's structural schema -> a strict JSON schema that refuses what the API server refuses or drops.

The server first prunes unknown fields and nulls and fills in defaults, then validates; with strict field validation,
which kubectl uses, an unknown field is an error. One JSON schema has to say all of it at once: unknown fields are
closed out, a null is taken where pruning would remove it, and a required field with a default need not be there.

Sources, all in k8s.io/apiextensions-apiserver pkg/apiserver: schema/pruning/algorithm.go,
schema/defaulting/prunenulls.go, validation/validation.go.
"""

from __future__ import annotations

from gateshift.apischema.formats import integer_range, string_limits
from gateshift.apischema.object_meta import OBJECT_META
from gateshift.apischema.schema_errors import faults_of, never
from gateshift.apischema.structural import names_of, properties_of, rebuild
from gateshift.yamldoc.data import Json, JsonObject

_LIMITS = (
    "maximum",
    "minimum",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "multipleOf",
    "maxLength",
    "minLength",
    "pattern",
    "maxItems",
    "minItems",
    "uniqueItems",
    "maxProperties",
    "minProperties",
)
_PRESERVE = "x-kubernetes-preserve-unknown-fields"
_EMBEDDED = "x-kubernetes-embedded-resource"
_INT_OR_STRING = "x-kubernetes-int-or-string"
_NULL: JsonObject = {"type": "null"}
# `additionalProperties: true` keeps scalars and drops every key of an object below it, as the server's pruning does.
_ANY_SCALAR: JsonObject = {"additionalProperties": False}


def strict_resource(schema: JsonObject, api_version: str, kind: str, *, own_status: bool = False) -> JsonObject:
    """The strict schema of a whole custom resource: its own fields, with apiVersion, kind and metadata.

    `own_status`: the status is a subresource, so that writing the object prunes it, throws it away and only then
    validates what is left (registry/customresource/strategy.go, PrepareForCreate).
    """
    result = strict(schema)
    properties = {**properties_of(result)}
    if own_status and "status" in properties:
        properties["status"] = _fields_only(properties["status"])
    properties["apiVersion"] = {"enum": [api_version]}
    properties["kind"] = {"enum": [kind]}
    properties["metadata"] = _metadata(properties_of(schema).get("metadata", {}))
    required = sorted({*names_of(result, "required"), "apiVersion", "kind", "metadata"})
    result = {**result, "type": "object", "properties": {**properties}, "required": [*required]}
    if schema.get(_PRESERVE) is not True:
        result["additionalProperties"] = False
    return result


def _fields_only(schema: JsonObject) -> JsonObject:
    """The schema with nothing left but which fields there are."""
    either = schema.get("anyOf")
    if isinstance(either, list) and either[:1] == [_NULL] and isinstance(either[1], dict):
        return _fields_only(either[1])
    kept = ("properties", "additionalProperties", "items")
    return rebuild({key: value for key, value in schema.items() if key in kept}, _fields_only)


def _metadata(own: JsonObject) -> JsonObject:
    """ObjectMeta, with the limits a CRD may put on a name; it may restrict no other field of the metadata."""
    limits = {name: strict(part) for name, part in properties_of(own).items() if name in ("name", "generateName")}
    if not limits:
        return OBJECT_META
    return {**OBJECT_META, "allOf": [{"properties": {**limits}}]}


def strict(node: JsonObject, *, null_too: bool = False, preserve: bool = False) -> JsonObject:
    """The strict schema of one value.

    `null_too`: the value is an optional field, whose null the server prunes. `preserve`: an enclosing list keeps
    unknown fields of its items.
    """
    result: JsonObject = {key: node[key] for key in _LIMITS if key in node}
    types = _types(node)
    nullable = node.get("nullable") is True
    if types:
        result["type"] = _one_or_many([*types, "null"] if nullable or null_too else types)
    if isinstance(enum := node.get("enum"), list):
        result["enum"] = [*enum, None] if null_too and not nullable else enum
    preserve = preserve or node.get(_PRESERVE) is True
    if "object" in types or node.get(_EMBEDDED) is True or (not types and "properties" in node):
        result.update(_object(node, open_to_all=preserve))
    if isinstance(items := node.get("items"), dict):
        result["items"] = strict(items, preserve=preserve and "array" in types)
    _add_format(result, node, types)
    return _with_junctors(result, node, null_too=nullable or null_too)


def _types(node: JsonObject) -> list[Json]:
    if node.get(_INT_OR_STRING) is True:
        return ["integer", "string"]
    kind = node.get("type")
    return [kind] if isinstance(kind, str) and kind else []


def _one_or_many(types: list[Json]) -> Json:
    return types[0] if len(types) == 1 else types


def _object(node: JsonObject, *, open_to_all: bool) -> JsonObject:
    required = _needed(node)
    properties = {name: strict(part, null_too=name not in required) for name, part in properties_of(node).items()}
    if node.get(_EMBEDDED) is True:
        properties |= {"apiVersion": {"type": "string"}, "kind": {"type": "string"}, "metadata": OBJECT_META}
        required = sorted({*required, "apiVersion", "kind"})
    result: JsonObject = {}
    if properties:
        result["properties"] = {**properties}
    if required:
        result["required"] = [*required]
    extra = node.get("additionalProperties")
    if isinstance(extra, dict):
        result["additionalProperties"] = strict(extra, null_too=True)
    elif extra is True:
        result["additionalProperties"] = _ANY_SCALAR
    elif not open_to_all:
        result["additionalProperties"] = False
    return result


def _needed(node: JsonObject) -> list[str]:
    """The required fields that must be written: a default fills in the others before the server looks."""
    properties = properties_of(node)
    return [name for name in names_of(node, "required") if "default" not in properties.get(name, {})]


def _add_format(result: JsonObject, node: JsonObject, types: list[Json]) -> None:
    name = str(node.get("format", ""))
    if "integer" in types:
        for key, bound in integer_range(name).items():
            result.setdefault(key, bound)
    elif name and types in ([], ["string"]):
        limits = string_limits(name)
        if limits:
            result["allOf"] = [limits]


def _with_junctors(
    result: JsonObject, node: JsonObject, *, null_too: bool, structure: JsonObject | None = None
) -> JsonObject:
    """Add allOf, anyOf, oneOf and not, which hold conditions alone and never close an object."""
    narrows = node if structure is None else structure
    narrowed = False
    for key in ("allOf", "anyOf", "oneOf"):
        parts = node.get(key)
        if isinstance(parts, list) and not (node.get(_INT_OR_STRING) is True and _says_int_or_string(key, parts)):
            conditions: list[Json] = [condition(part, narrows) for part in parts if isinstance(part, dict)]
            held = result.get(key)
            result[key] = [*held, *conditions] if isinstance(held, list) else conditions
            narrowed = True
    if isinstance(excluded := node.get("not"), dict):
        result["not"] = condition(excluded, narrows)
        narrowed = True
    return {"anyOf": [_NULL, result]} if narrowed and null_too else result


def _says_int_or_string(key: str, parts: list[Json]) -> bool:
    return key == "anyOf" and parts == [{"type": "integer"}, {"type": "string"}]


def condition(node: JsonObject, structure: JsonObject) -> JsonObject:
    """A schema inside a junctor. `structure` is the schema that it narrows, which knows the defaults: the server has
    filled them in before it looks, so a field may be absent only where its default satisfies what is asked of it."""
    result: JsonObject = {key: node[key] for key in (*_LIMITS, "enum", "type") if key in node}
    described = properties_of(structure)
    asked = {name: condition(part, described.get(name, {})) for name, part in properties_of(node).items()}
    needed = {name for name in names_of(node, "required") if "default" not in described.get(name, {})}
    defaults = {name: described[name]["default"] for name in asked if "default" in described.get(name, {})}
    needed |= {name for name, default in defaults.items() if not _holds(asked[name], default)}
    if needed:
        result["required"] = [*sorted(needed)]
    if asked:
        result["properties"] = {**asked}
    for key in ("items", "additionalProperties"):
        if isinstance(part := node.get(key), dict):
            inner = structure.get(key)
            result[key] = condition(part, inner if isinstance(inner, dict) else {})
    if isinstance(node.get("format"), str) and (limits := string_limits(str(node["format"]))):
        result["allOf"] = [limits]
    return _with_junctors(result, {**node, _INT_OR_STRING: False}, null_too=False, structure=structure)


def _holds(asked: JsonObject, default: Json) -> bool:
    """Whether a default satisfies a condition; a pattern is taken to hold, as a default satisfies its own schema."""
    return not any(faults_of(asked, default, never))
