"""What a Kustomization says that can lose requests.

Source: Flux documentation, Kustomization: deletionPolicy, force, wait, timeout, healthCheckExprs;
kustomize-controller#1180.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gateshift.engines.engine import Danger, SyncHazard
from gateshift.model.finding import Level
from gateshift.model.rollout import RouteKind
from gateshift.yamldoc.data import Json, JsonObject, list_at, object_at, text_at

_UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
_PART = r"([0-9]+(?:\.[0-9]+)?)(ms|h|m|s)"


def hazards(data: JsonObject) -> Iterator[SyncHazard]:
    """The dangerous fields of the object."""
    spec = object_at(data, "spec")
    policy = text_at(spec, "deletionPolicy") or "MirrorPrune"
    deletes = policy in ("Delete", "WaitForTermination") or spec.get("prune") is True
    if deletes and policy != "Orphan":
        hint = "Set `spec.deletionPolicy: Orphan`."
        yield SyncHazard(Danger.CASCADES, ("spec", "deletionPolicy"), hint=hint, level=Level.NOTE)
    if spec.get("force") is True:
        yield SyncHazard(Danger.RECREATES, ("spec", "force"), "force: true")


def readiness_hazards(data: JsonObject, kind: RouteKind, progress: int) -> Iterator[SyncHazard]:
    """Flux waits for nothing and knows no health of a route unless it is told to."""
    spec = object_at(data, "spec")
    if spec.get("wait") is not True and not spec.get("healthChecks"):
        yield SyncHazard(
            Danger.READY_EARLY, ("spec", "wait"), "waits for no object", "Set `spec.wait: true`.", Level.NOTE
        )
    elif not any(_judges(expressions, kind) for expressions in list_at(spec, "healthCheckExprs")):
        what = f"cannot tell whether the {kind.value} is accepted"
        hint = "Take `healthCheckExprs` from what `gateshift generate` writes."
        yield SyncHazard(Danger.READY_EARLY, ("spec", "healthCheckExprs"), what, hint, Level.NOTE)
    timeout = _seconds(text_at(spec, "timeout") or text_at(spec, "interval"))
    if timeout is not None and timeout <= progress:
        what = f"gives up before a Deployment does, after {progress} s"
        hint = f"Set `spec.timeout` to more than {progress}s."
        yield SyncHazard(Danger.READY_EARLY, ("spec", "timeout"), what, hint, Level.NOTE)


def _judges(expressions: Json, kind: RouteKind) -> bool:
    """Whether a health check is one of routes of the kind; one without a kind is of its whole API group."""
    group = text_at(expressions, "apiVersion").partition("/")[0]
    return group == "gateway.networking.k8s.io" and text_at(expressions, "kind") in ("", kind.value)


def _seconds(duration: str) -> float | None:
    """A duration in seconds, written as Flux's CRD takes it; None where it is not one."""
    if not re.fullmatch(f"(?:{_PART})+", duration):
        return None
    return sum(float(number) * _UNITS[unit] for number, unit in re.findall(_PART, duration))
