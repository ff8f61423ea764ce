"""What a rule's backends come to: shares, invalid references, grants, ports, and the pods behind a Service.

Facts of the conformance tests (module sigs.k8s.io/gateway-api/conformance v1.6.3) and of apis/v1/{httproute,shared,
referencegrant}_types.go; of the pods behind a Service, of Kubernetes' endpoint slice controller.
"""

from __future__ import annotations

import pytest

from gateshift.model.resource import ResourceId
from gateshift.traffic.cluster import Cluster
from gateshift.traffic.decision import Decision
from tests.traffic.building import ask, cluster, gateway, route, service, services, shares, told, versions

GATEWAY = "Gateway/default/gw"


def held(backends: str, *others: str, name: str = "route", kind: str = "HTTPRoute") -> Cluster:
    rules = f"- backendRefs: {backends}"
    return cluster("\n---\n".join([gateway(), services("v1", "v2", "v3"), route(rules, name=name, kind=kind), *others]))


def decision(backends: str, *others: str) -> Decision:
    return ask(held(backends, *others), GATEWAY)


def answer(backends: str, *others: str) -> str:
    return told(decision(backends, *others))


class TestWeights:
    """HTTPRouteWeight; BackendRef.Weight: computed as weight/(sum of all weights), no percentages."""

    @pytest.mark.parametrize(
        ("weights", "expected"),
        [
            ((70, 30, 0), {"v1": 0.7, "v2": 0.3}),
            ((1, 1, 2), {"v1": 0.25, "v2": 0.25, "v3": 0.5}),
            ((0, 0, 7), {"v3": 1.0}),
            ((1_000_000, 1_000_000, 0), {"v1": 0.5, "v2": 0.5}),
        ],
    )
    def test_shares_are_relative_to_the_sum(self, weights: tuple[int, ...], expected: dict[str, float]) -> None:
        names = ("v1", "v2", "v3")
        refs = ", ".join(
            f"{{name: {name}, port: 8080, weight: {weight}}}" for name, weight in zip(names, weights, strict=True)
        )
        assert shares(decision(f"[{refs}]")) == expected

    def test_an_absent_weight_is_one(self) -> None:
        refs = "[{name: v1, port: 8080}, {name: v2, port: 8080}, {name: v3, port: 8080, weight: 2}]"
        assert shares(decision(refs)) == {"v1": 0.25, "v2": 0.25, "v3": 0.5}

    def test_one_service_may_stand_twice(self) -> None:
        refs = (
            "[{name: v1, port: 8080, weight: 1}, {name: v1, port: 8080, weight: 1}, {name: v2, port: 8080, weight: 2}]"
        )
        assert shares(decision(refs)) == {"v1": 0.5, "v2": 0.5}

    @pytest.mark.parametrize(
        "refs",
        [
            "[{name: v1, port: 8080, weight: 0}]",
            "[{name: v1, port: 8080, weight: 0}, {name: v2, port: 8080, weight: 0}]",
        ],
    )
    def test_no_weight_at_all_is_500_and_said_to_be_open(self, refs: str) -> None:
        """BackendRef.Weight says only that no traffic should be forwarded for such an entry."""
        found = decision(refs)
        assert found.status == 500
        assert any("every weight is 0" in note for note in found.notes)


