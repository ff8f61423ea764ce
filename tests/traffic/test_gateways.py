"""Which listener of a Gateway takes a request, and for which hostnames a route answers there.

Facts of the Gateway API's conformance tests (module sigs.k8s.io/gateway-api/conformance v1.6.3, named at each table)
over manifests of our own, and of apis/v1/gateway_types.go.
"""

from __future__ import annotations

import pytest

from gateshift.traffic.cluster import Cluster
from tests.traffic.building import ask, asked, cluster, gateway, resources, route, sent, services, to

GATEWAY = "Gateway/default/gw"
BACKENDS = services("v1", "v2", "v3")


def rule(path: str, name: str) -> str:
    return f"- matches: [{{path: {{value: {path}}}}}]\n  backendRefs: {to(name)}"


def http(name: str, hostname: str = "", port: int = 80, extra: str = "") -> str:
    host = f', hostname: "{hostname}"' if hostname else ""
    return f"{{name: {name}, port: {port}, protocol: HTTP{host}{extra}}}"


def held(listeners: list[str], *routes: str, extra: str = "") -> Cluster:
    return cluster("\n---\n".join([gateway(*listeners, extra=extra), BACKENDS, *routes]))


SECTIONS = {
    "empty": "",
    "wild": "*.example.com",
    "wild-foo": "*.foo.example.com",
    "abc": "abc.foo.example.com",
}


BEST = {
    "bar.com": "empty",
    "bar.example.com": "wild",
    "bar.foo.example.com": "wild-foo",
    "abc.foo.example.com": "abc",
}


class TestListenerIsolation:
    """GatewayHTTPListenerIsolation: a request uses the routes of the most specific listener, and of no other."""

    @pytest.mark.parametrize("hostnames", ["", "own"])
    @pytest.mark.parametrize("host", list(BEST))
    @pytest.mark.parametrize("section", list(SECTIONS))
    def test_only_the_best_listener_answers(self, host: str, section: str, hostnames: str) -> None:
        routes = [
            route(
                rule(f"/{name}", "v1"),
                name=f"to-{name}",
                parents=f"[{{name: gw, sectionName: {name}}}]",
                hostnames=f'["{hostname}"]' if hostnames and hostname else "",
            )
            for name, hostname in SECTIONS.items()
        ]
        all_of_it = held([http(name, hostname) for name, hostname in SECTIONS.items()], *routes)
        expected = "v1" if BEST[host] == section else "404"
        assert sent(all_of_it, GATEWAY, f"/{section} host={host}") == expected


# HTTPRouteListenerHostnameMatching
LISTENERS = [
    http("one", "bar.com"),
    http("two", "foo.bar.com"),
    http("three", "*.bar.com"),
    http("four", "*.foo.com"),
]


@pytest.mark.parametrize(
    ("host", "answer"),
    [
        ("bar.com", "v1"),
        ("foo.bar.com", "v2"),
        ("baz.bar.com", "v3"),
        ("boo.bar.com", "v3"),
        ("multiple.prefixes.bar.com", "v3"),
        ("multiple.prefixes.foo.com", "v3"),
        ("foo.com", "404"),
        ("no.matching.host", "404"),
        ("FOO.BAR.COM", "v2"),
        ("foo.bar.com.", "v2"),
    ],
)
def test_a_wildcard_covers_several_labels_and_never_the_bare_domain(host: str, answer: str) -> None:
    routes = [
        route(rule("/", "v1"), name="r1", parents="[{name: gw, sectionName: one}]"),
        route(rule("/", "v2"), name="r2", parents="[{name: gw, sectionName: two}]"),
        route(
            rule("/", "v3"),
            name="r3",
            parents="[{name: gw, sectionName: three}, {name: gw, sectionName: four}]",
        ),
    ]
    assert sent(held(LISTENERS, *routes), GATEWAY, f"/ host={host}") == answer


