"""Every file of a rollout, from the values alone."""

from __future__ import annotations

from gateshift.manifests.argocd import application
from gateshift.manifests.base import shared_files, version_files
from gateshift.manifests.flux import source_and_kustomization
from gateshift.manifests.header import with_header
from gateshift.manifests.overlay import overlay_files
from gateshift.model.rollout import Rollout


def generate(rollout: Rollout) -> dict[str, str]:
    """The rollout's files by their path relative to the folder of gateshift.yaml, each with its header.

    A pointer names the first stage: whoever writes it to disk carries over the stage it names there (`carry_over`).
    """
    bodies = dict(shared_files(rollout))
    for version in rollout.versions:
        bodies.update(version_files(rollout, version))
    for environment in rollout.environments:
        for stage in rollout.stages:
            bodies.update(overlay_files(rollout, stage, environment))
        bodies.update(application(rollout, environment))
        bodies.update(source_and_kustomization(rollout, environment))
    return {path: with_header(rollout.service.name, bodies[path]) for path in sorted(bodies)}
