"""Steps that real pull requests take: each fault with a harmless twin, and each engine judged by its own rules."""

from __future__ import annotations

import pytest

from gateshift.engines.registry import WITHOUT_POINTER
from gateshift.model.finding import Level
from gateshift.model.rollout import Engine
from gateshift.model.sync_pointer import SyncSettings
from gateshift.transition.judge import judge
from tests.transition.objects import (
    CANARY,
    HALF,
    INITIAL,
    ROUTED,
    SERVED,
    SERVICE,
    V1,
    Builder,
    Objects,
    backend,
    deployment,
    route,
    rule,
    service,
    shares,
    without,
)

Said = dict[str, set[tuple[str, str]]]
WAVES = (SyncSettings(Engine.ARGOCD, prune_last=True, waves=True, server_side=True),)
SAFE, UNSAFE = (True, True), (False, False)


def verdicts(build: Builder, before: Objects, after: Objects) -> tuple[bool, ...]:
    return tuple(verdict.safe for verdict in judge(build(before), build(after)).verdicts)


def said(build: Builder, before: Objects, after: Objects, syncs: tuple[SyncSettings, ...] = WITHOUT_POINTER) -> Said:
    """Rule and level of every finding, by engine."""
    return {
        verdict.settings.engine.value: {(finding.rule, finding.level.value) for finding in verdict.findings}
        for verdict in judge(build(before), build(after), syncs).verdicts
    }


def both(*findings: tuple[str, str]) -> Said:
    return {"argocd": set(findings), "flux": set(findings)}


def annotated(text: str, annotation: str) -> str:
    """The object with one more annotation, in the short form that all objects here have."""
    assert text.count("namespace: default}") == 1
    return text.replace("namespace: default}", f"namespace: default, annotations: {{{annotation}}}}}")


def listening(ports: str, image: str = "1") -> str:
    return deployment("v1", image=image).replace(f'customers:{image}"}}', f'customers:{image}", ports: [{ports}]}}')


def dialling(target: str, extra: str = "") -> Objects:
    return {"service": service("customers", ports=f"{{name: http, port: 80, targetPort: {target}{extra}}}")}


OLD, NEW = "{name: http, containerPort: 8080}", "{name: http, containerPort: 9090}"
BOTH = "{name: http, containerPort: 8080}, {name: next, containerPort: 9090}"


class TestTargetPorts:
    @pytest.mark.parametrize(
        ("before", "after"),
        [
            ((OLD, "8080"), (NEW, "9090")),
            ((OLD, "http"), (NEW, "9090")),
            ((OLD, "8080"), (NEW, "8080")),
        ],
        ids=["a number moves", "a name becomes a number", "the pods move away"],
    )
    def test_pods_that_do_not_listen_there_are_dialled(
        self, build: Builder, before: tuple[str, str], after: tuple[str, str]
    ) -> None:
        old = dialling(before[1]) | {"v1": listening(before[0])}
        new = dialling(after[1]) | {"v1": listening(after[0], "2")}
        assert said(build, old, new) == both(("GS524", "error"))

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            ((OLD, "http"), (NEW, "http")),
            ((BOTH, "8080"), (NEW, "9090")),
            ((BOTH, "8080"), (BOTH, "9090")),
            ((OLD, "8080"), (BOTH, "8080")),
        ],
        ids=["a name", "both ports before", "both ports throughout", "one port more"],
    )
    def test_pods_that_listen_throughout_are_safe(
        self, build: Builder, before: tuple[str, str], after: tuple[str, str]
    ) -> None:
        old = dialling(before[1]) | {"v1": listening(before[0])}
        new = dialling(after[1]) | {"v1": listening(after[0], "2")}
        assert said(build, old, new) == both()

    def test_a_port_that_nobody_declares_is_doubtful(self, build: Builder) -> None:
        assert said(build, dialling("8080") | V1, dialling("9090") | V1) == both(("GS524", "warning"))

    def test_the_share_of_such_pods_is_told(self, build: Builder) -> None:
        route_of = {"route": route(shares(v1=100))}
        subset = {"service-v1": service("customers-v1", "app: customers, version: v1",
                                        "{name: http, port: 80, targetPort: 8080}")}  # fmt: skip
        moved = {"service-v1": subset["service-v1"].replace("8080", "9090")}
        old = SERVICE | subset | route_of | {"v1": listening(OLD)}
        new = SERVICE | moved | route_of | {"v1": listening(NEW, "2")}
        (first, _) = judge(build(old), build(new)).verdicts
        assert "All requests to Service default/customers port 80 get a 503" in first.findings[0].message

    def test_a_protocol_that_comes_with_the_image_is_doubtful(self, build: Builder) -> None:
        spoken = dialling("8080", ", appProtocol: kubernetes.io/h2c")
        old = dialling("8080") | {"v1": listening(OLD)}
        assert said(build, old, spoken | {"v1": listening(OLD, "2")}) == both(("GS526", "warning"))
        assert said(build, old, spoken | {"v1": listening(OLD)}) == both()
        assert said(build, old, dialling("8080") | {"v1": listening(OLD, "2")}) == both()


