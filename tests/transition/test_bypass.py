"""What lies outside the builds, what routing reads beside routes and Services, and who calls which Service."""

from __future__ import annotations

import pytest

from gateshift.model.resource import ResourceId
from gateshift.transition.judge import RolloutContext, judge
from tests.transition.objects import (
    CANARY,
    DARK,
    GATEWAY,
    HALF,
    INITIAL,
    MESH,
    ROUTED,
    SERVED,
    SERVICE,
    SUBSETS,
    V1,
    V2,
    Builder,
    Objects,
    backend,
    deployment,
    route,
    routed,
    rule,
    service,
    shares,
    without,
)


def rules(build: Builder, before: Objects, after: Objects, about: RolloutContext | None = None) -> set[str]:
    judgement = judge(build(before), build(after), about=about or RolloutContext())
    first, second = ({finding.rule for finding in verdict.findings} for verdict in judgement.verdicts)
    assert first == second
    return first


OTHER = {
    "other": service("other", "app: other"),
    "pods": deployment("x", name="other", labels="app: other", selector="app: other"),
}
AT_GATEWAY = {"route": route(shares(v1=9, v2=1), parents=GATEWAY)}
ELSEWHERE = "{name: customers-v1, namespace: shared, port: 80}"


class TestOutside:
    """What neither build holds stays as it is, and works."""

    def test_the_pods_of_a_namespace_without_workloads(self, build: Builder) -> None:
        held = SERVICE | SUBSETS | AT_GATEWAY
        assert rules(build, held, held | {"route": route(shares(v1=5, v2=5), parents=GATEWAY)}) == set()
        assert rules(build, held, without(held, "route")) == {"GS503"}

    def test_the_services_of_a_namespace_without_any(self, build: Builder) -> None:
        assert rules(build, AT_GATEWAY | V1, {"route": route(shares(v1=5, v2=5), parents=GATEWAY)} | V1) == set()
        assert rules(build, AT_GATEWAY | V1, V1) == {"GS503"}

    def test_a_service_missing_beside_others_is_missing(self, build: Builder) -> None:
        assert rules(build, ROUTED, ROUTED | routed(shares(v1=5, v3=5))) == {"GS501"}

    def test_a_grant_that_neither_build_holds(self, build: Builder) -> None:
        held = SERVICE | V1 | {"route": route(rule(ELSEWHERE), parents=GATEWAY)}
        assert rules(build, held, without(held, "route")) == {"GS503"}

    def test_a_mesh_parent(self, build: Builder) -> None:
        held = without(DARK, "service")
        assert rules(build, held, held | routed(shares(v1=9, v2=1))) == set()
        assert rules(build, held, without(held, "service-v1")) == {"GS501"}


GRANT = """apiVersion: gateway.networking.k8s.io/v1
kind: ReferenceGrant
metadata: {name: routes, namespace: shared}
spec:
  from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: default}]
  to: [{group: '', kind: Service}]
"""
SHARED = {"shared": service("customers-v1", "app: shared").replace("namespace: default", "namespace: shared")}
LISTENING = """apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {{name: shared, namespace: infra}}
spec:
  gatewayClassName: example
  listeners:
    - {{name: web, port: 80, protocol: HTTP, allowedRoutes: {{namespaces: {{from: {source}}}}}}}
"""
SELECTOR = "Selector, selector: {matchLabels: {team: a}}"
HOME = "apiVersion: v1\nkind: Namespace\nmetadata: {name: default, labels: {team: TEAM}}\n"
BY_HAND = """apiVersion: v1
kind: Service
metadata: {name: customers, namespace: default}
spec: {ports: [{name: http, port: 80}]}
"""
SLICE = """apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: customers-1, namespace: default, labels: {kubernetes.io/service-name: customers}}
addressType: IPv4
endpoints: [{addresses: [10.1.2.3], conditions: {ready: READY}}]
"""


