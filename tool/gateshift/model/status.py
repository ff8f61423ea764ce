"""Where a rollout stands: each pointer, its stage, what is next, and since when."""

from __future__ import annotations

from enum import Enum

from msgspec import Struct

from gateshift.model.stage_wait import StageWait

_UNITS = (("day", 86_400), ("hour", 3600), ("minute", 60))


class Since(Struct, frozen=True):
    """The commit that brought a pointer to its stage: its id, date (ISO 8601), author and first line, and how many
    seconds ago that was."""

    commit: str
    date: str
    author: str
    subject: str
    elapsed: int = 0

    @property
    def ago(self) -> str:
        """`5 days ago`."""
        for unit, seconds in _UNITS:
            if number := self.elapsed // seconds:
                return f"{number} {unit}{'' if number == 1 else 's'} ago"
        return "just now"


class NextStep(Struct, frozen=True):
    """The stage after the one in force, whether the step there is safe, None where nothing can be said, and
    the reason where it is not."""

    stage: str
    safe: bool | None
    reason: str = ""


class WithoutRoute(Enum):
    """Who answers while the rollout has no route: the Service's own endpoints its callers, a Gateway nobody (404), or
    what ran before the rollout."""

    ENDPOINTS = "endpoints"
    NOT_FOUND = "404"
    BOTH = "endpoints and 404"
    LIVE = "as before"


class PointerStatus(Struct, frozen=True):
    """One pointer. `stage` is in force, by the last commit; "" where its path is no stage. `shares` are 0 to 1 by
    version; where the stage has no route they are empty, and `without_route` says who answers. `moved_to` is the stage
    the uncommitted file names instead, or "". `wait` is what the stage asks for before the next, None where that is
    nothing."""

    environment: str
    engine: str
    name: str
    file: str
    line: int
    path: str
    stage: str
    shares: tuple[tuple[str, float], ...] = ()
    next_step: NextStep | None = None
    since: Since | None = None
    moved_to: str = ""
    wait: StageWait | None = None
    without_route: WithoutRoute | None = None


class LiveVerdict(Struct, frozen=True):
    """What `command` (`verify` or `gate`) wrote into `file` as JSON: of which stage ("" for `gate`) or version (""
    for `verify`), its verdict, and when (ISO 8601, by the file's time where the JSON does not say)."""

    file: str
    command: str
    service: str
    environment: str
    stage: str
    version: str
    verdict: str
    at: str


class StatusReport(Struct, frozen=True):
    """One rollout. `ahead` are its environments by the stage they have in force, the furthest first, where there are
    several; `not_understood` are objects that may be pointers, each as `file: kind name: why`; `live` are the verdicts
    that were kept of the running system. `file` is the rollout's gateshift.yaml, `without_pointer` are environments
    that have none."""

    rollout: str
    stages: tuple[str, ...]
    pointers: tuple[PointerStatus, ...]
    ahead: tuple[tuple[str, str], ...] = ()
    not_understood: tuple[str, ...] = ()
    file: str = ""
    live: tuple[LiveVerdict, ...] = ()
    without_pointer: tuple[str, ...] = ()


class RepositoryStatus(Struct, frozen=True):
    """Every rollout, and what could not be read, each as `file: why`."""

    rollouts: tuple[StatusReport, ...]
    gaps: tuple[str, ...] = ()
