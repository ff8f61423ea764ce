"""What Prometheus knows of a version, held to limits."""

from __future__ import annotations

from enum import Enum

from msgspec import Struct


class GateVerdict(Enum):
    """Whether a figure keeps to its limit."""

    PASSED = "passed"
    BLOCKED = "blocked"
    NOT_PROVEN = "not proven"


class GateFigure(Struct, frozen=True):
    """One figure: requests a second, a part of 1, or milliseconds. `stable` is the stable version's; None is unknown,
    a limit of None only demands that there is a value."""

    name: str
    value: float | None
    limit: float | None
    stable: float | None
    verdict: GateVerdict
    reason: str
    query: str


class GateReport(Struct, frozen=True):
    """The figures of a version over a window, asked at an address; `at` is when (ISO 8601), "" for not kept."""

    service: str
    version: str
    against: str
    window: str
    address: str
    figures: tuple[GateFigure, ...]
    verdict: GateVerdict
    environment: str = ""
    at: str = ""
