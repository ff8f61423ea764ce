"""The JSON of a validation: versioned, its fields the contract of docs/schemas/findings.schema.json."""

from __future__ import annotations

from typing import Annotated

from msgspec import field

from gateshift.model.finding import Level
from gateshift.model.report import Coverage, ReportedFinding, ReportedRelated, ValidationReport
from gateshift.report import json_form
from gateshift.report.json_form import Column, Count, File, JsonForm, Line, same, says, write
from gateshift.report.own_suppressions import OwnSuppressionJson
from gateshift.yamldoc.data import JsonObject


class ResourceJson(JsonForm, frozen=True):
    """An object."""

    kind: Annotated[str, says("Its kind, such as HTTPRoute.")]
    namespace: Annotated[str, says("Its namespace; empty where the manifest names none.")]
    name: Annotated[str, says("Its name.")]


class RelatedJson(JsonForm, frozen=True):
    """A second place that explains the fault."""

    message: Annotated[str, says("What is to be seen there.")]
    file: File
    line: Line
    column: Column


class FindingJson(JsonForm, frozen=True):
    """One fault."""

    rule: Annotated[str, says("The rule's id; see `gateshift rules`.", pattern="^GS[1-7][0-9]{2}$")]
    name: Annotated[str, says("The rule's name: the defect in words joined by hyphens.")]
    level: Annotated[Level, says("How bad it is.")]
    message: Annotated[str, says("What is wrong, with the value found and the one expected.")]
    file: File
    line: Line
    column: Column
    root: Annotated[str | None, says("The first of `roots`; null where the fault is in none.")]
    roots: Annotated[tuple[str, ...], says("Every root that the fault reaches.")]
    resource: Annotated[ResourceJson | None, says("The object at fault; null where the fault is in none.")]
    pointer: Annotated[str, says("The field at fault in the built object, as a JSON pointer (RFC 6901).")]
    cluster_says: Annotated[str, says("The condition, status or refusal that the cluster would answer with, or empty.")]
    help: Annotated[str, says("The way out, or empty.")]
    related: Annotated[tuple[RelatedJson, ...], says("Second places, such as the line behind a patch.")]
    cause: Annotated[str, says("A key that findings of one cause share; it may change with the words of a message.")]


class GapJson(JsonForm, frozen=True):
    """Something that could not be checked."""

    what: Annotated[str, says("What was not checked.")]
    why: Annotated[str, says("What kept it from being checked.")]
    next_step: Annotated[str, says("The way to have it checked, or empty.")]


class RootJson(JsonForm, frozen=True):
    """A root and what it built."""

    path: File
    resources: Annotated[Count, says("How many objects the root built.")]


class LeftOutJson(JsonForm, frozen=True):
    """Something that was not built."""

    path: File
    reason: Annotated[str, says("Why it was not built.")]


class CoverageJson(JsonForm, frozen=True, rename=None):
    """What the run looked at, and what it did not."""

    kustomizations: Annotated[Count, says("The kustomizations found.")]
    checked: Annotated[Count, says("Those checked, as a root that was built or as part of one.")]
    refused: Annotated[Count, says("Those of which nothing was built.")]
    files: Annotated[Count, says("YAML files with Kubernetes objects that no kustomization reads; they are checked.")]
    not_manifests: Annotated[Count, says("YAML files without a Kubernetes object, among them templates of charts.")]
    excluded: Annotated[Count, says("Files that settings leave out.")]
    left_out: Annotated[tuple[LeftOutJson, ...], says("Charts, remote entries, and roots and files that were refused.")]


class SummaryJson(JsonForm, frozen=True):
    """How many findings there are."""

    error: Annotated[Count, says("Findings of the level error.")]
    warning: Annotated[Count, says("Findings of the level warning.")]
    note: Annotated[Count, says("Findings of the level note.")]
    suppressed: Annotated[Count, says("Findings that a comment or gateshift.yaml accepts; they are not listed.")]


class FindingsJson(JsonForm, frozen=True):
    """What a run of `gateshift validate` found."""

    findings: Annotated[tuple[FindingJson, ...], says("Each fault once, sorted by file, line, column and rule.")]
    roots: Annotated[tuple[RootJson, ...], says("Every root looked at.")]
    coverage: CoverageJson
    summary: SummaryJson
    gaps: Annotated[
        tuple[GapJson, ...],
        says("What could not be checked; where there is any, there is no verdict (exit code 3)."),
    ]
    suppressed_by_this_change: Annotated[
        tuple[OwnSuppressionJson, ...], says("With --since: what the change suppresses or allows by itself; not heard.")
    ] = field(name="suppressed_by_this_change")


def json_schema() -> JsonObject:
    """The published schema."""
    return json_form.json_schema("The findings of gateshift validate", FindingsJson)


def render(report: ValidationReport) -> str:
    """The report as indented JSON with a final line break."""
    return write(
        FindingsJson(
            tuple(finding_json(finding) for finding in report.findings),
            tuple(same(RootJson, root) for root in report.roots),
            _coverage(report.coverage),
            SummaryJson(
                error=report.count(Level.ERROR),
                warning=report.count(Level.WARNING),
                note=report.count(Level.NOTE),
                suppressed=report.suppressed,
            ),
            tuple(same(GapJson, gap) for gap in report.gaps),
            tuple(same(OwnSuppressionJson, own) for own in report.own),
        )
    )


def _coverage(coverage: Coverage) -> CoverageJson:
    return CoverageJson(
        coverage.kustomizations,
        coverage.checked,
        coverage.refused,
        coverage.files,
        coverage.not_manifests,
        coverage.excluded,
        tuple(same(LeftOutJson, left) for left in coverage.left_out),
    )


def finding_json(finding: ReportedFinding) -> FindingJson:
    """One finding, as validate and plan both write it."""
    place, resource = finding.place, finding.resource
    return FindingJson(
        finding.rule,
        finding.name,
        finding.level,
        finding.message,
        place.file,
        place.line,
        place.column,
        root=finding.roots[0] if finding.roots else None,
        roots=finding.roots,
        resource=None if resource is None else same(ResourceJson, resource),
        pointer=finding.pointer,
        cluster_says=finding.cluster_says,
        help=finding.help,
        related=tuple(_related(related) for related in finding.related),
        cause=finding.cause,
    )


def _related(related: ReportedRelated) -> RelatedJson:
    place = related.place
    return RelatedJson(related.message, place.file, place.line, place.column)
