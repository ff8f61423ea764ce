"""What filters make of a request and its answer.

Facts of the conformance tests (module sigs.k8s.io/gateway-api/conformance v1.6.3, named at each table) over manifests
of our own, and of apis/v1/httproute_types.go.
"""

from __future__ import annotations

import pytest

from gateshift.traffic.decision import Decision, Forwarded
from tests.traffic.building import ask, asked, cluster, gateway, route, sent, services, to, told

GATEWAY = "Gateway/default/gw"
HTTPS = "{name: https, port: 443, protocol: HTTPS, tls: {certificateRefs: [{name: c}]}}"
ALT = "{name: alt, port: 8080, protocol: HTTP}"


def decided(rules: str, line: str = "/", *listeners: str) -> Decision:
    held = cluster("\n---\n".join([gateway(*listeners), services("v1", "v2", "v3"), route(rules)]))
    return asked(held, GATEWAY, line)


def redirecting(body: str, path: str = "/") -> str:
    return (
        f"- matches: [{{path: {{type: PathPrefix, value: {path}}}}}]\n"
        f"  filters: [{{type: RequestRedirect, requestRedirect: {{{body}}}}}]"
    )


class TestRedirects:
    """HTTPRouteRedirectHostAndStatus, ...RedirectScheme, ...RedirectPort, ...RedirectPortAndScheme, ...303/307/308."""

    @pytest.mark.parametrize(
        ("body", "answer"),
        [
            ("hostname: example.org", "302 http://example.org/a"),
            ("hostname: example.org, statusCode: 301", "301 http://example.org/a"),
            ("scheme: https", "302 https://shop.org/a"),
            ("scheme: https, hostname: example.org, statusCode: 301", "301 https://example.org/a"),
            ("port: 8083", "302 http://shop.org:8083/a"),
            ("port: 8083, hostname: example.org, statusCode: 301", "301 http://example.org:8083/a"),
            ("statusCode: 303", "303 http://shop.org/a"),
            ("statusCode: 307", "307 http://shop.org/a"),
            ("statusCode: 308", "308 http://shop.org/a"),
        ],
    )
    def test_what_is_left_out_stays_as_the_request_has_it(self, body: str, answer: str) -> None:
        assert told(decided(redirecting(body), "/a host=shop.org")) == answer

    @pytest.mark.parametrize(
        ("listener", "body", "location"),
        [
            ("port=80", "", "http://a.org/"),
            ("port=80", "port: 80", "http://a.org/"),
            ("port=80", "port: 8080", "http://a.org:8080/"),
            ("port=80", "scheme: https", "https://a.org/"),
            ("port=80", "scheme: https, port: 443", "https://a.org/"),
            ("port=80", "scheme: https, port: 8443", "https://a.org:8443/"),
            ("port=8080", "", "http://a.org:8080/"),
            ("port=8080", "port: 80", "http://a.org/"),
            ("port=8080", "scheme: https", "https://a.org/"),
            ("https port=443", "", "https://a.org/"),
            ("https port=443", "port: 443", "https://a.org/"),
            ("https port=443", "port: 8443", "https://a.org:8443/"),
            ("https port=443", "scheme: http", "http://a.org/"),
            ("https port=443", "scheme: http, port: 80", "http://a.org/"),
            ("https port=443", "scheme: http, port: 8080", "http://a.org:8080/"),
        ],
    )
    def test_the_port_is_the_given_one_the_schemes_or_the_listeners(
        self, listener: str, body: str, location: str
    ) -> None:
        listeners = ("{name: http, port: 80, protocol: HTTP}", HTTPS, ALT)
        found = decided(
            redirecting(f"hostname: a.org{', ' if body else ''}{body}"), f"host=x.org {listener}", *listeners
        )
        assert told(found) == f"302 {location}"

    @pytest.mark.parametrize(
        ("prefix", "path", "modifier", "answer"),
        [
            ("/original", "/original/lemon", "type: ReplacePrefixMatch, replacePrefixMatch: /new", "/new/lemon"),
            ("/original", "/original", "type: ReplacePrefixMatch, replacePrefixMatch: /new", "/new"),
            ("/full", "/full/path/original", "type: ReplaceFullPath, replaceFullPath: /other", "/other"),
        ],
    )
    def test_the_path_is_replaced(self, prefix: str, path: str, modifier: str, answer: str) -> None:
        """HTTPRouteRedirectPath."""
        found = decided(redirecting(f"path: {{{modifier}}}", prefix), f"{path} host=a.org")
        assert told(found) == f"302 http://a.org{answer}"

    def test_a_redirect_needs_no_backend_and_sends_nothing_on(self) -> None:
        found = decided(redirecting("scheme: https"), "host=a.org")
        assert (found.status, found.backends) == (302, ())

    def test_a_redirect_from_a_service_uses_the_services_port(self) -> None:
        front = (
            "apiVersion: v1\nkind: Service\nmetadata: {name: front, namespace: default}\nspec: {ports: [{port: 8080}]}"
        )
        parents = '[{group: "", kind: Service, name: front}]'
        held = cluster("\n---\n".join([front, route(redirecting("statusCode: 301"), parents=parents)]))
        assert sent(held, "Service/default/front", "/a host=front") == "301 http://front:8080/a"


