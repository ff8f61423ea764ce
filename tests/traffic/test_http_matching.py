"""Which rule of an HTTPRoute takes a request.

The facts are those that the Gateway API's conformance tests assert of every implementation (module
sigs.k8s.io/gateway-api/conformance v1.6.3; the test is named above each table), over manifests of our own, and for what
those leave out the text of apis/v1/httproute_types.go.
"""

from __future__ import annotations

import pytest

from gateshift.traffic.cluster import Cluster
from tests.traffic.building import ask, asked, cluster, gateway, route, sent, services, to

GATEWAY = "Gateway/default/gw"
BASE = gateway() + "\n---\n" + services("v1", "v2", "v3")


def held(*routes: str) -> Cluster:
    return cluster("\n---\n".join([BASE, *routes]))


def rule(match: str, *names: str) -> str:
    return f"- matches: [{match}]\n  backendRefs: {to(*names)}"


# HTTPRouteMatching, MeshHTTPRouteMatching
ROOT_AND_V2 = f"""
- matches: [{{path: {{type: PathPrefix, value: /}}}}, {{headers: [{{name: version, value: one}}]}}]
  backendRefs: {to("v1")}
- matches: [{{path: {{type: PathPrefix, value: /v2}}}}, {{headers: [{{name: version, value: two}}]}}]
  backendRefs: {to("v2")}
"""


@pytest.mark.parametrize(
    ("request_line", "answer"),
    [
        ("/", "v1"),
        ("/example", "v1"),
        ("/ Version:one", "v1"),
        ("/v2", "v2"),
        ("/v2/", "v2"),
        ("/v2/example", "v2"),
        ("/ Version:two", "v2"),
        ("/v2example", "v1"),
        ("/foo/v2/example", "v1"),
    ],
)
def test_a_prefix_is_matched_by_whole_elements_and_either_match_of_a_rule_will_do(
    request_line: str, answer: str
) -> None:
    assert sent(held(route(ROOT_AND_V2)), GATEWAY, request_line) == answer


# HTTPRouteExactPathMatching
EXACT = "\n".join(
    [
        rule("{path: {type: Exact, value: /one}}", "v1"),
        rule("{path: {type: Exact, value: /two}}", "v2"),
    ]
)


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("/one", "v1"),
        ("/two", "v2"),
        ("/", "404"),
        ("/one/example", "404"),
        ("/two/", "404"),
        ("/Two", "404"),
        ("/ONE", "404"),
    ],
)
def test_an_exact_path_is_the_whole_path_with_its_case(path: str, answer: str) -> None:
    assert sent(held(route(EXACT)), GATEWAY, path) == answer


# HTTPRoutePathMatchOrder
ORDER = "\n".join(
    rule(f"{{path: {{type: {kind}, value: {path}}}}}", name)
    for kind, path, name in [
        ("PathPrefix", "/match/prefix/one", "v2"),
        ("Exact", "/match/exact", "v2"),
        ("PathPrefix", "/match", "v1"),
        ("PathPrefix", "/match/prefix", "v1"),
        ("PathPrefix", "/match/exact/", "v3"),
        ("Exact", "/match/exact/one", "v3"),
        ("PathPrefix", "/match/any", "v3"),
    ]
)


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("/match/exact/one", "v3"),
        ("/match/exact", "v2"),
        ("/match", "v1"),
        ("/match/prefix/one/any", "v2"),
        ("/match/prefix/any", "v1"),
        ("/match/any", "v3"),
    ],
)
def test_exact_goes_before_prefix_and_the_longer_prefix_before_the_shorter(path: str, answer: str) -> None:
    assert sent(held(route(ORDER)), GATEWAY, path) == answer