class TestInvalidReferences:
    """HTTPRouteRule.BackendRefs: the part of the requests an invalid backend would have had gets a 500."""

    def test_an_invalid_reference_keeps_its_share(self) -> None:
        found = decision("[{name: v1, port: 8080, weight: 3}, {name: gone, port: 8080, weight: 1}]")
        assert told(found) == "v1 0.75 500 0.25"
        assert found.status == 200
        assert [backend.reason for backend in found.backends] == ["", "BackendNotFound"]

    @pytest.mark.parametrize(
        ("ref", "reason"),
        [
            ("{name: nonexistent, port: 8080}", "BackendNotFound"),
            ("{group: unknownkind.example.com, kind: NonExistent, name: v1, port: 8080}", "InvalidKind"),
            ("{group: apps, kind: Deployment, name: v1}", "InvalidKind"),
            ("{kind: Secret, name: v1}", "InvalidKind"),
            ("{name: v1, namespace: other, port: 8080}", "RefNotPermitted"),
            ("{name: v1}", "BackendNotFound"),
            ("{port: 8080}", "BackendNotFound"),
        ],
    )
    def test_all_invalid_is_500_with_the_conditions_reason(self, ref: str, reason: str) -> None:
        found = decision(f"[{ref}]")
        assert found.status == 500
        assert [backend.reason for backend in found.backends] == [reason]
        assert any(reason in note for note in found.notes)

    @pytest.mark.parametrize("rules", ["- backendRefs: []", "- matches: [{path: {value: /}}]"])
    def test_no_backends_are_500(self, rules: str) -> None:
        """HTTPRouteNoBackendRefs."""
        only = cluster("\n---\n".join([gateway(), route(rules)]))
        assert told(ask(only, GATEWAY)) == "500"

    def test_another_rule_keeps_working(self) -> None:
        rules = (
            "- matches: [{path: {value: /bad}}]\n  backendRefs: [{name: gone, port: 8080}]\n"
            "- matches: [{path: {value: /good}}]\n  backendRefs: [{name: v1, port: 8080}]"
        )
        both = cluster("\n---\n".join([gateway(), services("v1"), route(rules)]))
        assert (told(ask(both, GATEWAY, "/bad")), told(ask(both, GATEWAY, "/good"))) == ("500", "v1")

    def test_a_backend_that_an_implementation_defines_answers_with_a_note(self) -> None:
        found = decision("[{group: multicluster.x-k8s.io, kind: ServiceImport, name: far, port: 8080}]")
        assert found.status == 200
        assert any("an implementation's own" in note for note in found.notes)

    def test_a_kind_whose_object_is_in_the_build_is_taken_to_be_known(self) -> None:
        backend = "apiVersion: example.org/v1\nkind: Upstream\nmetadata: {name: far, namespace: default}\n"
        refs = "[{group: example.org, kind: Upstream, name: far, port: 80}]"
        assert decision(refs, backend).status == 200
        assert decision(refs).status == 500


class TestPorts:
    """The specification does not say what a port that the Service lacks does: taken for an invalid reference."""

    def test_a_port_that_the_service_lacks_is_500_and_said_to_be_open(self) -> None:
        found = decision("[{name: v1, port: 9999}]")
        assert found.status == 500
        assert any("no port 9999" in note and "leaves the answer open" in note for note in found.notes)

    def test_the_target_port_is_no_port_of_the_service_and_the_slip_is_named(self) -> None:
        found = decision("[{name: v1, port: 3000}]")
        assert found.status == 500
        assert any("3000 is the targetPort of port 8080" in note for note in found.notes)

    def test_a_udp_port_takes_no_http(self) -> None:
        udp = """
apiVersion: v1
kind: Service
metadata: {name: dns, namespace: default}
spec: {selector: {app: v1}, ports: [{port: 53, protocol: UDP}]}
"""
        found = decision("[{name: dns, port: 53}]", udp)
        assert [backend.reason for backend in found.backends] == ["UnsupportedProtocol"]

    def test_of_a_port_for_both_protocols_the_tcp_one_counts(self) -> None:
        both = """
apiVersion: v1
kind: Service
metadata: {name: dns, namespace: default}
spec: {selector: {app: v1}, ports: [{name: u, port: 53, protocol: UDP}, {name: t, port: 53}]}
"""
        assert answer("[{name: dns, port: 53}]", both) == "dns"


GRANT = """
apiVersion: gateway.networking.k8s.io/{version}
kind: ReferenceGrant
metadata: {{name: grant, namespace: {namespace}}}
spec:
  from: [{{group: {group}, kind: {kind}, namespace: {source}}}]
  to: [{{group: "", kind: {to}}}]
"""


def grant(
    *,
    version: str = "v1",
    namespace: str = "other",
    group: str = "gateway.networking.k8s.io",
    kind: str = "HTTPRoute",
    source: str = "default",
    to: str = "Service",
) -> str:
    return GRANT.format(version=version, namespace=namespace, group=group, kind=kind, source=source, to=to)


