"""What only a rollout looked at as a whole can do wrong: the order of its stages, and its generated files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path

from msgspec.structs import replace

from gateshift.app.generate.generate import look
from gateshift.app.plan.planner import rollout_context, side_of
from gateshift.app.shared.build_roots import BuiltRoot
from gateshift.app.shared.locate_findings import Placer
from gateshift.app.shared.rollout_pointers import rollout_pointers, sync_settings
from gateshift.checks.files import generated as file_checks
from gateshift.model.finding import Finding, Level, PlacedFinding
from gateshift.model.rollout import Environment, Rollout
from gateshift.model.rule import checks_in
from gateshift.transition.judge import judge


def rollout_findings(rollout: Rollout, built: Mapping[Path, BuiltRoot], placer: Placer) -> Iterator[PlacedFinding]:
    """What speaks against the order of the stages, then what is wrong with the generated files.

    `built` are the overlays by their real paths; a stage that was not built has a finding of its own.
    """
    yield from _order_findings(rollout, built, placer)
    generation = look(rollout)
    for check in checks_in(file_checks):
        for finding in check(file_checks.Files(generation.top, generation.states)):
            yield placer.alone(finding)


def _order_findings(rollout: Rollout, built: Mapping[Path, BuiltRoot], placer: Placer) -> Iterator[PlacedFinding]:
    """What a step from each stage to the next would lose, as warnings: `plan` and `promote` refuse it when it comes."""
    pointers = rollout_pointers(rollout)
    for environment in rollout.environments:
        syncs = sync_settings(pointers, environment)
        for before, after in pairwise(rollout.stages_in(environment)):
            old, new = (_built(rollout, environment, stage.name, built) for stage in (before, after))
            if old is None or new is None or old.build is None or new.build is None:
                continue
            made = judge(old.build, new.build, syncs, rollout_context(rollout, environment))
            verdicts = [verdict for verdict in made.verdicts if verdict.settings.decides]
            for finding in dict.fromkeys(finding for verdict in verdicts for finding in verdict.findings):
                if finding.level is Level.ERROR:
                    yield _placed(finding, f"{before.name} -> {after.name}", (old, new), placer)


def _built(rollout: Rollout, environment: Environment, stage: str, built: Mapping[Path, BuiltRoot]) -> BuiltRoot | None:
    return built.get((rollout.file.parent / rollout.overlay(rollout.stage(stage), environment)).resolve())


def _placed(finding: Finding, step: str, roots: tuple[BuiltRoot, BuiltRoot], placer: Placer) -> PlacedFinding:
    told = replace(finding, level=Level.WARNING, message=f"{step}: {finding.message}")
    return placer.placed_in(told, lambda field_ref: side_of(field_ref.resource, roots))