# HTTPRouteHeaderMatching
HEADERS = f"""
- matches: [{{headers: [{{name: version, value: one}}]}}]
  backendRefs: {to("v1")}
- matches: [{{headers: [{{name: version, value: two}}]}}]
  backendRefs: {to("v2")}
- matches: [{{headers: [{{name: version, value: two}}, {{name: color, value: orange}}]}}]
  backendRefs: {to("v1")}
- matches: [{{headers: [{{name: color, value: blue}}]}}, {{headers: [{{name: color, value: green}}]}}]
  backendRefs: {to("v1")}
- matches: [{{headers: [{{name: color, value: red}}]}}, {{headers: [{{name: color, value: yellow}}]}}]
  backendRefs: {to("v2")}
"""


@pytest.mark.parametrize(
    ("headers", "answer"),
    [
        ("Version:one", "v1"),
        ("VERSION:two", "v2"),
        ("version:two color:orange", "v1"),
        ("Color:blue", "v1"),
        ("Color:green", "v1"),
        ("Color:red", "v2"),
        ("Color:yellow", "v2"),
        ("Color:blue Version:two", "v2"),
        ("Color:orange", "404"),
        ("Color:Blue", "404"),
        ("Some-Other-Header:one", "404"),
        ("", "404"),
    ],
)
def test_header_names_have_no_case_and_all_headers_of_a_match_must_hold(headers: str, answer: str) -> None:
    assert sent(held(route(HEADERS)), GATEWAY, headers) == answer


# HTTPRouteQueryParamMatching, MeshHTTPRouteQueryParamMatching
QUERY = f"""
- matches: [{{queryParams: [{{name: animal, value: whale}}]}}]
  backendRefs: {to("v1")}
- matches: [{{queryParams: [{{name: animal, value: dolphin}}]}}]
  backendRefs: {to("v2")}
- matches: [{{queryParams: [{{name: animal, value: dolphin}}, {{name: color, value: blue}}]}}]
  backendRefs: {to("v3")}
- matches: [{{queryParams: [{{name: ANIMAL, value: Whale}}]}}]
  backendRefs: {to("v3")}
- matches:
  - {{path: {{value: /path1}}, queryParams: [{{name: animal, value: whale}}]}}
  - {{headers: [{{name: version, value: one}}], queryParams: [{{name: animal, value: whale}}]}}
  backendRefs: {to("v2")}
- matches:
  - path: {{value: /path4}}
    headers: [{{name: version, value: three}}]
    queryParams: [{{name: animal, value: kraken}}]
  backendRefs: {to("v1")}
"""


@pytest.mark.parametrize(
    ("request_line", "answer"),
    [
        ("/?animal=whale", "v1"),
        ("/?animal=dolphin", "v2"),
        ("/?animal=dolphin&color=blue", "v3"),
        ("/?color=blue&animal=dolphin", "v3"),
        ("/?ANIMAL=Whale", "v3"),
        ("/?animal=whale&otherparam=irrelevant", "v1"),
        ("/?animal=dolphin&color=yellow", "v2"),
        ("/path1?animal=whale", "v2"),
        ("/?animal=whale version:one", "v2"),
        ("/path4?animal=kraken version:three", "v1"),
        ("/path4?animal=kraken", "404"),
        ("/?color=blue", "404"),
        ("/?animal=dog", "404"),
        ("/?animal=whaledolphin", "404"),
        ("/?animal=Whale", "404"),
        ("/", "404"),
    ],
)
def test_query_parameters_are_matched_with_their_case_beside_all_else(request_line: str, answer: str) -> None:
    assert sent(held(route(QUERY)), GATEWAY, request_line) == answer


# HTTPRouteMethodMatching
METHODS = f"""
- matches: [{{method: POST}}]
  backendRefs: {to("v1")}
- matches: [{{method: GET}}]
  backendRefs: {to("v2")}
- matches: [{{path: {{value: /path1}}, method: GET}}]
  backendRefs: {to("v1")}
- matches: [{{method: PUT, headers: [{{name: version, value: one}}]}}]
  backendRefs: {to("v2")}
- matches: [{{path: {{value: /path5}}}}]
  backendRefs: {to("v1")}
- matches: [{{method: PATCH}}]
  backendRefs: {to("v2")}
- matches: [{{headers: [{{name: version, value: four}}]}}]
  backendRefs: {to("v1")}
"""


