"""The conditions that a cluster would report.

Facts of the conformance tests that look at status alone (module sigs.k8s.io/gateway-api/conformance v1.6.3, named at
each table), over manifests of our own, and of the reasons in apis/v1.
"""

from __future__ import annotations

import base64

import pytest

from gateshift.model.resource import ResourceId
from gateshift.traffic.cluster import Cluster
from gateshift.traffic.conditions import Condition, attached_listener_sets, attached_routes, conditions
from gateshift.traffic.listener_status import listener_states
from tests.traffic.building import cluster, gateway, route, services, to

BACKENDS = services("v1")
RULES = f"- backendRefs: {to('v1')}"
HTTP = "{name: http, port: 80, protocol: HTTP}"


def held(*texts: str) -> Cluster:
    return cluster("\n---\n".join([BACKENDS, *texts]))


def of(objects: Cluster, kind: str, name: str, type_: str, listener: str = "") -> Condition:
    """The one condition of that type of an object, or of its listener."""
    (found,) = [
        each
        for each in conditions(objects)
        if (each.resource.kind, each.resource.id.name, each.type, each.listener) == (kind, name, type_, listener)
    ]
    return found


def said(condition: Condition) -> str:
    return f"{condition.status} {condition.reason}".strip()


def accepted(routes: str, *others: str, gateway_text: str = "") -> str:
    return said(of(held(gateway_text or gateway(), routes, *others), "HTTPRoute", "route", "Accepted"))


