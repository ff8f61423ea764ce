"""The words that every form of a plan shares."""

from __future__ import annotations

from gateshift.engines.registry import engine_name
from gateshift.model.plan import MatrixCell, PairVerdict, PlanReport, TrafficRow
from gateshift.model.shares import percent
from gateshift.report.plain_text import printable

PROOF = (
    "Proved from files: references, order of apply and prune, readiness of pods. "
    "How long a data plane takes to hear of a change cannot be."
)
_MEANINGS = {
    "404": "no route answers (404)",
    "421": "another listener would answer (421)",
    "500": "an invalid backend (500)",
    "503": "no endpoints (503)",
}
DECIDES_NOTHING = "it has no pointer here, and decides nothing"
SIGNS = {PairVerdict.SAFE: "✓", PairVerdict.MIXED: "◐", PairVerdict.UNSAFE: "✕"}
"""A pair of stages in a matrix, in one character."""


def engines_against(cell: MatrixCell) -> tuple[str, ...]:
    """The names of the engines that cannot make the step of the pair without losing a request."""
    return tuple(engine_name(engine) for engine, safe in cell.engines if not safe and engine not in cell.idle)


def subject(report: PlanReport) -> str:
    """`customers prod`, or "" for what belongs to no rollout."""
    return " ".join(part for part in (report.rollout, report.environment) if part)


def title(report: PlanReport) -> str:
    """`customers prod: canary -> half`, or `customers: stage canary edited`."""
    who = subject(report)
    edited = f"stage {report.target} edited" if report.rollout else f"{report.target} edited"
    step = report.unknown or (edited if is_edit(report) else f"{report.origin} -> {report.target}")
    return f"{who}: {step}" if who else step


def is_edit(report: PlanReport) -> bool:
    """Whether both sides are the same stage or folder, before and after an edit (`REF:overlays/canary -> canary`)."""
    revision, _, path = report.origin.rpartition(":")
    return report.origin == report.target or bool(revision and path.rpartition("/")[2] == report.target)


def is_shift(report: PlanReport) -> bool:
    """Whether any class of requests is answered otherwise than before."""
    return any(row.before != row.after for row in report.traffic)


def answerer(key: str) -> str:
    """What gives an answer, from the key of a share: a version's name, or what a status means."""
    return _MEANINGS.get(key, f"status {key}" if is_failure(key) else key)


def is_failure(key: str) -> bool:
    """Whether the key of a share is a status that no version gave."""
    return key.isdigit() and len(key) == 3


def keys(row: TrafficRow) -> tuple[str, ...]:
    """Everything that answers before or after, in the order of before, then of after."""
    return tuple(dict.fromkeys(key for key, _ in (*row.before, *row.after)))


def share(row: tuple[tuple[str, float], ...], key: str) -> float:
    """The share of one answerer, 0 where it gives no answer."""
    return dict(row).get(key, 0.0)


def split(row: tuple[tuple[str, float], ...]) -> str:
    """`v1 90 %, v2 10 %`; `nothing answers` where there is no share."""
    shown = [f"{answerer(key)} {percent(value)}" for key, value in row if value > 0]
    return ", ".join(shown) if shown else "nothing answers"


def verdict(report: PlanReport) -> str:
    """`safe`, or for which engines it is not."""
    unsafe = [engine_name(verdict.engine) for verdict in report.engines if verdict.decides and not verdict.safe]
    return "safe" if not unsafe else f"unsafe for {' and '.join(unsafe)}"


def way(stages: tuple[str, ...]) -> str:
    """`canary -> half -> final`."""
    return " -> ".join(printable(stage) for stage in stages)
