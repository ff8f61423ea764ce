from __future__ import annotations

from gateshift.apischema.defaulting import blocked, complete
from gateshift.apischema.list_types import repeated
from gateshift.apischema.schema_tree import node_of
from gateshift.yamldoc.data import Json, JsonObject

PORT: JsonObject = {
    "type": "object",
    "properties": {"port": {"type": "integer"}, "protocol": {"type": "string", "default": "TCP"}},
}


def completed(schema: JsonObject, data: JsonObject) -> JsonObject:
    return complete(node_of({"type": "object", "properties": {"spec": schema}}), data).data


def test_defaults_reach_into_lists_and_maps() -> None:
    in_list: JsonObject = {"type": "array", "items": PORT}
    in_map: JsonObject = {"type": "object", "additionalProperties": PORT}
    assert completed(in_list, {"spec": [{"port": 1}]}) == {"spec": [{"port": 1, "protocol": "TCP"}]}
    assert completed(in_map, {"spec": {"x": {}}}) == {"spec": {"x": {"protocol": "TCP"}}}


def test_a_default_is_itself_completed_and_never_shared() -> None:
    schema: JsonObject = {"type": "object", "properties": {"p": {**PORT, "default": {"port": 1}}}}
    data: JsonObject = {"spec": {}}
    assert completed(schema, data) == {"spec": {"p": {"port": 1, "protocol": "TCP"}}}
    assert data == {"spec": {}}


def test_no_default_is_made_inside_a_field_that_is_absent() -> None:
    schema: JsonObject = {"type": "object", "properties": {"p": PORT}}
    assert completed(schema, {"spec": {}}) == {"spec": {}}


def test_a_null_takes_the_default_or_goes_unless_the_field_may_be_null() -> None:
    schema: JsonObject = {
        "type": "object",
        "properties": {
            "a": {"type": "integer", "default": 1},
            "b": {"type": "integer"},
            "c": {"type": "integer", "nullable": True, "default": 3},
        },
    }
    assert completed(schema, {"spec": {"a": None, "b": None, "c": None}}) == {"spec": {"a": 1, "c": None}}


def test_unknown_fields_are_dropped_and_told() -> None:
    node = node_of({"type": "object", "properties": {"spec": PORT}})
    done = complete(
        node, {"apiVersion": "x/v1", "kind": "X", "metadata": {"name": "x"}, "spec": {"prot": 1}, "data": 2}
    )
    assert done.unknown == (("spec", "prot"), ("data",))
    assert done.data == {
        "apiVersion": "x/v1",
        "kind": "X",
        "metadata": {"name": "x"},
        "spec": {"protocol": "TCP"},
    }


def test_fields_are_kept_where_the_schema_says_so() -> None:
    open_: JsonObject = {"type": "object", "x-kubernetes-preserve-unknown-fields": True, "properties": {"p": PORT}}
    node = node_of({"type": "object", "properties": {"spec": open_}})
    done = complete(node, {"spec": {"free": {"x": 1}, "p": {"bad": 1}}})
    assert done.data == {"spec": {"free": {"x": 1}, "p": {"protocol": "TCP"}}}
    assert done.unknown == (("spec", "p", "bad"),)


def test_an_embedded_resource_keeps_its_metadata() -> None:
    embedded: JsonObject = {"type": "object", "x-kubernetes-embedded-resource": True, "properties": {"spec": PORT}}
    node = node_of({"type": "object", "properties": {"template": embedded}})
    template: JsonObject = {"apiVersion": "v1", "kind": "X", "metadata": {"labels": {"a": "b"}}, "spec": {"port": 1}}
    assert complete(node, {"template": template}).unknown == ()


def test_a_missing_required_field_or_a_list_too_long_blocks() -> None:
    node = node_of({"type": "object", "required": ["spec"], "properties": {"spec": {"type": "array", "maxItems": 1}}})
    assert blocked(node, {})
    assert blocked(node, {"spec": [1, 2]})
    assert not blocked(node, {"spec": [1]})


def doubles(schema: JsonObject, data: Json) -> list[tuple[object, Json]]:
    node = node_of({"type": "object", "properties": {"spec": schema}})
    done = complete(node, {"spec": data}).data
    return [(found.pointer, found.value) for found in repeated(node, done)]


def test_a_set_holds_each_value_once() -> None:
    schema: JsonObject = {"type": "array", "items": {"type": "string"}, "x-kubernetes-list-type": "set"}
    assert doubles(schema, ["a", "b"]) == []
    assert doubles(schema, ["a", "b", "a", "a"]) == [(("spec", 2), "a")]


def test_a_set_of_objects_compares_them_whole() -> None:
    schema: JsonObject = {"type": "array", "items": PORT, "x-kubernetes-list-type": "set"}
    assert doubles(schema, [{"port": 1}, {"port": 1, "protocol": "TCP"}]) == [
        (("spec", 1), {"port": 1, "protocol": "TCP"}),
    ]


def test_a_map_compares_its_keys_after_defaulting() -> None:
    schema: JsonObject = {
        "type": "array",
        "items": PORT,
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": ["port", "protocol"],
    }
    assert doubles(schema, [{"port": 1}, {"port": 1, "protocol": "UDP"}]) == []
    assert doubles(schema, [{"port": 1}, {"port": 1, "protocol": "TCP"}]) == [
        (("spec", 1), {"port": 1, "protocol": "TCP"}),
    ]


def test_two_entries_without_the_key_are_the_same() -> None:
    item: JsonObject = {"type": "object", "properties": {"name": {"type": "string"}}}
    schema: JsonObject = {
        "type": "array",
        "items": item,
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": ["name"],
    }
    assert doubles(schema, [{}, {"name": "a"}, {}]) == [(("spec", 2), {})]


def test_an_atomic_list_may_repeat_itself() -> None:
    assert doubles({"type": "array", "items": {"type": "string"}}, ["a", "a"]) == []
