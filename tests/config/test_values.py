"""What a gateshift.yaml says, as the values it becomes: every key once, and every default."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from gateshift.model.place import Place
from gateshift.model.rollout import (
    ArgoPointer,
    Autoscaling,
    DeclaredRoute,
    DeclaredService,
    DeclaredValueMatch,
    DeclaredWorkload,
    Environment,
    ExtraRule,
    FluxPointer,
    Gate,
    GatewayParent,
    Match,
    MatchType,
    Mirror,
    Pointers,
    Policy,
    RouteKind,
    SchemaChoice,
    ServiceParent,
    Share,
    Suppression,
)
from tests.config.reading import edited, parsed, read

NAME = "  name: customers\n"
PARENTS = "  parents: [{service: customers}]\n"
SHARES = "    shares: {v1: 1, v2: 1}\n"
V1 = "{image: 'a:1'}"


def test_the_smallest_file_has_every_default() -> None:
    rollout = read()

    assert rollout.service == DeclaredService(
        "customers", "default", 80, 80, "http", "", (("app", "customers"),), "version"
    )
    assert rollout.route == DeclaredRoute(RouteKind.HTTP, "customers", (ServiceParent(),))
    assert rollout.versions[0].workload == DeclaredWorkload("a:1", "customers", "", "")
    assert (rollout.versions[0].replicas, rollout.versions[0].autoscaling) == (1, None)
    assert (rollout.versions[0].service, rollout.versions[0].deployment) == ("customers-v1", "customers-v1")
    assert rollout.stages[0].deployed == rollout.stages[0].services == ("v1", "v2")
    assert rollout.policy == Policy(None, allow_skip=False)
    assert (rollout.gate, rollout.pointers) == (None, None)
    assert rollout.environments == (Environment(),)
    assert rollout.suppressions == ()
    assert rollout.schemas == SchemaChoice()


def test_every_key_of_the_service() -> None:
    said = (
        "  namespace: shop\n  port: 8080\n  targetPort: web\n  portName: h2c\n  appProtocol: kubernetes.io/h2c\n"
        "  selector: {app.kubernetes.io/name: customers, tier: back}\n  versionLabel: app.kubernetes.io/version\n"
    )

    assert read((NAME, NAME + said)).service == DeclaredService(
        name="customers",
        namespace="shop",
        port=8080,
        target_port="web",
        port_name="h2c",
        app_protocol="kubernetes.io/h2c",
        selector=(("app.kubernetes.io/name", "customers"), ("tier", "back")),
        version_label="app.kubernetes.io/version",
    )


def test_one_of_several_ports_is_the_one_that_the_route_splits() -> None:
    said = "  ports: [{name: web, port: 80, targetPort: 8080, appProtocol: http}, {name: metrics, port: 9090}]\n"

    first = read((NAME, NAME + said)).service
    second = read((NAME, f"{NAME}{said}  port: 9090\n")).service

    assert (first.port, first.target_port, first.port_name, first.app_protocol) == (80, 8080, "web", "http")
    assert (second.port, second.target_port, second.port_name, second.app_protocol) == (9090, 9090, "metrics", "")
    assert [port["port"] for port in second.ports] == [80, 9090]


def test_a_mesh_route_of_a_service_with_several_ports_takes_the_calls_to_the_one_it_splits() -> None:
    several = "  ports: [{name: web, port: 80}, {name: metrics, port: 9090}]\n"

    assert read((NAME, NAME + several)).route.parents == (ServiceParent(80),)
    assert read((NAME, f"{NAME}  ports: [{{port: 80}}]\n")).route.parents == (ServiceParent(),)


def test_what_else_the_service_says_is_kept_as_kubernetes_spells_it() -> None:
    said = (
        "  type: LoadBalancer\n  sessionAffinity: ClientIP\n  externalTrafficPolicy: Local\n"
        "  labels: {team: shop, empty: ''}\n  annotations: {example.com/scheme: internal}\n"
    )

    service = read((NAME, NAME + said)).service

    assert service.spec == {"type": "LoadBalancer", "sessionAffinity": "ClientIP", "externalTrafficPolicy": "Local"}
    assert service.labels == (("team", "shop"), ("empty", ""))
    assert service.annotations == (("example.com/scheme", "internal"),)


def test_the_route_has_labels_and_annotations() -> None:
    said = "  labels: {team: shop}\n  annotations: {example.com/owner: 'a b'}\n"

    route = read((PARENTS, PARENTS + said)).route

    assert (route.labels, route.annotations) == ((("team", "shop"),), (("example.com/owner", "a b"),))


def test_every_way_to_name_a_parent() -> None:
    said = """\
  parents:
    - {service: customers, port: 80}
    - gateway: infra/public
      section: https
    - gateway: inner
    - {gateway: {namespace: edge, name: g}, port: 443}
    - listenerSet: extra.set