class TestGrants:
    """HTTPRouteReferenceGrant, HTTPRouteInvalidReferenceGrant, HTTPRouteInvalidCrossNamespaceBackendRef."""

    REF = "[{name: far, namespace: other, port: 8080}]"
    FAR = services("far", namespace="other")

    @pytest.mark.parametrize(
        ("granted", "expected"),
        [
            (grant(), "far"),
            (grant(version="v1beta1"), "far"),
            (grant(to="Service, name: far"), "far"),
            (grant(to="Service, name: near"), "500"),
            (grant(namespace="default"), "500"),
            (grant(source="elsewhere"), "500"),
            (grant(kind="GRPCRoute"), "500"),
            (grant(kind="Gateway"), "500"),
            (grant(group='""'), "500"),
            (grant(to="Secret"), "500"),
        ],
    )
    def test_a_reference_across_namespaces_needs_a_grant_that_fits(self, granted: str, expected: str) -> None:
        assert answer(self.REF, self.FAR, granted) == expected

    def test_grants_add_up(self) -> None:
        assert (
            answer(self.REF, self.FAR, grant(kind="GRPCRoute"), grant().replace("name: grant", "name: second")) == "far"
        )

    def test_a_grant_does_not_make_the_service_be_there(self) -> None:
        found = decision(self.REF, grant())
        assert [backend.reason for backend in found.backends] == ["BackendNotFound"]

    def test_without_a_grant_nothing_is_told_of_what_is_there(self) -> None:
        assert [backend.reason for backend in decision(self.REF).backends] == ["RefNotPermitted"]

    def test_a_service_parent_needs_no_grant_where_a_gateway_does(self) -> None:
        """GEP-1294: the same route is judged for each parent."""
        front = (
            "apiVersion: v1\nkind: Service\nmetadata: {name: front, namespace: default}\nspec: {ports: [{port: 80}]}\n"
        )
        both = route(f"- backendRefs: {self.REF}", parents='[{name: gw}, {group: "", kind: Service, name: front}]')
        held_both = cluster("\n---\n".join([gateway(), front, self.FAR, both]))
        assert told(ask(held_both, GATEWAY)) == "500"
        assert told(ask(held_both, "Service/default/front")) == "far"


def deployment(name: str, replicas: int | None, **labels: str) -> str:
    pairs = ", ".join(f"{key}: {value}" for key, value in labels.items())
    count = "" if replicas is None else f"\n  replicas: {replicas}"
    return f"""
apiVersion: apps/v1
kind: Deployment
metadata: {{name: {name}, namespace: default}}
spec:{count}
  selector: {{matchLabels: {{{pairs}}}}}
  template:
    metadata: {{labels: {{{pairs}}}}}
    spec: {{containers: [{{name: c, image: example.org/c, ports: [{{name: web, containerPort: 3000}}]}}]}}
"""


def plain_service(name: str, spec: str) -> str:
    return f"apiVersion: v1\nkind: Service\nmetadata: {{name: {name}, namespace: default}}\nspec: {spec}\n"