class TestRoutesOnGateways:
    """HTTPRouteInvalidParentRef..., HTTPRouteDisallowedKind, HTTPRouteHostnameIntersection."""

    def test_a_listener_that_takes_it_accepts_it(self) -> None:
        assert accepted(route(RULES)) == "True Accepted"

    @pytest.mark.parametrize(
        "parents",
        [
            "[{name: gw, sectionName: nope}]",
            "[{name: gw, port: 81}]",
            "[{name: gw, sectionName: http, port: 81}]",
        ],
    )
    def test_no_listener_by_that_name_and_port(self, parents: str) -> None:
        assert accepted(route(RULES, parents=parents)) == "False NoMatchingParent"

    def test_name_and_port_must_be_those_of_one_listener(self) -> None:
        two = gateway(HTTP, "{name: alt, port: 8080, protocol: HTTP}")
        assert accepted(route(RULES, parents="[{name: gw, sectionName: http, port: 8080}]"), gateway_text=two) == (
            "False NoMatchingParent"
        )

    @pytest.mark.parametrize(
        "listener",
        [
            "{name: tls, port: 443, protocol: TLS, tls: {mode: Passthrough}}",
            "{name: http, port: 80, protocol: HTTP, allowedRoutes: {kinds: [{kind: GRPCRoute}]}}",
            "{name: http, port: 80, protocol: HTTP, allowedRoutes: {kinds: [{group: x.io, kind: HTTPRoute}]}}",
            "{name: http, port: 80, protocol: HTTP, allowedRoutes: {namespaces: {from: None}}}",
            "{name: udp, port: 80, protocol: UDP}",
        ],
    )
    def test_no_listener_allows_the_kind_or_namespace(self, listener: str) -> None:
        assert accepted(route(RULES), gateway_text=gateway(listener)) == "False NotAllowedByListeners"

    def test_by_default_only_routes_of_the_gateways_namespace_are_allowed(self) -> None:
        far = route(RULES, namespace="other", parents="[{name: gw, namespace: default}]")
        assert accepted(far) == "False NotAllowedByListeners"

    def test_all_namespaces_may_be_allowed_and_no_grant_is_needed(self) -> None:
        open_to_all = gateway("{name: http, port: 80, protocol: HTTP, allowedRoutes: {namespaces: {from: All}}}")
        far = route(RULES, namespace="other", parents="[{name: gw, namespace: default}]")
        assert accepted(far, gateway_text=open_to_all) == "True Accepted"

    @pytest.mark.parametrize("hostname", ["other.org", "*.other.org", "example.org", "www.example.com.org"])
    def test_no_hostname_in_common(self, hostname: str) -> None:
        wild = gateway('{name: http, port: 80, protocol: HTTP, hostname: "*.example.org"}')
        assert accepted(route(RULES, hostnames=f'["{hostname}"]'), gateway_text=wild) == (
            "False NoMatchingListenerHostname"
        )

    def test_the_reason_is_that_of_the_listener_that_came_furthest(self) -> None:
        listeners = gateway(
            "{name: a, port: 80, protocol: HTTP, allowedRoutes: {kinds: [{kind: GRPCRoute}]}}",
            "{name: b, port: 80, protocol: HTTP, hostname: b.org}",
        )
        assert accepted(route(RULES, hostnames="[c.org]"), gateway_text=listeners) == "False NoMatchingListenerHostname"
        only_a = route(RULES, hostnames="[c.org]", parents="[{name: gw, sectionName: a}]")
        assert accepted(only_a, gateway_text=listeners) == "False NotAllowedByListeners"

    def test_one_listener_is_enough(self) -> None:
        listeners = gateway(
            "{name: a, port: 80, protocol: HTTP, hostname: a.org}", "{name: b, port: 81, protocol: HTTP}"
        )
        assert accepted(route(RULES, hostnames="[c.org]"), gateway_text=listeners) == "True Accepted"

    def test_the_fault_is_at_the_field(self) -> None:
        objects = held(gateway(), route(RULES, parents="[{name: gw}, {name: gw, sectionName: nope}]"))
        found = [
            each for each in conditions(objects) if each.type == "Accepted" and each.status == "False" and each.parent
        ]
        assert [each.pointer for each in found] == [("spec", "parentRefs", 1, "sectionName")]

    def test_a_gateway_outside_the_build_leaves_it_open(self) -> None:
        condition = of(held(route(RULES)), "HTTPRoute", "route", "Accepted")
        assert (condition.status, condition.outside) == ("Unknown", True)

    def test_a_parent_of_another_kind_is_taken_by_nobody(self) -> None:
        assert accepted(route(RULES, parents="[{kind: Service, name: v1}]")) == "False"

    @pytest.mark.parametrize(
        ("labels", "expected"), [("team: a", "True Accepted"), ("team: b", "False NotAllowedByListeners")]
    )
    def test_a_selector_looks_at_the_namespaces_labels(self, labels: str, expected: str) -> None:
        selecting = gateway(
            "{name: http, port: 80, protocol: HTTP, "
            "allowedRoutes: {namespaces: {from: Selector, selector: {matchLabels: {team: a}}}}}"
        )
        namespace = f"apiVersion: v1\nkind: Namespace\nmetadata: {{name: shop, labels: {{{labels}}}}}"
        far = route(RULES, namespace="shop", parents="[{name: gw, namespace: default}]")
        assert accepted(far, namespace, gateway_text=selecting) == expected

    def test_every_namespace_has_its_name_as_a_label(self) -> None:
        selecting = gateway(
            "{name: http, port: 80, protocol: HTTP, allowedRoutes: {namespaces: {from: Selector, "
            "selector: {matchExpressions: [{key: kubernetes.io/metadata.name, operator: In, values: [shop]}]}}}}"
        )
        for namespace, expected in (("shop", "True Accepted"), ("other", "False NotAllowedByListeners")):
            far = route(RULES, namespace=namespace, parents="[{name: gw, namespace: default}]")
            assert accepted(far, gateway_text=selecting) == expected

    def test_a_namespace_outside_the_build_leaves_it_open(self) -> None:
        selecting = gateway(
            "{name: http, port: 80, protocol: HTTP, "
            "allowedRoutes: {namespaces: {from: Selector, selector: {matchLabels: {team: a}}}}}"
        )
        far = route(RULES, namespace="shop", parents="[{name: gw, namespace: default}]")
        assert accepted(far, gateway_text=selecting) == "Unknown Accepted"


