"""GS61x: what a pointer names.

These need to know the repository's folders, its rollouts and what their stages build.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from msgspec import Struct

from gateshift.manifests.workload import slowest_progress
from gateshift.model.finding import FieldRef, Finding, Level, Related
from gateshift.model.resource import Resource
from gateshift.model.rollout import Engine, Environment, Rollout, Stage
from gateshift.model.rule import Check, check
from gateshift.model.sync_pointer import SyncPointer
from gateshift.yamldoc.data import FieldPath, Json, JsonObject, list_at, object_at, text_at

_UNTOUCHED = "kustomize.toolkit.fluxcd.io/substitute"
_VARIABLE = re.compile(r"(?<!\$)\$\{(\w+)([^}]*)\}")
_UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
_PART = re.compile(r"([0-9]*\.?[0-9]+)(ms|h|m|s)")
_DURATION = re.compile(rf"(?:{_PART.pattern})+\Z")


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


class PointerTargets(Struct, frozen=True):
    """Every pointer that is looked at, and what was built from the folders they name, by that folder."""

    all: tuple[PointerTarget, ...]
    built: Mapping[str, tuple[Resource, ...]]


@check("GS611", source="Argo CD, Application: source.path; Flux, Kustomization: path")
def pointer_path_missing(targets: PointerTargets) -> Iterator[Finding]:
    """A pointer names a folder that the repository does not have.

    The sync stops with an error and the cluster keeps what it has: no later commit arrives, until someone looks.
    """
    for target in targets.all:
        if target.exists is False and not (target.rollout is not None and target.stage is None):
            yield Finding(
                "GS611",
                Level.ERROR,
                f"{target.pointer} names `{target.pointer.path}`, and there is no such folder",
                target.field_ref,
                f"{target.pointer.path}: no such directory",
                "Run `gateshift generate`, or write the path of a folder that is there.",
            )


@check("GS612", source="product contract, promote")
def pointer_names_no_stage(targets: PointerTargets) -> Iterator[Finding]:
    """A rollout's pointer names a folder that is none of its stages.

    Nothing can be said about what a promotion from there does, so `promote` refuses it.
    """
    for target in targets.all:
        if target.rollout is not None and target.stage is None:
            names = ", ".join(stage.name for stage in target.rollout.stages)
            there = "" if target.exists is not False else ", nor any folder of the repository"
            yield Finding(
                "GS612",
                Level.ERROR,
                f"{target.pointer} names `{target.pointer.path}`, "
                f"which is no stage of {target.rollout.service.name}{there}",
                target.field_ref,
                help=f"The stages are {names}: `gateshift promote STAGE --force` names one of them.",
            )


@check("GS613", source="product contract, promote")
def pointers_disagree(targets: PointerTargets) -> Iterator[Finding]:
    """Two pointers of one environment name different stages.

    Where both sync to one cluster, each takes back what the other applies; where they sync to two, the clusters answer
    differently.
    """
    first: dict[tuple[str, str], PointerTarget] = {}
    for target in targets.all:
        if target.rollout is None or target.stage is None or target.environment is None:
            continue
        other = first.setdefault((str(target.rollout.file), target.environment.name), target)
        if other.stage is not None and other.stage.name != target.stage.name:
            yield Finding(
                "GS613",
                Level.WARNING,
                f"{target.pointer} names {target.stage.name}, {other.pointer} names {other.stage.name}",
                target.field_ref,
                help="`gateshift promote STAGE` moves all pointers of an environment together.",
                related=(Related(f"{other.pointer} names {other.stage.name}", other.field_ref),),
            )


@check("GS614", source="Flux, Post build variable substitution; fluxcd/pkg envsubst; kustomize-controller#429")
def substitution_touches_output(targets: PointerTargets) -> Iterator[Finding]:
    """A Kustomization substitutes variables, and what it builds has a dollar sign.

    A `${name}` that is no variable of its own becomes an empty text, and `$$` one `$`: a regular expression that ends
    in `$`, or a template in a ConfigMap, is another one in the cluster.
    """
    for target in targets.all:
        build = object_at(target.resource.data, "spec", "postBuild")
        always = build.get("substituteStrategy") == "Always"
        if target.pointer.engine is not Engine.FLUX or not (
            always or build.get("substitute") or build.get("substituteFrom")
        ):
            continue
        for resource in targets.built.get(target.pointer.folder, ()):
            if not _is_left_alone(resource):
                yield from _dollars(target, resource, build)


def _is_left_alone(resource: Resource) -> bool:
    places = (object_at(resource.data, "metadata", key).get(_UNTOUCHED) for key in ("annotations", "labels"))
    return "disabled" in places


def _dollars(target: PointerTarget, resource: Resource, build: JsonObject) -> Iterator[Finding]:
    known = object_at(build, "substitute")
    for at, text in _texts(resource.data, ()):
        unknown = [name for name, default in _VARIABLE.findall(text) if name not in known and not default]
        if not unknown and "$" not in _VARIABLE.sub("", text):
            continue
        certain = bool(unknown) and not build.get("substituteFrom")
        what = f"replaces `${{{unknown[0]}}}`" if unknown else "reads the dollar sign"
        yield Finding(
            "GS614",
            Level.ERROR if certain else Level.WARNING,
            f"{target.pointer} {what} in {resource.id}",
            FieldRef(resource, at),
            "a variable without a value becomes an empty text" if unknown else "`$$` becomes `$`",
            f"Annotate the object with `{_UNTOUCHED}: disabled`, or remove postBuild.",
            (
                Related(
                    f"{target.pointer} substitutes variables here", FieldRef(target.resource, ("spec", "postBuild"))
                ),
            ),
        )


def _texts(data: Json, at: FieldPath) -> Iterator[tuple[FieldPath, str]]:
    if isinstance(data, str):
        yield at, data
    elif isinstance(data, dict):
        for key, value in data.items():
            yield from _texts(value, (*at, key))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from _texts(value, (*at, index))


@check("GS615", source="Flux, Kustomization: wait, timeout, healthCheckExprs; kustomize-controller#1180")
def stage_ready_too_early(targets: PointerTargets) -> Iterator[Finding]:
    """A rollout's Kustomization counts as ready before the stage is, or gives up before its Deployments do.

    Flux knows no health of a route by itself and waits for nothing unless it is told to, so `Ready` says nothing about
    the stage, and whoever promotes on it promotes too early.
    """
    for target in targets.all:
        if target.rollout is None or target.pointer.engine is not Engine.FLUX:
            continue
        spec = object_at(target.resource.data, "spec")
        kind = target.rollout.route.kind.value
        if spec.get("wait") is not True and not spec.get("healthChecks"):
            yield _early(target, ("spec", "wait"), "waits for no object", "Set `spec.wait: true`.")
        elif not any(_judges(each, kind) for each in list_at(spec, "healthCheckExprs")):
            hint = "Take `healthCheckExprs` from what `gateshift generate` writes."
            yield _early(target, ("spec", "healthCheckExprs"), f"cannot tell whether the {kind} is accepted", hint)
        patience = _seconds(text_at(spec, "timeout") or text_at(spec, "interval"))
        longest = slowest_progress(target.rollout)
        if patience is not None and patience <= longest:
            hint = f"Set `spec.timeout` to more than {longest}s."
            yield _early(target, ("spec", "timeout"), f"gives up before a Deployment does, after {longest} s", hint)


def _judges(expressions: Json, kind: str) -> bool:
    """Whether a health check is one of routes of the kind; one without a kind is of its whole API group."""
    group = text_at(expressions, "apiVersion").partition("/")[0]
    return group == "gateway.networking.k8s.io" and text_at(expressions, "kind") in ("", kind)


def _early(target: PointerTarget, at: FieldPath, what: str, hint: str) -> Finding:
    return Finding("GS615", Level.NOTE, f"{target.pointer} {what}", FieldRef(target.resource, at), help=hint)


def _seconds(duration: str) -> float | None:
    """A Go duration in seconds; None where it is none."""
    if not _DURATION.match(duration):
        return None
    return sum(float(number) * _UNITS[unit] for number, unit in _PART.findall(duration))


CHECKS: tuple[Check[PointerTargets], ...] = (
    pointer_path_missing,
    pointer_names_no_stage,
    pointers_disagree,
    substitution_touches_output,
    stage_ready_too_early,
)
RULES = tuple(found.rule for found in CHECKS)
