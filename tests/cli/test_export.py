"""`gateshift export`: valid by the controllers' own CRDs, its steps are the stages, and what is lost is said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.controller_crds import crds_in
from tests.cli.exporting import (
    HEAD,
    MESH,
    PUBLIC,
    SHOP,
    STAGES,
    TESTERS,
    VERSIONS,
    exported,
    findings,
    not_expressed,
    of_kind,
    played,
)
from tests.cli.promoting import SHIPPED, gateshift
from tests.cli.published import document as published

CONTROLLERS = ("flagger", "argo-rollouts")
GATE = (
    "gate: {prometheus: 'http://prometheus:9090', successRate: 0.99, successDrop: 0.01, p99: 500ms, p99Growth: 1.5, "
    "requestRate: 1}\n"
)
FILTERED = """\
route:
  parents: [{gateway: infra/public}]
  hostnames: [shop.example.org]
  labels: {team: shop}
  matches: [{path: {type: PathPrefix, value: /shop}, method: GET, headers: [{name: x-a, value: b}]}]
  timeouts: {request: 10s}
  filters:
    - {type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: x-b, value: c}], remove: [x-c]}}
    - type: URLRewrite
      urlRewrite: {hostname: inner.example.org, path: {type: ReplacePrefixMatch, replacePrefixMatch: /}}
