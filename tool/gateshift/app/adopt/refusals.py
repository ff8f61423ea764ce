"""What runs today and cannot be adopted as it stands, each told before anything is tried."""

from __future__ import annotations

from gateshift.app.adopt.running import RunningService, RunningVersion
from gateshift.app.adopt.steps import listed
from gateshift.errors import Exit, UserError
from gateshift.model.adoption import AdoptionWay


def refuse_unfit(running: RunningService, way: AdoptionWay) -> None:
    """Raises UserError for a route and Services that no rollout could have as they are, and for a twin that would not
    be one of what runs."""
    _refuse_unattached(running)
    _refuse_several_ports(running)
    if way is AdoptionWay.TAKE_OVER:
        _refuse_several_versions(running)
        _refuse_several_workloads(running.versions[0])


def _refuse_unattached(running: RunningService) -> None:
    if running.split is not None and not running.split.route.parents:
        raise UserError(
            f"{running.split.route} names no parent, so that nothing sends it requests, and its shares would mean "
            "nothing",
            next_step="Give it `parentRefs` in a commit of its own: the Gateway, or the Service whose calls it steers.",
            exit_code=Exit.FINDINGS,
        )


def _refuse_several_ports(running: RunningService) -> None:
    """A rule of the rollout's sends to one port, whichever version gets the request."""
    port = running.port.port
    for version in running.versions:
        if version.service.port(port) is None:
            has = listed([str(each.port) for each in version.service.ports])
            raise UserError(
                f"{running.versions[0].service.resource.id} answers on port {port} and {version.service.resource.id} "
                f"on {has}, and the versions of a rollout share one port",
                next_step=f"Give {version.service.name} a port {port} too and let the route name it, in a commit of "
                "its own; or leave the other Service's manifests out, where it is not another version.",
                exit_code=Exit.FINDINGS,
            )


def _refuse_several_versions(running: RunningService) -> None:
    """Nothing is to be taken over where labels tell the versions apart already."""
    if len(running.versions) > 1:
        raise UserError(
            f"several versions run: {', '.join(one.name for one in running.versions)}; each has a Service already",
            next_step="Adopt them without --take-over.",
        )


def _refuse_several_workloads(version: RunningVersion) -> None:
    """A twin is one Deployment with one image, and the Service of today selects the others beside it."""
    if len(version.workloads) > 1:
        names = listed([str(workload.resource.id) for workload in version.workloads])
        raise UserError(
            f"{version.service.resource.id} sends to {names}, and a twin could take the place of one alone",
            next_step="Adopt them without --take-over: beside, they are one version together.",
        )