def forwarded(rules: str, line: str) -> Forwarded:
    (backend,) = decided(rules, line).backends
    assert backend.forwarded is not None
    return backend.forwarded


class TestRewrites:
    """HTTPRouteRewritePath, HTTPRouteRewriteHost; the table of ReplacePrefixMatch stands in httproute_types.go."""

    @pytest.mark.parametrize(
        ("prefix", "replacement", "path", "expected"),
        [
            ("/foo", "/xyz", "/foo/bar", "/xyz/bar"),
            ("/foo", "/xyz/", "/foo/bar", "/xyz/bar"),
            ("/foo/", "/xyz", "/foo/bar", "/xyz/bar"),
            ("/foo/", "/xyz/", "/foo/bar", "/xyz/bar"),
            ("/foo", "/xyz", "/foo", "/xyz"),
            ("/foo", "/xyz", "/foo/", "/xyz/"),
            ("/foo", '""', "/foo/bar", "/bar"),
            ("/foo", '""', "/foo/", "/"),
            ("/foo", '""', "/foo", "/"),
            ("/foo", "/", "/foo/", "/"),
            ("/foo", "/", "/foo", "/"),
            ("/", "/xyz", "/bar", "/xyz/bar"),
            ("/", "/xyz", "/", "/xyz/"),
        ],
    )
    def test_a_prefix_is_replaced_by_whole_elements(
        self, prefix: str, replacement: str, path: str, expected: str
    ) -> None:
        rules = f"""
- matches: [{{path: {{value: {prefix}}}}}]
  filters:
  - {{type: URLRewrite, urlRewrite: {{path: {{type: ReplacePrefixMatch, replacePrefixMatch: {replacement}}}}}}}
  backendRefs: {to("v1")}
"""
        assert forwarded(rules, path).path == expected

    def test_the_whole_path_is_replaced(self) -> None:
        rewrite = "{type: URLRewrite, urlRewrite: {path: {type: ReplaceFullPath, replaceFullPath: /one}}}"
        assert forwarded(f"- filters: [{rewrite}]\n  backendRefs: {to('v1')}", "/full/one/two").path == "/one"

    def test_the_host_is_replaced_and_matching_is_not_done_again(self) -> None:
        rules = f"""
- matches: [{{path: {{value: /one}}}}]
  filters: [{{type: URLRewrite, urlRewrite: {{hostname: one.example.org}}}}]
  backendRefs: {to("v1")}
"""
        found = forwarded(rules, "/one host=rewrite.example")
        assert (found.host, found.path) == ("one.example.org", "/one")

    def test_without_a_filter_nothing_is_said(self) -> None:
        (backend,) = decided(f"- backendRefs: {to('v1')}").backends
        assert backend.forwarded is None


MODIFIERS = f"""
- filters:
  - type: RequestHeaderModifier
    requestHeaderModifier:
      set: [{{name: X-Set, value: new}}]
      add: [{{name: X-Add, value: more}}]
      remove: [X-Remove]
  - type: ResponseHeaderModifier
    responseHeaderModifier:
      set: [{{name: X-Set, value: new}}]
      add: [{{name: X-Add, value: more}}]
      remove: [X-Remove]
  backendRefs: {to("v1")}
"""


