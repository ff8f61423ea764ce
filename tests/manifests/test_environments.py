"""What differs in an environment, and the owner's own objects, as the real Kustomize builds them."""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import replace

from gateshift.manifests import generate
from gateshift.model.rollout import Environment, OwnFile
from gateshift.yamldoc.data import look_up
from tests.manifests.building import by_name, kustomize_build
from tests.manifests.customers import CUSTOMERS, written

CONTAINER = ("spec", "template", "spec", "containers", 0)
SETTINGS = OwnFile("k8s/settings.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n")


def test_an_environment_has_its_own_image_and_variables_and_the_other_keeps_the_versions(tmp_path: Path) -> None:
    prod = Environment("prod", images=(("v2", "mirror/customers:2"),), env=({"name": "LEVEL", "value": "warn"},))
    rollout = replace(CUSTOMERS, environments=(Environment("staging"), prod))
    top = written(rollout, tmp_path)
    there = by_name(kustomize_build(top / "overlays/prod/half"))["Deployment customers-v2"]
    here = by_name(kustomize_build(top / "overlays/staging/half"))["Deployment customers-v2"]

    assert look_up(there, (*CONTAINER, "image")) == "mirror/customers:2"
    assert look_up(there, (*CONTAINER, "env")) == [{"name": "LEVEL", "value": "warn"}]
    assert look_up(here, (*CONTAINER, "image")) == "gcr.io/tetratelabs/customers:2.0.0"
    assert look_up(here, (*CONTAINER, "env")) is None


def test_a_stage_left_out_in_one_environment_is_written_for_the_other() -> None:
    prod = Environment("prod", skipped=("debug",))
    files = generate(replace(CUSTOMERS, environments=(Environment("staging"), prod)))

    assert "overlays/staging/debug/kustomization.yaml" in files
    assert "overlays/prod/debug/kustomization.yaml" not in files


def test_own_objects_come_with_every_stage_or_with_their_version(tmp_path: Path) -> None:
    second = replace(CUSTOMERS.version("v2"), objects=(SETTINGS,))
    with_version = replace(CUSTOMERS, versions=(CUSTOMERS.version("v1"), second))
    every = written(replace(CUSTOMERS, objects=(SETTINGS,)), tmp_path / "every")
    some = written(with_version, tmp_path / "some")

    assert "ConfigMap settings" in by_name(kustomize_build(every / "overlays/routed"))
    assert "ConfigMap settings" in by_name(kustomize_build(some / "overlays/half"))
    assert "ConfigMap settings" not in by_name(kustomize_build(some / "overlays/routed"))
