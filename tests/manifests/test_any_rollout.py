"""Any valid rollout -> generate -> the real Kustomize -> read back: what was declared is what is built."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateshift.manifests import compare, generate, keep_pointer_path, read_header
from gateshift.manifests.header import header_start
from gateshift.model.rollout import (
    DeclaredWorkload,
    Environment,
    GatewayParent,
    Parent,
    Rollout,
    ServiceParent,
    Stage,
    Version,
)
from gateshift.yamldoc import load_all
from gateshift.yamldoc.data import JsonObject, list_at, look_up, object_at, text_at
from tests.manifests.building import kustomize_build, rules_of, weights
from tests.manifests.customers import written
from tests.strategies import Declared, declared, rollouts

SLOW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def of_kind(objects: list[JsonObject], kind: str) -> dict[str, JsonObject]:
    return {text_at(found, "metadata", "name"): found for found in objects if found["kind"] == kind}


@SLOW
@given(rollouts(), st.data())
def test_a_stage_builds_to_what_was_declared(rollout: Rollout, data: st.DataObject) -> None:
    stage = data.draw(st.sampled_from(rollout.stages), "stage")
    environment = data.draw(st.sampled_from(rollout.environments), "environment")
    with tempfile.TemporaryDirectory() as folder:
        written(rollout, Path(folder))
        objects = kustomize_build(Path(folder) / rollout.overlay(stage, environment))
    namespace = environment.namespace or rollout.service.namespace
    assert {look_up(found, ("metadata", "namespace")) for found in objects} == {namespace}
    workloads_are_declared(rollout, stage, environment, objects)
    services_are_declared(rollout, stage, objects)
    route_is_declared(rollout, stage, environment, objects)


def workloads_are_declared(rollout: Rollout, stage: Stage, environment: Environment, objects: list[JsonObject]) -> None:
    deployments = of_kind(objects, "Deployment")
    deployed = [rollout.version(name) for name in stage.deployed]
    assert set(deployments) == {version.deployment for version in deployed}
    for version in deployed:
        found = deployments[version.deployment]
        labels = object_at(found, "spec", "template", "metadata", "labels")
        assert {**dict(rollout.service.selector), rollout.service.version_label: version.name} == labels
        if isinstance(version.workload, DeclaredWorkload):
            assert look_up(found, ("spec", "template", "spec", "containers", 0, "image")) == version.workload.image
        assert look_up(found, ("spec", "replicas")) == replicas_of(version, environment)
    scaled = {version.deployment for version in deployed if version.autoscaling}
    assert set(of_kind(objects, "HorizontalPodAutoscaler")) == scaled


def replicas_of(version: Version, environment: Environment) -> int | None:
    return None if version.autoscaling else dict(environment.replicas).get(version.name, version.replicas)


def services_are_declared(rollout: Rollout, stage: Stage, objects: list[JsonObject]) -> None:
    services = of_kind(objects, "Service")
    selectors = {rollout.service.name: dict(rollout.service.selector)}
    for name in stage.services:
        selectors[rollout.version(name).service] = {
            **dict(rollout.service.selector),
            rollout.service.version_label: name,
        }
    assert {name: object_at(found, "spec", "selector") for name, found in services.items()} == selectors
    for found in services.values():
        assert look_up(found, ("spec", "ports", 0, "port")) == rollout.service.port
        assert look_up(found, ("spec", "ports", 0, "targetPort")) == rollout.service.target_port


def route_is_declared(rollout: Rollout, stage: Stage, environment: Environment, objects: list[JsonObject]) -> None:
    rules = rules_of(objects)
    if not stage.shares:
        assert rules == []
        return
    production, extra = rules[0], rules[len(rules) - len(stage.rules) :]
    assert weights(production) == {rollout.version(share.version).service: share.weight for share in stage.shares}
    assert [list(weights(rule)) for rule in extra] == [[rollout.version(rule.version).service] for rule in stage.rules]
    (route,) = (found for found in objects if found["kind"] == rollout.route.kind.value)
    parents = rollout.route.parents if environment.parents is None else environment.parents
    assert [parent_of(found) for found in list_at(route, "spec", "parentRefs")] == list(parents)
    hostnames = rollout.route.hostnames if environment.hostnames is None else environment.hostnames
    assert list_at(route, "spec", "hostnames") == list(hostnames)


def parent_of(found: object) -> Parent:
    assert isinstance(found, dict)
    if found["kind"] == "Service":
        assert found["group"] == ""
        return ServiceParent(found.get("port"))
    assert found["group"] == "gateway.networking.k8s.io"
    section = found.get("sectionName", "")
    return GatewayParent(found["namespace"], found["name"], section, found.get("port"), found["kind"])


@settings(deadline=None)
@given(rollouts())
def test_every_file_is_sealed_and_reads_as_yaml(rollout: Rollout) -> None:
    for path, text in generate(rollout).items():
        header = read_header(text)
        assert header is not None, path
        assert (header.name, header.intact) == (rollout.service.name, True)
        assert text.startswith(header_start(rollout.service.name))
        assert load_all(text)


@settings(deadline=None)
@given(rollouts(), st.text("abc/-.", min_size=1, max_size=20))
def test_a_promoted_pointer_stays_fresh(rollout: Rollout, stage: str) -> None:
    files = generate(rollout)
    promoted = {
        path: keep_pointer_path(text, text.replace("path: ", f"path: '{stage}' # was ", 1)) if "sync/" in path else text
        for path, text in files.items()
    }
    states = compare(rollout.service.name, files, promoted)
    assert {state.status.value for state in states} == {"fresh"}


@settings(deadline=None)
@given(declared())
def test_the_bytes_depend_on_the_rollout_alone(written_rollout: Declared) -> None:
    assert generate(written_rollout.rollout()) == generate(written_rollout.rollout())