class TestReplicas:
    def test_more_replicas_with_another_template_keep_the_old_pods(self, build: Builder) -> None:
        assert verdicts(build, INITIAL, SERVICE | {"v1": deployment("v1", replicas="4", image="2")}) == SAFE

    def test_more_replicas_that_may_all_be_away_do_not(self, build: Builder) -> None:
        away = "  strategy: {rollingUpdate: {maxUnavailable: 100%}}\n"
        new = SERVICE | {"v1": deployment("v1", replicas="4", image="2", strategy=away)}
        assert verdicts(build, INITIAL, new) == UNSAFE


class TestSameCode:
    def test_a_twin_of_the_same_image_is_no_other_version(self, build: Builder) -> None:
        twin = deployment("v1", name="twin", image="v1", labels="app: customers, version: twin",
                          selector="app: customers, version: twin")  # fmt: skip
        assert said(build, INITIAL, INITIAL | {"twin": twin}) == both()
        assert said(build, ROUTED, ROUTED | {"twin": twin}) == both()

    def test_a_twin_of_another_image_is_one(self, build: Builder) -> None:
        twin = deployment("v1", name="twin", image="v2", labels="app: customers, version: twin",
                          selector="app: customers, version: twin")  # fmt: skip
        assert said(build, INITIAL, INITIAL | {"twin": twin}) == both(("GS504", "error"))


def job(image: str, annotation: str) -> Objects:
    notes = f", annotations: {{{annotation}}}" if annotation else ""
    return {
        "job": f"""apiVersion: batch/v1
kind: Job
metadata: {{name: migrate, namespace: default{notes}}}
spec:
  template: {{spec: {{restartPolicy: Never, containers: [{{name: m, image: "example.org/m:{image}"}}]}}}}
"""
    }


HOOK, POLICY = "argocd.argoproj.io/hook: PreSync", "argocd.argoproj.io/hook-delete-policy"


class TestJobsOfOneName:
    @pytest.mark.parametrize(
        ("annotation", "safe"),
        [
            ("", (False, False)),
            (HOOK, (True, False)),
            (f"{HOOK}, {POLICY}: BeforeHookCreation", (True, False)),
            (f'{HOOK}, {POLICY}: "HookSucceeded,HookFailed"', (True, False)),
            (f"{HOOK}, {POLICY}: HookFailed", (False, False)),
            ('helm.sh/hook: "pre-install,pre-upgrade"', (True, False)),
            ("helm.sh/hook: pre-upgrade, helm.sh/hook-delete-policy: hook-failed", (False, False)),
            ("helm.sh/hook: test", (False, False)),
            ('argocd.argoproj.io/sync-options: "Force=true,Replace=true"', (True, False)),
            ('argocd.argoproj.io/sync-options: "Replace=true"', (False, False)),
            ("kustomize.toolkit.fluxcd.io/force: enabled", (False, True)),
            ("kustomize.toolkit.fluxcd.io/force: Disabled", (False, False)),
            ("kustomize.toolkit.fluxcd.io/ssa: IfNotPresent", (False, True)),
        ],
    )
    def test_each_engine_is_judged_by_what_is_said_to_it(
        self, build: Builder, annotation: str, safe: tuple[bool, bool]
    ) -> None:
        assert verdicts(build, INITIAL | job("1", annotation), INITIAL | job("2", annotation)) == safe

    @pytest.mark.parametrize(("replace", "safe"), [("", False), (",Replace=true", True)])
    def test_force_alone_recreates_nothing_that_is_applied_server_side(
        self, build: Builder, replace: str, *, safe: bool
    ) -> None:
        option = f'argocd.argoproj.io/sync-options: "Force=true{replace}"'
        (verdict,) = judge(build(INITIAL | job("1", option)), build(INITIAL | job("2", option)), WAVES).verdicts
        assert verdict.safe is safe

    def test_a_pointer_that_forces_recreates_every_job(self, build: Builder) -> None:
        forced = (SyncSettings(Engine.FLUX, recreates=True),)
        (verdict,) = judge(build(INITIAL | job("1", "")), build(INITIAL | job("2", "")), forced).verdicts
        assert verdict.findings == ()

    def test_a_deployment_that_is_recreated_is_an_outage(self, build: Builder) -> None:
        forced = (SyncSettings(Engine.FLUX, recreates=True),)
        relabelled = SERVICE | {"v1": deployment("v1", selector="app: customers")}
        (verdict,) = judge(build(INITIAL), build(relabelled), forced).verdicts
        assert {(finding.rule, finding.level) for finding in verdict.findings} == {("GS513", Level.ERROR)}
        assert "deletes the object and creates it anew" in verdict.findings[0].message