class TestReferences:
    """HTTPRouteInvalidNonExistentBackendRef, ...BackendRefUnknownKind, ...PartiallyInvalidViaInvalidReferenceGrant."""

    def resolved(self, rules: str, *others: str) -> Condition:
        return of(held(gateway(), route(rules), *others), "HTTPRoute", "route", "ResolvedRefs")

    def test_all_resolved(self) -> None:
        assert said(self.resolved(RULES)) == "True ResolvedRefs"

    @pytest.mark.parametrize(
        ("ref", "reason", "outside"),
        [
            ("{name: gone, port: 8080}", "BackendNotFound", True),
            ("{name: v1, port: 9}", "BackendNotFound", False),
            ("{group: x.io, kind: Odd, name: v1}", "InvalidKind", False),
            ("{name: v1, namespace: other, port: 8080}", "RefNotPermitted", True),
        ],
    )
    def test_the_reason_and_the_field_are_those_of_the_reference(self, ref: str, reason: str, outside: bool) -> None:  # noqa: FBT001 -- a column of the table
        found = self.resolved(f"- backendRefs: {to('v1')}\n- backendRefs: [{{name: v1, port: 8080}}, {ref}]")
        assert (found.status, found.reason, found.outside) == ("False", reason, outside)
        assert found.pointer == ("spec", "rules", 1, "backendRefs", 1)

    def test_accepted_stays_true(self) -> None:
        objects = held(gateway(), route("- backendRefs: [{name: gone, port: 80}]"))
        assert said(of(objects, "HTTPRoute", "route", "Accepted")) == "True Accepted"

    def test_a_fault_of_the_build_goes_before_one_that_lies_outside(self) -> None:
        refs = "[{name: gone, port: 8080}, {group: x.io, kind: Odd, name: v1}]"
        assert self.resolved(f"- backendRefs: {refs}").reason == "InvalidKind"

    def test_mirrors_count(self) -> None:
        mirror = "{type: RequestMirror, requestMirror: {backendRef: {name: gone, port: 80}}}"
        found = self.resolved(f"- filters: [{mirror}]\n  backendRefs: {to('v1')}")
        assert found.reason == "BackendNotFound"
        assert found.pointer[-2:] == ("requestMirror", "backendRef")

    def test_pods_that_are_not_ready_are_no_fault_of_the_reference(self) -> None:
        empty = (
            "apiVersion: v1\nkind: Service\nmetadata: {name: empty, namespace: default}\n"
            "spec: {selector: {app: nobody}, ports: [{port: 80}]}"
        )
        assert said(self.resolved("- backendRefs: [{name: empty, port: 80}]", empty)) == "True ResolvedRefs"

    @pytest.mark.parametrize("kind", ["TLSRoute", "TCPRoute"])
    def test_routes_of_other_layers_are_judged_too(self, kind: str) -> None:
        """TLSRouteInvalidBackendRefNonexistent, TCPRouteInvalidBackendRefNonexistent."""
        protocol = "TLS" if kind == "TLSRoute" else "TCP"
        tls = ", tls: {mode: Passthrough}" if kind == "TLSRoute" else ""
        taking = gateway(f"{{name: l, port: 443, protocol: {protocol}{tls}}}")
        objects = held(taking, route("- backendRefs: [{name: gone, port: 80}]", kind=kind))
        assert said(of(objects, kind, "route", "Accepted")) == "True Accepted"
        assert said(of(objects, kind, "route", "ResolvedRefs")) == "False BackendNotFound"

    def test_a_udp_route_takes_the_udp_port(self) -> None:
        dns = (
            "apiVersion: v1\nkind: Service\nmetadata: {name: dns, namespace: default}\n"
            "spec: {selector: {app: v1}, ports: [{port: 53, protocol: UDP}]}"
        )
        objects = held(
            gateway("{name: l, port: 53, protocol: UDP}"),
            dns,
            route("- backendRefs: [{name: dns, port: 53}]", kind="UDPRoute"),
        )
        assert said(of(objects, "UDPRoute", "route", "ResolvedRefs")) == "True ResolvedRefs"


def pem(word: str) -> str:
    return base64.b64encode(f"-----BEGIN {word}-----\n".encode()).decode()


SECRET = f"""
apiVersion: v1
kind: Secret
metadata: {{name: cert, namespace: default}}
type: kubernetes.io/tls
data: {{tls.crt: {pem("CERTIFICATE")}, tls.key: {pem("PRIVATE KEY")}}}
"""


