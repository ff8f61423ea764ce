"""The JSON of plans: versioned, its fields the contract of docs/schemas/plan.schema.json."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from msgspec import field

from gateshift.model.plan import (
    Action,
    EngineVerdict,
    MatrixCell,
    MatrixReport,
    ObjectChange,
    PairVerdict,
    PlanReport,
    PullRequestReport,
)
from gateshift.report import json_form
from gateshift.report.findings.json import FindingJson, GapJson, finding_json
from gateshift.report.json_form import JsonForm, Share, by_engine, same, says, write
from gateshift.report.own_suppressions import OwnSuppressionJson
from gateshift.report.stage_wait import WaitJson, wait_json
from gateshift.yamldoc.data import JsonObject

_STATE = "A stage's name, a path, or REF:PATH, as it may be typed again."

Shares: TypeAlias = Annotated[
    dict[str, Share], says("The share of each version, 0 to 1; an answer without a version has its status as key.")
]
SafeWay: TypeAlias = Annotated[
    tuple[str, ...], says("The stages to pass through instead, the target last; empty for none.")
]
Gaps: TypeAlias = Annotated[
    tuple[GapJson, ...], says("What could not be judged; where there is any, there is no verdict (exit 3).")
]


class TrafficJson(JsonForm, frozen=True):
    """One class of requests."""

    name: Annotated[str, says("`default`, the name of an extra rule, or what its requests have.")] = field(name="class")
    match: Annotated[str, says("In words, what its requests have.")]
    before: Shares
    after: Shares


class FieldChangeJson(JsonForm, frozen=True):
    """A field that differs."""

    pointer: Annotated[str, says("The field, as a JSON pointer (RFC 6901).")]
    before: Annotated[str, says("Its value in short; empty where it is absent.")]
    after: Annotated[str, says("Its value in short; empty where it is absent.")]


class ChangeJson(JsonForm, frozen=True):
    """One object."""

    action: Annotated[Action, says("What the sync does to it.")]
    kind: Annotated[str, says("Its kind.")]
    namespace: Annotated[str, says("Its namespace; empty where the manifest names none.")]
    name: Annotated[str, says("Its name.")]
    fields: Annotated[
        tuple[FieldChangeJson, ...], says("The fields that differ; empty for an object that is created or pruned.")
    ]


class VerdictJson(JsonForm, frozen=True):
    """What one sync engine makes of the step."""

    safe: Annotated[bool, says("Whether it can make the step without losing a request.")]
    decides: Annotated[bool, says("Whether its verdict counts: it has a pointer there, or no engine has.")]
    findings: Annotated[tuple[FindingJson, ...], says("What speaks against it or is worth knowing.")]
    steps: Annotated[tuple[str, ...], says("What it does, in order, in words.")]
    safe_way: SafeWay


class PlanJson(JsonForm, frozen=True):
    """One step."""

    rollout: Annotated[str, says("The rollout's service; empty where the states are no stages.")]
    environment: Annotated[str, says("The environment; empty where the rollout has none.")]
    origin: Annotated[str | None, says(f"{_STATE} Null where it is not known what ran.")] = field(name="from")
    target: Annotated[str, says(_STATE)] = field(name="to")
    root: Annotated[str, says("The same as `to`.")]
    unknown: Annotated[str, says("Why it is not known what ran before; empty where it is known.")]
    live: Annotated[bool, says("Whether a pointer names the state, so that the step decides the exit code.")]
    wait: Annotated[WaitJson | None, says("What the stage that is left asks for; null where that is nothing.")]
    traffic: Annotated[tuple[TrafficJson, ...], says("Who answers before and after.")]
    changes: Annotated[tuple[ChangeJson, ...], says("Every object that differs.")]
    engines: Annotated[dict[str, VerdictJson], by_engine("Each engine's verdict.")]
    safe: Annotated[bool, says("Whether every engine that decides can make the step without losing a request.")]


class RootGapJson(JsonForm, frozen=True):
    """A root that could not be judged."""

    root: Annotated[str, says("The root, as `to` would name it, or the file that could not be read.")]
    reason: Annotated[str, says("What kept it from being judged.")]
    next_step: Annotated[str, says("The way to have it judged, or empty.")]


class BranchJson(JsonForm, frozen=True):
    """What a branch changes, from its merge base to the work tree."""

    since: Annotated[str, says("The revision as it was named.")]
    plans: Annotated[tuple[PlanJson, ...], says("Every stage whose build differs, every pointer that moved.")]
    notes: Annotated[tuple[str, ...], says("What is worth knowing of all plans together.")]
    safe: Annotated[bool, says("Whether every live step is safe.")]
    gaps: Annotated[
        tuple[RootGapJson, ...], says("What could not be judged; where there is any, there is no verdict (exit 3).")
    ]
    suppressed_by_this_change: Annotated[
        tuple[OwnSuppressionJson, ...], says("What the branch suppresses or allows beyond its merge base: not heard.")
    ] = field(name="suppressed_by_this_change")


class PairVerdictJson(JsonForm, frozen=True):
    """Whether it is safe for this engine."""

    safe: Annotated[bool, says("Whether it is.")]


class PairJson(JsonForm, frozen=True):
    """One ordered pair of stages."""

    origin: Annotated[str, says("The stage that is left.")] = field(name="from")
    target: Annotated[str, says("The stage that is entered.")] = field(name="to")
    engines: Annotated[dict[str, PairVerdictJson], by_engine("Each engine's verdict.")]
    safe: Annotated[bool, says("Whether every engine that decides can make the step.")]
    reason: Annotated[str, says("The first reason against it; empty where it is safe.")]
    safe_way: SafeWay


class MatrixJson(JsonForm, frozen=True):
    """Every ordered pair of a rollout's stages."""

    rollout: Annotated[str, says("The rollout's service.")]
    stages: Annotated[tuple[str, ...], says("The stages in order.")]
    pairs: Annotated[tuple[PairJson, ...], says("By rows of the stage that is left.")]
    gaps: Gaps


