"""Clusters, those derived from them, and the helpers that read objects leniently."""

from __future__ import annotations

import sys

import pytest

from gateshift.apischema.regex import engine, matcher, python_engine
from gateshift.model.resource import ResourceId
from gateshift.traffic.cluster import Cluster
from gateshift.traffic.hostnames import covers, host_of, intersection, overlap
from tests.traffic.building import ask, cluster, gateway, resources, route, sent, services, to

GATEWAY = "Gateway/default/gw"
BASE = "\n---\n".join([gateway(), services("v1", "v2"), route(f"- backendRefs: {to('v1')}")])


class TestDerivedClusters:
    def test_an_object_that_is_put_replaces_the_one_with_its_identity(self) -> None:
        before = cluster(BASE)
        after = before.derive(put=resources(route(f"- backendRefs: {to('v2')}")))
        assert (sent(before, GATEWAY, "/"), sent(after, GATEWAY, "/")) == ("v1", "v2")

    def test_an_object_that_is_removed_is_gone(self) -> None:
        after = cluster(BASE).derive(remove=[ResourceId("", "Service", "default", "v1")])
        assert sent(after, GATEWAY, "/") == "500"

    def test_removing_what_is_not_there_changes_nothing(self) -> None:
        after = cluster(BASE).derive(remove=[ResourceId("", "Service", "default", "nope")])
        assert sent(after, GATEWAY, "/") == "v1"

    def test_what_was_derived_says_the_same_as_what_was_built_anew(self) -> None:
        new = resources(route(f"- backendRefs: {to('v2', 'v1')}"), services("v3"))
        derived = cluster(BASE).derive(put=new, remove=[ResourceId("apps", "Deployment", "default", "v2")])
        kept = list(derived.resources)
        assert ask(derived, GATEWAY) == ask(Cluster.of(kept), GATEWAY)

    def test_what_is_known_of_ready_pods_is_kept(self) -> None:
        identity = ResourceId("apps", "Deployment", "default", "v1")
        starting = cluster(BASE).derive(ready={identity: 0})
        assert sent(starting, GATEWAY, "/") == "503"
        assert sent(starting.derive(ready={identity: 1}), GATEWAY, "/") == "v1"
        assert sent(starting.derive(remove=[]), GATEWAY, "/") == "503"


def test_one_route_in_two_api_versions_is_one_object_and_the_last_counts() -> None:
    old = route(f"- backendRefs: {to('v2')}").replace("networking.k8s.io/v1", "networking.k8s.io/v1beta1")
    assert sent(cluster(BASE, old), GATEWAY, "/") == "v2"
    assert len(cluster(BASE, old).routes) == 1


def test_objects_of_other_groups_with_the_same_kind_are_not_taken_for_ours() -> None:
    istio = "apiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: {name: gw, namespace: default}\nspec: {}"
    assert sent(cluster(istio, services("v1"), route(f"- backendRefs: {to('v1')}")), GATEWAY, "/") == "404"


@pytest.mark.parametrize(
    ("authority", "host"),
    [
        ("Example.ORG", "example.org"),
        ("example.org:8080", "example.org"),
        ("example.org.", "example.org"),
        ("[::1]:80", "[::1]"),
        ("[::1]", "[::1]"),
        ("", ""),
        (":80", ""),
    ],
)
def test_the_host_of_a_header(authority: str, host: str) -> None:
    assert host_of(authority) == host


@pytest.mark.parametrize(
    ("one", "other", "common"),
    [
        ("", "a.org", "a.org"),
        ("a.org", "", "a.org"),
        ("a.org", "a.org", "a.org"),
        ("a.org", "b.org", None),
        ("*.a.org", "x.a.org", "x.a.org"),
        ("*.a.org", "x.y.a.org", "x.y.a.org"),
        ("*.a.org", "a.org", None),
        ("*.a.org", "*.b.a.org", "*.b.a.org"),
        ("*.b.a.org", "*.a.org", "*.b.a.org"),
        ("*.a.org", "*.a.org", "*.a.org"),
        ("*.a.org", "*.ba.org", None),
        ("*.a.org", "ba.org", None),
        ("", "", ""),
    ],
)
def test_what_two_hostnames_have_in_common_is_the_narrower_one(one: str, other: str, common: str | None) -> None:
    assert intersection(one, other) == common
    assert overlap((one,), (other,)) == (common is not None)


def test_a_wildcard_covers_no_empty_label() -> None:
    assert not covers("*.a.org", ".a.org")
    assert covers("*.a.org", "x.a.org")


class TestRegularExpressions:
    PATTERNS = ("a+", "/v[0-9]+/.*", "(debug|test)", "x{2,3}", "[^/]*", "", "\\d+\\.html", "(?i)abc", "é+")
    VALUES = ("", "a", "aaa", "/v1/x", "debug", "debugger", "xx", "xxxx", "no/slash", "12.html", "ABC", "éé")

    @pytest.mark.parametrize("pattern", PATTERNS)
    def test_both_engines_agree_where_both_can_say(self, pattern: str) -> None:
        one, other = matcher(pattern), python_engine(pattern)
        assert one is not None
        assert other is not None
        for value in self.VALUES:
            if other(value) is not None:
                assert one(value) is other(value)

    @pytest.mark.parametrize("pattern", ["(", "a)", "[a", "*a", "a{2,1}", "\\ud800", "(?=a)", "\\1", "a" * 5000])
    def test_what_re2_cannot_read_is_malformed(self, pattern: str) -> None:
        assert matcher(pattern.encode().decode("unicode_escape") if "ud800" in pattern else pattern) is None

    @pytest.mark.parametrize(
        "pattern", ["(a+)+b", "(a|a)*b", "(a*)*", "a*a*a*a*b", "(?:a{1,9}){1,9}b", "(a?){30}a{30}"]
    )
    def test_pythons_engine_leaves_what_may_run_away_unsaid(self, pattern: str) -> None:
        found = python_engine(pattern)
        assert found is not None
        assert found("a" * 60) is None

    def test_pythons_engine_leaves_long_values_unsaid(self) -> None:
        found = python_engine("a*")
        assert found is not None
        assert found("a" * 10_000) is None

    def test_without_the_evaluators_wheel_pythons_engine_serves_and_what_it_cannot_say_is_noted(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(sys.modules, "cel_expr_python", None)
        for cached in (engine, matcher):
            cached.cache_clear()
        try:
            assert engine() is python_engine
            rules = (
                "- matches: [{path: {type: RegularExpression, value: '/v[0-9]+'}}]\n  backendRefs: " + to("v1") + "\n"
                "- matches: [{path: {type: RegularExpression, value: '(/a+)+'}}]\n  backendRefs: " + to("v2")
            )
            held = cluster(gateway(), services("v1", "v2"), route(rules))
            assert sent(held, GATEWAY, "/v12") == "v1"
            decision = ask(held, GATEWAY, "/aaa")
            assert decision.status == 404
            assert any("cannot be evaluated here" in note for note in decision.notes)
        finally:
            for cached in (engine, matcher):
                cached.cache_clear()

    def test_a_value_that_is_no_text_is_left_unsaid(self) -> None:
        found = matcher(".*")
        assert found is not None
        assert found("\ud800") is None