"""

    assert read((PARENTS, said), (NAME, f"{NAME}  namespace: shop\n")).route.parents == (
        ServiceParent(80),
        GatewayParent("infra", "public", "https"),
        GatewayParent("shop", "inner"),
        GatewayParent("edge", "g", "", 443),
        GatewayParent("shop", "extra.set", kind="ListenerSet"),
    )


def test_one_parent_by_two_sections_or_in_the_experimental_channel_by_two_ports() -> None:
    two_sections = "  parents: [{gateway: a/b, section: c}, {gateway: a/b, section: d}]\n"
    assert len(read((PARENTS, two_sections)).route.parents) == 2

    two_ports = "  parents: [{gateway: a/b, port: 80}, {gateway: a/b, port: 81}]\n"
    experimental = ("service:\n", "schemas: {channel: experimental}\nservice:\n")
    assert len(read((PARENTS, two_ports), experimental).route.parents) == 2


def test_what_the_route_keeps_is_kept_as_written() -> None:
    kept = """\
  name: shop.customers
  hostnames: [a.example.com, '*.example.org']
  matches: [{path: {type: PathPrefix, value: /api}}]
  filters: [{type: URLRewrite, urlRewrite: {hostname: b}}]
  timeouts: {request: 0s, backendRequest: 2s}
  rules: [{name: health, matches: [{path: {value: /healthz}}], backendRefs: [{name: h, port: 80}]}]
