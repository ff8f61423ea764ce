"""`gateshift adopt` where several versions run, where names are taken, and where a route has rules of its own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gateshift.yamldoc.data import JsonObject, list_at, object_at, text_at
from tests.app.adopting import adoption, gateshift, stages_of, work_tree
from tests.app.running_shapes import SHAPES, deployment, mesh, route, service
from tests.app.test_adopt import files_of


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    return work_tree(tmp_path)


def adopted(top: Path, text: str, *options: str) -> tuple[JsonObject, JsonObject]:
    (top / "live").mkdir()
    (top / "live" / "all.yaml").write_text(text)
    return adoption(top, "live", *options)


def shares_of(data: JsonObject) -> list[JsonObject]:
    return [object_at(stage, "shares") for stage in list_at(data, "stages") if "shares" in object_at(stage)]


@pytest.mark.parametrize("name", SHAPES)
def test_each_shape_is_adopted_with_every_step_safe(repository: Path, name: str) -> None:
    text, options, stages = SHAPES[name]

    said, _ = adopted(repository, text, *options)

    steps = stages_of(said)
    assert tuple(step["stage"] for step in steps) == stages
    assert files_of(repository)["live/all.yaml"].decode() == text
    assert "GS512" not in json.dumps(steps)
    written = repository / text_at(said, "file")
    assert gateshift(repository, "validate", str(written.parent)).returncode == 0


def test_the_shares_of_today_go_on_from_what_they_are(repository: Path) -> None:
    _, data = adopted(repository, SHAPES["the Gateway API's traffic splitting"][0])

    assert shares_of(data) == [{"v1": 90, "v2": 10}, {"v1": 50, "v2": 50}, {"v2": 100}, {"v2": 100}]
    assert data["versions"] == {
        "v1": {"live": "Deployment/foo-v1", "service": "foo-v1"},
        "v2": {"live": "Deployment/foo-v2", "service": "foo-v2"},
    }
    assert object_at(data, "workload")["container"] == "main"


def test_the_versions_that_run_already_come_one_after_the_other(repository: Path) -> None:
    _, data = adopted(repository, SHAPES["bookinfo with its first version routed"][0])

    assert shares_of(data)[1:4] == [{"v1": 90, "v2": 10}, {"v1": 50, "v2": 50}, {"v2": 100}]
    assert shares_of(data)[5:] == [{"v2": 90, "v3": 10}, {"v2": 50, "v3": 50}, {"v3": 100}, {"v3": 100}]
    deployed = [object_at(stage).get("deploy") for stage in list_at(data, "stages")]
    assert deployed[5:] == [["v2", "v3"]] * 4 + [["v3"]]


def test_nothing_is_shared_out_toward_the_version_that_has_everything(repository: Path) -> None:
    _, data = adopted(repository, SHAPES["bookinfo with its first version routed"][0], "--candidate", "v1")

    assert shares_of(data)[:2] == [{"v1": 100}, {"v1": 90, "v2": 10}]


def test_a_version_that_runs_can_be_named_as_the_one_to_come(repository: Path) -> None:
    _, data = adopted(repository, SHAPES["bookinfo with its first version routed"][0], "--candidate", "v3")

    assert shares_of(data)[1] == {"v1": 90, "v3": 10}


def test_a_version_that_runs_gets_no_other_image(repository: Path) -> None:
    (repository / "all.yaml").write_text(SHAPES["the Gateway API's traffic splitting"][0])

    done = gateshift(repository, "adopt", "all.yaml", "--candidate", "v2=registry.example.com/foo:2.1")

    assert done.returncode == 2
    assert "v2 runs already, as Deployment foo-v2" in done.stderr
    assert "Call the version to come v3" in done.stderr


def test_names_that_are_taken_are_not_given_again(repository: Path) -> None:
    text, options, _ = SHAPES["names that are taken"]

    _, data = adopted(repository, text, *options)

    version = object_at(data, "versions", "v2")
    assert (version["deployment"], version["service"]) == ("shop-v2-rollout", "shop-v2-rollout")
    assert object_at(data, "route")["name"] == "shop-rollout"


def test_the_number_in_the_version_label_names_what_runs(repository: Path) -> None:
    _, data = adopted(repository, SHAPES["a version label that the Service selects by"][0])

    assert list(object_at(data, "versions")) == ["v4", "v5"]


def test_a_rule_keeps_its_place(repository: Path) -> None:
    text, options, _ = SHAPES["a rule of another service before its own"]

    _, data = adopted(repository, text, *options)

    assert object_at(data, "route")["position"] == 1
    assert "matches" not in object_at(data, "route")


def test_what_also_steers_is_named(repository: Path) -> None:
    ingress = """\
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: front}
spec: {defaultBackend: {service: {name: shop, port: {number: 80}}}}
"""
    text = deployment("shop", "app=shop") + service("shop", "app=shop") + ingress

    said, _ = adopted(repository, text)

    left = [text_at(item, "what") for item in list_at(said, "left")]
    assert left == ["the way from a Gateway", "Ingress front"]


def test_nothing_is_said_to_be_left_where_all_is_carried(repository: Path) -> None:
    text = deployment("shop", "app=shop") + service("shop", "app=shop")
    said, _ = adopted(repository, text + route("shop", mesh("shop"), "backendRefs: [{name: shop, port: 80}]"))

    assert said["left"] == []


TAKEN_OVER = ["live", "twin", "subset", "routed", "moved", "taken-over", "dark", "canary", "half", "final"]
SHOP = deployment("shop", "app=shop") + service("shop", "app=shop")
GATEWAY = route("web", "{name: public}", "backendRefs: [{name: shop, port: 80}]")


def test_a_twin_takes_over_in_five_steps_and_the_candidate_follows(repository: Path) -> None:
    said, data = adopted(repository, SHOP, "--take-over", "--candidate", "v2=registry.example.com/shop:2.0")

    stages = stages_of(said)
    assert said["way"] == "take-over"
    assert [stage["stage"] for stage in stages] == [*TAKEN_OVER, "retired"]
    assert [stage["changes"] for stage in stages[:6]] == [0, 1, 1, 1, 1, 1]
    assert shares_of(data)[:2] == [{"today": 50, "v1": 50}, {"v1": 100}]
    assert object_at(data, "versions", "v1")["image"] == "registry.example.com/shop:1.0"
    assert object_at(data, "service")["selector"] == {"app": "shop"}
    assert gateshift(repository, "validate", "gateshift").returncode == 0


def test_behind_a_gateway_the_service_is_handed_over_after_a_take_over(repository: Path) -> None:
    said, data = adopted(repository, SHOP + GATEWAY, "--take-over")

    assert [stage["stage"] for stage in stages_of(said)] == [*TAKEN_OVER, "handed-over", "retired"]
    assert object_at(data, "versions", "v1")["selector"] == {"app": "shop", "version": "v1"}
    assert object_at(data, "service")["selector"] == {"app": "shop-rollout"}
    assert gateshift(repository, "validate", "gateshift").returncode == 0


@pytest.mark.parametrize("parent", [GATEWAY, route("shop", mesh("shop"), "backendRefs: [{name: shop, port: 80}]")])
@pytest.mark.parametrize("way", ["--beside", "--take-over"])
def test_a_second_service_of_the_pods_is_told_how_to_follow(repository: Path, parent: str, way: str) -> None:
    second = service("shop-external", "app=shop", 8081)

    said, _ = adopted(repository, SHOP + second + parent, "--service", "shop", way)

    assert text_at(list_at(said, "stages")[-1], "stage") == "handed-over"
    left = {text_at(item, "what"): text_at(item, "why") for item in list_at(said, "left")}
    assert "give it the selector `app: shop-rollout`" in left["Service shop-external"]
    assert "Service shop-external has no Ready pod" in left["the stage retired"]

    selector = "{name: shop-external}\nspec:\n  selector: {app: shop"
    file = repository / "live" / "all.yaml"
    file.write_text(file.read_text().replace(selector, f"{selector}-rollout"))
    rollout = repository / "gateshift" / "shop"
    with (rollout / "gateshift.yaml").open("a") as text:
        text.write("  - {name: retired, deploy: [v2], shares: {v2: 100}}\n")
    assert gateshift(rollout, "generate").returncode == 0
    done = gateshift(rollout, "plan", "handed-over", "retired")
    assert done.returncode == 0, done.stdout


def test_several_versions_are_not_taken_over(repository: Path) -> None:
    (repository / "all.yaml").write_text(SHAPES["the Gateway API's traffic splitting"][0])

    done = gateshift(repository, "adopt", "all.yaml", "--take-over")

    assert done.returncode == 2
    assert "several versions run: v1, v2" in done.stderr


def refused(top: Path, text: str, *options: str) -> str:
    """What is said of manifests that cannot be adopted, without a word of the place of the trial."""
    (top / "all.yaml").write_text(text)
    done = gateshift(top, "adopt", "all.yaml", *options)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "/tmp" not in done.stderr
    assert not (top / "gateshift").exists()
    return done.stderr


def test_an_image_that_no_pod_could_run_has_to_be_named(repository: Path) -> None:
    text = SHOP.replace("registry.example.com/shop:1.0", "${IMAGE}")

    assert "--candidate v2=IMAGE" in refused(repository, text)
    adopted(repository, text, "--candidate", "v2=registry.example.com/shop:2.0")


def test_a_route_for_the_calls_of_two_services_is_told(repository: Path) -> None:
    both = f"{mesh('shop')}, {mesh('cart')}"
    text = SHOP + service("cart", "app=cart") + route("shop", both, "backendRefs: [{name: shop, port: 80}]")

    said = refused(repository, text)

    assert "gateshift.yaml does not take what runs" in said
    assert "found `cart`" in said


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (
            route("web", "{name: public}", "backendRefs: [{name: shop, port: 80}, {name: legacy, port: 80}]"),
            "it also sends to legacy, behind which nothing of the service is known to run",
        ),
        (
            route("web", "{name: public}", "backendRefs: [{name: shop, namespace: store, port: 80}]").replace(
                "{name: web}", "{name: web, namespace: edge}"
            ),
            "it stands in another namespace than the Service",
        ),
    ],
)
def test_a_route_that_the_rollout_cannot_write_is_left_with_the_reason(
    repository: Path, text: str, reason: str
) -> None:
    said, _ = adopted(
        repository, SHOP.replace("metadata: {name: shop}", "metadata: {name: shop, namespace: store}") + text
    )

    left = {text_at(item, "what"): text_at(item, "why") for item in list_at(said, "left")}
    assert any(reason in why for what, why in left.items() if what.startswith("HTTPRoute"))
    assert "the way from a Gateway" in left


def test_a_deployment_that_lends_its_template_goes_with_the_rollout(repository: Path) -> None:
    rollout = """\
---
apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata: {name: shop}
spec:
  replicas: 3
  workloadRef: {apiVersion: apps/v1, kind: Deployment, name: shop}
  selector: {matchLabels: {app: shop}}
"""

    _, data = adopted(repository, SHOP + rollout)

    assert object_at(data, "versions", "v1")["live"] == ["Rollout/shop", "Deployment/shop"]
    assert object_at(data, "versions", "v2")["replicas"] == 3
