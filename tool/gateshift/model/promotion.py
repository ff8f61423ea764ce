"""A promotion: the pointers that move, what speaks against it, and what became of it."""

from __future__ import annotations

from enum import Enum
from pathlib import Path

from msgspec import Struct

from gateshift.model.gate import GateReport
from gateshift.model.plan import PlanReport
from gateshift.model.rollout import Environment, Rollout, Stage
from gateshift.model.stage_wait import StageWait
from gateshift.model.sync_pointer import SyncPointer


class Obstacle(Enum):
    """What a promotion is refused for; `--force` overrides it by name."""

    NO_STAGE = "pointer names no stage"
    STALE = "generated files are not up to date"
    EDITED = "pointer has uncommitted edits"
    INVALID = "target does not validate"
    UNSAFE = "transition is unsafe"
    AHEAD = "environment is ahead of one that comes before it"
    GATE = "gate does not pass"


class Refusal(Struct, frozen=True):
    """One thing that speaks against the promotion: what was found, in lines, and the way out."""

    obstacle: Obstacle
    found: tuple[str, ...]
    hint: str = ""


class Move(Struct, frozen=True):
    """One pointer and where it goes.

    `origin` is the stage in force: the one the last commit names, or for a file that Git does not know, the file; None
    where that path is no stage. `path` is what the file says now and `new_path` what it will say. `file` is the file
    that holds the scalar, `line` the line of that from 1.
    """

    pointer: SyncPointer
    file: Path
    line: int
    origin: Stage | None
    path: str
    new_path: str

    @property
    def changes(self) -> bool:
        """Whether the file is to be written at all."""
        return self.path != self.new_path


class PromotionReport(Struct, frozen=True):
    """What a promotion did, or with `dry_run` would do.

    `refusals` that were overridden are in `overridden` instead. `commit` is the id of the commit that was made, or "".
    `plans` has the plan from each stage in force. `recovered` are files that a killed run had left to be moved. `waits`
    are what the stages that are left ask for. `gate` is None where it was not asked for.
    """

    rollout: Rollout
    environment: Environment
    target: Stage
    moves: tuple[Move, ...]
    message: str
    refusals: tuple[Refusal, ...] = ()
    overridden: tuple[Refusal, ...] = ()
    plans: tuple[PlanReport, ...] = ()
    dry_run: bool = False
    commit: str = ""
    branch: str = ""
    recovered: tuple[Path, ...] = ()
    waits: tuple[StageWait, ...] = ()
    gate: GateReport | None = None

    @property
    def done(self) -> bool:
        """Whether every pointer names the target now."""
        return not self.refusals and (not self.dry_run or not any(move.changes for move in self.moves))
