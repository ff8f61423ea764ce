"""`gateshift export`: the rollout's last release for a controller in the cluster."""

from __future__ import annotations

from collections.abc import Sequence

from gateshift.app.export.gate_metrics import gate_metrics
from gateshift.errors import Exit, UserError
from gateshift.manifests.controllers import argo_rollouts, flagger
from gateshift.manifests.controllers.release import ControllerRelease, controller_release
from gateshift.model.adoption import Left
from gateshift.model.controller_export import Controller, ControllerExport, GateMetric
from gateshift.model.rollout import Environment, Rollout, RouteKind


def export(rollout: Rollout, environment: Environment, controller: Controller, webhook: str = "") -> ControllerExport:
    """The objects for the controller, and what it cannot express. `webhook` is asked for approvals by Flagger; unless
    given it is the gate of Flagger's own load tester. Raises UserError where there is no release to carry out, and
    where the controller cannot steer the route at all."""
    _refuse(rollout, controller)
    match controller:
        case Controller.FLAGGER:
            release = controller_release(rollout, environment, flagger.names(rollout))
            metrics, left = _gate(release, controller)
            options = flagger.AnalysisOptions(metrics, _prometheus(rollout), webhook or _load_tester(release))
            objects = tuple(flagger.objects(_steered(_moving(release)), options))
            left += flagger.left(release)
        case Controller.ARGO_ROLLOUTS:
            release = controller_release(rollout, environment, argo_rollouts.names(rollout))
            metrics, left = _gate(release, controller)
            objects = tuple(argo_rollouts.objects(_moving(release), metrics, _prometheus(rollout)))
            left += argo_rollouts.left(release)
    return ControllerExport(
        controller,
        rollout.service.name,
        environment.name,
        release.stable.name,
        release.candidate.name,
        release.steps,
        objects,
        tuple(dict.fromkeys(left)),
    )


def _refuse(rollout: Rollout, controller: Controller) -> None:
    where = str(rollout.file)
    if len(rollout.versions) < 2:
        raise UserError(
            "one version alone is no release to carry out",
            where=where,
            next_step="`gateshift next VERSION --image IMAGE` starts one.",
            exit_code=Exit.FINDINGS,
        )
    candidate = rollout.versions[-1]
    if candidate.live:
        raise UserError(
            f"{candidate.name} ran before the rollout, and its objects are not written here",
            where=where,
            next_step="Describe the candidate by fields, or by a manifest.",
            exit_code=Exit.FINDINGS,
        )
    if controller is Controller.FLAGGER and rollout.route.kind is RouteKind.GRPC:
        raise UserError(
            "Flagger writes an HTTPRoute, and this rollout has a GRPCRoute",
            where=where,
            next_step="Use `gateshift export argo-rollouts`, whose plugin knows both.",
            exit_code=Exit.FINDINGS,
        )


def _moving(release: ControllerRelease) -> ControllerRelease:
    """The release. Raises UserError where no stage gives the candidate a request."""
    candidate = release.candidate.name
    if any(step.weight or any(rule.version == candidate for rule in step.stage.rules) for step in release.steps):
        return release
    raise UserError(
        f"no stage gives {candidate} a request while {release.stable.name} runs",
        where=str(release.rollout.file),
        next_step=f"Give {candidate} a share in a stage that deploys both.",
        exit_code=Exit.FINDINGS,
    )


def _steered(release: ControllerRelease) -> ControllerRelease:
    """The release. Raises UserError where Flagger can say nothing of what leads to the candidate."""
    if flagger.is_steered(release):
        return release
    candidate = release.candidate.name
    raise UserError(
        f"Flagger can give {candidate} no request: it matches headers and queries alone, and no stage has a share",
        where=str(release.rollout.file),
        next_step=f"Match headers or queries, or give {candidate} a share in a stage that deploys both.",
        exit_code=Exit.FINDINGS,
    )


def _gate(release: ControllerRelease, controller: Controller) -> tuple[Sequence[GateMetric], list[Left]]:
    gate = release.rollout.gate
    found = list(gate_metrics(release, gate, controller)) if gate is not None else []
    return [entry for entry in found if isinstance(entry, GateMetric)], [
        entry for entry in found if isinstance(entry, Left)
    ]


def _prometheus(rollout: Rollout) -> str:
    return rollout.gate.prometheus if rollout.gate is not None else ""


def _load_tester(release: ControllerRelease) -> str:
    namespace = release.rollout.service.namespace or "default"
    return f"http://flagger-loadtester.{namespace}/gate/check"