class TestListenerReferences:
    """GatewayInvalidTLSConfiguration, GatewaySecret...ReferenceGrant, GatewayInvalidRouteKind, ...SupportedKinds."""

    def resolved(self, ref: str, *others: str) -> Condition:
        listener = f"{{name: s, port: 443, protocol: HTTPS, tls: {{certificateRefs: [{ref}]}}}}"
        return of(held(gateway(listener), *others), "Gateway", "gw", "ResolvedRefs", "s")

    def test_a_certificate_that_is_there(self) -> None:
        assert said(self.resolved("{name: cert}", SECRET)) == "True ResolvedRefs"

    @pytest.mark.parametrize(
        ("ref", "outside"),
        [
            ("{name: nonexistent}", True),
            ("{group: wrong.group.io, name: cert}", False),
            ("{kind: WrongKind, name: cert}", False),
        ],
    )
    def test_a_certificate_that_cannot_be_used(self, ref: str, outside: bool) -> None:  # noqa: FBT001 -- a column of the table
        found = self.resolved(ref, SECRET)
        assert (said(found), found.outside) == ("False InvalidCertificateRef", outside)

    @pytest.mark.parametrize("data", ["{}", "{tls.crt: SGVsbG8=, tls.key: SGVsbG8=}", "{tls.crt: '%%%', tls.key: x}"])
    def test_a_secret_without_a_key_pair(self, data: str) -> None:
        broken = f"apiVersion: v1\nkind: Secret\nmetadata: {{name: cert, namespace: default}}\ndata: {data}"
        assert said(self.resolved("{name: cert}", broken)) == "False InvalidCertificateRef"

    def test_an_encrypted_secret_is_taken_to_be_good(self) -> None:
        sealed = (
            "apiVersion: v1\nkind: Secret\nmetadata: {name: cert, namespace: default}\n"
            "data: {tls.crt: 'ENC[AES256_GCM,data:x]', tls.key: 'ENC[AES256_GCM,data:y]'}\nsops: {version: 3.9.0}"
        )
        assert said(self.resolved("{name: cert}", sealed)) == "True ResolvedRefs"

    def test_a_secret_taken_to_exist_is_good(self) -> None:
        listener = "{name: s, port: 443, protocol: HTTPS, tls: {certificateRefs: [{name: cert}]}}"
        objects = held(gateway(listener)).derive(assume=[ResourceId("", "Secret", "default", "cert")])
        assert said(of(objects, "Gateway", "gw", "ResolvedRefs", "s")) == "True ResolvedRefs"

    @pytest.mark.parametrize(
        ("source", "target", "expected"),
        [
            ("Gateway", "", "True ResolvedRefs"),
            ("Gateway", ", name: cert", "True ResolvedRefs"),
            ("Gateway", ", name: other", "False RefNotPermitted"),
            ("HTTPRoute", "", "False RefNotPermitted"),
        ],
    )
    def test_a_certificate_in_another_namespace_needs_a_grant(self, source: str, target: str, expected: str) -> None:
        far = SECRET.replace("namespace: default", "namespace: certs")
        grant = f"""
apiVersion: gateway.networking.k8s.io/v1
kind: ReferenceGrant
metadata: {{name: grant, namespace: certs}}
spec:
  from: [{{group: gateway.networking.k8s.io, kind: {source}, namespace: default}}]
  to: [{{group: "", kind: Secret{target}}}]
"""
        assert said(self.resolved("{name: cert, namespace: certs}", far, grant)) == expected

    def test_without_a_grant_it_is_not_told_whether_the_secret_is_there(self) -> None:
        assert said(self.resolved("{name: cert, namespace: certs}")) == "False RefNotPermitted"

    @pytest.mark.parametrize(
        ("protocol", "kinds", "expected", "supported"),
        [
            ("HTTP", "[{kind: InvalidRoute}]", "False InvalidRouteKinds", ()),
            ("HTTP", "[{kind: InvalidRoute}, {kind: HTTPRoute}]", "False InvalidRouteKinds", ("HTTPRoute",)),
            ("HTTP", "[{kind: HTTPRoute}]", "True ResolvedRefs", ("HTTPRoute",)),
            ("HTTP", "[{kind: TLSRoute}]", "False InvalidRouteKinds", ()),
            ("TLS", "[{kind: HTTPRoute}]", "False InvalidRouteKinds", ()),
            ("TCP", "[{kind: TCPRoute}]", "True ResolvedRefs", ("TCPRoute",)),
        ],
    )
    def test_route_kinds_must_go_with_the_protocol(
        self, protocol: str, kinds: str, expected: str, supported: tuple[str, ...]
    ) -> None:
        objects = held(gateway(f"{{name: l, port: 80, protocol: {protocol}, allowedRoutes: {{kinds: {kinds}}}}}"))
        assert said(of(objects, "Gateway", "gw", "ResolvedRefs", "l")) == expected
        (state,) = listener_states(objects, objects.gateways[0])
        assert state.kinds == supported