@pytest.mark.parametrize(
    ("request_line", "answer"),
    [
        ("POST /", "v1"),
        ("GET /", "v2"),
        ("HEAD /", "404"),
        ("GET /path1", "v1"),
        ("PUT / version:one", "v2"),
        ("PATCH /path5", "v1"),
        ("PATCH / version:four", "v2"),
    ],
)
def test_a_method_counts_after_the_path_and_before_headers(request_line: str, answer: str) -> None:
    assert sent(held(route(METHODS)), GATEWAY, request_line) == answer


def test_more_headers_go_before_more_query_parameters() -> None:
    rules = "\n".join(
        [
            rule("{queryParams: [{name: a, value: '1'}, {name: b, value: '1'}]}", "v1"),
            rule("{headers: [{name: a, value: '1'}]}", "v2"),
        ]
    )
    assert sent(held(route(rules)), GATEWAY, "/?a=1&b=1 a:1") == "v2"


# HTTPRouteMatchingAcrossRoutes
def test_routes_on_one_listener_are_matched_as_if_they_were_one() -> None:
    first = route(
        rule("{path: {value: /}}, {headers: [{name: version, value: one}]}", "v1"),
        name="part1",
        hostnames="[example.com, example.net]",
    )
    second = route(
        rule("{path: {value: /v2}}, {headers: [{name: version, value: two}]}", "v2"),
        name="part2",
        hostnames="[example.com]",
    )
    both = held(first, second)
    facts = {
        "/ host=example.com": "v1",
        "/example host=example.com": "v1",
        "/example host=example.net": "v1",
        "/ Version:one host=example.com": "v1",
        "/v2 host=example.com": "v2",
        "/v2/example host=example.com": "v2",
        "/v2 host=example.net": "v1",
        "/ Version:two host=example.com": "v2",
        "/ Version:two host=example.net": "v1",
        "/v2example host=example.com": "v1",
    }
    assert {line: sent(both, GATEWAY, line) for line in facts} == facts


def test_no_route_at_all_is_404() -> None:
    assert sent(held(), GATEWAY, "/") == "404"


@pytest.mark.parametrize(
    ("prefix", "path", "answer"),
    [
        ("/abc", "/abc", "v1"),
        ("/abc", "/abc/", "v1"),
        ("/abc", "/abc/d", "v1"),
        ("/abc", "/abcd", "404"),
        ("/abc/", "/abc", "v1"),
        ("/abc/", "/abc/", "v1"),
        ("/abc", "/ABC", "404"),
        ("/", "/anything/at/all", "v1"),
    ],
)
def test_a_trailing_slash_of_a_prefix_is_ignored(prefix: str, path: str, answer: str) -> None:
    """apis/v1/httproute_types.go, PathMatchPathPrefix, has this very table."""
    only = route(rule(f"{{path: {{type: PathPrefix, value: {prefix}}}}}", "v1"))
    assert sent(held(only), GATEWAY, path) == answer


def test_a_query_string_is_no_part_of_the_path() -> None:
    only = route(rule("{path: {type: Exact, value: /a}}", "v1"))
    assert sent(held(only), GATEWAY, "/a?b=c") == "v1"


def test_of_header_matches_whose_names_differ_in_case_the_first_counts() -> None:
    """HTTPRouteMatch.Headers: only the first entry with an equivalent name must be considered for a match."""
    only = route(rule("{headers: [{name: X-Tester, value: 'yes'}, {name: x-tester, value: 'no'}]}", "v1"))
    assert sent(held(only), GATEWAY, "x-tester:yes") == "v1"
    assert sent(held(only), GATEWAY, "x-tester:no") == "404"


