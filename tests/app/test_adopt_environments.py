"""`gateshift adopt` of several roots: environments of one rollout, in the order in which a release reaches them."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateshift.yamldoc.data import JsonObject, list_at, object_at
from tests.app.adopting import adoption, gateshift, work_tree
from tests.app.repositories import commit_all
from tests.app.running_shapes import deployment, route, service
from tests.app.test_adopt import write_set
from tests.repositories import built, tree_of

SHOP = deployment("shop", "app=shop") + service("shop", "app=shop")
OVERLAYS = f"""\
=== k8s/base/kustomization.yaml
resources: [app.yaml]
=== k8s/base/app.yaml
{SHOP}{route("web", "{name: public, namespace: edge}", "backendRefs: [{name: shop, port: 80}]")}\
=== k8s/prod/kustomization.yaml
namespace: shop
resources: [../base, hpa.yaml]
images: [{{name: registry.example.com/shop, newTag: "1.4"}}]
=== k8s/prod/hpa.yaml
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {{name: shop}}
spec:
  scaleTargetRef: {{apiVersion: apps/v1, kind: Deployment, name: shop}}
  minReplicas: 3
  maxReplicas: 6
  metrics: [{{type: Resource, resource: {{name: cpu, target: {{type: Utilization, averageUtilization: 70}}}}}}]
=== k8s/staging/kustomization.yaml
namespace: shop-staging
resources: [../base]
"""


def pointers(*environments: str) -> str:
    return "".join(
        f"""\
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {{name: {name}, namespace: flux-system}}
spec: {{path: ./k8s/{name}, prune: true, interval: 1m, sourceRef: {{kind: GitRepository, name: shop}}}}
"""
        for name in environments
    )


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    return work_tree(tmp_path)


def test_several_roots_are_environments_and_prod_comes_after_staging(repository: Path) -> None:
    write_set(repository, f"{OVERLAYS}=== clusters/shop.yaml\n{pointers('prod', 'staging')}")
    commit_all(repository, "What runs")

    said, data = adoption(repository, "k8s/prod", "k8s/staging")

    stages = [object_at(stage) for stage in list_at(said, "stages")]
    assert (stages[0]["stage"], stages[0]["changes"]) == ("live", 0)
    assert {object_at(verdict)["safe"] for stage in stages for verdict in object_at(stage, "engines").values()} == {
        True
    }
    replaced: JsonObject = {"replaces": ["HTTPRoute/web"]}
    assert data["environments"] == [
        {"name": "staging", "live": {"path": "../../k8s/staging", **replaced}},
        {
            "name": "prod",
            "namespace": "shop",
            "live": {"path": "../../k8s/prod", **replaced},
            "autoscaling": {"v2": {"min": 3, "max": 6, "cpu": 70}},
            "image": {"v2": "registry.example.com/shop:1.4"},
        },
    ]
    file: JsonObject = {"file": "../../clusters/shop.yaml"}
    assert object_at(data, "pointers")["existing"] == [
        {**file, "object": "Kustomization/staging", "environment": "staging"},
        {**file, "object": "Kustomization/prod", "environment": "prod"},
    ]
    assert gateshift(repository, "validate", "gateshift").returncode == 0


def test_what_the_rollout_adds_is_in_the_namespace_of_the_environment(repository: Path) -> None:
    write_set(repository, OVERLAYS)
    adoption(repository, "k8s/prod", "k8s/staging")

    for name, namespace in (("staging", "shop-staging"), ("prod", "shop")):
        folder = repository / f"gateshift/shop/overlays/{name}/canary"
        assert {resource.id.namespace for resource in built(tree_of(folder)).resources} == {namespace}


def test_each_environment_moves_by_its_own_pointer(repository: Path) -> None:
    write_set(repository, f"{OVERLAYS}=== clusters/shop.yaml\n{pointers('prod', 'staging')}")
    commit_all(repository, "What runs")
    adoption(repository, "k8s/prod", "k8s/staging")
    commit_all(repository, "Adopt")
    folder = repository / "gateshift/shop"

    moved = gateshift(folder, "promote", "--env", "staging")

    assert moved.returncode == 0, moved.stderr + moved.stdout
    text = (repository / "clusters/shop.yaml").read_text()
    assert "path: ./gateshift/shop/overlays/staging/live," in text
    assert "path: ./k8s/prod," in text


def test_plain_directories_with_the_same_objects_are_environments(repository: Path) -> None:
    write_set(repository, f"=== prod/app.yaml\n{SHOP}=== dev/app.yaml\n{SHOP.replace('replicas: 2', 'replicas: 1')}")

    _, data = adoption(repository, "prod", "dev")

    dev, prod = (object_at(item) for item in list_at(data, "environments"))
    assert (dev["name"], prod["name"], prod["replicas"]) == ("dev", "prod", {"v2": 2})
    assert prod["live"] == {"files": ["../../prod/app.yaml"]}


def test_plain_directories_with_parts_of_one_service_are_one(repository: Path) -> None:
    workloads, services = deployment("shop", "app=shop"), service("shop", "app=shop")
    write_set(repository, f"=== workloads/shop.yaml\n{workloads}=== services/shop.yaml\n{services}")

    _, data = adoption(repository, "workloads", "services")

    assert "environments" not in data


def test_environments_in_which_other_things_run_are_told_apart(repository: Path) -> None:
    other = SHOP.replace("kind: Deployment\nmetadata: {name: shop}", "kind: Deployment\nmetadata: {name: shop-old}")
    write_set(repository, f"=== prod/app.yaml\n{SHOP}=== staging/app.yaml\n{other}")

    done = gateshift(repository, "adopt", "prod", "staging")

    assert done.returncode == 2
    assert "what runs differs: v1 (Deployment/shop-old) in staging, v1 (Deployment/shop) in prod" in done.stderr


def test_a_file_with_several_pointers_means_what_each_of_them_follows(repository: Path) -> None:
    write_set(repository, f"{OVERLAYS}=== clusters/shop.yaml\n{pointers('prod', 'staging')}")

    _, data = adoption(repository, "clusters/shop.yaml")

    environments = [object_at(item) for item in list_at(data, "environments")]
    assert [(item["name"], object_at(item, "live")["path"]) for item in environments] == [
        ("staging", "../../k8s/staging"),
        ("prod", "../../k8s/prod"),
    ]