INTERSECTIONS = {
    "very.specific.com /s1": "v1",
    "non.matching.com /s1": "404",
    "foo.nonmatchingwildcard.io /s1": "404",
    "foo.wildcard.io /s1": "404",
    "very.specific.com /non-matching": "404",
    "very.specific.com:1234 /s1": "v1",
    "foo.wildcard.io /s2": "v2",
    "foo.bar.wildcard.io /s2": "v2",
    "wildcard.io /s2": "404",
    "baz.wildcard.io /s2": "404",
    "very.specific.com /s2": "404",
    "foo.wildcard.io /non-matching": "404",
    "very.specific.com /s3": "v3",
    "foo.specific.com /s3": "404",
    "non.matching.com /s3": "404",
    "foo.wildcard.io /s3": "404",
    "foo.anotherwildcard.io /s4": "v1",
    "bar.anotherwildcard.io /s4": "v1",
    "foo.bar.anotherwildcard.io /s4": "v1",
    "anotherwildcard.io /s4": "404",
    "foo.wildcard.io /s4": "404",
    "very.specific.com /s4": "404",
    "foo.anotherwildcard.io /non-matching": "404",
}


class TestHostnameIntersection:
    """HTTPRouteHostnameIntersection: a route answers on a listener for what both hostnames have in common."""

    LISTENERS = (
        http("exact", "very.specific.com"),
        http("wild", "*.wildcard.io"),
        http("other", "*.anotherwildcard.io"),
    )
    ROUTES = (
        ("specific-host", '["non.matching.com", "*.nonmatchingwildcard.io", "very.specific.com"]', "/s1", "v1"),
        (
            "wildcard-host-narrower",
            '["non.matching.com", "wildcard.io", "foo.wildcard.io", "foo.bar.wildcard.io"]',
            "/s2",
            "v2",
        ),
        ("wildcard-host-wider", '["non.matching.com", "*.specific.com"]', "/s3", "v3"),
        ("wildcard-host-same", '["*.anotherwildcard.io"]', "/s4", "v1"),
    )

    @pytest.mark.parametrize(("line", "answer"), INTERSECTIONS.items())
    def test_requests_are_answered_for_the_intersection_only(self, line: str, answer: str) -> None:
        routes = [route(rule(path, back), name=name, hostnames=hosts) for name, hosts, path, back in self.ROUTES]
        host, _, path = line.partition(" ")
        assert sent(held(list(self.LISTENERS), *routes), GATEWAY, f"port=80 {path} host={host}") == answer


class TestHostnamePrecedence:
    """HTTPRouteSpec.Hostnames: the longest matching name without a wildcard, then the longest matching hostname."""

    def both(self, *hosts: tuple[str, str, str]) -> Cluster:
        routes = [route(rule(path, back), name=f"r{back}", hostnames=f'["{host}"]') for host, path, back in hosts]
        return held([http("http")], *routes)

    def test_a_name_goes_before_a_wildcard_even_with_a_shorter_path(self) -> None:
        two = self.both(("*.example.com", "/a/b", "v1"), ("www.example.com", "/", "v2"))
        assert sent(two, GATEWAY, "/a/b host=www.example.com") == "v2"
        assert sent(two, GATEWAY, "/a/b host=api.example.com") == "v1"

    def test_a_longer_wildcard_goes_before_a_shorter_one(self) -> None:
        two = self.both(("*.com", "/a/b", "v1"), ("*.example.com", "/", "v2"))
        assert sent(two, GATEWAY, "/a/b host=www.example.com") == "v2"

    def test_any_hostname_goes_before_none(self) -> None:
        routes = [route(rule("/a", "v1"), name="any"), route(rule("/", "v2"), name="com", hostnames='["*.com"]')]
        assert sent(held([http("http")], *routes), GATEWAY, "/a host=www.example.com") == "v2"

    def test_a_less_specific_hostname_may_answer_where_the_specific_one_has_no_rule_and_that_is_said(self) -> None:
        two = self.both(("*.example.com", "/", "v1"), ("www.example.com", "/only", "v2"))
        decision = asked(two, GATEWAY, "/other host=www.example.com")
        assert [backend.name for backend in decision.backends] == ["v1"]
        assert any("virtual host" in note for note in decision.notes)
        assert asked(two, GATEWAY, "/only host=www.example.com").notes == ()

    def test_a_request_without_a_host_matches_only_what_takes_any(self) -> None:
        assert sent(self.both(("www.example.com", "/", "v1")), GATEWAY, "/") == "404"
        assert sent(held([http("http")], route(rule("/", "v1"))), GATEWAY, "/") == "v1"


