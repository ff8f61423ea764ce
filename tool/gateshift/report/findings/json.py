"""The JSON of a validation: versioned, its fields the contract of docs/schemas/findings.schema.json."""

from __future__ import annotations

import json

from gateshift.model.finding import Level
from gateshift.model.report import Gap, ReportedFinding, ReportedRelated, ResourceName, ValidationReport
from gateshift.yamldoc.data import JsonObject


def render(report: ValidationReport) -> str:
    """The report as indented JSON with a final line break."""
    return json.dumps(document(report), indent=2, ensure_ascii=False) + "\n"


def document(report: ValidationReport) -> JsonObject:
    """The report as plain data."""
    summary: JsonObject = {level.value: report.count(level) for level in Level}
    return {
        "schema": 1,
        "findings": [finding_data(finding) for finding in report.findings],
        "roots": [{"path": root.path, "resources": root.resources} for root in report.roots],
        "summary": summary | {"suppressed": report.suppressed},
        "gaps": [gap_data(gap) for gap in report.gaps],
    }


def finding_data(finding: ReportedFinding) -> JsonObject:
    """One finding as plain data."""
    resource = finding.resource
    return {
        "rule": finding.rule,
        "name": finding.name,
        "level": finding.level.value,
        "message": finding.message,
        "file": finding.place.file,
        "line": finding.place.line,
        "column": finding.place.column,
        "root": finding.roots[0] if finding.roots else None,
        "roots": list(finding.roots),
        "resource": None if resource is None else resource_data(resource),
        "pointer": finding.pointer,
        "clusterSays": finding.cluster_says,
        "help": finding.help,
        "related": [_related(related) for related in finding.related],
    }


def resource_data(resource: ResourceName) -> JsonObject:
    """The name of an object as plain data; `namespace` is "" where the manifest names none."""
    return {"kind": resource.kind, "namespace": resource.namespace, "name": resource.name}


def _related(related: ReportedRelated) -> JsonObject:
    place = related.place
    return {"message": related.message, "file": place.file, "line": place.line, "column": place.column}


def gap_data(gap: Gap) -> JsonObject:
    """Something that could not be checked, as plain data."""
    return {"what": gap.what, "why": gap.why, "nextStep": gap.next_step}
