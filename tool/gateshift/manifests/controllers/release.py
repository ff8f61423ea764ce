"""What a controller makes of a rollout: two versions, the stages it goes through, and what none can be told."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from gateshift.manifests.metadata import selector
from gateshift.manifests.workload import autoscaler, deployment
from gateshift.model.adoption import Left
from gateshift.model.controller_export import ControllerStep
from gateshift.model.rollout import (
    DeclaredWorkload,
    Environment,
    ExtraRule,
    LiveWorkload,
    ManifestWorkload,
    Rollout,
    Stage,
    Version,
)
from gateshift.yamldoc import load_all
from gateshift.yamldoc.data import JsonObject, object_at, text_at

_WHOLE = 100


class ControllerNames(Struct, frozen=True):
    """The names by which a controller knows the two versions: the stable pods' workload, and each one's Service. The
    candidate's workload has the service's own name."""

    stable_workload: str
    stable_service: str
    candidate_service: str


class ControllerRelease(Struct, frozen=True):
    """One release as a controller carries it out. `rollout` is that of the environment, with the two versions alone,
    named as the controller names them; `steps` are in order; `declared` are the versions as gateshift.yaml names them.
    """

    rollout: Rollout
    environment: Environment
    steps: tuple[ControllerStep, ...]
    declared: tuple[Version, ...] = ()

    @property
    def stable(self) -> Version:
        """The version that has the requests at first."""
        return self.rollout.versions[0]

    @property
    def candidate(self) -> Version:
        """The version that gets them."""
        return self.rollout.versions[1]


def controller_release(rollout: Rollout, environment: Environment, names: ControllerNames) -> ControllerRelease:
    """The rollout's last release. It has at least two versions, the last of which is not a live one."""
    before, last = rollout.versions[-2:]
    own = rollout.service.name
    stable = replace(before, deployment=names.stable_workload, service=names.stable_service)
    candidate = replace(last, deployment=own, service=names.candidate_service)
    namespace = environment.namespace or rollout.service.namespace
    return ControllerRelease(
        replace(
            rollout,
            service=replace(rollout.service, namespace=namespace),
            versions=(stable, _scaled(rollout.version_in(candidate, environment), environment)),
        ),
        environment,
        tuple(
            ControllerStep(stage, whole_percent(stage.fraction(last.name)))
            for stage in rollout.stages_in(environment)
            if stage.shares and last.name in stage.deployed and stage.deployed != (last.name,)
        ),
        rollout.versions,
    )


def _scaled(version: Version, environment: Environment) -> Version:
    """With the environment's own number of replicas, which an overlay would set."""
    fixed = dict(environment.replicas).get(version.name)
    return version if fixed is None or version.autoscaling is not None else replace(version, replicas=fixed)


def whole_percent(fraction: float) -> int:
    """A share as a controller takes it: never nothing where there is something, and never all where there is not."""
    nearest = round(fraction * _WHOLE)
    return nearest if fraction in (0, 1) else min(max(nearest, 1), _WHOLE - 1)


def workload(release: ControllerRelease) -> JsonObject:
    """The candidate's Deployment under the service's name. Its selector does not name a version, since the version in
    the pods' labels changes with every release."""
    rollout, version = release.rollout, release.candidate
    match version.workload:
        case DeclaredWorkload():
            whole = deployment(rollout, version, version.workload)
        case ManifestWorkload():
            whole = _from_manifest(rollout, version, version.workload)
        case LiveWorkload():
            raise ValueError(f"{version.name} is a live version")
    own: JsonObject = {**object_at(whole, "metadata")}
    own["labels"] = _without_version(rollout, object_at(own, "labels"))
    spec: JsonObject = {
        **object_at(whole, "spec"),
        "selector": {"matchLabels": _without_version(rollout, object_at(whole, "spec", "selector", "matchLabels"))},
    }
    return {**whole, "metadata": own, "spec": spec}


def _from_manifest(rollout: Rollout, version: Version, manifest: ManifestWorkload) -> JsonObject:
    (whole,) = (document for document in load_all(manifest.text) if isinstance(document, dict))
    own: JsonObject = {**object_at(whole, "metadata"), "name": version.deployment}
    if rollout.service.namespace:
        own["namespace"] = rollout.service.namespace
    spec: JsonObject = {**object_at(whole, "spec")}
    if version.replicas is not None:
        spec["replicas"] = version.replicas
    return {**whole, "metadata": own, "spec": spec}


def _without_version(rollout: Rollout, labels: JsonObject) -> JsonObject:
    return {name: value for name, value in labels.items() if name != rollout.service.version_label} or selector(rollout)


def scaler(release: ControllerRelease, api_version: str, kind: str) -> JsonObject | None:
    """The autoscaler of the workload, which is of this kind; None where the replicas are fixed."""
    scaling = release.candidate.autoscaling
    if scaling is None:
        return None
    whole = autoscaler(release.rollout, release.candidate, scaling)
    target: JsonObject = {"apiVersion": api_version, "kind": kind, "name": release.candidate.deployment}
    own: JsonObject = {**object_at(whole, "metadata"), "labels": selector(release.rollout)}
    return {**whole, "metadata": own, "spec": {**object_at(whole, "spec"), "scaleTargetRef": target}}


def image(release: ControllerRelease) -> str:
    """What the stable version runs, for whoever applies it first; its name where that is in a manifest."""
    before = release.rollout.version_in(release.stable, release.environment)
    match before.workload:
        case DeclaredWorkload():
            return before.workload.image
        case ManifestWorkload():
            documents = load_all(before.workload.text)
            images = (text_at(document, "spec", "template", "spec", "containers", 0, "image") for document in documents)
            return next(filter(None, images), before.name)
        case LiveWorkload():
            return before.name


def candidate_rules(release: ControllerRelease, stage: Stage) -> tuple[ExtraRule, ...]:
    """The stage's extra rules that lead to the candidate."""
    return tuple(rule for rule in stage.rules if rule.version == release.candidate.name)


def left_of_release(release: ControllerRelease) -> Iterator[Left]:
    """What no controller can be told of the stages."""
    for step in release.steps:
        yield from _left_of_step(release, step)
    for file in (*release.rollout.objects, *release.candidate.objects):
        yield Left(file.path, "objects of your own are not written: apply them next to these")
    objects = [file.path for step in release.steps for file in step.stage.objects]
    for path in dict.fromkeys(objects):
        yield Left(path, "objects of a single stage have no place in a controller's steps")
    if release.environment.after:
        first = " and ".join(release.environment.after)
        yield Left(f"{release.environment.name} after {first}", "a controller knows nothing of other environments")


def _left_of_step(release: ControllerRelease, step: ControllerStep) -> Iterator[Left]:
    stage, candidate = step.stage, release.candidate.name
    share = stage.fraction(candidate) * _WHOLE
    if abs(share - step.weight) > 1e-9:
        yield Left(
            f"{candidate} has {share:.4g} % in {stage.name}", f"weights are whole percentages, here {step.weight}"
        )
    known = (release.stable.name, candidate)
    for version in dict.fromkeys(entry.version for entry in stage.shares if entry.version not in known):
        yield Left(f"the share of {version} in {stage.name}", f"only {known[0]} and {known[1]} are steered")
    for rule in stage.rules:
        if rule.version != candidate:
            yield Left(f"rule {rule.name} of {stage.name}", f"it leads to {rule.version}, not to {candidate}")
    if stage.mirror is not None:
        yield Left(f"the mirror of {stage.name}", "a copy of requests is not a step of the controller's")