# HTTPRouteListenerPortMatching
def test_a_parent_reference_with_a_port_attaches_to_the_listeners_of_that_port() -> None:
    listeners = [
        http("listener-1", "foo.com"),
        http("listener-2", port=8080),
        http("listener-3", "foo.com", port=8090),
        http("listener-4", "bar.com", port=8090),
    ]
    routes = [
        route(rule("/", "v1"), name="r1", parents="[{name: gw, port: 80}]"),
        route(rule("/", "v2"), name="r2", parents="[{name: gw, port: 8080}]"),
        route(rule("/", "v3"), name="r3", parents="[{name: gw, port: 8090, sectionName: listener-3}]"),
    ]
    all_of_it = held(listeners, *routes)
    facts = {
        "port=80 host=foo.com": "v1",
        "port=80 host=bar.com": "404",
        "port=8080 host=foo.com:8080": "v2",
        "port=8080 host=bar.com:8080": "v2",
        "port=8090 host=foo.com:8090": "v3",
        "port=8090 host=bar.com:8090": "404",
    }
    assert {line: sent(all_of_it, GATEWAY, line) for line in facts} == facts


class TestDialling:
    def test_the_port_of_the_host_header_is_the_one_dialled_where_none_is_named(self) -> None:
        two = held([http("a"), http("b", port=8080)], route(rule("/", "v1"), parents="[{name: gw, sectionName: b}]"))
        assert sent(two, GATEWAY, "host=x.org:8080") == "v1"
        assert sent(two, GATEWAY, "host=x.org") == "404"

    def test_a_port_that_is_chosen_is_said(self) -> None:
        two = held([http("a"), http("b", port=8080)], route(rule("/", "v1")))
        assert any("taken to dial 80" in note for note in asked(two, GATEWAY, "/").notes)

    def test_the_only_port_needs_no_word(self) -> None:
        assert asked(held([http("a", port=8080)], route(rule("/", "v1"))), GATEWAY, "/").notes == ()

    def test_a_named_listener_gives_the_port_and_host_decides_which_listener_answers(self) -> None:
        listeners = [http("a", "a.org"), http("b", "b.org"), http("c", port=8080)]
        two = held(listeners, route(rule("/", "v1"), parents="[{name: gw, sectionName: b}]"))
        assert sent(two, GATEWAY, "listener=a host=b.org") == "v1"
        assert sent(two, GATEWAY, "listener=c host=b.org") == "404"

    def test_a_port_without_a_listener_is_not_served(self) -> None:
        assert sent(held([http("a")], route(rule("/", "v1"))), GATEWAY, "port=81") == "404"

    def test_plain_http_is_not_served_by_an_https_listener(self) -> None:
        secure = held(
            ["{name: s, port: 443, protocol: HTTPS, tls: {certificateRefs: [{name: c}]}}"], route(rule("/", "v1"))
        )
        assert sent(secure, GATEWAY, "port=443") == "404"
        assert sent(secure, GATEWAY, "https port=443 host=a.org") == "v1"

    def test_a_gateway_that_is_not_there_is_404_with_a_note(self) -> None:
        decision = ask(cluster(BACKENDS), "Gateway/default/typo")
        assert decision.status == 404
        assert "not in the build" in decision.notes[0]


