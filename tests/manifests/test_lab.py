"""The customers rollout is what the lab's walkthrough applies by hand, stage by stage, as Kustomize builds it."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateshift.yamldoc.data import JsonObject, look_up
from tests.manifests.building import by_name, kustomize_build, rules_of, weights
from tests.manifests.customers import CUSTOMERS, written

SHARED = {"ServiceAccount customers", "Service customers"}
V1, V2 = {"Deployment customers-v1"}, {"Deployment customers-v2"}
SUBSETS = {"Service customers-v1", "Service customers-v2"}
ROUTE = {"HTTPRoute customers"}
STAGES = {
    "initial": (SHARED | V1, []),
    "subsets": (SHARED | V1 | SUBSETS, []),
    "routed": (SHARED | V1 | SUBSETS | ROUTE, [{"customers-v1": 100}]),
    "dark": (SHARED | V1 | V2 | SUBSETS | ROUTE, [{"customers-v1": 100}]),
    "debug": (SHARED | V1 | V2 | SUBSETS | ROUTE, [{"customers-v1": 100}, {"customers-v2": 1}]),
    "canary": (SHARED | V1 | V2 | SUBSETS | ROUTE, [{"customers-v1": 90, "customers-v2": 10}]),
    "half": (SHARED | V1 | V2 | SUBSETS | ROUTE, [{"customers-v1": 50, "customers-v2": 50}]),
    "final": (SHARED | V1 | V2 | SUBSETS | ROUTE, [{"customers-v2": 100}]),
    "retired": (SHARED | V2 | {"Service customers-v2"} | ROUTE, [{"customers-v2": 100}]),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(CUSTOMERS, tmp_path_factory.mktemp("customers"))


@pytest.fixture(scope="module")
def debug(folder: Path) -> list[JsonObject]:
    return kustomize_build(folder / "overlays/debug")


@pytest.mark.parametrize("stage", STAGES)
def test_each_stage_builds_the_lab_s_objects_and_shares(folder: Path, stage: str) -> None:
    names, shares = STAGES[stage]
    objects = kustomize_build(folder / "overlays" / stage)
    assert set(by_name(objects)) == names
    assert [weights(rule) for rule in rules_of(objects)] == shares


@pytest.mark.parametrize(
    ("name", "selector"),
    [
        ("customers", {"app": "customers"}),
        ("customers-v1", {"app": "customers", "version": "v1"}),
        ("customers-v2", {"app": "customers", "version": "v2"}),
    ],
)
def test_a_service_has_the_lab_s_port_and_selector(
    debug: list[JsonObject], name: str, selector: dict[str, str]
) -> None:
    service = by_name(debug)[f"Service {name}"]
    assert service["spec"] == {"selector": selector, "ports": [{"name": "http", "port": 80, "targetPort": 3000}]}
    assert look_up(service, ("metadata", "labels", "app")) == "customers"


@pytest.mark.parametrize(("version", "tag"), [("v1", "1.0.0"), ("v2", "2.0.0")])
def test_a_deployment_has_the_lab_s_container_and_labels(debug: list[JsonObject], version: str, tag: str) -> None:
    deployment = by_name(debug)[f"Deployment customers-{version}"]
    labels = {"app": "customers", "version": version}
    assert look_up(deployment, ("metadata", "labels")) == labels
    assert deployment["spec"] == {
        "replicas": 1,
        "selector": {"matchLabels": labels},
        "template": {
            "metadata": {"labels": labels},
            "spec": {
                "serviceAccountName": "customers",
                "containers": [
                    {
                        "name": "svc",
                        "image": f"gcr.io/tetratelabs/customers:{tag}",
                        "imagePullPolicy": "Always",
                        "ports": [{"containerPort": 3000}],
                    }
                ],
            },
        },
    }


def test_the_route_steers_calls_made_to_the_service(debug: list[JsonObject]) -> None:
    route = by_name(debug)["HTTPRoute customers"]
    assert look_up(route, ("spec", "parentRefs")) == [{"group": "", "kind": "Service", "name": "customers"}]
    assert look_up(route, ("spec", "rules", 0, "backendRefs", 0, "port")) == 80


def test_the_debug_rule_stands_behind_the_default_rule(debug: list[JsonObject]) -> None:
    default, extra = rules_of(debug)
    assert default["matches"] == [{"path": {"type": "PathPrefix", "value": "/"}}]
    assert look_up(extra, ("matches", 0, "headers")) == [{"type": "Exact", "name": "user-agent", "value": "debug"}]


def test_workloads_and_services_come_a_wave_before_the_route(debug: list[JsonObject]) -> None:
    wave = ("metadata", "annotations", "argocd.argoproj.io/sync-wave")
    assert {name: look_up(found, wave) for name, found in by_name(debug).items()} == {
        name: "1" if name == "HTTPRoute customers" else "0" for name in STAGES["debug"][0]
    }


def test_everything_lives_in_the_lab_s_namespace(debug: list[JsonObject]) -> None:
    assert {look_up(found, ("metadata", "namespace")) for found in debug} == {"default"}
