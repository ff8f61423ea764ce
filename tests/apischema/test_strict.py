"""A structural schema becomes one that refuses what the API server refuses or drops, and nothing else.

Each table names an object that the server takes and one that it does not, for the same schema.
"""

from __future__ import annotations

import json
import re
from typing import Any

import jsonschema
import pytest

from gateshift.apischema.strict import strict, strict_resource
from gateshift.yamldoc.data import JsonObject

INT: JsonObject = {"type": "integer"}
TEXT: JsonObject = {"type": "string"}


def obj(properties: JsonObject, **more: Any) -> JsonObject:
    return {"type": "object", "properties": properties, **more}


def takes(schema: JsonObject, value: Any) -> bool:
    return jsonschema.Draft4Validator(strict(schema)).is_valid(value)


@pytest.mark.parametrize(
    ("schema", "taken", "refused"),
    [
        pytest.param(obj({"a": INT}), {"a": 1}, {"b": 1}, id="an unknown field"),
        pytest.param(obj({"a": obj({"b": INT})}), {"a": {"b": 1}}, {"a": {"c": 1}}, id="an unknown field below"),
        pytest.param(
            {"type": "array", "items": obj({"a": INT})},
            [{"a": 1}],
            [{"a": 1}, {"b": 1}],
            id="an unknown field in a list",
        ),
        pytest.param(
            {"type": "object", "additionalProperties": obj({"a": INT})},
            {"any": {"a": 1}},
            {"any": {"b": 1}},
            id="an unknown field in a map",
        ),
        pytest.param({"type": "object"}, {}, {"a": 1}, id="an object that knows no field"),
        pytest.param(
            obj({"a": obj({"b": INT})}, **{"x-kubernetes-preserve-unknown-fields": True}),
            {"other": {"deep": [1]}, "a": {"b": 1}},
            {"a": {"c": 1}},
            id="preserved fields, and pruning again below a described one",
        ),
        pytest.param(
            {"type": "array", "items": obj({"a": INT}), "x-kubernetes-preserve-unknown-fields": True},
            [{"a": 1, "other": 2}],
            [{"a": "1"}],
            id="a list that preserves unknown fields of its items",
        ),
        pytest.param(
            {"type": "object", "additionalProperties": True},
            {"a": 1, "b": "text", "c": [1], "d": {}},
            {"a": {"dropped": 1}},
            id="any scalar by name",
        ),
        pytest.param(obj({"a": INT, "b": INT}), {"a": None, "b": 1}, {"a": "x"}, id="a null where it is pruned"),
        pytest.param(obj({"a": INT}, required=["a"]), {"a": 1}, {"a": None}, id="a null where the field is required"),
        pytest.param(obj({"a": INT}, required=["a"]), {"a": 1}, {}, id="a required field"),
        pytest.param(
            obj({"a": {**INT, "nullable": True}}, required=["a"]), {"a": None}, {}, id="a nullable required field"
        ),
        pytest.param({"type": "array", "items": INT}, [1], [None], id="a null in a list"),
        pytest.param({"type": "array", "items": {**INT, "nullable": True}}, [None], ["x"], id="a nullable in a list"),
        pytest.param(
            obj({"a": {**TEXT, "default": "x"}}, required=["a"]), {}, {"a": 1}, id="a required field with a default"
        ),
        pytest.param(
            obj({"a": {**TEXT, "enum": ["x"]}}), {"a": None}, {"a": "y"}, id="a null beside the values of an enum"
        ),
        pytest.param(
            obj({"a": {**TEXT, "enum": ["x"], "nullable": True}}),
            {"a": "x"},
            {"a": None},
            id="a nullable enum that does not list null",
        ),
        pytest.param({"x-kubernetes-int-or-string": True}, "80%", 1.5, id="an integer or a string"),
        pytest.param(
            {
                "x-kubernetes-int-or-string": True,
                "anyOf": [{"type": "integer"}, {"type": "string"}],
                "pattern": "^[0-9]+%$",
            },
            80,
            "80",
            id="an integer or a string of a form",
        ),
        pytest.param(
            {"type": "object", "x-kubernetes-embedded-resource": True, "x-kubernetes-preserve-unknown-fields": True},
            {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "x"}, "spec": {"any": 1}},
            {"apiVersion": "v1", "kind": "Pod", "metadata": {"nam": "x"}},
            id="an object inside an object",
        ),
        pytest.param(
            {"type": "object", "x-kubernetes-embedded-resource": True, "x-kubernetes-preserve-unknown-fields": True},
            {"apiVersion": "v1", "kind": "Pod"},
            {"kind": "Pod"},
            id="an object inside an object has a version",
        ),
        pytest.param(
            obj(dict.fromkeys(("properties", "format", "type", "required", "description", "items", "default"), TEXT)),
            {"properties": "a", "format": "date", "type": "b", "required": "c", "description": "d", "items": "e"},
            {"properties": {"type": "string"}},
            id="fields that are called like keywords",
        ),
        pytest.param(
            obj({"properties": obj({"items": {"type": "array", "items": INT}})}),
            {"properties": {"items": [1]}},
            {"properties": {"items": ["x"]}},
            id="keywords inside keywords",
        ),
        pytest.param({**INT, "minimum": 1, "exclusiveMinimum": True}, 2, 1, id="a bound left out"),
        pytest.param({**INT, "format": "int32"}, 2**31 - 1, 2**31, id="32 bits"),
        pytest.param({**INT, "format": "int64"}, 2**63 - 1, 2**64, id="64 bits"),
        pytest.param(INT, -(2**63), -(2**64), id="64 bits where no format is given"),
        pytest.param(INT, 80, 80.5, id="a whole number"),
        pytest.param({"type": "number", "format": "double"}, 1, "1", id="a number"),
        pytest.param(
            obj({"a": INT, "b": INT}, oneOf=[{"required": ["a"]}, {"required": ["b"]}]),
            {"a": 1},
            {"a": 1, "b": 1},
            id="one of two",
        ),
        pytest.param(
            obj({"a": INT, "b": INT}, anyOf=[{"required": ["a"]}, {"required": ["b"]}]), {"b": 1}, {}, id="any of two"
        ),
        pytest.param(obj({"a": INT}, **{"not": {"required": ["a"]}}), {}, {"a": 1}, id="not"),
        pytest.param(
            obj({"a": obj({"b": INT}, allOf=[{"properties": {"b": {"minimum": 3}}}])}),
            {"a": {"b": 3}},
            {"a": {"b": 2}},
            id="a condition on a field below",
        ),
        pytest.param(
            obj({"a": {**TEXT, "oneOf": [{"pattern": "^x"}, {"pattern": "^y"}]}}),
            {"a": None},
            {"a": "z"},
            id="a pruned null under a condition",
        ),
        pytest.param(
            obj(
                {"type": {**TEXT, "default": "IP"}, "value": TEXT},
                oneOf=[
                    {"properties": {"type": {"enum": ["IP"]}, "value": {"format": "ipv4"}}},
                    {"properties": {"type": {"not": {"enum": ["IP"]}}}},
                ],
            ),
            {"value": "10.0.0.1"},
            {"value": "host"},
            id="a condition on a field that a default fills in",
        ),
        pytest.param(
            obj({"a": {**INT, "default": 1}}, anyOf=[{"required": ["a"]}]),
            {},
            {"a": "x"},
            id="a default fulfils required",
        ),
        pytest.param({**TEXT, "maxLength": 3}, "äöü", "abcd", id="length counts characters"),
    ],
)
def test_it_takes_what_the_server_takes_and_refuses_the_rest(schema: JsonObject, taken: Any, refused: Any) -> None:
    assert takes(schema, taken)
    assert not takes(schema, refused)


