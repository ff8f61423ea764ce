"""Which requests stand for all that two builds, and everything between them, could tell apart."""

from __future__ import annotations

import pytest

from gateshift.model.resource import ResourceId
from gateshift.transition.assumed_objects import with_assumed_objects
from gateshift.transition.entry_points import EntryPoint, entry_points
from gateshift.transition.request_classes import request_classes_at
from gateshift.transition.request_shape import sample_match
from tests.traffic.building import gateway, resources, route, service

RULES = """
- matches: [{path: {type: PathPrefix, value: /}}]
  backendRefs: [{name: shop, port: 80}]
"""


def entering(before: str, after: str, declared: str = "", own: frozenset[str] = frozenset()) -> tuple[EntryPoint, ...]:
    identity = ResourceId("", "Service", "default", declared) if declared else None
    return entry_points(*with_assumed_objects(resources(before), resources(after)), identity, own)


def names(before: str, after: str, declared: str = "", own: frozenset[str] = frozenset()) -> list[str]:
    return [f"{each}{'' if each.main else ' (beside)'}" for each in entering(before, after, declared, own)]


def shape(before: str, after: str) -> list[str]:
    return [str(asked.shape) for each in entering(before, after) for asked in request_classes_at(each).classes]


def mesh(rules: str, **options: str) -> str:
    return route(rules, parents="[{group: '', kind: Service, name: shop}]", **options)


def joined(*texts: str) -> str:
    return "\n---\n".join(texts)


SHOP = service("shop")


class TestEntrances:
    def test_a_service_that_stays_is_one(self) -> None:
        assert names(SHOP, SHOP) == ["Service default/shop port 80"]

    def test_one_that_only_comes_is_none(self) -> None:
        assert names("", SHOP) == []

    def test_one_that_goes_is_one_where_no_route_is_in_play(self) -> None:
        assert names(SHOP, "") == ["Service default/shop port 80"]

    def test_a_version_s_own_service_is_none(self) -> None:
        held = joined(SHOP, service("shop-v1", app="shop", version="v1"))
        assert names(held, held) == ["Service default/shop port 80"]

    @pytest.mark.parametrize(
        ("first", "second"),
        [(("store-v1", {"app": "store-v1"}), ("store-v2", {"app": "store-v2"})),
         (("blue", {"app": "a", "version": "v1"}), ("green", {"app": "a", "version": "v2"}))],
    )  # fmt: skip
    def test_twins_that_a_route_chooses_between_are_none(
        self, first: tuple[str, dict[str, str]], second: tuple[str, dict[str, str]]
    ) -> None:
        rules = f"- backendRefs: [{{name: {first[0]}, port: 80}}]"
        held = joined(service(first[0], **first[1]), service(second[0], **second[1]), route(rules))
        assert names(held, held) == ["Gateway default/gw"]

    def test_services_that_only_resemble_each_other_are_called(self) -> None:
        held = joined(service("shop-web"), service("shop-api"), route("- backendRefs: [{name: shop-web, port: 80}]"))
        assert names(held, held) == [
            "Gateway default/gw",
            "Service default/shop-api port 80 (beside)",
            "Service default/shop-web port 80 (beside)",
        ]

    def test_the_rollout_says_which_services_are_whose(self) -> None:
        held = joined(service("a"), service("b"), service("c"))
        assert names(held, "", "a") == [
            "Service default/a port 80",
            "Service default/b port 80 (beside)",
            "Service default/c port 80 (beside)",
        ]
        assert names(held, held, "a", frozenset({"b", "c"})) == ["Service default/a port 80"]

    def test_every_port_is_one(self) -> None:
        two = SHOP.replace("[{name: http, port: 80,", "[{name: admin, port: 81}, {name: http, port: 80,")
        assert names(two, two) == ["Service default/shop port 80", "Service default/shop port 81"]

    def test_a_consumer_route_makes_its_namespace_one(self) -> None:
        parents = "[{group: '', kind: Service, name: shop, namespace: default}]"
        held = joined(SHOP, route(RULES, parents=parents, namespace="clients"))
        assert names(SHOP, held) == [
            "Service default/shop port 80",
            "Service default/shop port 80 from namespace clients",
        ]

    def test_every_web_listener_is_one(self) -> None:
        listeners = (
            "{name: web, port: 80, protocol: HTTP}",
            "{name: tls, port: 443, protocol: HTTPS}",
            "{name: raw, port: 9, protocol: TCP}",
        )
        held = joined(gateway(*listeners), SHOP, route(RULES))
        assert names(held, held)[:2] == ["Gateway default/gw listener tls", "Gateway default/gw listener web"]

    def test_a_gateway_outside_has_the_listeners_that_routes_name(self) -> None:
        parents = "[{name: gw, sectionName: web}, {name: gw, sectionName: tls}]"
        held = joined(SHOP, route(RULES, parents=parents))
        assert names(SHOP, held)[:2] == ["Gateway default/gw listener tls", "Gateway default/gw listener web"]


