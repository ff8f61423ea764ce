"""Writing equal parts once loses nothing."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from gateshift.apischema.sharing import share, unshare
from gateshift.yamldoc.data import JsonObject

LEAF: st.SearchStrategy[JsonObject] = st.sampled_from(
    [
        {"type": "string", "pattern": "^" + "x" * 90},
        {"type": "integer"},
        {"type": "string", "default": {"properties": 1}},
    ]
)
NAMES = st.sampled_from(["a", "properties", "items", "definitions", "$ref"])


def _containers(inner: st.SearchStrategy[JsonObject]) -> st.SearchStrategy[JsonObject]:
    objects = st.dictionaries(NAMES, inner, max_size=3).map(lambda parts: {"type": "object", "properties": parts})
    lists = inner.map(lambda part: {"type": "array", "items": part})
    maps = inner.map(lambda part: {"type": "object", "additionalProperties": part})
    choices = st.lists(inner, min_size=1, max_size=2).map(lambda parts: {"anyOf": parts})
    return st.one_of(objects, lists, maps, choices)  # type: ignore[arg-type]  # a dict of JSON is a JsonObject


@given(st.recursive(LEAF, _containers, max_leaves=20))
def test_unshare_gives_back_what_share_took(schema: JsonObject) -> None:
    assert unshare(share(schema)) == schema


def test_a_part_that_occurs_often_is_written_once() -> None:
    heavy: Any = {"type": "string", "pattern": "^" + "x" * 200}
    schema: JsonObject = {"properties": {name: {"type": "array", "items": {**heavy}} for name in "abcdef"}}
    shared = share(schema)
    assert json.dumps(shared).count("xxx" * 60) == 1
    assert unshare(shared) == schema


def test_equal_parts_are_one_value_in_memory_afterwards() -> None:
    heavy: Any = {"type": "string", "pattern": "^" + "x" * 200}
    found: Any = unshare(share({"properties": {"a": {**heavy}, "b": {**heavy}}}))
    assert found["properties"]["a"] is found["properties"]["b"]
