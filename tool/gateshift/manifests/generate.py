"""Every file of a rollout, from the values alone."""

from __future__ import annotations

from collections.abc import Iterator

from gateshift.engines.placement import pointer_name
from gateshift.engines.registry import ENGINES
from gateshift.manifests.base import shared_files, version_files
from gateshift.manifests.header import with_header
from gateshift.manifests.live import live_copies, live_files, own_service_files
from gateshift.manifests.overlay import overlay_files
from gateshift.manifests.workload import slowest_progress
from gateshift.model.rollout import Environment, Rollout


def generate(rollout: Rollout) -> dict[str, str]:
    """The rollout's files by their path relative to the folder of gateshift.yaml, each with its header.

    A pointer names the first stage: whoever writes it to disk carries over the stage it names there
    (`keep_pointer_path`).
    """
    bodies = dict(shared_files(rollout))
    bodies.update(own_service_files(rollout))
    for version in rollout.versions:
        bodies.update(version_files(rollout, version))
    for environment in rollout.environments:
        for stage in rollout.stages_in(environment):
            bodies.update(overlay_files(rollout, stage, environment))
        bodies.update(live_files(rollout, environment))
        bodies.update(_pointer_files(rollout, environment))
    files = {path: with_header(rollout.service.name, body) for path, body in bodies.items()}
    files |= {path: file.text for path, file in live_copies(rollout).items()}
    return {path: files[path] for path in sorted(files)}


def _pointer_files(rollout: Rollout, environment: Environment) -> Iterator[tuple[str, str]]:
    """The environment's pointer for each engine that the rollout has pointers for."""
    for engine, implementation in ENGINES.items():
        text = implementation.pointer_text(rollout, environment, slowest_progress(rollout))
        if text:
            yield f"sync/{engine.value}/{pointer_name(rollout, environment)}.yaml", text