class TestListeners:
    """GatewayListenerUnsupportedProtocol and "Handling indistinct Listeners"."""

    def test_a_protocol_of_nobody(self) -> None:
        objects = held(gateway("{name: bad, port: 1111, protocol: INVALID}"))
        assert said(of(objects, "Gateway", "gw", "Accepted", "bad")) == "False UnsupportedProtocol"
        assert said(of(objects, "Gateway", "gw", "Accepted")) == "False ListenersNotValid"

    def test_beside_a_good_listener_the_gateway_is_accepted(self) -> None:
        objects = held(gateway(HTTP, "{name: bad, port: 1111, protocol: INVALID}"))
        assert said(of(objects, "Gateway", "gw", "Accepted", "http")) == "True Accepted"
        assert said(of(objects, "Gateway", "gw", "Accepted")) == "True ListenersNotValid"

    def test_a_protocol_of_an_implementations_own_may_be_known_to_it(self) -> None:
        objects = held(gateway("{name: own, port: 1111, protocol: example.com/quic}"))
        assert said(of(objects, "Gateway", "gw", "Accepted", "own")) == "True Accepted"

    @pytest.mark.parametrize(
        ("one", "other", "reason"),
        [
            ("protocol: HTTP, hostname: a.org", "protocol: HTTP, hostname: a.org", "HostnameConflict"),
            ("protocol: HTTP", "protocol: HTTPS, tls: {certificateRefs: [{name: c}]}", "ProtocolConflict"),
            ("protocol: HTTP", "protocol: TCP", "ProtocolConflict"),
            ("protocol: TCP", "protocol: TCP", "ProtocolConflict"),
            ("protocol: HTTP, hostname: a.org", "protocol: HTTP, hostname: b.org", ""),
            ("protocol: HTTP, hostname: a.org", "protocol: HTTP", ""),
            ("protocol: TCP", "protocol: UDP", ""),
        ],
    )
    def test_listeners_on_one_port_must_be_told_apart_and_none_of_them_wins(
        self, one: str, other: str, reason: str
    ) -> None:
        objects = held(gateway(f"{{name: a, port: 80, {one}}}", f"{{name: b, port: 80, {other}}}"))
        for name in ("a", "b"):
            expected = f"True {reason}" if reason else "False NoConflicts"
            assert said(of(objects, "Gateway", "gw", "Conflicted", name)) == expected
            assert said(of(objects, "Gateway", "gw", "Accepted", name)) == (
                f"False {reason}" if reason else "True Accepted"
            )

    def test_attached_routes_are_counted_also_where_the_listener_is_not_accepted(self) -> None:
        """ListenerStatus.AttachedRoutes."""
        clash = gateway("{name: a, port: 80, protocol: HTTP}", "{name: b, port: 80, protocol: HTTP}")
        objects = held(clash, route(RULES, parents="[{name: gw, sectionName: a}]"))
        (gw,) = objects.gateways
        assert [attached_routes(objects, listener) for listener in gw.listeners] == [1, 0]


