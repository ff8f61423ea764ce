from pathlib import Path

from gateshift.app.explain.address import absent
from gateshift.app.report.request_classes import request_classes
from gateshift.app.report.stages import BuiltStage
from gateshift.app.shared.rollouts import stage_roots
from gateshift.config import read_rollout
from gateshift.model.picture import PictureClass
from gateshift.model.rollout import Rollout
from gateshift.traffic.cluster import Cluster
from gateshift.traffic.request import ParentRef
from tests.app.stages import shipped, stage_cluster

GATEWAY = """
service: {name: shop, namespace: default, port: 80}
route:
  parents: [{gateway: infra/public, section: https}]
  hostnames: [shop.example.com]
versions: {v1: {image: shop:1.0}, v2: {image: shop:2.0}}
stages:
  - {name: before, deploy: [v1], services: [v1]}
  - {name: routed, deploy: [v1], services: [v1], shares: {v1: 100}}
  - name: beta
    shares: {v1: 100}
    rules: [{name: beta, match: {cookies: {beta: "yes"}}, to: v2}]
"""


def classes(rollout: Rollout, *, unbuilt: str = "") -> dict[str, PictureClass]:
    """The classes by name, with the stage called `unbuilt` left unbuilt."""
    stages = [
        BuiltStage(root, None if root.stage.name == unbuilt else _cluster(rollout, root.stage.name))
        for root in stage_roots(rollout)
    ]
    return {each.name: each for each in request_classes(rollout, stages)}


def _cluster(rollout: Rollout, stage: str) -> Cluster:
    cluster = stage_cluster(rollout, rollout.stage(stage), rollout.environments[0])
    parents = [ParentRef("Gateway", "infra", "public")]
    return cluster.derive(assume=absent(cluster, parents))


def shares(found: PictureClass) -> dict[str, dict[str, float]]:
    return {answer.stage: dict(answer.shares) for answer in found.answers}


def test_the_shipped_rollout_has_a_default_and_a_debug_class() -> None:
    found = classes(shipped())
    assert list(found) == ["default", "debug"]
    assert shares(found["default"])["canary"] == {"v1": 0.9, "v2": 0.1}
    assert shares(found["debug"])["debug"] == {"v2": 1.0}
    assert shares(found["debug"])["canary"] == {"v1": 0.9, "v2": 0.1}
    assert found["debug"].example == "GET / at Service/default/customers, user-agent: debug"


def test_without_a_route_the_services_own_endpoints_answer() -> None:
    (first, *_) = classes(shipped())["default"].answers
    assert (first.stage, first.status, dict(first.shares)) == ("initial", 200, {"v1": 1.0})
    assert first.why == "no route, so the Service's own endpoints answer"


def test_an_answer_names_its_route_and_its_rule() -> None:
    found = {answer.stage: answer.why for answer in classes(shipped())["debug"].answers}
    assert found["debug"] == "HTTPRoute default/customers, rule debug"
    assert found["canary"] == "HTTPRoute default/customers, rule 0"


def test_a_stage_that_was_not_built_has_no_answer() -> None:
    assert "canary" not in shares(classes(shipped(), unbuilt="canary")["default"])


def test_at_a_gateway_the_host_is_part_of_the_request_and_strangers_are_left_out() -> None:
    found = classes(read_rollout(GATEWAY, Path("gateshift.yaml"), lambda _: None))
    assert list(found) == ["default", "beta"]
    assert found["default"].match == "host shop.example.com"
    assert shares(found["default"]) == {"before": {"404": 1.0}, "routed": {"v1": 1.0}, "beta": {"v1": 1.0}}
    assert shares(found["beta"])["beta"] == {"v2": 1.0}
    assert "cookie: beta=yes" in found["beta"].example
