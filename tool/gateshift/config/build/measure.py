"""What is asked of running systems, of a faultless draft -> answer rules, gate."""

from __future__ import annotations

from gateshift.config.semantics.routes import milliseconds
from gateshift.model.rollout import AnswerRules, Evidence, Gate, GateQueries, Preset
from gateshift.yamldoc.data import Json, JsonObject, object_at, text_at


def figure(value: Json) -> float | None:
    """A number that is not counted but measured; None where there is none."""
    return float(value) if isinstance(value, int | float) else None


def verify_of(data: JsonObject) -> AnswerRules | None:
    """How answers tell the versions apart; None where the file does not say."""
    if not data:
        return None
    versions = object_at(data, "versions")
    evidence = tuple(_evidence(name, object_at(versions, name)) for name in versions)
    return AnswerRules(text_at(data, "header"), text_at(data, "json"), evidence)


def _evidence(version: str, data: JsonObject) -> Evidence:
    status = data.get("status")
    return Evidence(
        version=version,
        header=text_at(data, "header"),
        json=text_at(data, "json"),
        equals=text_at(data, "equals") if "equals" in data else None,
        pattern=text_at(data, "pattern"),
        status=status if isinstance(status, int) else None,
        otherwise=data.get("otherwise") is True,
    )


def gate_of(data: JsonObject) -> Gate | None:
    """The gate; None where the file has none."""
    if not data:
        return None
    p99 = text_at(data, "p99")
    queries = object_at(data, "queries")
    return Gate(
        prometheus=text_at(data, "prometheus"),
        labels=_labels(object_at(data, "labels")),
        success_rate=figure(data.get("successRate")),
        p99_ms=float(milliseconds(p99)) if p99 else None,
        request_rate=figure(data.get("requestRate")),
        preset=Preset(text_at(data, "preset") or Preset.ISTIO.value),
        window=text_at(data, "window") or "5m",
        stable_labels=_labels(object_at(data, "stableLabels")) if "stableLabels" in data else None,
        queries=GateQueries(text_at(queries, "requestRate"), text_at(queries, "successRate"), text_at(queries, "p99")),
        success_drop=figure(data.get("successDrop")),
        p99_growth=figure(data.get("p99Growth")),
    )


def _labels(data: JsonObject) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in data.items() if isinstance(value, str))