# HTTPRouteHTTPSListener, HTTPRouteHTTPSListenerDetectMisdirectedRequests
CONNECTIONS = {
    ("example.org", "example.org"): "v1",
    ("example.org", "second-example.org"): "421",
    ("example.org", "unknown-example.org"): "404",
    ("second-example.org", "second-example.org"): "v2",
    ("second-example.org", "example.org"): "421",
    ("second-example.org", "unknown-example.org"): "421",
    ("third-example.wildcard.org", "third-example.wildcard.org"): "v3",
    ("third-example.wildcard.org", "fifth-example.wildcard.org"): "v3",
    ("third-example.wildcard.org", "fourth-example.wildcard.org"): "421",
    ("third-example.wildcard.org", "second-example.org"): "421",
    ("third-example.wildcard.org", "unknown-example.org"): "421",
    ("fourth-example.wildcard.org", "fourth-example.wildcard.org"): "v1",
    ("fourth-example.wildcard.org", "fifth-example.wildcard.org"): "421",
    ("unknown-example.org", "example.org"): "v1",
    ("unknown-example.org", "unknown-example.org"): "404",
}


class TestHTTPS:
    LISTENERS = tuple(
        f"{{name: {name}, port: 443, protocol: HTTPS{host}, tls: {{certificateRefs: [{{name: cert}}]}}}}"
        for name, host in [
            ("any", ""),
            ("second", ", hostname: second-example.org"),
            ("wild", ', hostname: "*.wildcard.org"'),
            ("fourth", ", hostname: fourth-example.wildcard.org"),
        ]
    )
    ROUTES = (
        route(rule("/", "v1"), name="first", hostnames="[example.org]", parents="[{name: gw, sectionName: any}]"),
        route(rule("/", "v2"), name="second", parents="[{name: gw, sectionName: second}]"),
        route(rule("/", "v3"), name="third", parents="[{name: gw, sectionName: wild}]"),
        route(rule("/", "v1"), name="fourth", parents="[{name: gw, sectionName: fourth}]"),
    )

    @pytest.mark.parametrize(("names", "answer"), CONNECTIONS.items())
    def test_the_server_name_picks_the_listener_and_the_host_must_belong_to_it(
        self, names: tuple[str, str], answer: str
    ) -> None:
        sni, host = names
        served = held(list(self.LISTENERS), *self.ROUTES)
        assert sent(served, GATEWAY, f"https /detect sni={sni} host={host}") == answer

    def test_a_host_that_no_listener_covers_is_404(self) -> None:
        """Listener.Hostname: if no other listener matches the Host, the Gateway must return a 404."""
        served = held(list(self.LISTENERS[1:]), *self.ROUTES[1:])
        assert sent(served, GATEWAY, "https sni=second-example.org host=nobody.org") == "404"

    def test_the_server_name_is_the_host_where_none_is_given(self) -> None:
        served = held(list(self.LISTENERS), *self.ROUTES)
        assert sent(served, GATEWAY, "https host=second-example.org") == "v2"


class TestConflictingListeners:
    """ "Handling indistinct Listeners": no winner is picked, and none of them is served."""

    def test_two_listeners_with_one_port_and_hostname_are_not_served(self) -> None:
        both = held([http("a", "x.org"), http("b", "x.org"), http("c", "y.org")], route(rule("/", "v1")))
        assert sent(both, GATEWAY, "host=x.org") == "404"
        assert sent(both, GATEWAY, "host=y.org") == "v1"

    def test_http_and_https_on_one_port_are_not_served(self) -> None:
        secure = "{name: s, port: 80, protocol: HTTPS, tls: {certificateRefs: [{name: c}]}}"
        assert sent(held([http("a"), secure], route(rule("/", "v1"))), GATEWAY, "/") == "404"


