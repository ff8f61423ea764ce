"""The GitRepository and the Kustomization that `generate` writes: the latter names the stage in force.

`deletionPolicy: Orphan` keeps the workloads when the Kustomization is deleted; nothing in it may change the render that
was checked, so there is no postBuild, targetNamespace, namePrefix, patches, images or components.
"""

from __future__ import annotations

import re

from gateshift.engines.placement import first_path, pointer_name
from gateshift.model.rollout import Environment, FluxPointer, Pointers, Rollout
from gateshift.yamldoc import dump, dump_all
from gateshift.yamldoc.data import FieldPath, Json, JsonObject

_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?\Z")
_PATIENCE = 300
_NOTES: dict[FieldPath, str] = {
    ("spec", "path"): "The stage in force: `gateshift promote` moves it.",
    ("spec", "healthCheckExprs"): "Flux knows no health of a route by itself.",
}

# Flux asks inProgress first, then failed, then current, and waits while none holds or a field is absent
# (fluxcd/pkg runtime/cel/status_evaluator.go). A status entry belongs to a parent by name, section and port.
_IN_PROGRESS = """\
!has(status.parents) ||
spec.parentRefs.exists(ref, !status.parents.exists(p,
  p.parentRef.name == ref.name &&
  (has(p.parentRef.sectionName) ? p.parentRef.sectionName : '') == (has(ref.sectionName) ? ref.sectionName : '') &&
  (has(p.parentRef.port) ? p.parentRef.port : 0) == (has(ref.port) ? ref.port : 0))) ||
status.parents.exists(p, p.conditions.exists(c,
  has(c.observedGeneration) && c.observedGeneration != metadata.generation))
"""
_FAILED = """\
status.parents.exists(p, p.conditions.exists(c,
  c.type in ['Accepted', 'ResolvedRefs'] && c.status == 'False'))
"""
_CURRENT = """\
status.parents.all(p,
  p.conditions.exists(c, c.type == 'Accepted' && c.status == 'True') &&
  p.conditions.exists(c, c.type == 'ResolvedRefs' && c.status == 'True'))
"""


def source_and_kustomization_text(rollout: Rollout, environment: Environment, progress: int) -> str:
    """The environment's GitRepository and Kustomization; "" where the rollout has no Flux pointers."""
    pointers = rollout.pointers
    if pointers is None or pointers.flux is None:
        return ""
    name = pointer_name(rollout, environment)
    source = _source(name, pointers, pointers.flux, environment)
    sync = _kustomization(name, rollout, environment, pointers.flux, progress + _PATIENCE)
    return dump_all(
        dump(source, {(): "Where Flux reads from."}), dump(sync, {(): f"What Flux follows for {name}.", **_NOTES})
    )


def _source(name: str, pointers: Pointers, flux: FluxPointer, environment: Environment) -> JsonObject:
    return {
        "apiVersion": "source.toolkit.fluxcd.io/v1",
        "kind": "GitRepository",
        "metadata": {"name": name, "namespace": flux.namespace},
        "spec": {
            "interval": flux.interval,
            "url": pointers.repository,
            "ref": _reference(environment.revision or pointers.revision),
        },
    }


def _reference(revision: str) -> Json:
    if revision.startswith("refs/"):
        return {"name": revision}
    return {"commit": revision} if _COMMIT.match(revision) else {"branch": revision}


def _kustomization(
    name: str, rollout: Rollout, environment: Environment, flux: FluxPointer, seconds: int
) -> JsonObject:
    return {
        "apiVersion": "kustomize.toolkit.fluxcd.io/v1",
        "kind": "Kustomization",
        "metadata": {"name": name, "namespace": flux.namespace},
        "spec": {
            "interval": flux.interval,
            "sourceRef": {"kind": "GitRepository", "name": name},
            "path": f"./{first_path(rollout, environment)}",
            "prune": True,
            "wait": True,
            "force": False,
            "timeout": f"{seconds // 60}m" if seconds % 60 == 0 else f"{seconds}s",
            "deletionPolicy": "Orphan",
            "healthCheckExprs": [
                {
                    "apiVersion": "gateway.networking.k8s.io/v1",
                    "kind": rollout.route.kind.value,
                    "inProgress": _IN_PROGRESS,
                    "failed": _FAILED,
                    "current": _CURRENT,
                }
            ],
        },
    }