def test_a_resource_has_its_version_its_kind_and_real_metadata() -> None:
    schema = strict_resource(
        obj({"metadata": obj({"name": {**TEXT, "maxLength": 5}}), "spec": obj({"a": INT})}, required=["spec"]),
        "example.org/v1",
        "Thing",
    )
    good = {"apiVersion": "example.org/v1", "kind": "Thing", "metadata": {"name": "x"}, "spec": {"a": 1}}
    check = jsonschema.Draft4Validator(schema)
    assert check.is_valid(good)
    assert check.is_valid(
        {**good, "metadata": {"generateName": "a-long-one-", "labels": {"a": "b"}, "annotations": None}}
    )
    for name, value in {
        "apiVersion": "example.org/v2",
        "kind": "thing",
        "metadata": {"name": "too-long"},
        "spec": None,
        "other": 1,
    }.items():
        assert not check.is_valid({**good, name: value}), name
    for metadata in ({"lables": {}}, {"labels": {"a": 1}}, {"ownerReferences": [{"name": "x"}]}, {"finalizers": "x"}):
        assert not check.is_valid({**good, "metadata": metadata}), metadata


def test_a_status_that_is_a_subresource_is_pruned_and_not_judged() -> None:
    status = obj(
        {"ready": INT, "conditions": {"type": "array", "items": obj({"type": TEXT}, required=["type"])}},
        required=["conditions"],
        anyOf=[{"required": ["ready"]}],
    )
    schema = obj({"status": status})
    thing = {"apiVersion": "e.org/v1", "kind": "T", "metadata": {"name": "x"}}
    judged, thrown_away = (
        jsonschema.Draft4Validator(strict_resource(schema, "e.org/v1", "T", own_status=own)) for own in (False, True)
    )
    for value in ({}, {"conditions": [{}]}, {"ready": "yes"}, None):
        assert thrown_away.is_valid({**thing, "status": value})
    for value in ({}, {"conditions": [{}]}, {"ready": "yes"}):
        assert not judged.is_valid({**thing, "status": value})
    for value in ({"other": 1}, {"conditions": [{"kind": "x"}]}):
        assert not thrown_away.is_valid({**thing, "status": value})


def test_every_pattern_it_writes_is_one_that_both_readers_know() -> None:
    """Go's regular expressions know no look-around and no back references."""
    from gateshift.apischema import formats

    for name in formats._PATTERNS:
        (pattern,) = (value for key, value in formats.string_limits(name).items() if key == "pattern")
        assert isinstance(pattern, str)
        re.compile(pattern)
        assert "(?=" not in pattern
        assert "(?!" not in pattern
        assert json.dumps(pattern)
