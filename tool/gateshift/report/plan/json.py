"""The JSON of plans: versioned, its fields the contract of docs/schemas/plan.schema.json."""

from __future__ import annotations

import json

from gateshift.model.plan import EngineVerdict, MatrixReport, ObjectChange, PlanReport, PullRequestReport, TrafficRow
from gateshift.report.findings.json import finding_data, gap_data, resource_data
from gateshift.yamldoc.data import Json, JsonObject


def render(report: PlanReport) -> str:
    """One plan."""
    return _text({"schema": 1} | _plan(report))


def render_pull_request(report: PullRequestReport) -> str:
    """The plans of a branch: `since`, `plans`, each like one plan, and whether all that is live is `safe`."""
    plans: list[Json] = [_plan(plan) for plan in report.plans]
    gaps: list[Json] = [gap_data(gap) for gap in report.gaps]
    return _text({"schema": 1, "since": report.since, "plans": plans, "safe": report.safe, "gaps": gaps})


def render_matrix(report: MatrixReport) -> str:
    """Every ordered pair of stages, with each engine's verdict and the first reason against it."""
    pairs: list[Json] = [
        {
            "from": cell.origin,
            "to": cell.target,
            "engines": {engine: {"safe": safe} for engine, safe in cell.engines},
            "safe": all(safe for _, safe in cell.engines),
            "reason": cell.reason,
            "safeWay": list(cell.safe_way),
        }
        for cell in report.cells
    ]
    gaps: list[Json] = [gap_data(gap) for gap in report.gaps]
    return _text({"schema": 1, "rollout": report.rollout, "stages": list(report.stages), "pairs": pairs, "gaps": gaps})


def _text(document: JsonObject) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _plan(report: PlanReport) -> JsonObject:
    return {
        "rollout": report.rollout,
        "environment": report.environment,
        "from": report.origin,
        "to": report.target,
        "live": report.live,
        "traffic": [_row(row) for row in report.traffic],
        "changes": [_change(change) for change in report.changes],
        "engines": {verdict.engine: _engine(verdict) for verdict in report.engines},
        "safe": report.safe,
    }


def _row(row: TrafficRow) -> JsonObject:
    return {"class": row.name, "match": row.match, "before": dict(row.before), "after": dict(row.after)}


def _change(change: ObjectChange) -> JsonObject:
    fields: list[Json] = [
        {"pointer": field.pointer, "before": field.before, "after": field.after} for field in change.fields
    ]
    return {"action": change.action.value} | resource_data(change.resource) | {"fields": fields}


def _engine(verdict: EngineVerdict) -> JsonObject:
    return {
        "safe": verdict.safe,
        "findings": [finding_data(finding) for finding in verdict.findings],
        "steps": list(verdict.steps),
        "safeWay": list(verdict.safe_way),
    }
