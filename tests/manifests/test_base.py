"""The workloads and Services under base/, as the real Kustomize builds them."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from gateshift.manifests import generate
from gateshift.model.rollout import Autoscaling, DeclaredWorkload, Environment, ManifestWorkload, Rollout, Version
from gateshift.yamldoc.data import JsonObject, look_up, object_at
from tests.manifests.building import by_name, kustomize_build
from tests.manifests.customers import CUSTOMERS, written
from tests.yamldoc.test_dump import HOSTILE

OWN = """\
# The owner's own words: kept.
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop-two, labels: {"app": 'customers', version: v2}}
spec:
  progressDeadlineSeconds: 900
  selector: {matchLabels: {app: customers, version: v2}}
  template:
    metadata: {labels: {app: customers, version: v2}}
    spec: {containers: [{name: svc, image: "example.org/shop:2"}]}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: elsewhere}
data: {a: "on"}
"""


def with_version(rollout: Rollout, changed: Version) -> Rollout:
    return replace(rollout, versions=tuple(changed if old.name == changed.name else old for old in rollout.versions))


def with_manifest(path: str = "manifests/two.yaml", text: str = OWN) -> Rollout:
    own = replace(CUSTOMERS.version("v2"), deployment="shop-two", workload=ManifestWorkload(path, text), replicas=None)
    return with_version(CUSTOMERS, own)


def built(rollout: Rollout, folder: Path, root: str = "overlays/half") -> dict[str, JsonObject]:
    return by_name(kustomize_build(written(rollout, folder) / root))


def test_an_owner_s_manifest_is_copied_byte_for_byte_under_the_header() -> None:
    text = generate(with_manifest(text=OWN.replace("\n", "\r\n")))["base/v2/deployment.yaml"]
    assert text.partition("\n")[2] == OWN.replace("\n", "\r\n")


def test_an_owner_s_manifest_inside_the_sub_base_is_used_where_it_is(tmp_path: Path) -> None:
    rollout = with_manifest("./base/v2/own.yaml")
    assert "base/v2/deployment.yaml" not in generate(rollout)
    (tmp_path / "base/v2").mkdir(parents=True)
    (tmp_path / "base/v2/own.yaml").write_text(OWN)
    assert "Deployment shop-two" in built(rollout, tmp_path)


def test_an_owner_s_manifest_lands_in_the_service_s_namespace(tmp_path: Path) -> None:
    objects = built(with_manifest(), tmp_path)
    assert {look_up(found, ("metadata", "namespace")) for found in objects.values()} == {"default"}
    assert object_at(objects["ConfigMap settings"], "data") == {"a": "on"}


def test_an_owner_s_manifest_with_the_right_namespace_passes_through_no_transformer() -> None:
    text = OWN.split("---")[0].replace("{name: shop-two,", "{name: shop-two, namespace: default,")
    assert "namespace" not in generate(with_manifest(text=text))["base/v2/kustomization.yaml"]


def test_an_environment_sets_namespace_and_replicas_of_what_it_deploys(tmp_path: Path) -> None:
    prod = Environment("prod", namespace="prod", replicas=(("v1", 5), ("v2", 3)))
    rollout = replace(with_manifest(), environments=(prod,))
    objects = built(rollout, tmp_path, "overlays/prod/half")
    assert {look_up(found, ("metadata", "namespace")) for found in objects.values()} == {"prod"}
    assert look_up(objects["Deployment customers-v1"], ("spec", "replicas")) == 5
    assert look_up(objects["Deployment shop-two"], ("spec", "replicas")) == 3
    early = kustomize_build(tmp_path / "overlays/prod/routed")
    assert "Deployment shop-two" not in by_name(early)


def test_an_autoscaler_decides_the_replicas_alone(tmp_path: Path) -> None:
    scaled = replace(CUSTOMERS.version("v2"), replicas=None, autoscaling=Autoscaling(2, 10, 70))
    rollout = with_version(CUSTOMERS, scaled)
    objects = built(rollout, tmp_path)
    assert "replicas" not in object_at(objects["Deployment customers-v2"], "spec")
    assert objects["HorizontalPodAutoscaler customers-v2"]["spec"] == {
        "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "customers-v2"},
        "minReplicas": 2,
        "maxReplicas": 10,
        "metrics": [
            {
                "type": "Resource",
                "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 70}},
            }
        ],
    }


def test_probes_env_and_resources_are_kept_as_kubernetes_spells_them(tmp_path: Path) -> None:
    rich = DeclaredWorkload(
        "example.org/shop@sha256:" + "0" * 64,
        container="shop",
        image_pull_policy="",
        service_account="",
        env=({"name": "MODE", "value": "on"}, {"name": "N", "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}}),
        resources={"requests": {"cpu": "100m", "memory": "64Mi"}},
        readiness_probe={"httpGet": {"path": "/ready", "port": 3000}, "periodSeconds": 2},
        liveness_probe={"tcpSocket": {"port": 3000}},
        startup_probe={"exec": {"command": ["sh", "-c", "true\ntrue\n"]}},
    )
    objects = built(with_version(CUSTOMERS, replace(CUSTOMERS.version("v2"), workload=rich)), tmp_path)
    pod = object_at(objects["Deployment customers-v2"], "spec", "template", "spec")
    assert pod == {
        "containers": [
            {
                "name": "shop",
                "image": rich.image,
                "ports": [{"containerPort": 3000}],
                "env": list(rich.env),
                "resources": rich.resources,
                "livenessProbe": rich.liveness_probe,
                "readinessProbe": rich.readiness_probe,
                "startupProbe": rich.startup_probe,
            }
        ]
    }


@pytest.mark.parametrize("account", ["", "default"])
def test_the_account_that_every_namespace_has_is_not_made(account: str) -> None:
    first, second = CUSTOMERS.versions
    assert isinstance(first.workload, DeclaredWorkload)
    plain = replace(first.workload, service_account=account)
    files = generate(replace(CUSTOMERS, versions=tuple(replace(v, workload=plain) for v in (first, second))))
    assert "base/serviceaccount.yaml" not in files
    assert "serviceaccount" not in files["base/kustomization.yaml"]


def test_a_port_named_by_the_service_is_named_in_the_container(tmp_path: Path) -> None:
    service = replace(CUSTOMERS.service, target_port="web", app_protocol="kubernetes.io/h2c")
    objects = built(replace(CUSTOMERS, service=service), tmp_path)
    assert look_up(objects["Service customers-v2"], ("spec", "ports")) == [
        {"name": "http", "appProtocol": "kubernetes.io/h2c", "port": 80, "targetPort": "web"}
    ]
    container = look_up(objects["Deployment customers-v2"], ("spec", "template", "spec", "containers", 0, "ports"))
    assert container == [{"name": "web", "containerPort": 80}]


def test_hostile_strings_reach_the_cluster_as_they_are(tmp_path: Path) -> None:
    """Kustomize itself is the judge. It writes U+0085 and U+007F bare and then stumbles over them."""
    values = [value for value in HOSTILE if not {"\x85", "\x7f"} & set(value)]
    hostile = DeclaredWorkload(
        "example.org/shop:1",
        container="shop",
        image_pull_policy="Always",
        service_account="",
        env=tuple({"name": f"E{number}", "value": value} for number, value in enumerate(values)),
    )
    objects = built(with_version(CUSTOMERS, replace(CUSTOMERS.version("v2"), workload=hostile)), tmp_path)
    container = look_up(objects["Deployment customers-v2"], ("spec", "template", "spec", "containers", 0, "env"))
    assert container == list(hostile.env)


def test_waves_stand_only_where_an_application_prunes_last(tmp_path: Path) -> None:
    assert CUSTOMERS.pointers is not None
    flux_only = replace(CUSTOMERS, pointers=replace(CUSTOMERS.pointers, argocd=None))
    for rollout in (flux_only, replace(CUSTOMERS, pointers=None)):
        assert not any("sync-wave" in text for text in generate(rollout).values())
    assert all("annotations" not in object_at(found, "metadata") for found in built(flux_only, tmp_path).values())


def test_the_same_rollout_gives_the_same_bytes() -> None:
    assert list(generate(CUSTOMERS).items()) == list(generate(CUSTOMERS).items())
    assert list(generate(CUSTOMERS)) == sorted(generate(CUSTOMERS))
