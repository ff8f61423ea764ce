"""The gate as figures that a controller asks for by itself."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from gateshift.app.gate.queries import version_queries
from gateshift.manifests.controllers.release import ControllerRelease
from gateshift.model.adoption import Left
from gateshift.model.controller_export import Controller, GateMetric
from gateshift.model.rollout import Gate, Preset


def gate_metrics(release: ControllerRelease, gate: Gate, controller: Controller) -> Iterator[GateMetric | Left]:
    """Each figure of the gate that has a limit, with the queries that `gateshift gate` would ask; what has no query is
    left."""
    for metric in _wanted(release, _labelled(release, gate, controller)):
        if metric.query:
            yield metric
        else:
            yield Left(metric.name, "the gate's preset has no such metric for this route")
    yield Left("how sure a figure is", "a controller compares it with its limit, however few requests it is made of")
    if controller is Controller.ARGO_ROLLOUTS and gate.preset is Preset.LINKERD:
        yield Left("the preset linkerd", "its series name Deployments, and a Rollout has none: give `gate.queries`")


def _labelled(release: ControllerRelease, gate: Gate, controller: Controller) -> Gate:
    """One Rollout runs the pods of both versions, which Istio tells apart by the Service that was called."""
    if controller is not Controller.ARGO_ROLLOUTS or gate.preset is not Preset.ISTIO:
        return gate
    stable = gate.stable_labels if gate.stable_labels is not None else gate.labels
    return replace(
        gate,
        labels=(*gate.labels, ("destination_service_name", release.candidate.service)),
        stable_labels=(*stable, ("destination_service_name", release.stable.service)),
    )


def _wanted(release: ControllerRelease, gate: Gate) -> Iterator[GateMetric]:
    candidate, stable = (
        version_queries(release.rollout, gate, version, release.environment)
        for version in (release.candidate, release.stable)
    )
    if gate.request_rate is not None:
        yield GateMetric("request-rate", candidate.request_rate, least=gate.request_rate)
    if gate.success_rate is not None:
        yield GateMetric("success-rate", candidate.success_rate, least=gate.success_rate)
    if gate.success_drop is not None:
        both = _both(stable.success_rate, "-", candidate.success_rate)
        yield GateMetric("success-drop", both, most=gate.success_drop)
    if gate.p99_ms is not None:
        yield GateMetric("p99", candidate.p99, most=gate.p99_ms)
    if gate.p99_growth is not None:
        yield GateMetric("p99-growth", _both(candidate.p99, "/", stable.p99), most=gate.p99_growth)


def _both(left: str, sign: str, right: str) -> str:
    return f"({left}) {sign} ({right})" if left and right else ""
