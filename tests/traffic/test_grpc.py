"""GRPCRoutes.

Facts of the conformance tests GRPCExactMethodMatching, GRPCRouteHeaderMatching, GRPCRouteListenerHostnameMatching,
GRPCRouteNamedRule and GRPCRouteWeight (module sigs.k8s.io/gateway-api/conformance v1.6.3), and of
apis/v1/grpcroute_types.go.
"""

from __future__ import annotations

import pytest

from gateshift.traffic.cluster import Cluster
from tests.traffic.building import ask, asked, cluster, gateway, route, sent, services, to, told

GATEWAY = "Gateway/default/gw"


def held(rules: str, *others: str, listeners: tuple[str, ...] = (), hostnames: str = "") -> Cluster:
    grpc = route(rules, name="grpc", kind="GRPCRoute", hostnames=hostnames)
    return cluster("\n---\n".join([gateway(*listeners), services("v1", "v2", "v3"), grpc, *others]))


def rule(match: str, name: str) -> str:
    return f"- matches: [{match}]\n  backendRefs: {to(name)}"


METHODS = "\n".join(
    [
        rule("{method: {service: shop.Cart, method: Add}}", "v1"),
        rule("{method: {service: shop.Cart, method: Remove}}", "v2"),
    ]
)
HEADERS = "\n".join(
    [
        rule("{headers: [{name: version, value: one}]}", "v1"),
        rule("{headers: [{name: version, value: two}]}", "v2"),
        rule("{headers: [{name: version, value: two}, {name: color, value: orange}]}", "v1"),
        rule("{headers: [{name: color, value: blue}]}, {headers: [{name: color, value: green}]}", "v1"),
        rule("{headers: [{name: color, value: red}]}, {headers: [{name: color, value: yellow}]}", "v2"),
    ]
)


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("/shop.Cart/Add", "v1"),
        ("/shop.Cart/Remove", "v2"),
        ("/shop.Cart/Clear", "404"),
        ("/shop.Basket/Add", "404"),
        ("/shop.cart/Add", "404"),
    ],
)
def test_service_and_method_are_matched_with_their_case(path: str, answer: str) -> None:
    assert sent(held(METHODS), GATEWAY, f"grpc {path}") == answer


@pytest.mark.parametrize(
    ("headers", "answer"),
    [
        ("Version:one", "v1"),
        ("version:two", "v2"),
        ("version:two color:orange", "v1"),
        ("Color:blue", "v1"),
        ("Color:red", "v2"),
        ("Color:blue Version:two", "v2"),
        ("Color:orange", "404"),
        ("Color:purple", "404"),
        ("Other:one", "404"),
    ],
)
def test_headers_are_matched_like_those_of_http(headers: str, answer: str) -> None:
    assert sent(held(HEADERS), GATEWAY, f"grpc /a.B/C {headers}") == answer


def test_calls_have_a_status_of_their_own() -> None:
    """No match: UNIMPLEMENTED; an invalid backend's share: UNAVAILABLE."""
    rules = METHODS + "\n" + rule("{method: {service: shop.Pay}}", "gone")
    facts = {"/shop.Cart/Add": (200, 0), "/shop.Cart/Clear": (404, 12), "/shop.Pay/Now": (500, 14)}
    found = {path: asked(held(rules), GATEWAY, f"grpc {path}") for path in facts}
    assert {path: (each.status, each.grpc_status) for path, each in found.items()} == facts


def test_plain_http_has_no_grpc_status_and_no_grpc_route() -> None:
    decision = ask(held(METHODS), GATEWAY, "/shop.Cart/Add", method="POST")
    assert (decision.status, decision.grpc_status) == (404, None)


def test_the_content_type_tells_grpc_as_well() -> None:
    headers = {"content-type": "application/grpc+proto"}
    assert ask(held(METHODS), GATEWAY, "/shop.Cart/Add", method="POST", headers=headers).grpc_status == 0


def test_without_matches_a_rule_takes_every_call() -> None:
    decision = asked(held(f"- backendRefs: {to('v1')}"), GATEWAY, "grpc /any.Thing/AtAll")
    assert (told(decision), decision.match) == ("v1", -1)


def test_shares_are_as_those_of_http() -> None:
    weights = (
        "[{name: v1, port: 8080, weight: 70}, {name: v2, port: 8080, weight: 30}, {name: v3, port: 8080, weight: 0}]"
    )
    assert sent(held(f"- backendRefs: {weights}"), GATEWAY, "grpc /a.B/C") == "v1 0.7 v2 0.3"