"""

    assert read((PARENTS, PARENTS + kept)).route == DeclaredRoute(
        kind=RouteKind.HTTP,
        name="shop.customers",
        parents=(ServiceParent(),),
        hostnames=("a.example.com", "*.example.org"),
        matches=({"path": {"type": "PathPrefix", "value": "/api"}},),
        filters=({"type": "URLRewrite", "urlRewrite": {"hostname": "b"}},),
        timeouts={"request": "0s", "backendRequest": "2s"},
        other_rules=(
            {
                "name": "health",
                "matches": [{"path": {"value": "/healthz"}}],
                "backendRefs": [{"name": "h", "port": 80}],
            },
        ),
    )


def test_versions_share_a_workload_and_may_say_otherwise() -> None:
    shared = "workload: {container: app, serviceAccount: shop, env: {A: b, C: ''}, imagePullPolicy: Always}\n"
    own = "{image: 'a:1', container: own, env: [{name: K, valueFrom: {fieldRef: {fieldPath: a}}}], replicas: 0}"

    rollout = read(("versions:\n", f"{shared}versions:\n"), (V1, own), (SHARES, "    shares: {v2: 1}\n"))

    first, second = rollout.versions
    reference = {"name": "K", "valueFrom": {"fieldRef": {"fieldPath": "a"}}}
    assert first.workload == DeclaredWorkload("a:1", "own", "Always", "shop", env=(reference,))
    assert first.replicas == 0
    variables = ({"name": "A", "value": "b"}, {"name": "C", "value": ""})
    assert second.workload == DeclaredWorkload("a:2", "app", "Always", "shop", env=variables)


def test_probes_and_resources_are_kept_as_kubernetes_spells_them() -> None:
    own = (
        "{image: 'a:1', resources: {requests: {cpu: 100m, memory: 64Mi}, limits: {cpu: 1, example.com/gpu: 2}},"
        " readinessProbe: {httpGet: {path: /r, port: web, scheme: HTTPS}, periodSeconds: 5},"
        " livenessProbe: {tcpSocket: {port: 80}}, startupProbe: {exec: {command: [a, '']}}}"
    )

    workload = read((V1, own)).versions[0].workload

    assert isinstance(workload, DeclaredWorkload)
    assert workload.resources == {
        "requests": {"cpu": "100m", "memory": "64Mi"},
        "limits": {"cpu": 1, "example.com/gpu": 2},
    }
    assert workload.readiness_probe == {"httpGet": {"path": "/r", "port": "web", "scheme": "HTTPS"}, "periodSeconds": 5}
    assert workload.liveness_probe == {"tcpSocket": {"port": 80}}
    assert workload.startup_probe == {"exec": {"command": ["a", ""]}}


def test_an_autoscaler_takes_the_place_of_replicas() -> None:
    version = read((V1, "{image: 'a:1', autoscaling: {max: 5}, service: s, deployment: d.e}")).versions[0]

    assert (version.replicas, version.autoscaling) == (None, Autoscaling(1, 5, 80))
    assert (version.service, version.deployment) == ("s", "d.e")
    full = read((V1, "{image: 'a:1', autoscaling: {min: 2, max: 5, cpu: 60}}")).versions[0]
    assert full.autoscaling == Autoscaling(2, 5, 60)


def test_a_stages_lists_and_shares_come_in_the_order_of_the_versions() -> None:
    said = "    deploy: [v2, v1]\n    services: [v2, v1]\n    shares: {v2: 10, v1: 90}\n"

    stage = read((SHARES, said)).stages[0]

    assert stage.deployed == stage.services == ("v1", "v2")
    assert stage.shares == (Share("v1", 90), Share("v2", 10))


def test_a_service_may_be_there_before_its_version() -> None:
    said = "    deploy: [v1]\n    services: [v1, v2]\n    shares: {v1: 1, v2: 0}\n"

    stage = read((SHARES, said)).stages[0]

    assert (stage.deployed, stage.services) == (("v1",), ("v1", "v2"))
    assert stage.fraction("v1") == 1


def test_every_key_of_a_stage() -> None:
    said = """\
    description: >
      Two
      lines.
    soak: 1h
    approval: true
    mirror: {to: v2, percent: 5}
"""

    stage = read((SHARES, SHARES + said)).stages[0]

    assert stage.description == "Two lines."
    assert (stage.soak, stage.approval, stage.mirror) == ("1h", True, Mirror("v2", 5))
    assert str(stage.place) == "gateshift.yaml:9:5"
    assert read((SHARES, f"{SHARES}    mirror: v1\n")).stages[0].mirror == Mirror("v1", 100)


MATCHES = [
    ("{path: /a}", Match(path=(MatchType.PREFIX, "/a"))),
    ("{path: {exact: /a}}", Match(path=(MatchType.EXACT, "/a"))),
    ("{path: {regex: 'a+'}}", Match(path=(MatchType.REGEX, "a+"))),
    ("{path: {prefix: /a/}, method: PUT}", Match(path=(MatchType.PREFIX, "/a/"), method="PUT")),
    (
        "{headers: {a: b, c: {regex: d}}}",
        Match(headers=(DeclaredValueMatch("a", "b"), DeclaredValueMatch("c", "d", MatchType.REGEX))),
    ),
    ("{query: {a: {exact: b}}}", Match(query=(DeclaredValueMatch("a", "b"),))),
    ("{cookies: {a: b, c: d}}", Match(cookies=(DeclaredValueMatch("a", "b"), DeclaredValueMatch("c", "d")))),
]


@pytest.mark.parametrize(("said", "match"), MATCHES)
def test_every_condition_of_an_http_match(said: str, match: Match) -> None:
    rules = f"{SHARES}    rules: [{{name: r, match: {said}, to: v2}}]\n"

    assert read((SHARES, rules)).stages[0].rules == (ExtraRule("r", (match,), "v2"),)


def test_a_list_of_matches_is_an_or() -> None:
    rules = f"{SHARES}    rules: [{{name: r, match: [{{method: GET}}, {{path: /a}}], to: v2}}]\n"

    assert read((SHARES, rules)).stages[0].rules[0].matches == (
        Match(method="GET"),
        Match(path=(MatchType.PREFIX, "/a")),
    )


def test_a_grpc_route_has_its_own_matches_and_port_name() -> None:
    rules = f"{SHARES}    rules: [{{name: r, match: {{grpc: {{service: 'a.*', type: RegularExpression}}}}, to: v2}}]\n"

    rollout = read((PARENTS, f"{PARENTS}  kind: GRPCRoute\n"), (SHARES, rules))

    assert rollout.service.port_name == "grpc"
    assert rollout.stages[0].rules[0].matches == (Match(grpc_service="a.*", grpc_type=MatchType.REGEX),)


def test_a_match_of_every_path_counts_where_the_production_rule_asks_for_more() -> None:
    rules = f"{SHARES}    rules: [{{name: r, match: {{path: /}}, to: v2}}]\n"
    matches = f"{PARENTS}  matches: [{{headers: [{{name: a, value: b}}]}}]\n"

    assert read((SHARES, rules), (PARENTS, matches)).stages[0].rules[0].version == "v2"


AROUND = """\
policy: {maxStep: 12.5, allowSkip: true}
gate: {prometheus: 'http://p:9090', labels: {a: b}, successRate: 0.995, p99: 1s500ms, requestRate: 2}
pointers:
  repository: ssh://git@example.com/a.git
  revision: release/1.x
  path: ./apps//shop/
  argocd: {namespace: cd, project: shop, server: 'https://other'}
  flux: {namespace: gitops, interval: 1h30m}
