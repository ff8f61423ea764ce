"""Kubernetes' OpenAPI v3 of one group and version -> the schemas of its kinds.

Built-in objects are decoded into Go structures: a null is the same as an absent field, an unknown field is an error
under strict field validation, and a type says more than the OpenAPI does (a quantity is any string there).

Sources: api/openapi-spec/v3 in k8s.io/kubernetes; the UnmarshalJSON functions named in formats.py.
"""

from __future__ import annotations

from collections.abc import Iterator

from gateshift.apischema.formats import BYTES, QUANTITY, TIME, integer_range, string_limits
from gateshift.apischema.sharing import share
from gateshift.apischema.structural import KindSchema, names_of, properties_of, rebuild, without_prose
from gateshift.yamldoc.data import Json, JsonObject, object_at, text_at

_COMPONENTS = "#/components/schemas/"
_PRESERVE = "x-kubernetes-preserve-unknown-fields"
_NAMESPACED = "/namespaces/{namespace}/"
# Go types that hold any JSON; their OpenAPI says `type: object` or nothing at all.
_FREE = ("runtime.RawExtension", "meta.v1.FieldsV1", "apiextensions.v1.JSON")
_DECODED = {"byte": BYTES, "date-time": TIME}
# Reviews are questions: they are answered, not stored, and need no name.
_NAMELESS = ("authentication.k8s.io/", "authorization.k8s.io/")
_SPECIAL: dict[str, JsonObject] = {
    "api.resource.Quantity": {"type": ["string", "number"], **QUANTITY},
    "util.intstr.IntOrString": {"type": ["integer", "string"], **integer_range("int32")},
}


def schemas_of_openapi(document: JsonObject) -> Iterator[KindSchema]:
    """The schemas of each kind that can be created: those that a collection's path takes by POST."""
    components = {
        name: part for name, part in object_at(document, "components", "schemas").items() if isinstance(part, dict)
    }
    scopes = _creatable(document)
    for name, component in components.items():
        for group, version, kind in _names(component):
            if (group, version, kind) in scopes:
                api_version = f"{group}/{version}" if group else version
                yield KindSchema(
                    group=group,
                    version=version,
                    kind=kind,
                    namespaced=scopes[group, version, kind],
                    served=True,
                    storage=False,
                    structural=share(_Resolver(components).resolved(name)),
                    strict=_strict(components, name, api_version, kind),
                )


def _creatable(document: JsonObject) -> dict[tuple[str, str, str], bool]:
    """The kinds that collections take by POST, and whether their objects live in a namespace."""
    found: dict[tuple[str, str, str], bool] = {}
    for path in object_at(document, "paths"):
        named = object_at(document, "paths", path, "post", "x-kubernetes-group-version-kind")
        if named and "{name}" not in path:
            key = (text_at(named, "group"), text_at(named, "version"), text_at(named, "kind"))
            found[key] = found.get(key, False) or _NAMESPACED in path
    return found


def _names(component: JsonObject) -> Iterator[tuple[str, str, str]]:
    names = component.get("x-kubernetes-group-version-kind")
    for name in names if isinstance(names, list) else ():
        yield text_at(name, "group"), text_at(name, "version"), text_at(name, "kind")


def _target(schema: JsonObject) -> str | None:
    """The component that the schema refers to, directly or in the `allOf` of one that carries a default beside it."""
    ref = schema.get("$ref")
    parts = schema.get("allOf")
    if ref is None and isinstance(parts, list) and len(parts) == 1:
        ref = object_at(parts[0]).get("$ref")
    return ref.removeprefix(_COMPONENTS) if isinstance(ref, str) else None


class _Resolver:
    """Replaces references by what they refer to; a component inside itself keeps unknown fields and says no more."""

    def __init__(self, components: dict[str, JsonObject]) -> None:
        self.components = components
        self.done: dict[str, JsonObject] = {}
        self.open: set[str] = set()

    def resolved(self, name: str) -> JsonObject:
        """The component's structural schema."""
        if name in self.open:
            return {"type": "object", _PRESERVE: True}
        if name not in self.done:
            self.open.add(name)
            free: JsonObject = {_PRESERVE: True} if name.endswith(_FREE) else {}
            self.done[name] = {**self._part(without_prose(self.components.get(name, {}))), **free}
            self.open.discard(name)
        return self.done[name]

    def _part(self, schema: JsonObject) -> JsonObject:
        name = _target(schema)
        if name is None:
            return rebuild(schema, self._part)
        beside = {key: value for key, value in schema.items() if key not in ("$ref", "allOf")}
        return {**self.resolved(name), **beside}


