"""The JSON of verify and gate: versioned, their fields the contracts of docs/schemas."""

from __future__ import annotations

from typing import Annotated

from msgspec import field

from gateshift.model.gate import GateReport, GateVerdict
from gateshift.model.verification import MeasuredClass, MeasuredVersion, ShareVerdict, VerifyReport
from gateshift.report import json_form
from gateshift.report.json_form import Count, JsonForm, Share, same, says, write
from gateshift.yamldoc.data import JsonObject

_At = Annotated[str, says("When (ISO 8601); empty where that is not kept.")]
_Milliseconds = Annotated[float | None, says("In milliseconds, from the request sent to the answer's end; or null.")]


class MeasuredVersionJson(JsonForm, frozen=True, rename=None):
    """What a class showed of a version."""

    count: Annotated[Count, says("Answers of the version.")]
    share: Annotated[Share | None, says("Its part of the answers that tell their version; null without one.")]
    declared: Annotated[Share, says("The share that the stage declares.")]
    low: Annotated[Share, says("The least share that the counts allow, at the run's confidence.")]
    high: Annotated[Share, says("The largest share that the counts allow, at the run's confidence.")]
    errors: Annotated[Count, says("Answers of the version with a status of 500 or more; in gRPC, not OK.")]
    p50_ms: _Milliseconds
    p99_ms: _Milliseconds


class MeasuredClassJson(JsonForm, frozen=True, rename=None):
    """A class of requests."""

    name: Annotated[str, says("`default`, or the extra rule's name.")] = field(name="class")
    match: Annotated[str, says("What its requests have.")]
    requests: Annotated[Count, says("Requests that ended.")]
    errors: Annotated[Count, says("Requests without an answer, and answers with a status of 500 or more.")]
    versions: Annotated[dict[str, MeasuredVersionJson], says("Every version of the rollout.")]
    unidentified: Annotated[Count, says("Answers that fit no version's rule.")]
    sticky: Annotated[bool, says("Whether answers set a cookie, by which a client may keep its version.")]
    cookies: Annotated[tuple[str, ...], says("The names of these cookies.")]
    verdict: Annotated[ShareVerdict, says("Whether the shares are the declared ones.")]
    needed: Annotated[
        int | None, says("Requests needed to tell the stage from its neighbours; null where not planned.")
    ]
    reason: Annotated[str, says("Why it is off or not proven; else empty.")]
    notes: Annotated[tuple[str, ...], says("What else there is to know.")]


class VerifyJson(JsonForm, frozen=True):
    """The measured shares of a stage."""

    service: Annotated[str, says("The rollout's service.")]
    stage: Annotated[str, says("The stage that the answers are held to.")]
    environment: Annotated[str, says("The environment; empty where the rollout has none.")]
    url: Annotated[str, says("The URL that was asked.")]
    classes: Annotated[tuple[MeasuredClassJson, ...], says("Every class of requests.")]
    confidence: Annotated[float, says("The probability with which all intervals hold the true shares.")]
    verdict: Annotated[ShareVerdict, says("`not proven` where a class is, else `off` where one is.")]
    notes: Annotated[tuple[str, ...], says("What else there is to know.")]
    interrupted: Annotated[bool, says("Whether Ctrl-C ended the run.")]
    at: _At


def verify_schema() -> JsonObject:
    """The published schema of `verify`."""
    return json_form.json_schema("The answer of gateshift verify", VerifyJson)


def verify(report: VerifyReport) -> str:
    """The measured shares."""
    return write(
        VerifyJson(
            service=report.service,
            stage=report.stage,
            environment=report.environment,
            url=report.url,
            classes=tuple(map(_class, report.classes)),
            confidence=report.confidence,
            verdict=report.verdict,
            notes=report.notes,
            interrupted=report.interrupted,
            at=report.at,
        )
    )


def _class(measured: MeasuredClass) -> MeasuredClassJson:
    return MeasuredClassJson(
        name=measured.name,
        match=measured.match,
        requests=measured.requests,
        errors=measured.errors,
        versions={version.version: _version(version) for version in measured.versions},
        unidentified=measured.unidentified,
        sticky=bool(measured.cookies),
        cookies=measured.cookies,
        verdict=measured.verdict,
        needed=measured.needed,
        reason=measured.reason,
        notes=measured.notes,
    )


def _version(version: MeasuredVersion) -> MeasuredVersionJson:
    return same(MeasuredVersionJson, version)


class GateFigureJson(JsonForm, frozen=True):
    """A figure: requests a second, a part of 1, or milliseconds."""

    name: Annotated[str, says("`requestRate`, `successRate` or `p99`.")]
    value: Annotated[float | None, says("The version's; null where there is none.")]
    limit: Annotated[float | None, says("What it is held to; null for none.")]
    stable: Annotated[float | None, says("The stable version's; null where it is unknown.")]
    verdict: Annotated[GateVerdict, says("Whether it keeps to its limits.")]
    reason: Annotated[str, says("Why it is blocked or not proven, or how it compares; else empty.")]
    query: Annotated[str, says("The PromQL that was asked.")]


class GateJson(JsonForm, frozen=True):
    """What Prometheus knows of a version, held to limits."""

    service: Annotated[str, says("The rollout's service.")]
    version: Annotated[str, says("The version that is judged.")]
    against: Annotated[str, says("The version it is compared with; empty where there is none.")]
    window: Annotated[str, says("The time over which the figures are taken.")]
    address: Annotated[str, says("The address of Prometheus.")]
    figures: Annotated[tuple[GateFigureJson, ...], says("Every figure.")]
    verdict: Annotated[GateVerdict, says("`not proven` where a figure is, else `blocked` where one is.")]
    environment: Annotated[str, says("The environment; empty where the rollout has none.")]
    at: _At


def gate_schema() -> JsonObject:
    """The published schema of `gate`."""
    return json_form.json_schema("The answer of gateshift gate", GateJson)


def gate(report: GateReport) -> str:
    """The figures of a gate."""
    return write(same(GateJson, report))
