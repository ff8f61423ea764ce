"""What `gateshift adopt` proposes for a service that runs already."""

from __future__ import annotations

from enum import Enum

from msgspec import Struct

from gateshift.model.plan import EngineVerdict


class AdoptionWay(Enum):
    """How a version that runs today gives its traffic away: next to the candidate, or to a twin of itself first."""

    BESIDE = "beside"
    TAKE_OVER = "take-over"


class Left(Struct, frozen=True, order=True):
    """Something that is not carried over to another form, and why."""

    what: str
    why: str


class AdoptedStage(Struct, frozen=True):
    """A stage: how many objects it changes against the one before (the first: against what runs today), what the sync
    engines make of that step, and what to wait for before the next; "" for nothing."""

    name: str
    description: str
    waits_for: str
    changes: int
    engines: tuple[EngineVerdict, ...]

    @property
    def safe(self) -> bool:
        """Whether every engine in charge can make the step without losing a request."""
        return all(verdict.safe for verdict in self.engines if verdict.decides)


class Adoption(Struct, frozen=True):
    """The proposal for one service. `file` is its gateshift.yaml as the user may type it, `text` that file's text, and
    `written` are all files relative to its directory. `source` is what was read, `pointers` what follows it, in words.
    """

    service: str
    source: str
    file: str
    way: AdoptionWay
    text: str
    stages: tuple[AdoptedStage, ...]
    left: tuple[Left, ...] = ()
    written: tuple[str, ...] = ()
    pointers: tuple[str, ...] = ()
    dry_run: bool = False

    @property
    def safe(self) -> bool:
        """Whether every step is."""
        return all(stage.safe for stage in self.stages)
