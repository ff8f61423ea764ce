"""`gateshift adopt` from a Flagger Canary, or an Argo Rollout that steers a route: its steps become the stages."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateshift.yamldoc.data import JsonObject, list_at, object_at, text_at
from tests.app.adopting import adoption, gateshift, stages_of, work_tree
from tests.app.controlled_services import CANARY, MATCHED, MESH, ROLLOUT
from tests.app.running_shapes import deployment


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    return work_tree(tmp_path)


def adopted(top: Path, text: str, *options: str) -> tuple[JsonObject, JsonObject]:
    (top / "live").mkdir()
    (top / "live" / "all.yaml").write_text(text)
    said, data = adoption(top, "live", *options)
    stages_of(said)
    assert gateshift(top, "validate", "gateshift").returncode == 0
    return said, data


def stage(data: JsonObject, name: str) -> JsonObject:
    (found,) = [object_at(item) for item in list_at(data, "stages") if text_at(item, "name") == name]
    return found


def left_of(said: JsonObject) -> dict[str, str]:
    return {text_at(item, "what"): text_at(item, "why") for item in list_at(said, "left")}


def test_the_weights_of_a_canary_become_stages_behind_the_hand_over(repository: Path) -> None:
    said, data = adopted(repository, CANARY, "--candidate", "v2=registry.example.com/podinfo:2.0")

    names = [text_at(item, "name") for item in list_at(data, "stages")]
    assert names == [
        *("live", "twin", "released", "handed-over", "routed", "dark"),
        *("share-20", "share-40", "final", "retired"),
    ]
    assert stage(data, "share-20")["soak"] == "2m"
    assert stage(data, "share-40")["approval"] is True
    assert stage(data, "share-40")["shares"] == {"v1": 60, "v2": 40}
    assert said["way"] == "take-over"


def test_the_route_says_what_that_of_flagger_says(repository: Path) -> None:
    _, data = adopted(repository, CANARY)

    assert data["route"] == {
        "parents": [{"gateway": "edge/public", "section": "https"}],
        "hostnames": ["podinfo.example.com"],
        "timeouts": {"request": "15s"},
    }
    assert object_at(data, "service")["port"] == 9898


def test_what_a_canary_asks_for_and_the_stages_do_not_is_listed(repository: Path) -> None:
    said, _ = adopted(repository, CANARY)

    left = left_of(said)
    assert list(left) == [
        "Canary podinfo",
        "`progressDeadlineSeconds` of Canary podinfo",
        "`analysis.threshold` of Canary podinfo",
        "`analysis.metrics` of Canary podinfo",
        "the webhook load of Canary podinfo",
    ]
    assert "--cascade=orphan" in left["Canary podinfo"]
    assert "Prune=false" in left["Canary podinfo"]


@pytest.mark.parametrize(
    ("text", "parent"), [(MATCHED, {"gateway": "edge/public", "section": "https"}), (MESH, {"service": "podinfo"})]
)
def test_the_matches_of_a_canary_become_a_rule(repository: Path, text: str, parent: JsonObject) -> None:
    _, data = adopted(repository, text)

    assert object_at(data, "route")["parents"] == [parent]
    assert stage(data, "debug")["shares"] == {"v1": 100}
    assert stage(data, "debug")["rules"] == [
        {"name": "matched", "match": [{"headers": {"x-canary": {"exact": "insider"}}}], "to": "v2"}
    ]


def test_the_steps_of_a_rollout_become_stages_beside_it(repository: Path) -> None:
    said, data = adopted(repository, ROLLOUT, "--candidate", "v2=registry.example.com/demo:2.0")

    names = [text_at(item, "name") for item in list_at(data, "stages")]
    assert names[:6] == ["live", "routed", "dark", "canary", "canary-matched", "share-60"]
    assert stage(data, "canary")["approval"] is True
    assert stage(data, "canary-matched")["soak"] == "10m"
    assert stage(data, "share-60") | {"description": ""} == {
        "name": "share-60",
        "description": "",
        "shares": {"v1": 40, "v2": 60},
        "soak": "30s",
    }
    assert object_at(data, "versions", "v1")["live"] == ["Rollout/demo", "Service/demo-canary"]
    left = left_of(said)
    assert "Service demo-canary" not in left
    assert "two owners" in left["`trafficRouting` of Rollout demo"]
    assert "`strategy.canary.abortScaleDownDelaySeconds` of Rollout demo" in left
    assert "the steps `setCanaryScale` of Rollout demo" in left


def test_a_rollout_that_borrows_its_template_is_led_to_the_end(repository: Path) -> None:
    template = ROLLOUT[ROLLOUT.index("  template:") : ROLLOUT.index("  strategy:")]
    borrowed = "  workloadRef: {apiVersion: apps/v1, kind: Deployment, name: demo}\n"
    lender = deployment("demo", "app=demo").replace("replicas: 2", "replicas: 0")

    _, data = adopted(repository, lender + ROLLOUT.replace(template, borrowed))

    assert text_at(list_at(data, "stages")[-1], "name") == "retired"


def test_a_rollout_without_a_route_keeps_its_steps_for_itself(repository: Path) -> None:
    plain = (
        ROLLOUT.partition("      trafficRouting:")[0]
        + "      steps: [{setWeight: 25}]\n"
        + ROLLOUT[ROLLOUT.index("---", 10) :]
    )

    said, data = adopted(repository, plain)

    assert "share-25" not in str(data["stages"])
    assert "`trafficRouting` of Rollout demo" not in left_of(said)