ignore:
  - {rule: GS301, reason: 'a  b', until: 2026-12-31, file: 'base/*.yaml', resource: Service/a}
schemas: {kubernetes: v1.36.0, gatewayApi: '1.5.1', channel: experimental, crds: [crds]}
service:
"""


def test_everything_around_the_stages() -> None:
    rollout = read(("service:\n", AROUND))

    assert rollout.policy == Policy(12.5, allow_skip=True)
    assert rollout.gate == Gate("http://p:9090", (("a", "b"),), 0.995, 1500.0, 2.0)
    assert rollout.pointers == Pointers(
        "ssh://git@example.com/a.git",
        "release/1.x",
        "apps/shop",
        ArgoPointer("cd", "shop", "https://other"),
        FluxPointer("gitops", "1h30m"),
    )
    assert rollout.suppressions == (Suppression("GS301", "a b", date(2026, 12, 31), "base/*.yaml", "Service/a"),)
    assert rollout.suppressions[0].place == Place(Path("gateshift.yaml"), 10, 5, 10, 95)
    assert rollout.schemas == SchemaChoice("1.36.0", "1.5.1", "experimental", ("crds",))


def test_environments_say_only_what_differs() -> None:
    said = """\
environments:
  - name: staging
  - name: prod
    namespace: shop
    parents: [{gateway: edge}, {service: customers}]
    hostnames: []
    replicas: {v1: 3}
    revision: release
service:
"""

    assert read(("service:\n", said)).environments == (
        Environment("staging"),
        Environment(
            "prod",
            namespace="shop",
            parents=(GatewayParent("shop", "edge"), ServiceParent()),
            hostnames=(),
            replicas=(("v1", 3),),
            revision="release",
            after=("staging",),
        ),
    )


def test_a_gateway_without_a_namespace_follows_the_service_into_each_environment() -> None:
    said = "environments: [{name: a, namespace: b}, {name: c}]\nservice:\n"
    text = edited((PARENTS, "  parents: [{gateway: edge}, {gateway: infra/public}]\n"), ("service:\n", said))

    moved, stayed = parsed(text).rollout.environments

    assert moved.parents == (GatewayParent("b", "edge"), GatewayParent("infra", "public"))
    assert stayed.parents is None


def test_anchors_and_merges_are_read() -> None:
    text = edited((V1, "&one {image: 'a:1', env: {A: b}}"), ("{image: 'a:2'}", "{<<: *one, image: 'a:2'}"))

    versions = parsed(text).rollout.versions

    assert isinstance(versions[1].workload, DeclaredWorkload)
    assert versions[1].workload.image == "a:2"
    assert versions[1].workload.env == ({"name": "A", "value": "b"},)