class TestFrontendValidation:
    """GatewayInvalidFrontendClientCertificateValidation, ...DefaultFrontend..., ...InsecureFallback."""

    GATEWAY = """
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {{name: gw, namespace: default}}
spec:
  gatewayClassName: example
  tls: {{frontend: {{default: {{validation: {{caCertificateRefs: [{default}]{mode}}}}}{per_port}}}}}
  listeners:
  - {{name: s, port: 443, protocol: HTTPS, tls: {{certificateRefs: [{{name: cert}}]}}}}
  - {{name: http, port: 80, protocol: HTTP}}
"""
    CA = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ca, namespace: default}\ndata: {ca.crt: x}"
    GOOD = '{group: "", kind: ConfigMap, name: ca}'

    def objects(self, default: str, per_port: str = "", mode: str = "") -> Cluster:
        port = (
            f", perPort: [{{port: 443, tls: {{validation: {{caCertificateRefs: [{per_port}]}}}}}}]" if per_port else ""
        )
        text = self.GATEWAY.format(default=default, per_port=port, mode=mode)
        return held(text, self.CA, SECRET)

    def test_a_certificate_authority_that_is_there(self) -> None:
        objects = self.objects(self.GOOD)
        assert said(of(objects, "Gateway", "gw", "Accepted", "s")) == "True Accepted"
        assert said(of(objects, "Gateway", "gw", "ResolvedRefs", "s")) == "True ResolvedRefs"

    @pytest.mark.parametrize(
        ("ref", "reason"),
        [
            ('{group: "", kind: ConfigMap, name: gone}', "InvalidCACertificateRef"),
            ('{group: "", kind: Service, name: v1}', "InvalidCACertificateKind"),
            ('{group: "", kind: ConfigMap, name: ca, namespace: far}', "RefNotPermitted"),
        ],
    )
    def test_without_a_usable_one_the_listener_is_not_accepted(self, ref: str, reason: str) -> None:
        objects = self.objects(ref)
        assert said(of(objects, "Gateway", "gw", "Accepted", "s")) == "False NoValidCACertificate"
        assert of(objects, "Gateway", "gw", "Programmed", "s").status == "False"
        assert said(of(objects, "Gateway", "gw", "ResolvedRefs", "s")) == f"False {reason}"

    def test_listeners_without_tls_are_not_affected(self) -> None:
        objects = self.objects('{group: "", kind: ConfigMap, name: gone}')
        assert said(of(objects, "Gateway", "gw", "Accepted", "http")) == "True Accepted"

    def test_what_is_said_for_a_port_goes_before_the_default(self) -> None:
        bad = '{group: "", kind: ConfigMap, name: gone}'
        assert said(of(self.objects(bad, self.GOOD), "Gateway", "gw", "Accepted", "s")) == "True Accepted"
        assert said(of(self.objects(self.GOOD, bad), "Gateway", "gw", "Accepted", "s")) == "False NoValidCACertificate"

    def test_one_usable_authority_is_enough_to_be_accepted(self) -> None:
        objects = self.objects(f'{self.GOOD}, {{group: "", kind: Service, name: v1}}')
        assert said(of(objects, "Gateway", "gw", "Accepted", "s")) == "True Accepted"
        assert said(of(objects, "Gateway", "gw", "ResolvedRefs", "s")) == "False InvalidCACertificateKind"

    def test_an_insecure_fallback_is_reported(self) -> None:
        objects = self.objects(self.GOOD, mode=", mode: AllowInsecureFallback")
        assert said(of(objects, "Gateway", "gw", "InsecureFrontendValidationMode")) == "True ConfigurationChanged"


class TestClientCertificates:
    """GatewayInvalidTLSBackendConfiguration."""

    @pytest.mark.parametrize(
        ("ref", "expected"),
        [
            ("{name: cert}", "True ResolvedRefs"),
            ("{name: gone}", "False InvalidClientCertificateRef"),
            ("{group: wrong.io, name: cert}", "False InvalidClientCertificateRef"),
            ("{kind: WrongKind, name: cert}", "False InvalidClientCertificateRef"),
            ("{name: cert, namespace: far}", "False RefNotPermitted"),
        ],
    )
    def test_the_gateway_says_so(self, ref: str, expected: str) -> None:
        text = gateway(extra=f"  tls: {{backend: {{clientCertificateRef: {ref}}}}}\n")
        objects = held(text, SECRET)
        assert said(of(objects, "Gateway", "gw", "ResolvedRefs")) == expected
        assert said(of(objects, "Gateway", "gw", "Accepted")) == "True Accepted"


