"""A proposal as JSON."""

from __future__ import annotations

from typing import Annotated

from gateshift.model.adoption import AdoptedStage, Adoption, AdoptionWay
from gateshift.model.plan import EngineVerdict
from gateshift.report import json_form
from gateshift.report.json_form import Count, File, JsonForm, by_engine, same, says, write
from gateshift.yamldoc.data import JsonObject


class AdoptVerdictJson(JsonForm, frozen=True):
    """What one sync engine makes of the step."""

    safe: bool
    findings: Annotated[tuple[str, ...], says("Why not, or what to mind.")]


class AdoptedStageJson(JsonForm, frozen=True):
    """A stage, and the step to it from the one before; the first is compared with what runs today."""

    stage: str
    changes: Annotated[Count, says("How many objects the step creates, changes or prunes; 0 in the first.")]
    engines: Annotated[dict[str, AdoptVerdictJson], by_engine("The verdicts, by engine.")]
    waits: Annotated[str, says("What to wait for before the next step, in words; empty for nothing.")]


class LeftJson(JsonForm, frozen=True):
    """Something of today's that the rollout does not carry."""

    what: str
    why: str


class AdoptionJson(JsonForm, frozen=True):
    """What was written, or with `--dry-run` would be."""

    file: File
    way: AdoptionWay
    stages: tuple[AdoptedStageJson, ...]
    left: tuple[LeftJson, ...]


def render(adoption: Adoption) -> str:
    """The document, with a final line break."""
    stages = tuple(map(_stage, adoption.stages))
    return write(
        AdoptionJson(adoption.file, adoption.way, stages, tuple(same(LeftJson, left) for left in adoption.left))
    )


def _stage(stage: AdoptedStage) -> AdoptedStageJson:
    verdicts = {verdict.engine: _verdict(verdict) for verdict in stage.engines}
    return AdoptedStageJson(stage.name, stage.changes, verdicts, stage.waits_for)


def _verdict(verdict: EngineVerdict) -> AdoptVerdictJson:
    said = tuple(f"{finding.rule}: {finding.message}" for finding in verdict.findings)
    return AdoptVerdictJson(verdict.safe, said)


def json_schema() -> JsonObject:
    """The published schema."""
    return json_form.json_schema("gateshift adopt --format json", AdoptionJson)