class TestListenerSets:
    """ListenerSetHTTPRouting, ListenerSetAllowedRoutesNamespaces, ListenerSetGatewayParentSectionNameNotFound."""

    ALLOW = "  allowedListeners: {namespaces: {from: All}}\n"

    def listener_set(self, name: str, *listeners: str, namespace: str = "default") -> str:
        lines = "\n".join(f"  - {listener}" for listener in listeners)
        return (
            "apiVersion: gateway.networking.k8s.io/v1\nkind: ListenerSet\n"
            f"metadata: {{name: {name}, namespace: {namespace}}}\nspec:\n"
            f"  parentRef: {{name: gw, namespace: default}}\n  listeners:\n{lines}\n"
        )

    def test_each_listener_has_the_routes_that_name_its_owner(self) -> None:
        sets = [
            self.listener_set("ls", http("ls-1", "ls-one.org"), http("ls-2", "ls-two.org")),
            route(rule("/gw", "v1"), name="gateway", parents="[{name: gw}]"),
            route(rule("/ls", "v2"), name="set", parents="[{kind: ListenerSet, name: ls}]"),
            route(rule("/one", "v3"), name="section", parents="[{kind: ListenerSet, name: ls, sectionName: ls-1}]"),
            route(rule("/all", "v1"), name="all", parents="[{name: gw}, {kind: ListenerSet, name: ls}]"),
        ]
        held_sets = held([http("gw-1", "gw.org")], *sets, extra=self.ALLOW)
        facts = {
            "/gw host=gw.org": "v1",
            "/ls host=gw.org": "404",
            "/all host=gw.org": "v1",
            "/gw host=ls-one.org": "404",
            "/ls host=ls-one.org": "v2",
            "/one host=ls-one.org": "v3",
            "/all host=ls-one.org": "v1",
            "/ls host=ls-two.org": "v2",
            "/one host=ls-two.org": "404",
            "/all host=ls-two.org": "v1",
        }
        assert {line: sent(held_sets, GATEWAY, line) for line in facts} == facts
        assert sent(held_sets, "ListenerSet/default/ls", "/ls host=ls-one.org") == "v2"

    def test_without_leave_of_the_gateway_a_set_adds_nothing(self) -> None:
        sets = [
            self.listener_set("ls", http("ls-1", "ls.org")),
            route(rule("/", "v1"), parents="[{kind: ListenerSet, name: ls}]"),
        ]
        assert sent(held([http("gw-1", "gw.org")], *sets), GATEWAY, "host=ls.org") == "404"

    def test_allowed_routes_are_judged_from_the_sets_namespace(self) -> None:
        namespaces = "\n---\n".join(
            f"apiVersion: v1\nkind: Namespace\nmetadata: {{name: {name}, labels: {{team: {team}}}}}"
            for name, team in [("default", "a"), ("team", "b"), ("other", "c")]
        )
        selector = ", allowedRoutes: {namespaces: {from: Selector, selector: {matchLabels: {team: b}}}}"
        ls = self.listener_set(
            "ls",
            http("same", "same.org"),
            http("all", "all.org", extra=", allowedRoutes: {namespaces: {from: All}}"),
            http("chosen", "chosen.org", extra=selector),
            namespace="other",
        )
        where = "[{kind: ListenerSet, name: ls, namespace: other}]"
        routes = [
            route(rule(f"/{name}", "v1"), name=name, namespace=name, parents=where)
            for name in ("default", "team", "other")
        ]
        backends = [services("v1", namespace=name) for name in ("team", "other")]
        held_sets = held([http("gw-1", "gw.org")], namespaces, ls, *routes, *backends, extra=self.ALLOW)
        facts = {
            "/other host=same.org": "v1",
            "/default host=same.org": "404",
            "/team host=same.org": "404",
            "/other host=all.org": "v1",
            "/default host=all.org": "v1",
            "/team host=all.org": "v1",
            "/team host=chosen.org": "v1",
            "/default host=chosen.org": "404",
            "/other host=chosen.org": "404",
        }
        assert {line: sent(held_sets, GATEWAY, line) for line in facts} == facts

    def test_a_section_of_the_set_is_no_section_of_the_gateway(self) -> None:
        sets = [
            self.listener_set("ls", http("only-here", "ls.org")),
            route(rule("/bad", "v1"), name="bad", parents="[{name: gw, sectionName: only-here}]"),
            route(rule("/good", "v1"), name="good", parents="[{kind: ListenerSet, name: ls, sectionName: only-here}]"),
        ]
        held_sets = held([http("gw-1", "gw.org")], *sets, extra=self.ALLOW)
        assert sent(held_sets, GATEWAY, "/good host=ls.org") == "v1"
        assert sent(held_sets, GATEWAY, "/bad host=ls.org") == "404"
        assert sent(held_sets, GATEWAY, "/bad host=gw.org") == "404"

    def test_the_gateways_listener_goes_before_a_sets_with_the_same_hostname(self) -> None:
        sets = [
            self.listener_set("ls", http("ls-1", "gw.org"), http("ls-2", "ls.org")),
            route(rule("/", "v1"), name="gateway", parents="[{name: gw}]"),
            route(rule("/", "v2"), name="set", parents="[{kind: ListenerSet, name: ls}]"),
        ]
        held_sets = held([http("gw-1", "gw.org")], *sets, extra=self.ALLOW)
        assert sent(held_sets, GATEWAY, "host=gw.org") == "v1"
        assert sent(held_sets, GATEWAY, "host=ls.org") == "v2"