class TestListenerSets:
    """ListenerSetAllowedNamespace..., ListenerSetDefaultNotAllowed, ListenerSet{Hostname,Protocol}Conflict."""

    def listener_set(self, name: str, *listeners: str, namespace: str = "default", gw: str = "gw") -> str:
        lines = "\n".join(f"  - {listener}" for listener in listeners)
        return (
            "apiVersion: gateway.networking.k8s.io/v1\nkind: ListenerSet\n"
            f"metadata: {{name: {name}, namespace: {namespace}}}\nspec:\n"
            f"  parentRef: {{name: {gw}, namespace: default}}\n  listeners:\n{lines}\n"
        )

    def allowing(self, source: str) -> str:
        return gateway(
            "{name: gw-1, port: 80, protocol: HTTP, hostname: gw.org}",
            extra=f"  allowedListeners: {{namespaces: {{{source}}}}}\n" if source else "",
        )

    @pytest.mark.parametrize(
        ("source", "namespace", "expected"),
        [
            ("", "default", "False NotAllowed"),
            ("from: None", "default", "False NotAllowed"),
            ("from: Same", "default", "True Accepted"),
            ("from: Same", "other", "False NotAllowed"),
            ("from: All", "other", "True Accepted"),
            ("from: Selector, selector: {matchLabels: {pick: me}}", "other", "False NotAllowed"),
            ("from: Selector, selector: {matchLabels: {pick: me}}", "picked", "True Accepted"),
        ],
    )
    def test_the_gateway_allows_it_or_not(self, source: str, namespace: str, expected: str) -> None:
        namespaces = [
            "apiVersion: v1\nkind: Namespace\nmetadata: {name: other}",
            "apiVersion: v1\nkind: Namespace\nmetadata: {name: picked, labels: {pick: me}}",
        ]
        listeners = self.listener_set("ls", "{name: l, port: 80, protocol: HTTP, hostname: l.org}", namespace=namespace)
        objects = held(self.allowing(source), listeners, *namespaces)
        assert said(of(objects, "ListenerSet", "ls", "Accepted")) == expected
        programmed = expected.replace("True Accepted", "True Programmed")
        assert said(of(objects, "ListenerSet", "ls", "Programmed")) == programmed
        assert attached_listener_sets(objects, objects.gateways[0]) == int(expected.startswith("True"))

    @pytest.mark.parametrize(
        ("clash", "reason"),
        [
            ("{name: bad, port: 80, protocol: HTTP, hostname: gw.org}", "HostnameConflict"),
            ("{name: bad, port: 80, protocol: TCP}", "ProtocolConflict"),
        ],
    )
    def test_the_gateways_listener_wins_over_the_sets(self, clash: str, reason: str) -> None:
        good = "{name: good, port: 80, protocol: HTTP, hostname: good.org}"
        objects = held(
            self.allowing("from: Same"), self.listener_set("both", good, clash), self.listener_set("only", clash)
        )
        assert said(of(objects, "Gateway", "gw", "Accepted", "gw-1")) == "True Accepted"
        for name in ("both", "only"):
            assert said(of(objects, "ListenerSet", name, "Accepted", "bad")) == f"False {reason}"
            assert said(of(objects, "ListenerSet", name, "Programmed", "bad")) == f"False {reason}"
            assert said(of(objects, "ListenerSet", name, "Conflicted", "bad")) == f"True {reason}"
        assert of(objects, "ListenerSet", "both", "Accepted").status == "True"
        assert said(of(objects, "ListenerSet", "both", "Accepted", "good")) == "True Accepted"
        assert said(of(objects, "ListenerSet", "only", "Accepted")) == "False ListenersNotValid"
        assert attached_listener_sets(objects, objects.gateways[0]) == 1

    def test_of_two_sets_the_older_one_wins_then_the_first_by_name(self) -> None:
        same = "{name: l, port: 80, protocol: HTTP, hostname: l.org}"
        by_name = held(self.allowing("from: Same"), self.listener_set("b", same), self.listener_set("a", same))
        assert said(of(by_name, "ListenerSet", "a", "Accepted", "l")) == "True Accepted"
        assert said(of(by_name, "ListenerSet", "b", "Accepted", "l")) == "False HostnameConflict"
        old = self.listener_set("b", same).replace("name: b,", 'name: b, creationTimestamp: "2024-01-01T00:00:00Z",')
        by_age = held(self.allowing("from: Same"), self.listener_set("a", same), old)
        assert said(of(by_age, "ListenerSet", "b", "Accepted", "l")) == "True Accepted"
        assert said(of(by_age, "ListenerSet", "a", "Accepted", "l")) == "False HostnameConflict"

    def test_a_gateway_outside_the_build_leaves_it_open(self) -> None:
        objects = held(self.listener_set("ls", "{name: l, port: 80, protocol: HTTP}", gw="shared"))
        condition = of(objects, "ListenerSet", "ls", "Accepted")
        assert (condition.status, condition.outside) == ("Unknown", True)

    def test_a_grant_for_gateways_is_none_for_listener_sets(self) -> None:
        """ListenerSetReferenceGrant: grants of the Gateway are not inherited."""
        tls = "{name: l, port: 443, protocol: HTTPS, tls: {certificateRefs: [{name: cert, namespace: certs}]}}"
        grant = """
apiVersion: gateway.networking.k8s.io/v1
kind: ReferenceGrant
metadata: {name: grant, namespace: certs}
spec:
  from: [{group: gateway.networking.k8s.io, kind: KIND, namespace: default}]
  to: [{group: "", kind: Secret}]
"""
        far = SECRET.replace("namespace: default", "namespace: certs")
        for kind, expected in (("Gateway", "False RefNotPermitted"), ("ListenerSet", "True ResolvedRefs")):
            objects = held(self.allowing("from: Same"), self.listener_set("ls", tls), far, grant.replace("KIND", kind))
            assert said(of(objects, "ListenerSet", "ls", "ResolvedRefs", "l")) == expected