class TestWhatRoutingReads:
    def test_a_grant_is_pruned(self, build: Builder) -> None:
        held = SHARED | {"grant": GRANT, "route": route(rule(ELSEWHERE), parents=GATEWAY)} | INITIAL
        assert rules(build, held, without(held, "grant")) == {"GS506"}

    def test_a_gateway_stops_to_accept_the_route(self, build: Builder) -> None:
        held = CANARY | AT_GATEWAY | {"gateway": LISTENING.format(source="All")}
        assert rules(build, held, held | {"gateway": LISTENING.format(source="Same")}) == {"GS503"}

    def test_a_namespace_loses_the_label_that_a_gateway_asks_for(self, build: Builder) -> None:
        held = CANARY | AT_GATEWAY | {"gateway": LISTENING.format(source=SELECTOR), "home": HOME.replace("TEAM", "a")}
        assert rules(build, held, held | {"home": HOME.replace("TEAM", "b")}) == {"GS503"}

    def test_a_listener_of_the_route_is_renamed(self, build: Builder) -> None:
        at_web = {"route": route(shares(v1=1), parents="{name: shared, namespace: infra, sectionName: web}")}
        held = CANARY | at_web | {"gateway": LISTENING.format(source="All")}
        assert rules(build, held, held | {"gateway": held["gateway"].replace("name: web", "name: www")}) == {"GS503"}

    def test_endpoints_written_by_hand_are_no_longer_ready(self, build: Builder) -> None:
        held = {"service": BY_HAND, "slice": SLICE.replace("READY", "true")}
        assert rules(build, held, held | {"slice": SLICE.replace("READY", "false")}) == {"GS502"}

    def test_a_service_gets_another_port_than_the_route_names(self, build: Builder) -> None:
        held = ROUTED
        moved = service("customers-v1", "app: customers, version: v1", "{name: http, port: 8080}")
        assert rules(build, held, held | {"service-v1": moved}) == {"GS506"}
        both = service("customers-v1", "app: customers, version: v1", "{name: a, port: 80}, {name: b, port: 8080}")
        later = {"service-v1": both, "route": route(rule(backend("v1", 1, port=8080)))}
        assert rules(build, held, held | later) == {"GS506", "GS511"}, "a new port is a new cluster"


class TestWhoIsCalled:
    def test_a_second_port_without_a_route_shows_the_new_version(self, build: Builder) -> None:
        two = {"service": service("customers", ports="{name: http, port: 80}, {name: admin, port: 81}")}
        on_http = {"route": route(shares(v1=1), parents=MESH[:-1] + ", sectionName: http}")}
        assert rules(build, ROUTED | two | on_http, DARK | two | on_http) == {"GS504", "GS518"}
        on_both = {"route": route(shares(v1=1))}
        assert rules(build, ROUTED | two | on_both, DARK | two | on_both) == {"GS518"}

    def test_a_service_that_goes_beside_a_route_about_another_is_no_loss(self, build: Builder) -> None:
        assert rules(build, ROUTED | OTHER, without(ROUTED | OTHER, "other")) == set()

    def test_the_only_service_goes(self, build: Builder) -> None:
        assert rules(build, INITIAL, V1) == {"GS501"}
        assert rules(build, INITIAL, OTHER) == {"GS530"}, "the pods go as well: the application is taken out"

    def test_the_general_service_goes_with_its_route(self, build: Builder) -> None:
        assert "GS501" in rules(build, ROUTED, without(ROUTED, "service", "route"))

    def test_the_versions_services_may_stand_alone_at_a_gateway(self, build: Builder) -> None:
        dark = without(DARK, "service") | {"route": route(shares(v1=1), parents=GATEWAY)}
        assert rules(build, without(dark, "v2"), dark) == set()
        assert rules(build, dark, without(dark, "v2")) == set()
        assert rules(build, dark, without(dark, "service-v2", "v2")) == set()

    def test_a_gateway_s_route_to_the_general_service_shows_a_dark_version(self, build: Builder) -> None:
        front = {"front": route("{backendRefs: [{name: customers, port: 80}]}", parents=GATEWAY, name="front")}
        assert rules(build, ROUTED | front, DARK | front) == {"GS504", "GS518"}

    def test_a_version_behind_a_service_that_was_empty_is_not_a_second_one(self, build: Builder) -> None:
        assert rules(build, without(ROUTED, "v1"), ROUTED) == set()

    def test_versions_without_labels_are_told_by_their_images(self, build: Builder) -> None:
        def unlabelled(image: str, name: str) -> str:
            return deployment(
                "x", name=name, image=image, labels="app: customers", selector=f"app: customers, n: {name}"
            )

        one = SERVICE | {"one": unlabelled("1", "one")}
        assert rules(build, one, one | {"two": unlabelled("2", "two")}) == {"GS504"}
        assert rules(build, one, one | {"two": unlabelled("1", "two")}) == set()

    def test_a_split_by_the_selector_that_was_there_before_may_stay(self, build: Builder) -> None:
        mixed = INITIAL | V2
        assert rules(build, mixed, mixed | {"v2": deployment("v2", replicas="2")}) == set()
        assert rules(build, mixed, mixed | {"v2": deployment("v2", labels="app: customers, version: v3")}) == set()
        assert rules(build, mixed, mixed | {"v3": deployment("v3")}) == {"GS504"}
        assert rules(build, mixed | SUBSETS, HALF) == set()