def json_schema() -> JsonObject:
    """The published schema: one step, the steps of a branch (`--since`), or a matrix (`--all`)."""
    return json_form.json_schema("The plans of gateshift plan", PlanJson, BranchJson, MatrixJson)


def render(report: PlanReport) -> str:
    """One plan."""
    return write(_plan(report))


def render_pull_request(report: PullRequestReport) -> str:
    """The plans of a branch: `since`, `plans`, each like one plan, and whether all that is live is `safe`."""
    plans = tuple(_plan(plan) for plan in report.plans)
    gaps = tuple(RootGapJson(gap.root or gap.what, gap.why, gap.next_step) for gap in report.gaps)
    own = tuple(same(OwnSuppressionJson, each) for each in report.own)
    return write(BranchJson(report.since, plans, report.notes, report.safe, gaps, own))


def render_matrix(report: MatrixReport) -> str:
    """Every ordered pair of stages, with each engine's verdict and the first reason against it."""
    pairs = tuple(_pair(cell) for cell in report.cells)
    return write(MatrixJson(report.rollout, report.stages, pairs, tuple(same(GapJson, gap) for gap in report.gaps)))


def _pair(cell: MatrixCell) -> PairJson:
    engines = {engine: PairVerdictJson(safe) for engine, safe in cell.engines}
    safe = cell.verdict is PairVerdict.SAFE
    return PairJson(cell.origin, cell.target, engines, safe, cell.reason, cell.safe_way)


def _plan(report: PlanReport) -> PlanJson:
    return PlanJson(
        report.rollout,
        report.environment,
        None if report.unknown else report.origin,
        report.target,
        report.target,
        report.unknown,
        report.live,
        wait_json(report.wait),
        tuple(TrafficJson(row.name, row.match, dict(row.before), dict(row.after)) for row in report.traffic),
        tuple(_change(change) for change in report.changes),
        {verdict.engine: _verdict(verdict) for verdict in report.engines},
        report.safe,
    )


def _change(change: ObjectChange) -> ChangeJson:
    resource = change.resource
    fields = tuple(same(FieldChangeJson, field_change) for field_change in change.fields)
    return ChangeJson(change.action, resource.kind, resource.namespace, resource.name, fields)


def _verdict(verdict: EngineVerdict) -> VerdictJson:
    findings = tuple(finding_json(finding) for finding in verdict.findings)
    return VerdictJson(verdict.safe, verdict.decides, findings, verdict.steps, verdict.safe_way)