class TestLeftAlone:
    @pytest.mark.parametrize(
        ("annotation", "engine"),
        [
            ("kustomize.toolkit.fluxcd.io/reconcile: disabled", "flux"),
            ("kustomize.toolkit.fluxcd.io/ssa: Ignore", "flux"),
            ("kustomize.toolkit.fluxcd.io/ssa: IfNotPresent", "flux"),
            ("argocd.argoproj.io/hook: Skip", "argocd"),
        ],
    )
    def test_a_route_that_the_engine_does_not_apply_is_told(self, build: Builder, annotation: str, engine: str) -> None:
        old, new = ({**each, "route": annotated(each["route"], annotation)} for each in (CANARY, HALF))
        expected = both()
        expected[engine] = {("GS525", "warning")}
        assert said(build, old, new) == expected

    def test_a_setting_that_changes_nothing_is_not(self, build: Builder) -> None:
        annotation = "kustomize.toolkit.fluxcd.io/ssa: Merge"
        old, new = ({**each, "route": annotated(each["route"], annotation)} for each in (CANARY, HALF))
        assert said(build, old, new) == both()


class TestAddresses:
    @pytest.mark.parametrize(
        ("before", "after", "lost"),
        [
            ("LoadBalancer", "ClusterIP", True),
            ("LoadBalancer", "NodePort", True),
            ("NodePort", "ClusterIP", True),
            ("NodePort", "LoadBalancer", False),
            ("ClusterIP", "NodePort", False),
        ],
    )
    def test_a_type_that_outside_clients_use_is_kept(
        self, build: Builder, before: str, after: str, *, lost: bool
    ) -> None:
        old, new = (V1 | {"service": service("customers", extra=f"  type: {each}\n")} for each in (before, after))
        assert said(build, old, new) == both(*([("GS527", "error")] if lost else []))

    @pytest.mark.parametrize(
        ("kind", "annotation", "told"),
        [
            ("LoadBalancer", "service.beta.kubernetes.io/aws-load-balancer-scheme: internal", True),
            ("ClusterIP", "external-dns.alpha.kubernetes.io/hostname: shop.example.com", True),
            ("ClusterIP", "service.beta.kubernetes.io/aws-load-balancer-scheme: internal", False),
            ("LoadBalancer", 'prometheus.io/scrape: "true"', False),
        ],
    )
    def test_what_a_load_balancer_is_set_up_by_is_kept(
        self, build: Builder, kind: str, annotation: str, *, told: bool
    ) -> None:
        bare = service("customers", extra=f"  type: {kind}\n")
        old, new = V1 | {"service": annotated(bare, annotation)}, V1 | {"service": bare}
        assert said(build, old, new) == both(*([("GS527", "warning")] if told else []))

    def test_a_gateway_keeps_its_class(self, build: Builder) -> None:
        def gateway(name: str, port: int = 80) -> Objects:
            return {
                "gateway": f"""apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {{name: shared, namespace: default}}
spec:
  gatewayClassName: {name}
  listeners: [{{name: web, port: 80, protocol: HTTP}}, {{name: more, port: {port}, protocol: TCP}}]
"""
            }

        here = SERVED | {"route": route(shares(v1=100), parents="{name: shared}")}
        assert said(build, here | gateway("one"), here | gateway("two")) == both(("GS528", "error"))
        assert said(build, here | gateway("one"), here | gateway("one", 90)) == both()

    def test_a_backend_stays_a_service_with_endpoints(self, build: Builder) -> None:
        outside = "  type: ExternalName\n  externalName: shop.example.com\n"
        turned = {"service-v1": service("customers-v1", "app: customers, version: v1", extra=outside)}
        assert said(build, ROUTED, ROUTED | turned) == both(("GS529", "error"))
        assert said(build, ROUTED | turned, ROUTED | turned) == both()