class TestHeaderModifiers:
    """HTTPRouteRequestHeaderModifier, HTTPRouteResponseHeaderModifier and those of single backends."""

    @pytest.mark.parametrize(
        ("headers", "expected"),
        [
            ("", {"X-Set": "new", "X-Add": "more"}),
            ("x-set:old", {"X-Set": "new", "X-Add": "more"}),
            ("x-add:some", {"X-Set": "new", "X-Add": "some,more"}),
            ("X-REMOVE:old", {"X-Set": "new", "X-Add": "more"}),
            ("other:1", {"other": "1", "X-Set": "new", "X-Add": "more"}),
        ],
    )
    def test_set_overwrites_add_appends_remove_drops_whatever_the_case(
        self, headers: str, expected: dict[str, str]
    ) -> None:
        assert dict(forwarded(MODIFIERS, headers).headers) == expected

    def test_changes_of_the_answer_are_told_in_order(self) -> None:
        changes = [(each.action, each.name, each.value) for each in forwarded(MODIFIERS, "/").response]
        assert changes == [("set", "X-Set", "new"), ("add", "X-Add", "more"), ("remove", "X-Remove", "")]

    def test_a_backends_filters_apply_to_it_alone(self) -> None:
        """HTTPRouteRequestHeaderModifierBackendWeights."""
        filters = "filters: [{type: RequestHeaderModifier, requestHeaderModifier: {add: [{name: Backend, value: %s}]}}]"
        rules = (
            f"- backendRefs:\n  - {{name: v1, port: 8080, {filters % 'one'}}}\n"
            f"  - {{name: v2, port: 8080, {filters % 'two'}}}\n  - {{name: v3, port: 8080}}"
        )
        found = {each.name: each.forwarded for each in decided(rules).backends}
        assert [None if each is None else each.headers for each in found.values()] == [
            (("Backend", "one"),),
            (("Backend", "two"),),
            None,
        ]

    def test_a_rules_filters_go_before_a_backends(self) -> None:
        add = "{type: RequestHeaderModifier, requestHeaderModifier: {add: [{name: A, value: %s}]}}"
        rules = f"- filters: [{add % 'rule'}]\n  backendRefs: [{{name: v1, port: 8080, filters: [{add % 'backend'}]}}]"
        assert forwarded(rules, "/").headers == (("A", "rule,backend"),)


class TestMirrors:
    """HTTPRouteRequestMirror, HTTPRouteRequestMultipleMirrors, HTTPRouteRequestPercentageMirror."""

    def mirrored(self, *bodies: str) -> Decision:
        filters = ", ".join(f"{{type: RequestMirror, requestMirror: {{{body}}}}}" for body in bodies)
        return decided(f"- filters: [{filters}]\n  backendRefs: {to('v1')}")

    def test_copies_go_to_each_mirror_and_the_answer_comes_from_the_backend(self) -> None:
        found = self.mirrored("backendRef: {name: v2, port: 8080}", "backendRef: {name: v3, port: 8080}")
        assert [(each.name, each.share) for each in found.mirrors] == [("v2", 1.0), ("v3", 1.0)]
        assert told(found) == "v1"

    @pytest.mark.parametrize(
        ("part", "share"),
        [
            ("percent: 20", 0.2),
            ("percent: 0", 0.0),
            ("fraction: {numerator: 1, denominator: 2}", 0.5),
            ("fraction: {numerator: 35}", 0.35),
        ],
    )
    def test_a_part_of_the_requests_may_be_copied(self, part: str, share: float) -> None:
        (mirror,) = self.mirrored(f"backendRef: {{name: v2, port: 8080}}, {part}").mirrors
        assert mirror.share == share

    def test_a_backends_mirror_copies_what_the_backend_gets(self) -> None:
        mirror = "{type: RequestMirror, requestMirror: {backendRef: {name: v3, port: 8080}, percent: 50}}"
        refs = f"[{{name: v1, port: 8080, weight: 1, filters: [{mirror}]}}, {{name: v2, port: 8080, weight: 3}}]"
        (found,) = decided(f"- backendRefs: {refs}").mirrors
        assert (found.name, found.share) == ("v3", 0.125)

    def test_a_mirror_that_cannot_be_resolved_is_dropped_and_the_request_goes_on(self) -> None:
        found = self.mirrored("backendRef: {name: gone, port: 8080}")
        assert (told(found), found.mirrors) == ("v1", ())
        assert any("mirror is dropped (BackendNotFound)" in note for note in found.notes)