class TestPodsBehindAService:
    REF = "[{name: app, port: 80}]"
    SERVICE = plain_service("app", "{selector: {app: app}, ports: [{port: 80, targetPort: 3000}]}")

    def test_several_versions_share_by_their_pods(self) -> None:
        found = decision(
            self.REF,
            self.SERVICE,
            deployment("app-v1", 3, app="app", version="v1"),
            deployment("app-v2", 1, app="app", version="v2"),
        )
        assert versions(found) == {"v1": 0.75, "v2": 0.25}
        assert [backend.workloads for backend in found.backends] == [("Deployment/app-v1",), ("Deployment/app-v2",)]

    def test_a_version_without_pods_gets_nothing(self) -> None:
        found = decision(
            self.REF,
            self.SERVICE,
            deployment("app-v1", 2, app="app", version="v1"),
            deployment("app-v2", 0, app="app", version="v2"),
        )
        assert versions(found) == {"v1": 1.0}

    def test_no_ready_pod_is_503_for_the_version_that_has_none(self) -> None:
        """HTTPRouteRule.BackendRefs: a Service without ready endpoints should answer 503."""
        found = decision(self.REF, self.SERVICE, deployment("app-v2", 0, app="app", version="v2"))
        assert found.status == 503
        assert [(each.version, each.status, each.reason) for each in found.backends] == [("v2", 503, "NoEndpoints")]

    def test_a_selector_that_selects_nothing_is_503(self) -> None:
        found = decision(self.REF, self.SERVICE)
        assert found.status == 503
        assert any("selects no pod" in note for note in found.notes)

    def test_a_share_without_pods_is_not_given_to_the_others(self) -> None:
        refs = "[{name: v1, port: 8080, weight: 9}, {name: app, port: 80, weight: 1}]"
        assert answer(refs, self.SERVICE) == "v1 0.9 503 0.1"

    def test_pods_of_another_namespace_do_not_count(self) -> None:
        elsewhere = deployment("app", 1, app="app").replace("namespace: default", "namespace: other")
        assert answer(self.REF, self.SERVICE, elsewhere) == "503"

    def test_what_is_known_of_ready_pods_goes_before_replicas(self) -> None:
        objects = held(self.REF, self.SERVICE, deployment("app", 3, app="app", version="v1"))
        starting = objects.derive(ready={ResourceId("apps", "Deployment", "default", "app"): 0})
        assert told(ask(objects, GATEWAY)) == "app"
        assert told(ask(starting, GATEWAY)) == "503"

    def test_an_autoscaler_bounds_the_pods(self) -> None:
        scaler = """
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: app, namespace: default}
spec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: app-v1}, minReplicas: 3, maxReplicas: 9}
"""
        found = decision(
            self.REF,
            self.SERVICE,
            scaler,
            deployment("app-v1", None, app="app", version="v1"),
            deployment("app-v2", 1, app="app", version="v2"),
        )
        assert versions(found) == {"v1": 0.75, "v2": 0.25}

    def test_the_recommended_label_tells_versions_apart_where_there_is_no_other(self) -> None:
        labelled = deployment("app", 1, app="app").replace(
            "labels: {app: app}", "labels: {app: app, app.kubernetes.io/version: v7}"
        )
        assert versions(decision(self.REF, self.SERVICE, labelled)) == {"v7": 1.0}

    @pytest.mark.parametrize(
        ("target", "expected"), [("web", "app"), ("metrics", "503"), ("3000", "app"), ("4000", "app")]
    )
    def test_a_named_target_port_needs_a_container_port_of_that_name(self, target: str, expected: str) -> None:
        named = plain_service("app", f"{{selector: {{app: app}}, ports: [{{port: 80, targetPort: {target}}}]}}")
        assert answer(self.REF, named, deployment("app", 1, app="app")) == expected

    def test_an_argo_rollout_runs_pods(self) -> None:
        rollout = deployment("app", 2, app="app", version="v1").replace("apps/v1", "argoproj.io/v1alpha1")
        assert versions(decision(self.REF, self.SERVICE, rollout.replace("Deployment", "Rollout"))) == {"v1": 1.0}

    def test_a_rollout_may_borrow_a_deployments_template(self) -> None:
        rollout = """
apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata: {name: app, namespace: default}
spec: {replicas: 2, workloadRef: {apiVersion: apps/v1, kind: Deployment, name: app}}
"""
        found = decision(self.REF, self.SERVICE, rollout, deployment("app", 0, app="app", version="v1"))
        assert versions(found) == {"v1": 1.0}

    @pytest.mark.parametrize("kind", ["StatefulSet", "ReplicaSet", "DaemonSet"])
    def test_other_workloads_run_pods_too(self, kind: str) -> None:
        assert answer(self.REF, self.SERVICE, deployment("app", 1, app="app").replace("Deployment", kind)) == "app"

    def test_a_bare_pod_counts(self) -> None:
        pod = """
apiVersion: v1
kind: Pod
metadata: {name: app, namespace: default, labels: {app: app, version: v3}}
spec: {containers: [{name: c, image: example.org/c}]}
"""
        assert versions(decision(self.REF, self.SERVICE, pod)) == {"v3": 1.0}