"""
SCALED = "workload: {resources: {requests: {cpu: 100m}}}\n" + VERSIONS.replace(
    "'example.org/shop:2'", "'example.org/shop:2', autoscaling: {min: 2, max: 9, cpu: 70}"
)
ROLLOUTS = {
    "shipped": (SHIPPED / "gateshift.yaml").read_text(),
    "gateway": SHOP,
    "mesh": HEAD + MESH + VERSIONS + STAGES,
    "filtered": HEAD + FILTERED + VERSIONS + STAGES,
    "gated": SHOP + GATE,
    "scaled": HEAD + PUBLIC + SCALED + STAGES,
    "testers": HEAD + PUBLIC + VERSIONS + TESTERS,
}


@pytest.fixture(scope="module")
def crds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return crds_in(tmp_path_factory.mktemp("crds"))


@pytest.mark.parametrize("controller", CONTROLLERS)
@pytest.mark.parametrize("rollout", ROLLOUTS)
def test_what_is_exported_is_valid_by_the_controllers_crds(
    tmp_path: Path, crds: Path, rollout: str, controller: str
) -> None:
    exported(tmp_path, controller, ROLLOUTS[rollout])
    assert findings(tmp_path, crds) == []


@pytest.mark.parametrize(
    ("controller", "right", "wrong"),
    [
        ("flagger", "threshold: 5", "threshold: many"),
        ("flagger", "stepWeights:", "stepWeight:"),
        ("argo-rollouts", "setWeight: 10", "setWeight: ten"),
    ],
)
def test_the_crds_refuse_what_is_wrong(tmp_path: Path, crds: Path, controller: str, right: str, wrong: str) -> None:
    exported(tmp_path, controller, SHOP)
    text = (tmp_path / "export.yaml").read_text()
    assert right in text
    (tmp_path / "export.yaml").write_text(text.replace(right, wrong))
    assert findings(tmp_path, crds) != []


def test_the_steps_of_a_rollout_are_the_stages(tmp_path: Path) -> None:
    rollout = of_kind(exported(tmp_path, "argo-rollouts", ROLLOUTS["shipped"]), "Rollout")
    nothing = frozenset[str]()
    assert played(rollout) == [(0, nothing), (0, frozenset({"debug"})), (10, nothing), (50, nothing), (100, nothing)]


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        ("testers-1", {"testers-1": "z", "testers-2": "x", "testers-3": "w"}),
        ("others", {"others": "z", "testers-1": "x", "testers-2": "w"}),
    ],
)
def test_alternatives_of_a_rule_take_no_other_rules_name(tmp_path: Path, other: str, expected: dict[str, str]) -> None:
    text = ROLLOUTS["testers"].replace(
        'rules: [{name: testers, match: [{headers: {x-tester: "yes"}}, {query: {tester: "1"}}], to: v2}]',
        "rules: [{name: testers, match: [{headers: {a: x}}, {headers: {a: w}}], to: v2}, "
        f"{{name: {other}, match: [{{headers: {{a: z}}}}], to: v2}}]",
    )
    canary = of_kind(exported(tmp_path, "argo-rollouts", text), "Rollout")["spec"]["strategy"]["canary"]
    routes = [step["setHeaderRoute"] for step in canary["steps"] if "match" in step.get("setHeaderRoute", {})]
    assert {route["name"]: route["match"][0]["headerValue"]["exact"] for route in routes} == expected
    assert {route["name"] for route in canary["trafficRouting"]["managedRoutes"]} == expected.keys()


def test_soak_gate_and_approval_come_in_this_order(tmp_path: Path) -> None:
    steps = of_kind(exported(tmp_path, "argo-rollouts", SHOP + GATE), "Rollout")["spec"]["strategy"]["canary"]["steps"]
    analysis = {"analysis": {"templates": [{"templateName": "shop-gate"}]}}
    soak, somebody = {"pause": {"duration": "30m"}}, {"pause": {}}
    assert steps == [
        {"setCanaryScale": {"weight": 100}},
        *({"setWeight": 0}, somebody),
        *({"setWeight": 10}, soak, analysis),
        *({"setWeight": 50}, soak, analysis, somebody),
        *({"setWeight": 100}, analysis, somebody),
    ]


def test_the_steps_of_a_canary_are_the_shares_of_the_stages(tmp_path: Path) -> None:
    analysis = of_kind(exported(tmp_path, "flagger", SHOP), "Canary")["spec"]["analysis"]
    assert (analysis["stepWeights"], analysis["interval"]) == ([10, 50, 100], "30m")
    hooks = {hook["type"]: hook["url"] for hook in analysis["webhooks"]}
    gate = "http://flagger-loadtester.web/gate/check"
    assert hooks == {"confirm-traffic-increase": gate, "confirm-promotion": gate}


def test_approvals_are_asked_of_the_webhook_that_is_given(tmp_path: Path) -> None:
    text = SHOP.replace("{name: dark,", "{name: dark, approval: true,")
    canary = of_kind(exported(tmp_path, "flagger", text, "--webhook", "https://ok.example.org/"), "Canary")
    hooks = [(hook["type"], hook["url"]) for hook in canary["spec"]["analysis"]["webhooks"]]
    assert hooks[0] == ("confirm-rollout", "https://ok.example.org/")


def test_rules_without_shares_are_an_ab_test(tmp_path: Path) -> None:
    analysis = of_kind(exported(tmp_path, "flagger", ROLLOUTS["testers"]), "Canary")["spec"]["analysis"]
    assert "stepWeights" not in analysis
    assert (analysis["interval"], analysis["iterations"]) == ("1m", 60)
    assert analysis["match"] == [
        {"headers": {"x-tester": {"exact": "yes"}}},
        {"queryParams": {"tester": {"exact": "1"}}},
    ]


def test_a_path_alone_is_nothing_that_flagger_can_steer(tmp_path: Path) -> None:
    by_path = '{headers: {x-tester: "yes"}}, {query: {tester: "1"}}'
    text = ROLLOUTS["testers"].replace(by_path, "{path: {prefix: /new}}")
    text = text.replace("{name: final,", "{name: final, deploy: [v2],")
    (tmp_path / "gateshift.yaml").write_text(text)
    done = gateshift(tmp_path, "export", "flagger")
    assert (done.returncode, done.stdout) == (1, "")
    assert "Flagger can give v2 no request" in done.stderr


def test_a_path_beside_a_header_leaves_an_ab_test(tmp_path: Path) -> None:
    text = ROLLOUTS["testers"].replace('{query: {tester: "1"}}', "{path: {prefix: /new}}")
    analysis = of_kind(exported(tmp_path, "flagger", text), "Canary")["spec"]["analysis"]
    assert analysis["match"] == [{"headers": {"x-tester": {"exact": "yes"}}}]


def test_the_gate_becomes_figures_of_the_new_pods(tmp_path: Path) -> None:
    objects = exported(tmp_path, "argo-rollouts", SHOP + GATE)
    metrics = {each["name"]: each for each in of_kind(objects, "AnalysisTemplate")["spec"]["metrics"]}
    assert list(metrics) == ["request-rate", "success-rate", "success-drop", "p99", "p99-growth"]
    assert metrics["success-rate"]["successCondition"] == "len(result) > 0 && result[0] >= 0.99"
    assert metrics["success-rate"]["failureCondition"] == "len(result) > 0 && (result[0] < 0.99)"
    query = metrics["request-rate"]["provider"]["prometheus"]["query"]
    assert 'destination_workload="shop"' in query
    assert 'destination_service_name="shop-canary"' in query


def test_flagger_compares_the_new_pods_with_its_primary(tmp_path: Path) -> None:
    objects = exported(tmp_path, "flagger", SHOP + GATE)
    queries = {each["metadata"]["name"]: each["spec"]["query"] for each in objects if each["kind"] == "MetricTemplate"}
    assert 'destination_workload="shop-primary"' in queries["shop-success-drop"]
    assert 'destination_workload="shop-primary"' not in queries["shop-success-rate"]
    metrics = of_kind(objects, "Canary")["spec"]["analysis"]["metrics"]
    assert {each["name"]: each["thresholdRange"] for each in metrics}["p99"] == {"max": 500}


def test_the_workload_selects_no_version_and_runs_the_candidate(tmp_path: Path) -> None:
    for controller, kind in (("flagger", "Deployment"), ("argo-rollouts", "Rollout")):
        spec = of_kind(exported(tmp_path, controller, SHOP), kind)["spec"]
        assert spec["selector"] == {"matchLabels": {"app": "shop"}}
        assert spec["template"]["metadata"]["labels"] == {"app": "shop", "version": "v2"}
        assert spec["template"]["spec"]["containers"][0]["image"] == "example.org/shop:2"


def test_a_manifest_of_the_owners_is_taken_as_it_is_but_for_name_and_selector(tmp_path: Path, crds: Path) -> None:
    labels = "{app: shop, version: v2}"
    (tmp_path / "v2.yaml").write_text(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: shop-v2, namespace: web}\n"
        f"spec:\n  minReadySeconds: 7\n  selector: {{matchLabels: {labels}}}\n"
        f"  template:\n    metadata: {{labels: {labels}}}\n"
        "    spec: {containers: [{name: web, image: 'example.org/shop:2', ports: [{containerPort: 8080}]}]}\n"
    )
    text = SHOP.replace("v2: {image: 'example.org/shop:2'}", "v2: {manifest: v2.yaml}")
    rollout = of_kind(exported(tmp_path, "argo-rollouts", text), "Rollout")
    assert (rollout["metadata"]["name"], rollout["spec"]["minReadySeconds"]) == ("shop", 7)
    assert rollout["spec"]["selector"] == {"matchLabels": {"app": "shop"}}
    assert findings(tmp_path, crds) == []


def test_an_environment_has_its_own_namespace_replicas_and_gateway(tmp_path: Path) -> None:
    text = SHOP + (
        "environments:\n  - {name: staging}\n"
        "  - {name: prod, namespace: shop-prod, replicas: {v2: 7}, parents: [{gateway: infra/prod}]}\n"
    )
    objects = exported(tmp_path, "argo-rollouts", text, "--env", "prod")
    assert {entry["metadata"]["namespace"] for entry in objects} == {"shop-prod"}
    assert of_kind(objects, "Rollout")["spec"]["replicas"] == 7
    assert of_kind(objects, "HTTPRoute")["spec"]["parentRefs"][0]["name"] == "prod"


def test_a_grpc_route_is_for_argo_rollouts_alone(tmp_path: Path, crds: Path) -> None:
    text = SHOP.replace("route: {", "route: {kind: GRPCRoute, ")
    objects = exported(tmp_path, "argo-rollouts", text)
    routing = of_kind(objects, "Rollout")["spec"]["strategy"]["canary"]["trafficRouting"]
    assert routing["plugins"]["argoproj-labs/gatewayAPI"]["grpcRoutes"] == [{"name": "shop"}]
    assert findings(tmp_path, crds) == []
    done = gateshift(tmp_path, "export", "flagger")
    assert (done.returncode, done.stdout) == (1, "")
    assert "use `gateshift export argo-rollouts`" in done.stderr.lower()


@pytest.mark.parametrize(
    ("controller", "text", "what"),
    [
        ("flagger", ROLLOUTS["shipped"], "rule debug of debug"),
        (
            "flagger",
            SHOP.replace("soak: 30m, approval", "soak: 1h, approval"),
            "a soak of each stage (canary 30m, half 1h, final none)",
        ),
        ("flagger", SHOP.replace("{name: shop,", "{name: shop, selector: {run: shop},"), "the selector run"),
        ("flagger", SHOP.replace("hostnames:", "name: front, hostnames:"), "the route's name front"),
        (
            "flagger",
            SHOP.replace("v1: {image: 'example.org/shop:1'}", "v1: {image: 'example.org/shop:1', deployment: shop}"),
            "the Deployment shop of v1 as it runs",
        ),
        ("argo-rollouts", ROLLOUTS["testers"], "rule testers of testers"),
        ("argo-rollouts", SHOP.replace("{v1: 90, v2: 10}", "{v1: 995, v2: 5}"), "v2 has 0.5 % in canary"),
        (
            "argo-rollouts",
            SHOP.replace("{v1: 100}}\n  - {name: canary", "{v1: 100}, mirror: v2}\n  - {name: canary"),
            "the mirror of dark",
        ),
        ("argo-rollouts", SHOP + GATE, "how sure a figure is"),
    ],
)
def test_what_a_controller_cannot_express_is_said(tmp_path: Path, controller: str, text: str, what: str) -> None:
    said = not_expressed(tmp_path, controller, text)
    assert what in said
    done = gateshift(tmp_path, "export", controller)
    assert f"# - {what}: {said[what]}" in done.stdout
    assert f"- {what}: {said[what]}" in done.stderr


def test_what_it_can_express_is_not_said(tmp_path: Path) -> None:
    assert list(not_expressed(tmp_path, "argo-rollouts", SHOP)) == ["the way back by a commit"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            HEAD
            + PUBLIC
            + "versions:\n  v1: {image: 'example.org/shop:1'}\nstages: [{name: only, shares: {v1: 100}}]\n",
            "one version",
        ),
        (
            HEAD
            + PUBLIC
            + VERSIONS
            + "stages: [{name: dark, shares: {v1: 100}}, {name: end, deploy: [v2], shares: {v2: 1}}]\n",
            "no stage gives v2 a request while v1 runs",
        ),
    ],
)
def test_no_release_is_refused_with_a_way_out(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "gateshift.yaml").write_text(text)
    done = gateshift(tmp_path, "export", "flagger")
    assert (done.returncode, done.stdout) == (1, "")
    assert said in done.stderr


def test_its_json_is_as_published(tmp_path: Path) -> None:
    (tmp_path / "gateshift.yaml").write_text(SHOP)
    answer = published("export", gateshift(tmp_path, "export", "flagger", "-f", "json").stdout)
    assert [(step["stage"], step["weight"]) for step in answer["steps"]] == [
        ("dark", 0),
        ("canary", 10),
        ("half", 50),
        ("final", 100),
    ]
    assert json.dumps(answer["objects"]) != "[]"
