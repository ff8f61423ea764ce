"""GS61x: what a pointer names.

These need to know the repository's directories, its rollouts and what their stages build.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from gateshift.engines.registry import ENGINES
from gateshift.manifests.workload import slowest_progress
from gateshift.model.finding import FieldRef, Finding, Level, Related
from gateshift.model.resource import Resource
from gateshift.model.rollout import Environment, Rollout, Stage
from gateshift.model.rule import check
from gateshift.model.sync_pointer import SyncPointer


class PointerTarget(Struct, frozen=True, eq=False):
    """One pointer, the object that holds it, and what its path is.

    `rollout` is the rollout it belongs to, `environment` and `stage` what of it the path names, each None where there
    is none or where it cannot be told. `exists` is None where the path is in another repository or may be.
    """

    resource: Resource
    pointer: SyncPointer
    exists: bool | None
    rollout: Rollout | None = None
    environment: Environment | None = None
    stage: Stage | None = None

    @property
    def field_ref(self) -> FieldRef:
        """The scalar that names the path, or the object where it stands in another file."""
        own = [scalar for scalar in self.pointer.scalars if not scalar.file]
        return FieldRef(self.resource, own[0].at if own else ())


@check("GS611", source="Argo CD, Application: source.path; Flux, Kustomization: path")
def pointer_path_missing(targets: Sequence[PointerTarget]) -> Iterator[Finding]:
    """A pointer names a directory that does not exist in the repository.

    The sync stops with an error and the cluster keeps what it has: no later commit arrives, until someone looks.
    """
    for target in targets:
        if target.exists is False and not (target.rollout is not None and target.stage is None):
            yield Finding(
                Level.ERROR,
                f"{target.pointer} names `{target.pointer.path}`, which does not exist",
                target.field_ref,
                f"{target.pointer.path}: no such directory",
                "Run `gateshift generate`, or name a directory that exists.",
            )


@check("GS612", source="product contract, promote")
def pointer_names_no_stage(targets: Sequence[PointerTarget]) -> Iterator[Finding]:
    """A rollout's pointer names a directory that is not one of its stages.

    Nothing can be said about what a promotion from there does, so `promote` refuses it.
    """
    for target in targets:
        if target.rollout is not None and target.stage is None:
            names = ", ".join(stage.name for stage in target.rollout.stages)
            there = "" if target.exists is not False else " and does not exist"
            yield Finding(
                Level.ERROR,
                f"{target.pointer} names `{target.pointer.path}`, "
                f"which is not a stage of {target.rollout.service.name}{there}",
                target.field_ref,
                help=f"The stages are {names}: `gateshift promote STAGE --force` names one of them.",
            )


@check("GS613", source="product contract, promote")
def pointers_disagree(targets: Sequence[PointerTarget]) -> Iterator[Finding]:
    """Two pointers of one environment name different stages.

    Where both sync to one cluster, each takes back what the other applies; where they sync to two, the clusters answer
    differently.
    """
    first: dict[tuple[str, str], PointerTarget] = {}
    for target in targets:
        if target.rollout is None or target.stage is None or target.environment is None:
            continue
        other = first.setdefault((str(target.rollout.file), target.environment.name), target)
        if other.stage is not None and other.stage.name != target.stage.name:
            yield Finding(
                Level.WARNING,
                f"{target.pointer} names {target.stage.name}, {other.pointer} names {other.stage.name}",
                target.field_ref,
                help="`gateshift promote STAGE` moves all pointers of an environment together.",
                related=(Related(f"{other.pointer} names {other.stage.name}", other.field_ref),),
            )


@check("GS615", source="Flux, Kustomization: wait, timeout, healthCheckExprs; kustomize-controller#1180")
def stage_ready_too_early(targets: Sequence[PointerTarget]) -> Iterator[Finding]:
    """A rollout's Kustomization counts as ready before the stage is, or gives up before its Deployments do.

    Flux knows no health of a route by itself and waits for nothing unless it is told to, so `Ready` says nothing about
    the stage, and whoever promotes on it promotes too early.
    """
    for target in targets:
        if target.rollout is None:
            continue
        engine, kind = ENGINES[target.pointer.engine], target.rollout.route.kind
        for hazard in engine.readiness_hazards(target.resource.data, kind, slowest_progress(target.rollout)):
            message = f"{target.pointer} {hazard.what}"
            yield Finding(hazard.level, message, FieldRef(target.resource, hazard.at), help=hazard.hint)