class TestCors:
    """HTTPRouteCORS."""

    RULES = f"""
- matches: [{{path: {{value: /one}}}}]
  filters:
  - type: CORS
    cors:
      allowOrigins: ["https://www.foo.com", "https://*.bar.com"]
      allowMethods: [GET, OPTIONS]
      allowHeaders: [x-header-1, x-header-2]
      exposeHeaders: [x-header-3]
      allowCredentials: true
      maxAge: 3600
  backendRefs: {to("v1")}
- matches: [{{path: {{value: /any}}}}]
  filters:
  - type: CORS
    cors: {{allowOrigins: ["*"], allowMethods: ["*"], allowHeaders: ["*"], allowCredentials: true}}
  backendRefs: {to("v1")}
"""
    PREFLIGHT = "OPTIONS access-control-request-method:GET access-control-request-headers:x-header-1"

    def headers(self, line: str, origin: str) -> dict[str, str]:
        words = line.split()
        held = cluster("\n---\n".join([gateway(), services("v1"), route(self.RULES)]))
        headers = dict(word.split(":", 1) for word in words if ":" in word)
        path = next(word for word in words if word.startswith("/"))
        method = "OPTIONS" if "OPTIONS" in words else "GET"
        found = ask(held, GATEWAY, path, method=method, headers={"Origin": origin, **headers})
        assert found.status == 200
        assert bool(found.backends) == (method == "GET")
        return {each.name.removeprefix("Access-Control-").lower(): each.value for each in found.response}

    @pytest.mark.parametrize("origin", ["https://www.foo.com", "https://www.bar.com", "https://a.b.bar.com"])
    def test_a_preflight_is_answered_by_the_gateway(self, origin: str) -> None:
        assert self.headers(f"/one {self.PREFLIGHT}", origin) == {
            "allow-origin": origin,
            "allow-credentials": "true",
            "allow-methods": "GET, OPTIONS",
            "allow-headers": "x-header-1, x-header-2",
            "expose-headers": "x-header-3",
            "max-age": "3600",
        }

    def test_another_origin_gets_no_headers(self) -> None:
        for origin in ("https://foobar.com", "http://www.foo.com", "https://www.foo.com:8443", "https://bar.com.evil"):
            assert self.headers(f"/one {self.PREFLIGHT}", origin) == {}
            assert self.headers("/one", origin) == {}

    def test_a_plain_request_gets_the_origin_beside_the_answer(self) -> None:
        assert self.headers("/one", "https://www.bar.com")["allow-origin"] == "https://www.bar.com"

    def test_with_credentials_a_wildcard_is_answered_with_what_was_asked(self) -> None:
        found = self.headers(f"/any {self.PREFLIGHT}", "https://other.org:12345")
        assert found["allow-origin"] == "https://other.org:12345"
        assert (found["allow-methods"], found["allow-headers"]) == ("GET", "x-header-1")

    def test_the_schemes_own_port_may_be_written(self) -> None:
        assert self.headers("/one", "https://www.foo.com:443")["allow-origin"] == "https://www.foo.com:443"


def test_a_filter_of_an_implementation_is_noted() -> None:
    extension = "{type: ExtensionRef, extensionRef: {group: x.io, kind: Limit, name: n}}"
    found = decided(f"- filters: [{extension}]\n  backendRefs: {to('v1')}")
    assert any("implementation's own" in note for note in found.notes)


def test_a_filter_of_no_known_type_is_noted() -> None:
    found = decided(f"- filters: [{{type: Teleport}}]\n  backendRefs: {to('v1')}")
    assert any("Teleport" in note for note in found.notes)