def test_an_ignored_header_match_does_not_count_for_precedence() -> None:
    twice = rule("{headers: [{name: X-A, value: '1'}, {name: x-a, value: '2'}]}", "v1")
    first = rule("{headers: [{name: x-a, value: '1'}]}", "v2")
    assert sent(held(route(first + "\n" + twice)), GATEWAY, "x-a:1") == "v2"


def test_of_query_matches_with_one_name_the_first_counts() -> None:
    only = route(rule("{queryParams: [{name: a, value: '1'}, {name: a, value: '2'}]}", "v1"))
    assert sent(held(only), GATEWAY, "/?a=1") == "v1"
    assert sent(held(only), GATEWAY, "/?a=2") == "404"


def test_of_a_repeated_query_parameter_the_first_value_is_matched() -> None:
    """HTTPRouteMatch.QueryParams recommends the first value."""
    only = route(rule("{queryParams: [{name: a, value: '1'}]}", "v1"))
    assert sent(held(only), GATEWAY, "/?a=1&a=2") == "v1"
    assert sent(held(only), GATEWAY, "/?a=2&a=1") == "404"


def test_repeated_headers_are_one_list_and_that_is_said() -> None:
    only = held(route(rule("{headers: [{name: x-a, value: '1,2'}], queryParams: [{name: q, value: '1'}]}", "v1")))
    twice = ask(
        only, GATEWAY, headers={"X-A": "1", "x-a": "2"}, query=(("q", "1"), ("q", "2"), ("other", "1"), ("other", "2"))
    )
    assert twice.status == 200
    assert [note.partition(" stands")[0] for note in twice.notes] == ["header x-a", "query parameter q"]
    assert ask(only, GATEWAY, headers={"X-A": "1,2"}, query=(("q", "1"),)).notes == ()


def test_a_rule_without_matches_takes_every_request() -> None:
    assert sent(held(route(f"- backendRefs: {to('v1')}")), GATEWAY, "DELETE /x/y") == "v1"


def test_the_chosen_rule_answers_even_where_its_backend_is_invalid() -> None:
    """HTTPRouteRule.BackendRefs: no less specific rule is tried."""
    rules = rule("{path: {value: /a}}", "gone") + "\n" + rule("{path: {value: /}}", "v1")
    assert sent(held(route(rules)), GATEWAY, "/a") == "500"


class TestRegularExpressions:
    """Their dialect and precedence are implementation-specific: RE2, the whole value, and a note that says so."""

    def test_the_whole_path_must_match(self) -> None:
        only = held(route(rule("{path: {type: RegularExpression, value: '/v[0-9]+/items'}}", "v1")))
        assert sent(only, GATEWAY, "/v12/items") == "v1"
        assert sent(only, GATEWAY, "/v12/items/3") == "404"
        assert any("implementation-specific" in note for note in asked(only, GATEWAY, "/v12/items").notes)

    def test_a_header_and_a_query_parameter_match_as_a_whole(self) -> None:
        only = held(
            route(
                rule(
                    "{headers: [{name: user-agent, type: RegularExpression, value: '.*(debug|test).*'}], "
                    "queryParams: [{name: num, type: RegularExpression, value: '[0-9]'}]}",
                    "v1",
                )
            )
        )
        assert sent(only, GATEWAY, "/?num=1 user-agent:my-debug-client") == "v1"
        assert sent(only, GATEWAY, "/?num=12 user-agent:my-debug-client") == "404"

    def test_a_malformed_expression_matches_nothing(self) -> None:
        only = held(route(rule("{path: {type: RegularExpression, value: '/a('}}", "v1")))
        assert sent(only, GATEWAY, "/a(") == "404"

    def test_parentheses_cannot_break_out_of_the_anchors(self) -> None:
        only = held(route(rule("{path: {type: RegularExpression, value: '/a)|(/b'}}", "v1")))
        assert sent(only, GATEWAY, "/b/c") == "404"

    def test_a_hostile_expression_ends_at_once(self) -> None:
        only = held(route(rule("{path: {type: RegularExpression, value: '(/a+)+b'}}", "v1")))
        assert sent(only, GATEWAY, "/" + "a" * 5000) == "404"

    def test_a_prefix_that_matches_as_well_is_named(self) -> None:
        rules = (
            rule("{path: {value: /abcdef}}", "v2")
            + "\n"
            + rule("{path: {type: RegularExpression, value: '/.*'}}", "v1")
        )
        notes = asked(held(route(rules)), GATEWAY, "/abcdef").notes
        assert any("the place of a regular expression" in note for note in notes)


