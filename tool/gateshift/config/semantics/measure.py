"""What is asked of running systems: that the rules for answers name versions, and that the gate's limits can be met."""

from __future__ import annotations

from gateshift.config.describe import dotted
from gateshift.config.draft import Draft
from gateshift.config.semantics.routes import milliseconds
from gateshift.config.semantics.stages import known_version
from gateshift.config.spec_errors import SpecErrors
from gateshift.yamldoc.data import FieldPath, Json, object_at, text_at

_QUERIES = {"successRate": ("successRate", "successDrop"), "p99": ("p99", "p99Growth")}
_VERSIONS: FieldPath = ("verify", "versions")


def check_measure(draft: Draft, faults: SpecErrors) -> None:
    """Report answers that several versions would claim, and limits and windows of no length."""
    _evidence(draft, faults)
    for key, what in (("p99", "no request is answered in no time"), ("window", "a window has a length")):
        text = text_at(draft.data, "gate", key)
        if text and milliseconds(text) == 0:
            faults.add(("gate", key), f"gate.{key}: {what}", "write a duration such as 500ms")
    _queries(draft, faults)


def _queries(draft: Draft, faults: SpecErrors) -> None:
    """Limits for which own queries ask nothing."""
    gate = object_at(draft.data, "gate")
    queries = object_at(gate, "queries")
    for query, limits in _QUERIES.items():
        for limit in limits:
            if queries and limit in gate and query not in queries:
                faults.add(("gate", limit), f"gate.{limit}: no query asks for it", f"add `gate.queries.{query}`")


def _evidence(draft: Draft, faults: SpecErrors) -> None:
    first: dict[str, str] = {}
    for version, evidence in object_at(draft.data, *_VERSIONS).items():
        at: FieldPath = (*_VERSIONS, version)
        if not known_version(draft, version, at, faults, key=True) or not isinstance(evidence, dict):
            continue
        if evidence.get("otherwise") is False:
            here = (*at, "otherwise")
            faults.add(here, f"{dotted(here)}: false says nothing of the answers", "write true, or another rule")
        other = first.setdefault(_meaning(evidence), version)
        if other != version:
            faults.add(
                at,
                f"{dotted(at)}: the same as for `{other}`, so that no answer would tell the two apart",
                "say what only one of them has",
                key=True,
            )


def _meaning(evidence: dict[str, Json]) -> str:
    """The rule in one spelling; the case of a header's name does not matter."""
    return repr(sorted((key, str(value).lower() if key == "header" else value) for key, value in evidence.items()))
