"""The order of a rollout's stages: whether every stage can be reached from the one before it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path

from msgspec.structs import replace

from gateshift.app.plan.planner import rollout_context, side_of
from gateshift.app.shared.build_roots import BuiltRoot
from gateshift.app.shared.rollout_pointers import rollout_pointers, sync_settings
from gateshift.app.validate.locate_findings import Placer
from gateshift.model.finding import Finding, Level, PlacedFinding
from gateshift.model.rollout import Environment, Rollout
from gateshift.transition.judge import judge


def order_findings(rollout: Rollout, built: Mapping[Path, BuiltRoot], placer: Placer) -> Iterator[PlacedFinding]:
    """What a step from each stage to the next would lose, as warnings: `plan` and `promote` refuse it when it comes.

    `built` are the overlays by their real paths; a stage that was not built has a finding of its own.
    """
    pointing = rollout_pointers(rollout)
    for environment in rollout.environments:
        syncs = sync_settings(pointing, environment)
        for before, after in pairwise(rollout.stages):
            roots = tuple(_built(rollout, environment, name, built) for name in (before.name, after.name))
            old, new = roots
            if old is None or new is None or old.build is None or new.build is None:
                continue
            verdicts = judge(old.build, new.build, syncs, rollout_context(rollout, environment)).verdicts
            for finding in dict.fromkeys(found for verdict in verdicts for found in verdict.findings):
                if finding.level is Level.ERROR:
                    yield _placed(finding, f"{before.name} -> {after.name}", (old, new), placer)


def _built(rollout: Rollout, environment: Environment, stage: str, built: Mapping[Path, BuiltRoot]) -> BuiltRoot | None:
    return built.get((rollout.file.parent / rollout.overlay(rollout.stage(stage), environment)).resolve())


def _placed(finding: Finding, step: str, roots: tuple[BuiltRoot, BuiltRoot], placer: Placer) -> PlacedFinding:
    told = replace(finding, level=Level.WARNING, message=f"{step}: {finding.message}")
    return placer.placed_in(told, lambda field_ref: side_of(field_ref.resource, roots))