SLICE = """apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {{name: {name}, namespace: default, labels: {{kubernetes.io/service-name: customers}}}}
addressType: IPv4
ports: [{{name: http, port: 80}}]
endpoints: [{{addresses: [10.0.0.{last}]}}]
"""
BY_HAND = {
    "service": service("customers").replace("  selector: {app: customers}\n", ""),
    "one": SLICE.format(name="one", last=1),
}


class TestEndpointsByHand:
    def test_the_only_list_of_endpoints_stays(self, build: Builder) -> None:
        assert verdicts(build, BY_HAND, without(BY_HAND, "one")) == UNSAFE

    def test_one_of_two_may_go(self, build: Builder) -> None:
        two = BY_HAND | {"two": SLICE.format(name="two", last=2)}
        assert said(build, two, BY_HAND) == both()


def tls(name: str, host: str = "db.example.com") -> Objects:
    return {
        name: f"""apiVersion: gateway.networking.k8s.io/v1
kind: TLSRoute
metadata: {{name: {name}, namespace: default}}
spec:
  parentRefs: [{{name: shared, namespace: infra, sectionName: tls}}]
  hostnames: [{host}]
  rules: [{{backendRefs: [{{name: customers, port: 80}}]}}]
"""
    }


class TestConnections:
    def test_a_route_that_is_renamed_leaves_a_gap_where_prunes_come_first(self, build: Builder) -> None:
        assert said(build, INITIAL | tls("old"), INITIAL | tls("new")) == {
            "argocd": {("GS503", "error")},
            "flux": set(),
        }

    def test_prune_last_leaves_none(self, build: Builder) -> None:
        assert said(build, INITIAL | tls("old"), INITIAL | tls("new"), WAVES) == {"argocd": set()}

    def test_a_route_for_other_hosts_takes_its_place_in_no_engine(self, build: Builder) -> None:
        other = tls("new", host="other.example.com")
        assert verdicts(build, INITIAL | tls("old"), INITIAL | other) == UNSAFE

    def test_other_changes_are_said_not_to_be_followed(self, build: Builder) -> None:
        changed = said(build, INITIAL | tls("old"), INITIAL | tls("old", host="db.example.com, db2.example.com"))
        assert changed == both(("GS522", "note"))

    def test_a_route_that_comes_is_not_told(self, build: Builder) -> None:
        assert said(build, INITIAL, INITIAL | tls("new")) == both()


OTHER = {"other": deployment("v9", name="other", labels="app: other", selector="app: other")}


class TestTakenOutWhole:
    AT_GATEWAY = SERVED | {"route": route(shares(v1=100), parents="{name: shared, namespace: infra}")}

    def test_an_application_that_goes_whole_is_one_line(self, build: Builder) -> None:
        judgement = judge(build(self.AT_GATEWAY | OTHER), build(OTHER))
        for verdict in judgement.verdicts:
            (finding,) = verdict.findings
            assert (finding.rule, finding.level) == ("GS530", Level.WARNING)
            assert finding.message == (
                "HTTPRoute default/customers, Service default/customers-v1 and Deployment default/customers-v1 "
                "go together: the requests to Gateway infra/shared that they answer now get no answer any more."
            )

    @pytest.mark.parametrize("kept", ["service-v1", "v1"])
    def test_one_that_leaves_a_part_behind_is_an_outage(self, build: Builder, kept: str) -> None:
        rest = OTHER | {kept: self.AT_GATEWAY[kept]}
        assert verdicts(build, self.AT_GATEWAY | OTHER, rest) == UNSAFE

    def test_one_that_another_takes_over_is_no_removal(self, build: Builder) -> None:
        successor = {
            "next": service("next", "app: customers, version: v2"),
            "v2": deployment("v2"),
            "route-next": route(
                rule(backend("v1", 1).replace("customers-v1", "next")),
                parents="{name: shared, namespace: infra}",
                name="next",
            ),
        }
        found = said(build, self.AT_GATEWAY, successor)
        assert "GS530" not in {rule_id for findings in found.values() for rule_id, _ in findings}
        assert verdicts(build, self.AT_GATEWAY, successor) == UNSAFE