class TestServicesWithoutASelector:
    """HTTPRouteServiceTypes: headless and selectorless Services are backends like others."""

    REF = "[{name: app, port: 80}]"
    BARE = plain_service("app", "{ports: [{name: http, port: 80, targetPort: 3000}]}")
    SLICE = """
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {{name: app-1, namespace: default, labels: {{kubernetes.io/service-name: app}}}}
addressType: IPv4
ports: [{{name: http, port: 3000}}]
{endpoints}
"""

    def test_what_the_build_does_not_say_is_taken_to_answer(self) -> None:
        found = decision(self.REF, self.BARE)
        assert found.status == 200
        assert any("no endpoints in the build" in note for note in found.notes)

    def test_a_slice_that_somebody_else_fills_is_taken_to_answer(self) -> None:
        assert answer(self.REF, self.BARE, self.SLICE.format(endpoints="")) == "app"

    def test_a_slice_with_an_address_answers(self) -> None:
        assert answer(self.REF, self.BARE, self.SLICE.format(endpoints="endpoints: [{addresses: [10.0.0.1]}]")) == "app"

    @pytest.mark.parametrize(
        "endpoints", ["endpoints: []", "endpoints: [{addresses: [10.0.0.1], conditions: {ready: false}}]"]
    )
    def test_a_slice_without_a_ready_address_does_not(self, endpoints: str) -> None:
        assert answer(self.REF, self.BARE, self.SLICE.format(endpoints=endpoints)) == "503"

    def test_the_pods_that_an_address_names_tell_the_version(self) -> None:
        pod = """
apiVersion: v1
kind: Pod
metadata: {name: app-x, namespace: default, labels: {version: v4}}
spec: {containers: [{name: c, image: example.org/c}]}
"""
        endpoints = "endpoints: [{addresses: [10.0.0.1], targetRef: {kind: Pod, name: app-x}}]"
        assert versions(decision(self.REF, self.BARE, pod, self.SLICE.format(endpoints=endpoints))) == {"v4": 1.0}

    def test_an_endpoints_object_is_read_too(self) -> None:
        endpoints = "apiVersion: v1\nkind: Endpoints\nmetadata: {name: app, namespace: default}\n"
        assert answer(self.REF, self.BARE, endpoints + "subsets: [{addresses: [{ip: 10.0.0.1}]}]\n") == "app"
        assert answer(self.REF, self.BARE, endpoints + "subsets: [{notReadyAddresses: [{ip: 10.0.0.1}]}]\n") == "503"

    def test_a_headless_service_with_a_selector_is_like_any_other(self) -> None:
        headless = plain_service("app", "{clusterIP: None, selector: {app: v1}, ports: [{port: 80, targetPort: 3000}]}")
        assert answer(self.REF, headless) == "app"

    def test_an_external_name_is_left_to_the_implementation(self) -> None:
        outside = plain_service("app", "{type: ExternalName, externalName: example.org}")
        found = decision(self.REF, outside)
        assert found.status == 200
        assert any("ExternalName" in note for note in found.notes)


class TestBackendTLS:
    """BackendTLSPolicyInvalidKind, BackendTLSPolicyInvalidCACertificateRef: such connections fail with a 5xx."""

    POLICY = """
apiVersion: gateway.networking.k8s.io/v1
kind: BackendTLSPolicy
metadata: {{name: tls, namespace: default}}
spec:
  targetRefs: [{{group: "", kind: Service, name: v1{section}}}]
  validation: {{hostname: example.org, caCertificateRefs: [{ref}]}}
"""
    EMPTY = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ca, namespace: default}\ndata: {}\n"
    REF = "[{name: v1, port: 8080}]"

    def policy(self, ref: str, section: str = "") -> str:
        return self.POLICY.format(ref=ref, section=section)

    def test_without_a_usable_certificate_the_backend_fails(self) -> None:
        assert answer(self.REF, self.policy("{group: invalid.io, kind: Odd, name: ca}")) == "500"
        assert answer(self.REF, self.policy('{group: "", kind: ConfigMap, name: ca}'), self.EMPTY) == "500"

    def test_a_certificate_outside_the_build_is_taken_to_be_good(self) -> None:
        assert answer(self.REF, self.policy('{group: "", kind: ConfigMap, name: ca}')) == "v1"

    def test_another_port_is_not_affected(self) -> None:
        odd = "{group: invalid.io, kind: Odd, name: ca}"
        assert answer(self.REF, self.policy(odd, ", sectionName: other")) == "v1"
        assert answer(self.REF, self.policy(odd, ", sectionName: http")) == "500"


def test_a_namespace_that_is_left_open_is_any() -> None:
    """The sync engine decides it: no reference fails because of it."""
    objects = [gateway(), service("v1"), route("- backendRefs: [{name: v1, port: 80}]")]
    bare = "\n---\n".join(objects).replace(", namespace: default", "")
    assert told(ask(cluster(bare), "Gateway//gw")) == "v1"
    assert told(ask(cluster(bare), GATEWAY)) == "v1"
    qualified = bare.replace("{name: v1, port: 80}]", "{name: v1, namespace: shop, port: 80}]")
    assert told(ask(cluster(qualified), GATEWAY)) == "v1"