class TestPrecedence:
    """GRPCRouteRule.Matches: the most characters in the service, then in the method, then the most headers."""

    def test_a_service_goes_before_a_method(self) -> None:
        rules = rule("{method: {method: AVeryLongMethod}}", "v1") + "\n" + rule("{method: {service: s.S}}", "v2")
        assert sent(held(rules), GATEWAY, "grpc /s.S/AVeryLongMethod") == "v2"

    def test_a_method_beside_the_service_goes_before_the_service_alone(self) -> None:
        rules = rule("{method: {service: s.S}}", "v1") + "\n" + rule("{method: {service: s.S, method: M}}", "v2")
        assert sent(held(rules), GATEWAY, "grpc /s.S/M") == "v2"
        assert sent(held(rules), GATEWAY, "grpc /s.S/N") == "v1"

    def test_a_longer_matching_service_goes_first(self) -> None:
        regex = "type: RegularExpression"
        rules = (
            rule(f"{{method: {{{regex}, service: 's[.].*'}}}}", "v1")
            + "\n"
            + rule(f"{{method: {{{regex}, service: 's[.]Long.*'}}}}", "v2")
        )
        assert sent(held(rules), GATEWAY, "grpc /s.LongName/M") == "v2"
        assert sent(held(rules), GATEWAY, "grpc /s.Name/M") == "v1"

    def test_a_method_goes_before_headers(self) -> None:
        rules = rule("{headers: [{name: a, value: '1'}, {name: b, value: '1'}]}", "v1")
        rules += "\n" + rule("{method: {method: M}}", "v2")
        assert sent(held(rules), GATEWAY, "grpc /s.S/M a:1 b:1") == "v2"

    def test_more_headers_go_first(self) -> None:
        rules = rule("{headers: [{name: a, value: '1'}]}", "v1")
        rules += "\n" + rule("{headers: [{name: a, value: '1'}, {name: b, value: '1'}]}", "v2")
        assert sent(held(rules), GATEWAY, "grpc /s.S/M a:1 b:1") == "v2"

    def test_the_first_rule_wins_a_tie(self) -> None:
        rules = rule("{method: {method: M}}", "v1") + "\n" + rule("{method: {method: M}}", "v2")
        assert sent(held(rules), GATEWAY, "grpc /s.S/M") == "v1"

    def test_the_oldest_route_wins_a_tie(self) -> None:
        young = route(f"- backendRefs: {to('v1')}", name="a", kind="GRPCRoute", created="2024-02-02T00:00:00Z")
        old = route(f"- backendRefs: {to('v2')}", name="b", kind="GRPCRoute", created="2024-01-01T00:00:00Z")
        both = cluster("\n---\n".join([gateway(), services("v1", "v2"), young, old]))
        assert sent(both, GATEWAY, "grpc /a.B/C") == "v2"


class TestBesideHTTPRoutes:
    """GRPCRoute.Hostnames: where those of an HTTPRoute on the listener intersect, exactly one route is accepted."""

    def test_on_one_hostname_one_of_them_is_refused(self) -> None:
        http = route(f"- backendRefs: {to('v2')}", name="a-http", hostnames="[shop.org]")
        both = held(f"- backendRefs: {to('v1')}", http, hostnames="[shop.org]")
        assert sent(both, GATEWAY, "grpc /a.B/C host=shop.org") == "v2"
        assert sent(both, GATEWAY, "/ host=shop.org") == "v2"

    def test_the_older_one_stays(self) -> None:
        http = route(f"- backendRefs: {to('v2')}", name="a-http", created="2024-02-02T00:00:00Z")
        grpc = route(f"- backendRefs: {to('v1')}", name="grpc", kind="GRPCRoute", created="2024-01-01T00:00:00Z")
        both = cluster("\n---\n".join([gateway(), services("v1", "v2"), http, grpc]))
        assert sent(both, GATEWAY, "grpc /a.B/C") == "v1"
        assert sent(both, GATEWAY, "/") == "404"

    def test_on_different_hostnames_both_stay(self) -> None:
        http = route(f"- backendRefs: {to('v2')}", name="http", hostnames="[www.shop.org]")
        both = held(f"- backendRefs: {to('v1')}", http, hostnames="[api.shop.org]")
        assert sent(both, GATEWAY, "grpc /a.B/C host=api.shop.org") == "v1"
        assert sent(both, GATEWAY, "/ host=www.shop.org") == "v2"


def test_an_http_route_takes_grpc_calls_as_the_http_they_are() -> None:
    only = cluster("\n---\n".join([gateway(), services("v1"), route(f"- backendRefs: {to('v1')}")]))
    decision = asked(only, GATEWAY, "grpc /a.B/C")
    assert (told(decision), decision.grpc_status) == ("v1", 0)


def test_over_tls_a_call_comes_to_an_https_listener() -> None:
    listeners = ("{name: s, port: 443, protocol: HTTPS, tls: {certificateRefs: [{name: c}]}}",)
    only = held(f"- backendRefs: {to('v1')}", listeners=listeners)
    assert sent(only, GATEWAY, "grpc /a.B/C") == "404"
    assert sent(only, GATEWAY, "grpc tls /a.B/C") == "v1"
