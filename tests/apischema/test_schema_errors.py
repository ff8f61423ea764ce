"""The walk over a refused object finds every field at fault, as deep as it lies."""

from __future__ import annotations

import re
from typing import Any

import pytest

from gateshift.apischema.schema_errors import faults
from gateshift.model.schema_verdict import FaultKind
from gateshift.yamldoc.data import FieldPath, JsonObject


def refuses(_: FieldPath, pattern: str) -> bool:
    return pattern == "^refused$"


def obj(properties: JsonObject, **more: Any) -> JsonObject:
    return {"type": "object", "properties": properties, "additionalProperties": False, **more}


INT: JsonObject = {"type": ["integer", "null"]}
TEXT: JsonObject = {"type": ["string", "null"]}


@pytest.mark.parametrize(
    ("schema", "data", "found"),
    [
        (
            obj({"spec": obj({"replicas": INT})}),
            {"spec": {"replica": 3}},
            [(("spec", "replica"), FaultKind.UNKNOWN, "unknown field replica; did you mean replicas?")],
        ),
        (
            obj({"ports": INT}),
            {"ports": 1, "port": 2},
            [(("port",), FaultKind.UNKNOWN, "unknown field port; did you mean ports, which is set already?")],
        ),
        (obj({"abc": INT}), {"xyz": 2}, [(("xyz",), FaultKind.UNKNOWN, "unknown field xyz")]),
        (obj({"a": INT}, required=["a"]), {}, [((), FaultKind.MISSING, "the field a is required")]),
        (
            obj({"a": INT}),
            {"a": "80"},
            [(("a",), FaultKind.TYPE, 'expected a whole number, found the string "80"; write it without quotes')],
        ),
        (
            obj({"a": TEXT}),
            {"a": 8},
            [(("a",), FaultKind.TYPE, "expected a string, found the number 8; write it in quotes")],
        ),
        (
            obj({"a": TEXT}),
            {"a": True},
            [(("a",), FaultKind.TYPE, "expected a string, found true; write it in quotes")],
        ),
        (
            obj({"a": {"type": "string"}}),
            {"a": None},
            [(("a",), FaultKind.TYPE, "expected a string, found nothing (null)")],
        ),
        (obj({"a": INT}), {"a": [1]}, [(("a",), FaultKind.TYPE, "expected a whole number, found a list")]),
        (obj({"a": INT}), {"a": 1.5}, [(("a",), FaultKind.TYPE, "expected a whole number, found the number 1.5")]),
        (
            obj({"a": {"type": "string", "enum": ["Exact", "PathPrefix", None]}}),
            {"a": "Prefix"},
            [(("a",), FaultKind.VALUE, 'expected one of Exact, PathPrefix, found "Prefix"; did you mean PathPrefix?')],
        ),
        (obj({"a": {"enum": ["v1"]}}), {"a": "v2"}, [(("a",), FaultKind.VALUE, 'expected v1, found "v2"')]),
        (
            obj({"a": {"type": "string", "pattern": "^refused$"}}),
            {"a": "x"},
            [(("a",), FaultKind.VALUE, '"x" is not of the form ^refused$')],
        ),
        (
            obj({"a": {"type": "string", "pattern": "^refused$", "title": "base64"}}),
            {"a": "x" * 100},
            [(("a",), FaultKind.VALUE, f'"{"x" * 60}..." (100 characters) is not base64')],
        ),
        (
            obj(
                {
                    "a": {"type": "array", "items": INT, "maxItems": 1, "minItems": 1},
                    "b": {"type": "string", "maxLength": 1},
                }
            ),
            {"a": [1, 2], "b": "xy"},
            [
                (("a",), FaultKind.VALUE, "at most 1 items are allowed, found 2"),
                (("b",), FaultKind.VALUE, "at most 1 characters are allowed, found 2"),
            ],
        ),
        (
            obj({"a": {**INT, "minimum": 1, "maximum": 65535}, "b": {**INT, "minimum": 0, "exclusiveMinimum": True}}),
            {"a": 70000, "b": 0},
            [
                (("a",), FaultKind.VALUE, "70000 is too large: at most 65535"),
                (("b",), FaultKind.VALUE, "0 is too small: more than 0"),
            ],
        ),
        (
            obj({"a": {"type": "object", "additionalProperties": TEXT}}),
            {"a": {"x/y": 1, "z": "fine"}},
            [(("a", "x/y"), FaultKind.TYPE, "expected a string, found the number 1; write it in quotes")],
        ),
        (
            obj({"a": INT, "b": INT}, anyOf=[{"required": ["a"]}, {"required": ["b"]}]),
            {},
            [((), FaultKind.MISSING, "the field a is required; or the field b is required")],
        ),
        (
            obj({"a": {"anyOf": [{"type": "null"}, {"type": "object", "properties": {"b": INT}}]}}),
            {"a": {"b": "x"}},
            [(("a", "b"), FaultKind.TYPE, 'expected a whole number, found the string "x"')],
        ),
        (
            obj({"a": INT, "b": INT}, oneOf=[{"required": ["a"]}, {"required": ["b"]}]),
            {"a": 1, "b": 1},
            [((), FaultKind.VALUE, "fits 2 alternatives of which exactly one may hold")],
        ),
        (
            obj({"a": INT, "b": INT}, **{"not": {"required": ["a", "b"]}}),
            {"a": 1, "b": 1},
            [((), FaultKind.VALUE, "a and b must not be set together")],
        ),
        (
            obj({"a": {"type": "array", "uniqueItems": True, "items": INT}}),
            {"a": [1, 2, 1]},
            [(("a", 2), FaultKind.VALUE, "this item is in the list already")],
        ),
        (
            {
                **obj({"a": {"$ref": "#/definitions/Deep"}}),
                "definitions": {"Deep": obj({"b": {"$ref": "#/definitions/Deep"}})},
            },
            {"a": {"b": {"b": {"c": 1}}}},
            [(("a", "b", "b", "c"), FaultKind.UNKNOWN, "unknown field c")],
        ),
        (obj({"a": INT, "b": TEXT}), {"a": None, "b": None}, []),
        (
            obj({"a": {"type": "boolean"}}),
            {"a": 1},
            [(("a",), FaultKind.TYPE, "expected true or false, found the number 1")],
        ),
        (obj({"a": {"enum": [1]}}), {"a": True}, [(("a",), FaultKind.VALUE, "expected 1, found true")]),
    ],
)
def test_each_fault_is_named_where_it_is(
    schema: JsonObject, data: JsonObject, found: list[tuple[FieldPath, FaultKind, str]]
) -> None:
    assert [(fault.pointer, fault.kind, fault.message) for fault in faults(schema, data, refuses)] == found


def test_an_unknown_field_is_at_fault_with_its_key() -> None:
    unknown, wrong = faults(obj({"a": INT}), {"b": 1, "a": "x"}, refuses)
    assert (unknown.at_key, wrong.at_key) == (True, False)


def test_a_fault_met_on_two_ways_is_told_once() -> None:
    schema = obj(
        {"a": INT}, allOf=[{"properties": {"a": {**INT, "minimum": 3}}}, {"properties": {"a": {**INT, "minimum": 3}}}]
    )
    assert len(faults(schema, {"a": 1}, refuses)) == 1


def test_messages_hold_no_line_breaks_of_their_own() -> None:
    for fault in faults(obj({"a": INT, "c": {"enum": ["x"]}}), {"b": 1, "a": "x\ny", "c": "x\r\n"}, refuses):
        assert not re.search(r"[\r\n]", fault.message)
