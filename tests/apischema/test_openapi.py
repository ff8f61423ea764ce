"""Kubernetes' OpenAPI becomes schemas of the kinds that can be created, as Go's decoder reads them."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest

from gateshift.apischema.openapi import schemas_of_openapi
from gateshift.apischema.sharing import unshare
from gateshift.apischema.structural import KindSchema
from gateshift.yamldoc.data import JsonObject

META = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"
REF = "#/components/schemas/"


def gvk(kind: str) -> JsonObject:
    return {"group": "apps", "version": "v1", "kind": kind}


def document(properties: JsonObject, **components: Any) -> JsonObject:
    """The OpenAPI of one group with the kind Thing, whose own fields are these."""
    top: JsonObject = {
        "type": "object",
        "properties": {
            "apiVersion": {"type": "string"},
            "kind": {"type": "string"},
            "metadata": {"allOf": [{"$ref": REF + META}], "default": {}},
            **properties,
        },
        "x-kubernetes-group-version-kind": [gvk("Thing")],
    }
    listed: JsonObject = {"type": "object", "x-kubernetes-group-version-kind": [gvk("ThingList")]}
    meta: JsonObject = {"type": "object", "properties": {"name": {"type": "string"}}}
    named = {REF.removesuffix("schemas/") and name.replace("__", "."): part for name, part in components.items()}
    stage_pointer: JsonObject = {"post": {"x-kubernetes-group-version-kind": gvk("Thing")}}
    return {
        "components": {"schemas": {"Thing": top, "ThingList": listed, META: meta, **named}},
        "paths": {
            "/apis/apps/v1/things": {"get": {}},
            "/apis/apps/v1/namespaces/{namespace}/things": stage_pointer,
            "/apis/apps/v1/namespaces/{namespace}/things/{name}/scale": {
                "post": {"x-kubernetes-group-version-kind": gvk("ThingList")}
            },
        },
    }


def kind_schema(properties: JsonObject, **components: Any) -> KindSchema:
    (found,) = schemas_of_openapi(document(properties, **components))
    return found


def takes(found: KindSchema, **fields: Any) -> bool:
    thing = {"apiVersion": "apps/v1", "kind": "Thing", "metadata": {"name": "x"}, **fields}
    return jsonschema.Draft4Validator(found.strict).is_valid(thing)


def test_only_kinds_that_a_collection_takes_are_shapes() -> None:
    found = kind_schema({})
    assert (found.group, found.version, found.kind, found.namespaced, found.served) == (
        "apps",
        "v1",
        "Thing",
        True,
        True,
    )


INNER: JsonObject = {"type": "object", "properties": {"a": {"type": "integer", "format": "int32"}}, "required": ["a"]}
SPECIAL = {
    "io__k8s__apimachinery__pkg__api__resource__Quantity": {"oneOf": [{"type": "string"}, {"type": "number"}]},
    "io__k8s__apimachinery__pkg__util__intstr__IntOrString": {"oneOf": [{"type": "integer"}, {"type": "string"}]},
    "io__k8s__apimachinery__pkg__runtime__RawExtension": {"type": "object"},
    "Empty": {"type": "object"},
}


@pytest.mark.parametrize(
    ("field", "taken", "refused"),
    [
        ({"type": "string"}, ["x", None], [1, {}]),
        ({"allOf": [{"$ref": REF + "Inner"}], "default": {}}, [{"a": 1}, None], [{}, {"a": 1, "b": 2}, {"a": None}, 1]),
        ({"type": "array", "items": {"$ref": REF + "Inner"}}, [[], [{"a": 1}], None], [[{"b": 1}], [None], {}]),
        ({"type": "array", "items": {"type": "string"}}, [["a", None]], [[1]]),
        ({"type": "object", "additionalProperties": {"type": "string"}}, [{"a": "b", "c": None}], [{"a": 1}]),
        ({"$ref": REF + "io.k8s.apimachinery.pkg.api.resource.Quantity"}, ["1Gi", 0.5, 2, None], ["1gb", True]),
        ({"$ref": REF + "io.k8s.apimachinery.pkg.util.intstr.IntOrString"}, ["http", 80], [2**31, 1.5, True]),
        ({"$ref": REF + "io.k8s.apimachinery.pkg.runtime.RawExtension"}, [{"any": {"thing": 1}}], ["x"]),
        ({"$ref": REF + "Empty"}, [{}, None], [{"a": 1}]),
        ({"type": "string", "format": "byte"}, ["YQ=="], ["not base64"]),
        ({"type": "string", "format": "date-time"}, ["2024-01-01T00:00:00Z", None], ["yesterday"]),
    ],
)
def test_a_field_takes_what_go_decodes(field: JsonObject, taken: list[Any], refused: list[Any]) -> None:
    found = kind_schema({"field": field}, Inner=INNER, **SPECIAL)
    assert [value for value in taken if not takes(found, field=value)] == []
    assert [value for value in refused if takes(found, field=value)] == []


def test_unknown_fields_are_refused_everywhere_and_metadata_is_needed() -> None:
    found = kind_schema({"spec": {"$ref": REF + "Inner"}}, Inner=INNER)
    assert takes(found, spec={"a": 1})
    assert not takes(found, other=1)
    assert not takes(found, metadata={"nam": "x"})
    assert not takes(found, metadata=None)
    assert not takes(found, kind="thing")


def test_a_status_needs_no_field_and_knows_its_fields() -> None:
    found = kind_schema({"status": {"$ref": REF + "Inner"}}, Inner=INNER)
    assert takes(found, status={})
    assert takes(found, status=None)
    assert not takes(found, status={"other": 1})
    assert not takes(found, status={"a": "x"})


def test_a_component_inside_itself_is_followed_as_deep_as_the_object_goes() -> None:
    node: JsonObject = {
        "type": "object",
        "properties": {"child": {"$ref": REF + "Node"}, "all": {"type": "array", "items": {"$ref": REF + "Node"}}},
    }
    found = kind_schema({"spec": {"$ref": REF + "Node"}}, Node=node)
    assert takes(found, spec={"child": {"child": None, "all": [{"child": {}}]}})
    assert not takes(found, spec={"child": {"child": {"other": 1}}})
    assert not takes(found, spec={"all": [{"child": {"all": [{"other": 1}]}}]})


def test_the_structural_schema_has_its_references_resolved_and_its_list_types_kept() -> None:
    ports: JsonObject = {
        "type": "array",
        "description": "prose",
        "items": {"$ref": REF + "Inner"},
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": ["a"],
    }
    structural: Any = unshare(kind_schema({"ports": ports}, Inner=INNER).structural)
    assert structural["properties"]["ports"] == {
        "type": "array",
        "items": INNER,
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": ["a"],
    }
    assert structural["properties"]["metadata"]["properties"] == {"name": {"type": "string"}}