class TestPractice:
    def test_a_rule_is_known_by_its_name(self, build: Builder) -> None:
        api, wider = (f"{{path: {{type: PathPrefix, value: {path}}}}}" for path in ("/api", "/a"))
        before = DARK | routed(rule(backend("v1", 1), matches=api, name="api"))
        first, then = rule(backend("v1", 1), name="rest"), rule(backend("v1", 1), matches=wider, name="api")
        assert rules(build, before, DARK | routed(first, then)) == {"GS512"}
        assert rules(build, before, DARK | routed(then, first)) == set()

    def test_a_rule_taken_out_moves_those_behind_it(self, build: Builder) -> None:
        debug = rule(backend("v1", 1), matches="{headers: [{name: a, value: b}]}")
        before = DARK | routed(debug, shares(v1=1))
        assert rules(build, before, DARK) == {"GS512"}

    def test_a_route_of_another_name_swaps_the_backend_as_well(self, build: Builder) -> None:
        before = DARK | {"route": route(shares(v1=1), name="old")}
        found = judge(build(before), build(DARK | {"route": route(shares(v2=1), name="new")}))
        assert all("GS511" in {finding.rule for finding in verdict.findings} for verdict in found.verdicts)

    def test_a_mirror_warms_a_backend(self, build: Builder) -> None:
        mirror = "{type: RequestMirror, requestMirror: {backendRef: {name: customers-v2, port: 80}}}"
        assert rules(build, DARK | routed(rule(backend("v1", 1), filters=mirror)), DARK | routed(shares(v2=1))) == set()

    def test_a_route_of_another_name_at_a_gateway_is_safe_where_it_comes_first(self, build: Builder) -> None:
        old = without(CANARY, "route") | {"old": route(shares(v1=1), parents=GATEWAY, name="old")}
        new = without(CANARY, "route") | {"new": route(shares(v1=1), parents=GATEWAY, name="new")}
        argocd, flux = judge(build(old), build(new)).verdicts
        assert (argocd.safe, flux.safe) == (False, True), "Argo CD prunes first"


@pytest.mark.parametrize("stage", [SERVED, ROUTED], ids=["served", "routed"])
def test_an_object_whose_namespace_is_left_open_on_one_side_is_the_same(build: Builder, stage: Objects) -> None:
    open_ones = {name: text.replace(", namespace: default", "") for name, text in stage.items()}
    assert rules(build, stage, open_ones) == set()
    assert rules(build, open_ones, stage) == set()


class TestARolloutAtGateways:
    """Its Service selects every version and no mesh route steers it: those who call it directly are told of."""

    ABOUT = RolloutContext(service=ResourceId("", "Service", "default", "customers"), at_gateways_only=True)

    def test_a_dark_version_is_a_warning(self, build: Builder) -> None:
        dark = DARK | AT_GATEWAY
        assert rules(build, without(dark, "v2"), dark, self.ABOUT) == {"GS518"}
        assert rules(build, without(dark, "v2"), dark) == {"GS504"}, "where no rollout says so, it is a loss"

    def test_before_a_route_is_there_callers_have_no_other_way(self, build: Builder) -> None:
        assert rules(build, SERVED, DARK | AT_GATEWAY, self.ABOUT) == {"GS504"}

    def test_pods_that_go_are_a_loss(self, build: Builder) -> None:
        held = ROUTED | AT_GATEWAY
        assert "GS502" in rules(build, held, without(held, "v1"), self.ABOUT)


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        ("app: customers", "now selects v2 as well. "),
        ("app: customers, version: v2", "now selects v2 instead of v1. "),
    ],
)
def test_a_service_that_leaves_a_version_is_told_from_one_that_takes_another(
    build: Builder, labels: str, said: str
) -> None:
    narrow = service("customers", "app: customers, version: v1")
    before = DARK | {"service": narrow}

    judgement = judge(build(before), build(before | {"service": service("customers", labels)}))

    messages = [finding.message for finding in judgement.verdicts[0].findings if finding.rule == "GS518"]
    assert len(messages) == 1
    assert said in messages[0]
