"""`gateshift report`: rollouts -> builds, pictures, answers, findings -> one page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from msgspec.structs import replace

from gateshift.app.plan.plan import Plans
from gateshift.app.plan.planner import Planner
from gateshift.app.report.picture import PictureSubject, picture
from gateshift.app.report.request_classes import request_classes, shares_of
from gateshift.app.report.stages import BuiltStage, build_stages, parents_of
from gateshift.app.shared.paths import shown_path
from gateshift.app.shared.pointer_history import PointerHistory
from gateshift.app.shared.rollout_pointers import rollout_pointers
from gateshift.app.shared.rollouts import Rollouts, rollout_files_named
from gateshift.app.shared.snapshots import Snapshots
from gateshift.app.shared.tool_choices import Choices
from gateshift.app.validate.scope import ValidationScope
from gateshift.app.validate.validate import validate
from gateshift.engines.pods import images
from gateshift.errors import UserError
from gateshift.model.picture import Page, PointerPlace, RolloutPicture, StagePicture
from gateshift.model.rollout import DeclaredRoute, Environment, Rollout
from gateshift.model.sync_pointer import RolloutPointers
from gateshift.traffic.cluster import Cluster
from gateshift.traffic.endpoints import version_of
from gateshift.traffic.outcome import outcome


def page(paths: Sequence[Path], choices: Choices, today: date) -> Page:
    """The page about the rollouts that the paths name; without paths, those of the current folder and below it.

    Raises UserError where there is none or one cannot be read. What cannot be built or checked is a finding or a gap.
    """
    files = rollout_files_named(paths)
    rollouts = Rollouts.of(files).all
    stages = build_stages(rollouts, choices)
    with Snapshots() as snapshots:
        plans = Plans(Planner(choices, today), snapshots)
        pictures = [
            _rollout(rollout, environment, [stage for stage in stages if stage.root.rollout is rollout], plans)
            for rollout in rollouts
            for environment in rollout.environments
        ]
    return Page(tuple(pictures), validate(ValidationScope(rollouts=files), choices, today))


def _rollout(rollout: Rollout, environment: Environment, stages: Sequence[BuiltStage], plans: Plans) -> RolloutPicture:
    own = [stage for stage in stages if stage.root.environment is environment]
    pointing = rollout_pointers(rollout)
    shown = RolloutPicture(
        name=rollout.service.name,
        file=shown_path(rollout.file),
        environment=environment.name,
        versions=tuple(version.name for version in rollout.versions),
        stages=tuple(_stage(stage) for stage in own),
        pointers=tuple(_pointers(pointing, environment)),
        classes=request_classes(rollout, own),
    )
    try:
        return replace(shown, matrix=plans.matrix_of(pointing, environment))
    except UserError as error:
        return replace(shown, unjudged=str(error))


def _pointers(pointing: RolloutPointers, environment: Environment) -> Iterator[PointerPlace]:
    """The environment's pointers; one of which nobody can tell the environment stands in the first."""
    history = PointerHistory(pointing.repository)
    for stage_pointer in pointing.stage_pointers:
        if (stage_pointer.environment or pointing.rollout.environments[0]) == environment:
            pointer, commit = stage_pointer.pointer, history.moved_by(stage_pointer.pointer)
            yield PointerPlace(
                pointer.engine.value,
                pointer.kind,
                shown_path(stage_pointer.pointer.file),
                pointer.path,
                stage_pointer.stage.name if stage_pointer.stage else "",
                f"by {commit.id[:9]} on {commit.date[:10]}" if commit else "",
            )


def _stage(built: BuiltStage) -> StagePicture:
    rollout, stage = built.root.rollout, built.root.stage
    kind, name = rollout.route.kind.value, rollout.route.name
    subject = PictureSubject(parents_of(rollout, built.root.environment), (kind, name), stage.rule_names)
    return StagePicture(
        name=stage.name,
        description=stage.description,
        overlay=shown_path(built.root.folder),
        deployed=stage.deployed,
        shares=_shares(built.cluster, rollout.route) if built.cluster else (),
        picture=picture(built.cluster, subject) if built.cluster else None,
        soak=stage.soak,
        approval=stage.approval,
        images=tuple(_images(built.cluster)) if built.cluster else (),
    )


def _images(cluster: Cluster) -> Iterator[tuple[str, str]]:
    for workload in cluster.workloads:
        version = version_of(cluster, workload)
        yield from ((version, image) for image in images(workload.resource) if version)


def _shares(cluster: Cluster, declared: DeclaredRoute) -> tuple[tuple[str, float], ...]:
    """What the production rule gives each version; a failure has its status as key."""
    kind, name = declared.kind.value, declared.name
    route = next((each for each in cluster.routes if (each.kind, each.name) == (kind, name)), None)
    if route is None or declared.position >= len(route.rules):
        return ()
    mesh = all(parent.is_service for parent in route.parents)
    return shares_of(outcome(cluster, route, declared.position, mesh=mesh).backends)
