"""overlays/: one folder a stage, which lists what the stage needs and holds its whole route."""

from __future__ import annotations

from collections.abc import Iterator

from gateshift.manifests.base import has_shared_files, kustomization, own_files, own_resources, version_folder
from gateshift.manifests.live import OWN_SERVICE, live_folder, writes_service
from gateshift.manifests.route import notes, route
from gateshift.model.rollout import Environment, Rollout, Stage
from gateshift.yamldoc import dump
from gateshift.yamldoc.data import FieldPath

_ADDED = "added"
"""The folder in an overlay for what the rollout adds, where only that is to get the environment's namespace."""


def overlay_files(rollout: Rollout, stage: Stage, environment: Environment) -> Iterator[tuple[str, str]]:
    """The files of one stage in one environment."""
    folder = rollout.overlay(stage, environment)
    up = "../" * (folder.count("/") + 1)
    live = live_folder(rollout, stage, environment)
    own = list(_own(rollout, stage, environment, up)) + own_resources(stage.objects, folder)
    yield from own_files(rollout, stage.objects, folder)
    if live and environment.namespace and own:
        entries = [f"../{entry}" for entry in own]
        note = "What comes to what ran before, in the environment's namespace."
        yield f"{folder}/{_ADDED}/kustomization.yaml", kustomization(note, entries, namespace=environment.namespace)
        own = [_ADDED]
    resources = [f"{up}{live}", *own] if live else own
    purpose = _purpose(stage, environment)
    if stage.shares:
        file = f"{rollout.route.kind.value.lower()}.yaml"
        resources.append(file)
        comments: dict[FieldPath, str] = {(): purpose}
        comments.update((("spec", "rules", index), note) for index, note in enumerate(notes(rollout, stage)))
        yield f"{folder}/{file}", dump(route(rollout, stage, environment), comments)
    yield (
        f"{folder}/kustomization.yaml",
        kustomization(
            purpose,
            resources,
            namespace="" if live else environment.namespace or "",
            replicas=_replicas(rollout, stage, environment),
        ),
    )


def _own(rollout: Rollout, stage: Stage, environment: Environment, up: str) -> Iterator[str]:
    """What the stage has of base/, seen from its overlay."""
    if has_shared_files(rollout):
        yield f"{up}base"
    if writes_service(rollout, stage, environment):
        yield f"{up}{OWN_SERVICE}"
    for version in rollout.versions:
        if version.name in stage.deployed and not version.live:
            yield up + version_folder(rollout, version, environment)
        if version.name in stage.services and not version.live:
            yield f"{up}base/{version.name}/subset"


def _purpose(stage: Stage, environment: Environment) -> str:
    where = f"Stage {stage.name} in {environment.name}" if environment.name else f"Stage {stage.name}"
    return f"{where}: {stage.description}" if stage.description else f"{where}."


def _replicas(rollout: Rollout, stage: Stage, environment: Environment) -> list[tuple[str, int]]:
    """The environment's own counts, for what the stage deploys and no autoscaler governs."""
    counts = dict(environment.replicas)
    return [
        (version.deployment, counts[version.name])
        for version in rollout.versions
        if version.name in stage.deployed and version.name in counts and version.autoscaling is None
    ]