class TestClasses:
    def test_without_routes_all_requests_are_alike(self) -> None:
        assert shape(SHOP, SHOP) == [""]

    def test_a_header_makes_two(self) -> None:
        debug = mesh("- matches: [{headers: [{name: User-Agent, value: debug}]}]")
        assert shape(SHOP, joined(SHOP, debug)) == ["", "header user-agent: debug"]

    def test_each_side_s_conditions_count_and_meet(self) -> None:
        before = joined(SHOP, mesh("- matches: [{headers: [{name: a, value: '1'}]}]"))
        after = joined(SHOP, mesh("- matches: [{method: POST}]"))
        assert shape(before, after) == ["", "header a: 1", "method POST", "method POST, header a: 1"]

    def test_a_path_is_told_from_those_below_and_beside_it(self) -> None:
        found = shape(SHOP, joined(SHOP, mesh("- matches: [{path: {type: Exact, value: /a}}]")))
        assert found == ["", "path /a"]
        found = shape(SHOP, joined(SHOP, mesh("- matches: [{path: {type: PathPrefix, value: /a}}]\n" + RULES)))
        assert found == ["", "path /a"]
        both = mesh("- matches: [{path: {type: Exact, value: /a}}, {path: {type: PathPrefix, value: /a}}]")
        assert shape(SHOP, joined(SHOP, both)) == ["", "path /a", "path /a/gateshift-elsewhere"]

    def test_get_is_told_from_other_methods(self) -> None:
        found = shape(SHOP, joined(SHOP, mesh("- matches: [{method: GET}]")))
        assert found == ["", "method HEAD"]

    def test_hostnames_count_at_a_gateway_and_not_in_a_mesh(self) -> None:
        held = joined(gateway(), SHOP, route(RULES, hostnames="[a.example, '*.b.example']"))
        at_gateway = [found for found in shape(held, held) if found.startswith("host")]
        assert at_gateway == ["host a.example", "host any.b.example"]
        steered = joined(SHOP, mesh(RULES, hostnames="[a.example]"))
        assert shape(steered, steered) == [""]

    def test_grpc_calls_are_told_by_service_and_method(self) -> None:
        rules = "- matches: [{method: {service: shop.Cart, method: Add}}]"
        held = joined(SHOP, mesh(rules, kind="GRPCRoute"))
        assert "path /shop.Cart/Add" in shape(held, held)

    def test_a_regular_expression_gets_a_request_that_it_matches(self) -> None:
        debug = mesh(
            "- matches: [{headers: [{name: cookie, type: RegularExpression, value: '(^|.*; )beta=yes(;.*|$)'}]}]"
        )
        assert shape(SHOP, joined(SHOP, debug)) == ["", "header cookie: beta=yes;"]

    def test_one_that_nothing_is_found_for_is_named(self) -> None:
        odd = mesh("- matches: [{headers: [{name: a, type: RegularExpression, value: '[^ax1_/-]{3}'}]}]")
        (entry_point,) = entering(joined(SHOP, odd), joined(SHOP, odd))
        assert [text.partition(" rule")[0] for text in request_classes_at(entry_point).unseen] == [
            "HTTPRoute default/route"
        ]

    def test_too_many_combinations_are_said_to_be_too_many(self) -> None:
        rules = "\n".join(f"- matches: [{{headers: [{{name: h{index}, value: x}}]}}]" for index in range(12))
        (entry_point,) = entering(joined(SHOP, mesh(rules)), joined(SHOP, mesh(rules)))
        classes = request_classes_at(entry_point)
        assert not classes.complete
        assert {"", "header h0: x", "header h11: x", "header h0: x, header h11: x"} <= {
            str(e.shape) for e in classes.classes
        }


@pytest.mark.parametrize(
    ("pattern", "value"),
    [
        ("debug", "debug"),
        ("^a+(b|c)$", "ab"),
        ("(?i)beta.*", "beta"),
        ("(?P<v>v[0-9])x", "v0x"),
        (r"/api/v\d{2,}/[^/]+", "/api/v11/a"),
        (r"a\.b", "a.b"),
        ("[^a]b", "xb"),
        (".*", ""),
        ("[", None),
        ("a(", None),
        (r"[\d]x", "1x"),
    ],
)
def test_a_witness_matches_its_pattern(pattern: str, value: str | None) -> None:
    assert sample_match(pattern) == value
