from __future__ import annotations

import json

import pytest

from gateshift.app.explain.requests_file import read_requests
from gateshift.errors import UserError
from gateshift.traffic.request import ParentRef, Protocol, Request

GATEWAY = ParentRef("Gateway", "infra", "shared")


def only(**entry: object) -> Request:
    (request,) = read_requests(json.dumps([{"parent": "Gateway/infra/shared", **entry}]), "r.json")
    return request


def fault(text: str) -> str:
    with pytest.raises(UserError) as caught:
        read_requests(text, "r.json")
    return str(caught.value)


def test_a_parent_is_enough() -> None:
    assert only() == Request(GATEWAY)


def test_every_key_is_read() -> None:
    request = only(
        listener="https",
        port=8443,
        scheme="https",
        protocol="grpc",
        sni="a.org",
        host="b.org",
        method="POST",
        path="/shop?a=1&b=x%20y",
        query={"c": ["2", "3"]},
        headers={"X-One": "1", "X-Many": ["a", "b"]},
        from_namespace="clients",
    )
    assert request == Request(
        GATEWAY,
        Protocol.GRPC,
        host="b.org",
        method="POST",
        path="/shop",
        query=(("a", "1"), ("b", "x y"), ("c", "2"), ("c", "3")),
        headers=(("X-One", "1"), ("X-Many", "a"), ("X-Many", "b")),
        port=8443,
        listener="https",
        sni="a.org",
        from_namespace="clients",
        scheme="https",
    )


@pytest.mark.parametrize("query", ["a=1&b=2", "?a=1&b=2", {"a": "1", "b": "2"}, [["a", "1"], ["b", "2"]]])
def test_a_query_is_a_string_an_object_or_pairs(query: object) -> None:
    assert only(query=query).query == (("a", "1"), ("b", "2"))


def test_headers_may_be_named_pairs() -> None:
    assert only(headers=[{"name": "A", "value": "1"}, ["B", "2"]]).headers == (("A", "1"), ("B", "2"))


def test_null_is_as_if_left_out() -> None:
    nothing = dict.fromkeys(["host", "path", "query", "headers", "method", "port", "sni", "listener", "protocol"])
    assert only(**nothing) == Request(GATEWAY)


def test_the_scheme_gives_the_protocol() -> None:
    assert only(scheme="https").protocol is Protocol.HTTPS


def test_an_empty_list_asks_nothing() -> None:
    assert read_requests(" [ ] ", "r.json") == ()


def test_an_unknown_key_is_refused_at_its_place_and_the_keys_are_named() -> None:
    said = fault('[{"parent": "Service/a/b"},\n {"parent": "Service/a/b",\n  "hots": "x"}]')
    assert said.startswith('r.json:3:3: unknown key "hots"')
    assert "from_namespace" in said


def test_every_mistake_is_told_in_one_run() -> None:
    said = fault('[{"parent": "Pod/a/b"}, {"parent": "Service/a/b", "port": 0}, 7]')
    assert "r.json:1:3: parent is written Gateway/NAMESPACE/NAME" in said
    assert "r.json:1:51: port is a number from 1 to 65535" in said
    assert "r.json:1:63: a request is a JSON object" in said


@pytest.mark.parametrize(
    ("entry", "what"),
    [
        ({"port": True}, "port is a number"),
        ({"port": "80"}, "port is a number"),
        ({"protocol": "tcp"}, "protocol is one of http, https, grpc"),
        ({"scheme": "ftp"}, "scheme is one of http, https"),
        ({"path": "x"}, "path starts with /"),
        ({"host": 1}, "host is a string"),
        ({"headers": "X: 1"}, "headers is an object"),
        ({"headers": {"X": 1}}, "a value in headers is a string"),
        ({"query": [["a"]]}, "an entry of query is a pair"),
        ({"query": 3}, "query is an object"),
        ({"parent": "Service/b"}, "parent is written"),
        ({"parent": "Service/a/"}, "parent is written"),
    ],
)
def test_a_value_of_the_wrong_shape_is_refused(entry: dict[str, object], what: str) -> None:
    assert what in fault(json.dumps([{"parent": "Service/a/b", **entry}]))


def test_a_missing_parent_is_refused() -> None:
    assert "parent is written" in fault("[{}]")


@pytest.mark.parametrize(
    "text", ["", "{}", "[", "[1", "[1,", '[{"a": }]', "[] []", '[{"parent": "Service/a/b"} 2]', "[nope]", "[" * 100_000]
)
def test_what_is_no_list_is_refused_with_its_place(text: str) -> None:
    assert fault(text).startswith("r.json:")
