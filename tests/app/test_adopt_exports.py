"""`gateshift adopt` of what `kubectl get -o yaml` says: what the cluster makes or fills in by itself is left out."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateshift.yamldoc import dump, load_all
from gateshift.yamldoc.data import Json, JsonObject, list_at, object_at, text_at
from tests.app.adopting import adoption, gateshift, stages_of, work_tree
from tests.app.running_shapes import deployment, service
from tests.app.test_adopt_life import POINTER


def owner(kind: str, name: str, *, controller: bool = True) -> Json:
    return [{"apiVersion": "apps/v1", "kind": kind, "name": name, "uid": "1b-2c", "controller": controller}]


def exported(data: JsonObject, **metadata: Json) -> JsonObject:
    """The object as the API server returns it."""
    known = object_at(data, "metadata")
    own: JsonObject = {"namespace": "store", "uid": "3d-4e", "resourceVersion": "17", **metadata}
    return {**data, "metadata": {**known, **own}, "status": {}}


def objects() -> dict[str, JsonObject]:
    """A Deployment and its Service as they are written, and what the cluster makes of them."""
    (deployed,) = load_all(deployment("shop", "app=shop"))
    (serving,) = load_all(service("shop", "app=shop"))
    pods = object_at(deployed, "spec", "template")
    labels: JsonObject = {"app": "shop", "pod-template-hash": "5f7b"}
    replica_set: JsonObject = {
        "apiVersion": "apps/v1",
        "kind": "ReplicaSet",
        "spec": {
            "replicas": 2,
            "selector": {"matchLabels": labels},
            "template": {**pods, "metadata": {"labels": labels}},
        },
    }
    slice_labels: JsonObject = {"endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io"}
    addresses: JsonObject = {"clusterIP": "10.96.3.4", "clusterIPs": ["10.96.3.4"]}
    noted: JsonObject = {"endpoints.kubernetes.io/last-change-trigger-time": "2026-01-01T00:00:00Z"}
    pod: JsonObject = {"apiVersion": "v1", "kind": "Pod", "spec": object_at(pods, "spec")}
    endpoints: JsonObject = {"apiVersion": "v1", "kind": "Endpoints", "subsets": []}
    slices: JsonObject = {"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "addressType": "IPv4"}
    return {
        "deployment": exported(object_at(deployed), annotations={"deployment.kubernetes.io/revision": "3"}),
        "service": exported({**object_at(serving), "spec": {**object_at(serving, "spec"), **addresses}}),
        "replica set": exported(
            replica_set, name="shop-5f7b", labels=labels, ownerReferences=owner("Deployment", "shop")
        ),
        "pod": exported(pod, name="shop-5f7b-x2", labels=labels, ownerReferences=owner("ReplicaSet", "shop-5f7b")),
        "endpoints": exported(endpoints, name="shop", annotations=noted),
        "slice": exported({**slices, "endpoints": []}, name="shop-q8", labels=slice_labels),
    }


def listed(items: list[JsonObject]) -> str:
    return dump({"apiVersion": "v1", "kind": "List", "items": list[Json](items)})


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    return work_tree(tmp_path)


def test_what_the_cluster_makes_is_left_out_and_named(repository: Path) -> None:
    (repository / "all.yaml").write_text(listed(list(objects().values())))

    said, data = adoption(repository, "all.yaml")

    stages_of(said)
    left = {text_at(item, "what"): text_at(item, "why") for item in list_at(said, "left")}
    assert left["Pod store/shop-5f7b-x2"] == "ReplicaSet shop-5f7b makes it in the cluster"
    assert left["ReplicaSet store/shop-5f7b"] == "Deployment shop makes it in the cluster"
    assert "Endpoints store/shop" in left
    assert "EndpointSlice store/shop-q8" in left
    assert object_at(data, "versions", "v1")["live"] == "Deployment/shop"
    assert object_at(data, "versions", "v2")["replicas"] == 2
    live = repository / "gateshift" / "shop" / "live"
    assert {file.name for file in live.iterdir()} == {"deployment-shop.yaml", "service-shop.yaml", "kustomization.yaml"}
    for word in ("clusterIP", "uid", "resourceVersion", "status", "revision"):
        assert word not in "".join(file.read_text() for file in live.iterdir())
    assert gateshift(repository, "validate", "gateshift").returncode == 0


def test_a_service_without_an_address_stays_one(repository: Path) -> None:
    known = objects()
    spec = object_at(known["service"], "spec")
    headless: JsonObject = {**known["service"], "spec": {**spec, "clusterIP": "None", "clusterIPs": ["None"]}}
    (repository / "all.yaml").write_text(listed([known["deployment"], headless]))

    adoption(repository, "all.yaml")

    assert "clusterIP: None" in (repository / "gateshift/shop/live/service-shop.yaml").read_text()


def test_endpoints_that_somebody_wrote_stay(repository: Path) -> None:
    known = objects()
    written: JsonObject = {"apiVersion": "v1", "kind": "Endpoints", "metadata": {"name": "bank"}, "subsets": []}
    outside: JsonObject = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "bank"},
        "spec": {"ports": [{"port": 80}]},
    }
    pod: JsonObject = {
        **known["pod"],
        "metadata": {"name": "probe", "ownerReferences": owner("ConfigMap", "x", controller=False)},
    }
    (repository / "all.yaml").write_text(listed([known["deployment"], known["service"], outside, written, pod]))

    adoption(repository, "all.yaml")

    live = repository / "gateshift" / "shop" / "live"
    assert (live / "endpoints-bank.yaml").is_file()
    assert (live / "pod-probe.yaml").is_file()


def test_pods_that_a_pointer_applies_have_to_leave_git_first(repository: Path) -> None:
    (repository / "live").mkdir()
    (repository / "live" / "all.yaml").write_text(listed(list(objects().values())))
    (repository / "pointer.yaml").write_text(POINTER)

    done = gateshift(repository, "adopt", "live")

    assert done.returncode == 1
    assert "ReplicaSet store/shop-5f7b, which Deployment shop makes" in done.stderr
    assert not (repository / "gateshift").exists()
