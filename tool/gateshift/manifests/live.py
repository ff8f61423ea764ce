"""base/live: what ran before the rollout, referenced or copied as it stands, and without what a stage writes or drops.

Each of these folders is a kustomization of its own: a patch that deletes an object would else delete the one that the
stage writes in its place.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from gateshift.manifests.base import kustomization, service_file
from gateshift.manifests.header import copy_digest
from gateshift.model.rollout import Environment, LiveFile, LiveManifests, LiveObject, LiveWorkload, Rollout, Stage
from gateshift.yamldoc.data import FieldPath, Json, JsonObject

_FOLDER = "live"
OWN_SERVICE = "base/service"


def live_folder(rollout: Rollout, stage: Stage, environment: Environment) -> str:
    """The folder with what ran before as the stage keeps it, relative to the rollout's; "" where nothing did."""
    if rollout.live_in(environment) is None:
        return ""
    gone = [name for name, objects in _dropped(rollout, stage, environment) if objects]
    return f"{environment_folder(environment)}/{'-without-'.join([_FOLDER, '-'.join(gone)]) if gone else _FOLDER}"


def environment_folder(environment: Environment) -> str:
    """Where the parts of one environment's stages are: in base/, below the environment's name where it has one."""
    return f"base/{environment.name}" if environment.name else "base"


def live_files(rollout: Rollout, environment: Environment) -> Iterator[tuple[str, str]]:
    """The kustomizations, one for what ran before and one for each different part of it that stages keep."""
    live = rollout.live_in(environment)
    if live is None:
        return
    whole = f"{environment_folder(environment)}/{_FOLDER}"
    yield f"{whole}/kustomization.yaml", _whole(live, whole)
    for stage in rollout.stages_in(environment):
        folder = live_folder(rollout, stage, environment)
        if folder != whole:
            objects = (item for _, objects in _dropped(rollout, stage, environment) for item in objects)
            gone = list(dict.fromkeys(objects))
            note = f"What ran before the rollout, without {', '.join(map(str, gone))}."
            yield (
                f"{folder}/kustomization.yaml",
                kustomization(note, [f"../{_FOLDER}"], patches=[_deletion(item) for item in gone]),
            )


def own_service_files(rollout: Rollout) -> Iterator[tuple[str, str]]:
    """The sub-base of the Service that takes the place of one that ran before, where a stage has it."""
    if any(
        writes_service(rollout, stage, environment)
        for environment in rollout.environments
        for stage in rollout.stages_in(environment)
    ):
        yield f"{OWN_SERVICE}/service.yaml", service_file(rollout)
        note = f"The Service {rollout.service.name} for the stages in which no Service of before has its name."
        yield f"{OWN_SERVICE}/kustomization.yaml", kustomization(note, ["service.yaml"])


def live_copies(rollout: Rollout) -> dict[str, LiveFile]:
    """The plain manifests that ran before, by the path of their copy."""
    copies: dict[str, LiveFile] = {}
    for environment in rollout.environments:
        live = rollout.live_in(environment)
        if live is not None:
            folder = f"{environment_folder(environment)}/{_FOLDER}"
            names = copy_names(live)
            copies.update((f"{folder}/{names[file.path]}", file) for file in live.files)
    return copies


def copy_names(live: LiveManifests) -> dict[str, str]:
    """The name of each plain manifest's copy: its own, with as much of its path as tells it from the others."""
    common = posixpath.commonpath([posixpath.dirname(file.path) for file in live.files]) if live.files else ""
    return {file.path: posixpath.relpath(file.path, common or ".").replace("/", "-") for file in live.files}


def _whole(live: LiveManifests, folder: str) -> str:
    if live.path:
        entry = posixpath.relpath(live.path, folder)
        return kustomization("What ran before the rollout, where it stands.", [entry])
    names = copy_names(live)
    comments: dict[FieldPath, str] = {
        ("resources", index): f"{file.path}, {copy_digest(file.text)}" for index, file in enumerate(live.files)
    }
    entries = [names[file.path] for file in live.files]
    return kustomization("What ran before the rollout, copied byte for byte.", entries, comments=comments)


def _dropped(rollout: Rollout, stage: Stage, environment: Environment) -> Iterator[tuple[str, tuple[LiveObject, ...]]]:
    """What the stage takes out of what ran before, with a word for each part."""
    live = rollout.live_in(environment)
    if live is not None and stage.shares:
        yield "route", live.replaces
    for version in rollout.versions:
        if isinstance(version.workload, LiveWorkload):
            if version.name not in stage.services:
                yield "service", (LiveObject("Service", version.service),)
            if version.name not in stage.deployed:
                yield version.name, version.workload.objects


def writes_service(rollout: Rollout, stage: Stage, environment: Environment) -> bool:
    """Whether the stage has the service's own Service instead of one that ran before."""
    named = LiveObject("Service", rollout.service.name)
    return any(named in objects for _, objects in _dropped(rollout, stage, environment))


def _deletion(item: LiveObject) -> Json:
    patch = f"$patch: delete\napiVersion: v1\nkind: {item.kind}\nmetadata:\n  name: {item.name}\n"
    target: JsonObject = {"kind": item.kind, "name": f"^{item.name.replace('.', '[.]')}$"}
    return {"target": target, "patch": patch}