class TestBackendTLSPolicies:
    """BackendTLSPolicyConflictResolution, BackendTLSPolicyInvalidKind, BackendTLSPolicyInvalidCACertificateRef."""

    def policy(self, name: str, *, section: str = "", ref: str = '{group: "", kind: ConfigMap, name: ca}') -> str:
        where = f", sectionName: {section}" if section else ""
        return f"""
apiVersion: gateway.networking.k8s.io/v1
kind: BackendTLSPolicy
metadata: {{name: {name}, namespace: default}}
spec:
  targetRefs: [{{group: "", kind: Service, name: v1{where}}}]
  validation: {{hostname: example.org, caCertificateRefs: [{ref}]}}
"""

    CA = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ca, namespace: default}\ndata: {ca.crt: x}"

    def test_of_two_with_one_target_the_first_by_name_counts(self) -> None:
        objects = held(self.CA, self.policy("b"), self.policy("a"))
        assert said(of(objects, "BackendTLSPolicy", "a", "Accepted")) == "True Accepted"
        assert said(of(objects, "BackendTLSPolicy", "b", "Accepted")) == "False Conflicted"

    def test_a_section_is_another_target(self) -> None:
        objects = held(self.CA, self.policy("a"), self.policy("b", section="http"))
        assert said(of(objects, "BackendTLSPolicy", "b", "Accepted")) == "True Accepted"

    @pytest.mark.parametrize(
        ("ref", "reason"),
        [
            ("{group: invalid.io, kind: InvalidKind, name: ca}", "InvalidKind"),
            ('{group: "", kind: ConfigMap, name: gone}', "InvalidCACertificateRef"),
        ],
    )
    def test_without_a_usable_certificate_it_is_not_accepted(self, ref: str, reason: str) -> None:
        objects = held(self.CA, self.policy("a", ref=ref))
        assert said(of(objects, "BackendTLSPolicy", "a", "Accepted")) == "False NoValidCACertificate"
        assert said(of(objects, "BackendTLSPolicy", "a", "ResolvedRefs")) == f"False {reason}"

    @pytest.mark.parametrize(
        ("known", "expected"),
        [("System", "True Accepted"), ("example.org/ours", "True Accepted"), ("Mozilla", "False Invalid")],
    )
    def test_well_known_certificates_are_those_of_the_system_or_of_an_implementation(
        self, known: str, expected: str
    ) -> None:
        policy = self.policy("a").replace(
            'caCertificateRefs: [{group: "", kind: ConfigMap, name: ca}]', f"wellKnownCACertificates: {known}"
        )
        assert said(of(held(policy), "BackendTLSPolicy", "a", "Accepted")) == expected


class TestMeshParents:
    """GEP-1294."""

    PARENT = '[{group: "", kind: Service, name: v1}]'

    def test_a_service_accepts_a_route(self) -> None:
        assert accepted(route(RULES, parents=self.PARENT)) == "True Accepted"

    @pytest.mark.parametrize("where", ["sectionName: nope", "port: 81", "sectionName: http, port: 81"])
    def test_a_port_that_the_service_lacks(self, where: str) -> None:
        parents = f'[{{group: "", kind: Service, name: v1, {where}}}]'
        assert accepted(route(RULES, parents=parents)) == "False NoMatchingParent"

    def test_of_two_kinds_on_one_port_one_is_conflicted(self) -> None:
        grpc = route(RULES, name="grpc", kind="GRPCRoute", parents=self.PARENT)
        assert accepted(route(RULES, parents=self.PARENT), grpc) == "False Conflicted"

    def test_a_backend_in_another_namespace_is_resolved_without_a_grant(self) -> None:
        refs = "- backendRefs: [{name: far, namespace: other, port: 8080}]"
        objects = held(route(refs, parents=self.PARENT), services("far", namespace="other"))
        assert said(of(objects, "HTTPRoute", "route", "ResolvedRefs")) == "True ResolvedRefs"


def test_http_and_grpc_routes_on_one_hostname_cannot_both_be_accepted() -> None:
    objects = held(gateway(), route(RULES, name="b"), route(RULES, name="a", kind="GRPCRoute"))
    assert said(of(objects, "GRPCRoute", "a", "Accepted")) == "True Accepted"
    assert said(of(objects, "HTTPRoute", "b", "Accepted")) == "False Conflicted"