class TestAssumedGateways:
    """A Gateway outside the build that is taken to exist: everything that names it is accepted, and that is said."""

    def assumed(self, *routes: str) -> Cluster:
        objects = cluster("\n---\n".join([BACKENDS, *routes]))
        outside = resources(gateway(name="shared", namespace="infra"))[0].id
        return objects.derive(assume=[outside])

    def test_its_routes_are_attached(self) -> None:
        held_outside = self.assumed(
            route(rule("/", "v1"), parents="[{name: shared, namespace: infra}]", hostnames="[a.org]")
        )
        decision = asked(held_outside, "Gateway/infra/shared", "host=a.org")
        assert decision.status == 200
        assert any("assumed" in note for note in decision.notes)
        assert sent(held_outside, "Gateway/infra/shared", "host=b.org") == "404"

    def test_a_section_whose_name_says_https_is_not_asked_in_plain_http(self) -> None:
        redirect = "- filters: [{type: RequestRedirect, requestRedirect: {scheme: https, statusCode: 301}}]"
        both = self.assumed(
            route(redirect, name="a", parents="[{name: shared, namespace: infra, sectionName: http}]"),
            route(rule("/", "v1"), name="b", parents="[{name: shared, namespace: infra, sectionName: https}]"),
        )
        assert sent(both, "Gateway/infra/shared", "host=a.org") == "301 https://a.org/"
        assert sent(both, "Gateway/infra/shared", "https host=a.org") == "v1"

    def test_a_listener_set_of_the_build_has_its_own_routes(self) -> None:
        listener_set = """
apiVersion: gateway.networking.k8s.io/v1
kind: ListenerSet
metadata: {name: ls, namespace: default}
spec: {parentRef: {name: shared, namespace: infra}, listeners: [{name: l, port: 80, protocol: HTTP, hostname: ls.org}]}
"""
        both = self.assumed(
            listener_set,
            route(rule("/", "v1"), name="set", parents="[{kind: ListenerSet, name: ls}]"),
            route(rule("/", "v2"), name="gateway", parents="[{name: shared, namespace: infra}]"),
        )
        facts = {"host=ls.org": "v1", "host=other.org": "v2"}
        assert {line: sent(both, "Gateway/infra/shared", line) for line in facts} == facts
        assert sent(both, "ListenerSet/default/ls", "host=ls.org") == "v1"

    def test_without_the_assumption_there_is_no_answer(self) -> None:
        only = cluster("\n---\n".join([BACKENDS, route(rule("/", "v1"), parents="[{name: shared, namespace: infra}]")]))
        assert sent(only, "Gateway/infra/shared", "host=a.org") == "404"


def test_the_trace_names_the_routes_that_are_not_attached() -> None:
    refused = route(rule("/", "v1"), parents="[{name: gw, sectionName: nope}]")
    decision = asked(held([http("http")], refused), GATEWAY, "/")
    assert decision.status == 404
    assert [(step.subject, step.verdict.partition(":")[0]) for step in decision.trace] == [
        ("HTTPRoute default/route", "is not attached (NoMatchingParent)")
    ]


@pytest.mark.parametrize("path", ["/a%2fb", "/a//b", "/a/../b", "/a/."])
def test_a_path_that_data_planes_may_normalise_is_noted(path: str) -> None:
    only = held([http("http")], route(rule("/", "v1")))
    assert any("normalised" in note for note in asked(only, GATEWAY, path).notes)
    assert asked(only, GATEWAY, "/a/b").notes == ()