def _strict(components: dict[str, JsonObject], name: str, api_version: str, kind: str) -> JsonObject:
    making = _Strict(components)
    top = making.component(name)
    named: dict[str, JsonObject] = {"apiVersion": {"enum": [api_version]}, "kind": {"enum": [kind]}}
    properties = {**properties_of(top), **named}
    required = {*names_of(top, "required"), "apiVersion", "kind"}
    if "status" in properties:
        # It is decoded and then thrown away when an object is written: an empty one, as kubectl prints it, will do.
        properties["status"] = _without_required(properties["status"])
    if "metadata" in properties and not api_version.startswith(_NAMELESS):
        properties["metadata"] = making.value(properties_of(components[name])["metadata"], null_too=False)
        required.add("metadata")
    result: JsonObject = {**top, "properties": {**properties}, "required": [*sorted(required)]}
    return share(result, making.recursive)


def _without_required(schema: JsonObject) -> JsonObject:
    return rebuild({key: value for key, value in schema.items() if key != "required"}, _without_required)


class _Strict:
    """Makes strict schemas of components; those inside themselves end up in `recursive` and are referred to."""

    def __init__(self, components: dict[str, JsonObject]) -> None:
        self.components = components
        self.done: dict[str, JsonObject] = {}
        self.open: set[str] = set()
        self.recursive: dict[str, JsonObject] = {}
        self.met_again: set[str] = set()

    def component(self, name: str) -> JsonObject:
        """The strict schema of the component, which a null does not satisfy."""
        if name in self.open:
            self.met_again.add(name)
            return {"$ref": f"#/definitions/{name}"}
        if name not in self.done:
            self.open.add(name)
            self.done[name] = self._of(name)
            self.open.discard(name)
            if name in self.met_again:
                self.recursive[name] = self.done[name]
        return self.done[name]

    def _of(self, name: str) -> JsonObject:
        for suffix, special in _SPECIAL.items():
            if name.endswith(suffix):
                return {**special}
        schema = self.components.get(name, {})
        if name.endswith(_FREE):
            return {key: value for key, value in schema.items() if key == "type"}
        return self.value(schema, null_too=False, closed=True)

    def value(self, schema: JsonObject, *, null_too: bool, closed: bool = False) -> JsonObject:
        """The strict schema of one value; `null_too` where its null counts as absent."""
        name = _target(schema)
        if name is not None:
            return _or_null(self.component(name)) if null_too else self.component(name)
        result: JsonObject = {key: schema[key] for key in ("type", "enum", "pattern") if key in schema}
        kind = schema.get("type")
        form = str(schema.get("format", ""))
        if kind == "integer":
            result |= integer_range(form)
        elif kind == "string":
            result |= _DECODED.get(form) or string_limits(form)
        elif kind == "object":
            result |= self._object(schema, closed=closed)
        if isinstance(items := schema.get("items"), dict):
            result["items"] = self._inner(items)
        return _or_null(result) if null_too else result

    def _object(self, schema: JsonObject, *, closed: bool) -> JsonObject:
        required = names_of(schema, "required")
        result: JsonObject = {}
        properties = properties_of(schema)
        if properties:
            result["properties"] = {
                name: self.value(part, null_too=name not in required) for name, part in properties.items()
            }
        if required:
            result["required"] = [*required]
        if isinstance(extra := schema.get("additionalProperties"), dict):
            result["additionalProperties"] = self._inner(extra)
        elif properties or closed:
            result["additionalProperties"] = False
        return result

    def _inner(self, schema: JsonObject) -> JsonObject:
        """The value of a list or map: a null there decodes to an empty value, which does unless it needs fields."""
        inner = self.value(schema, null_too=False)
        return inner if inner.get("required") or "$ref" in inner else _or_null(inner)


def _or_null(schema: JsonObject) -> JsonObject:
    kind = schema.get("type")
    if "$ref" in schema:
        return {"anyOf": [{"type": "null"}, schema]}
    if kind is None or "enum" in schema:
        return schema
    kinds: list[Json] = [*kind, "null"] if isinstance(kind, list) else [kind, "null"]
    return {**schema, "type": kinds}
