"""What requests to a running system showed of a stage's shares."""

from __future__ import annotations

from enum import Enum

from msgspec import Struct


class ShareVerdict(Enum):
    """Whether the measured shares are the declared ones."""

    AS_DECLARED = "as declared"
    OFF = "off"
    NOT_PROVEN = "not proven"


class MeasuredVersion(Struct, frozen=True):
    """A version's part of a class. Shares are 0 to 1: `share` of the answers that tell their version (None without
    one), `low` to `high` is the interval of the run's confidence over all requests. Times are in milliseconds."""

    version: str
    count: int
    share: float | None
    declared: float
    low: float
    high: float
    errors: int
    p50_ms: float | None = None
    p99_ms: float | None = None


class MeasuredClass(Struct, frozen=True):
    """One class of requests: the default, or an extra rule's. `errors` are requests without an answer and answers with
    a status of 500 or more; `unidentified` answers fit no version's rule. `needed` is the planned number of requests,
    None where there was nothing to plan. `cookies` are the names that answers set."""

    name: str
    match: str
    requests: int
    errors: int
    versions: tuple[MeasuredVersion, ...]
    unidentified: int
    verdict: ShareVerdict
    reason: str = ""
    needed: int | None = None
    cookies: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class VerifyReport(Struct, frozen=True):
    """A run of `verify`. `confidence` is that of all intervals together, 0 to 1; `at` is when it ended (ISO 8601), ""
    where that is not kept."""

    service: str
    stage: str
    environment: str
    url: str
    confidence: float
    classes: tuple[MeasuredClass, ...]
    verdict: ShareVerdict
    notes: tuple[str, ...] = ()
    interrupted: bool = False
    at: str = ""