class TestTies:
    """apis/v1/httproute_types.go: oldest, then namespace/name, then the first rule of the route."""

    RULE = "- matches: [{path: {value: /a}}]\n  backendRefs: "

    def test_the_first_of_two_equal_rules_wins(self) -> None:
        rules = self.RULE + to("v1") + "\n" + self.RULE + to("v2")
        assert sent(held(route(rules)), GATEWAY, "/a") == "v1"

    def test_the_oldest_route_wins(self) -> None:
        younger = route(self.RULE + to("v1"), name="a", created="2024-02-02T00:00:00Z")
        older = route(self.RULE + to("v2"), name="b", created="2024-01-01T00:00:00Z")
        decision = asked(held(younger, older), GATEWAY, "/a")
        assert [backend.name for backend in decision.backends] == ["v2"]
        assert decision.notes == ()

    def test_of_routes_of_one_age_the_first_by_namespace_and_name_wins(self) -> None:
        stamp = "2024-01-01T00:00:00Z"
        second = route(self.RULE + to("v1"), name="b", created=stamp)
        first = route(self.RULE + to("v2"), name="a", created=stamp)
        assert sent(held(second, first), GATEWAY, "/a") == "v2"

    def test_the_age_of_the_route_goes_before_the_place_of_the_rule(self) -> None:
        young = route(self.RULE + to("v1"), name="a", created="2024-02-02T00:00:00Z")
        other = rule("{path: {value: /b}}", "v3") + "\n"
        old = route(other + self.RULE + to("v2"), name="b", created="2024-01-01T00:00:00Z")
        assert sent(held(young, old), GATEWAY, "/a") == "v2"

    def test_an_applied_route_goes_before_one_that_never_was(self) -> None:
        new = route(self.RULE + to("v1"), name="a")
        old = route(self.RULE + to("v2"), name="b", created="2024-01-01T00:00:00Z")
        assert sent(held(new, old), GATEWAY, "/a") == "v2"

    def test_without_timestamps_the_tie_is_said(self) -> None:
        both = held(route(self.RULE + to("v1"), name="b"), route(self.RULE + to("v2"), name="a"))
        decision = asked(both, GATEWAY, "/a")
        assert [backend.name for backend in decision.backends] == ["v2"]
        assert any("tie on this request" in note for note in decision.notes)

    def test_routes_that_do_not_both_match_are_no_tie(self) -> None:
        both = held(
            route(rule("{headers: [{name: x, value: '1'}]}", "v1"), name="a"),
            route(rule("{headers: [{name: x, value: '2'}]}", "v2"), name="b"),
        )
        assert asked(both, GATEWAY, "x:1").notes == ()


def test_the_trace_says_why_each_candidate_lost() -> None:
    rules = "\n".join(
        [
            rule("{path: {value: /a}}", "v1"),
            rule("{path: {type: Exact, value: /a/b}}", "v2"),
            rule("{path: {value: /c}}", "v3"),
        ]
    )
    trace = {
        step.subject.rpartition("rule ")[2]: step.verdict for step in asked(held(route(rules)), GATEWAY, "/a/b").trace
    }
    assert trace == {
        "1 match 0": "wins",
        "0 match 0": "matches, but less specific: path type",
        "2 match 0": "path PathPrefix /c does not hold",
    }
