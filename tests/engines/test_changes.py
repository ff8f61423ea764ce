"""What differs between two builds, object by object and field by field."""

from __future__ import annotations

import pytest

from gateshift.engines.changes import changes_between, differences
from gateshift.model.plan import Action
from gateshift.yamldoc.data import Json, json_pointer
from tests.traffic.building import resources


def said(before: Json, after: Json) -> list[tuple[str, Json, Json]]:
    return [(json_pointer(each.pointer), each.before, each.after) for each in differences(before, after)]


def config(name: str, namespace: str = "default", value: str = "1") -> str:
    place = f", namespace: {namespace}" if namespace else ""
    return f"---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}{place}}}\ndata: {{a: '{value}'}}\n"


def acts(before: str, after: str) -> list[tuple[Action, str]]:
    return [(each.action, each.id.name) for each in changes_between(resources(before), resources(after))]


def test_objects_are_created_changed_and_pruned() -> None:
    before = config("goes") + config("stays") + config("differs")
    after = config("comes") + config("stays") + config("differs", value="2")
    assert acts(before, after) == [(Action.CREATE, "comes"), (Action.CHANGE, "differs"), (Action.PRUNE, "goes")]


def test_the_order_of_objects_is_no_change() -> None:
    assert acts(config("a") + config("b"), config("b") + config("a")) == []


def test_of_two_objects_with_one_identity_the_last_counts() -> None:
    assert acts(config("a", value="1") + config("a", value="2"), config("a", value="2")) == []


def test_another_api_version_is_a_change_of_the_same_object() -> None:
    old = "apiVersion: autoscaling/v1\nkind: HorizontalPodAutoscaler\nmetadata: {name: a, namespace: default}\n"
    assert acts(old, old.replace("/v1", "/v2")) == [(Action.CHANGE, "a")]


@pytest.mark.parametrize(("before", "after"), [("", "default"), ("default", "")])
def test_a_namespace_that_one_side_leaves_open_is_the_same_object(before: str, after: str) -> None:
    assert acts(config("a", before), config("a", after)) == [(Action.CHANGE, "a")]


def test_an_open_namespace_that_could_be_two_objects_is_neither() -> None:
    found = acts(config("a", ""), config("a", "one") + config("a", "two"))
    assert found == [(Action.PRUNE, "a"), (Action.CREATE, "a"), (Action.CREATE, "a")]


def test_another_namespace_is_another_object() -> None:
    assert acts(config("a", "one"), config("a", "two")) == [(Action.PRUNE, "a"), (Action.CREATE, "a")]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"a": None}, {}),
        ({"a": {"b": None}}, {"a": {}}),
        ({"weight": 1.0}, {"weight": 1}),
        ([{"name": "x", "v": None}], [{"name": "x"}]),
    ],
)
def test_what_the_api_server_takes_for_the_same_is_the_same(before: Json, after: Json) -> None:
    assert said(before, after) == []


@pytest.mark.parametrize(("before", "after"), [(1, True), (0, False), ("1", 1), ("", None), ({}, None)])
def test_what_only_looks_alike_differs(before: Json, after: Json) -> None:
    assert said({"a": before}, {"a": after}) == [("/a", before, after)]


def test_items_with_names_are_compared_by_name() -> None:
    before: Json = {"env": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]}
    after: Json = {"env": [{"name": "C", "value": "3"}, {"name": "A", "value": "1"}, {"name": "B", "value": "4"}]}
    assert said(before, after) == [("/env/0", None, {"name": "C", "value": "3"}), ("/env/2/value", "2", "4")]


def test_a_change_of_order_among_named_items_is_a_change() -> None:
    before: Json = [{"name": "a"}, {"name": "b"}]
    assert said(before, [{"name": "b"}, {"name": "a"}]) == [("", ["a", "b"], ["b", "a"])]


def test_items_without_names_are_compared_by_place() -> None:
    assert said({"args": ["a", "b"]}, {"args": ["a", "c", "d"]}) == [("/args/1", "b", "c"), ("/args/2", None, "d")]


def addressed(spec: str) -> str:
    return f"apiVersion: v1\nkind: Service\nmetadata: {{name: shop}}\nspec: {{{spec}}}\n"


@pytest.mark.parametrize(
    ("before", "after", "changes"),
    [
        ("clusterIP: 10.0.0.1, clusterIPs: [10.0.0.1]", "", 0),
        ("clusterIP: 10.0.0.1", "clusterIP: 10.0.0.2", 1),
        ("clusterIP: None", "", 1),
        ("", "clusterIP: 10.0.0.1", 1),
    ],
)
def test_the_address_that_a_service_was_given_is_kept_where_it_is_left_out(
    before: str, after: str, changes: int
) -> None:
    assert len(acts(addressed(before), addressed(after))) == changes
