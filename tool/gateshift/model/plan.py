"""What a change from one state to another does, ready to render."""

from __future__ import annotations

from enum import Enum

from msgspec import Struct

from gateshift.model.report import Gap, OwnSuppression, ReportedFinding, ResourceName
from gateshift.model.stage_wait import StageWait
from gateshift.yamldoc.data import JsonObject

SAFE_WAY = "The safe way here:"
"""Begins the sentence of a finding's help that names the stages to pass through instead."""


class Action(Enum):
    """What a sync does to an object."""

    CREATE = "create"
    CHANGE = "change"
    PRUNE = "prune"


class FieldChange(Struct, frozen=True):
    """One field that differs: a JSON pointer and the values as short text ("" where absent). `label` is the path as a
    person would say it, list items by their names."""

    pointer: str
    before: str
    after: str
    label: str = ""

    def __str__(self) -> str:
        """`customers-v2 weight 12 -> 100`, `customers-v1 (weight 88) removed`."""
        label = self.label or self.pointer
        if self.before and self.after:
            return f"{label} {self.before} -> {self.after}"
        value, verb = (self.after, "added") if self.after else (self.before, "removed")
        if value.startswith(f"{label} ("):
            return f"{value} {verb}"
        return f"{label} {verb}" if value.startswith(("{", "[")) else f"{label} {verb}: {value}"


class ObjectChange(Struct, frozen=True):
    """One object that is created, changed or pruned, with the fields that differ, and its data on both sides (None on
    the side that lacks it)."""

    action: Action
    resource: ResourceName
    fields: tuple[FieldChange, ...] = ()
    before: JsonObject | None = None
    after: JsonObject | None = None


class TrafficRow(Struct, frozen=True):
    """One class of requests before and after. `name` is `default` or the extra rule's; `match` is its condition in
    words. The shares are 0 to 1 by version; what answers with an error has its status as key (`"404"`, `"503"`).
    `overlap` says which rules meet and which one wins, of requests that get what the winner's others get."""

    name: str
    match: str
    before: tuple[tuple[str, float], ...]
    after: tuple[tuple[str, float], ...]
    overlap: str = ""


class EngineVerdict(Struct, frozen=True):
    """Whether one sync engine can make the change without losing a request, and what it would lose.

    `steps` are the engine's actions in order, in words. `safe_way` names the stages to pass through instead, in order,
    the target last; empty where the change is safe or no way is known. An engine that does not decide has no pointer
    there, while another one has.
    """

    engine: str
    safe: bool
    findings: tuple[ReportedFinding, ...] = ()
    steps: tuple[str, ...] = ()
    safe_way: tuple[str, ...] = ()
    decides: bool = True


class PlanReport(Struct, frozen=True, tag=True):
    """One change: from and to are a stage's name, a path, or REF:PATH as the user may type it again.

    `live` says that a pointer names the state, so that its verdict decides the exit code. `unknown` says why it is not
    known what ran before; then `origin` is "" and there is nothing to compare with. `wait` is what the stage that is
    left asks for, None where that is nothing.
    """

    rollout: str
    origin: str
    target: str
    traffic: tuple[TrafficRow, ...]
    changes: tuple[ObjectChange, ...]
    engines: tuple[EngineVerdict, ...]
    live: bool = True
    environment: str = ""
    unknown: str = ""
    wait: StageWait | None = None

    @property
    def safe(self) -> bool:
        """Whether every engine in charge can make the change without losing a request."""
        return all(verdict.safe for verdict in self.engines if verdict.decides)


class PullRequestReport(Struct, frozen=True, tag=True):
    """What a branch changes against its merge base: a plan for every stage whose build differs and every pointer that
    moved. `since` is the revision as the user named it; `own` what the branch suppresses by itself; `notes` are what
    its author should know of all plans together."""

    since: str
    plans: tuple[PlanReport, ...]
    gaps: tuple[Gap, ...] = ()
    own: tuple[OwnSuppression, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def safe(self) -> bool:
        """Whether every change of a state that a pointer names is safe."""
        return all(plan.safe for plan in self.plans if plan.live)


class PairVerdict(Enum):
    """What the sync engines make of a pair of stages: safe with all of them, with some, or with none."""

    SAFE = "safe"
    MIXED = "mixed"
    UNSAFE = "unsafe"


class MatrixCell(Struct, frozen=True):
    """One ordered pair of stages: the verdict of each engine, and the first reason with its rule where it is unsafe.
    `idle` are the engines that do not decide."""

    origin: str
    target: str
    engines: tuple[tuple[str, bool], ...]
    reason: str = ""
    safe_way: tuple[str, ...] = ()
    idle: tuple[str, ...] = ()
    rule: str = ""

    @property
    def verdict(self) -> PairVerdict:
        """What all engines in charge say together."""
        verdicts = [safe for engine, safe in self.engines if engine not in self.idle]
        return PairVerdict.SAFE if all(verdicts) else PairVerdict.MIXED if any(verdicts) else PairVerdict.UNSAFE


class MatrixReport(Struct, frozen=True, tag=True):
    """Every ordered pair of a rollout's stages, by rows of the stage that is left. `in_force` are those that a pointer
    names."""

    rollout: str
    stages: tuple[str, ...]
    cells: tuple[MatrixCell, ...]
    gaps: tuple[Gap, ...] = ()
    in_force: tuple[str, ...] = ()

    def cell(self, origin: str, target: str) -> MatrixCell | None:
        """The cell of that pair; None on the diagonal and where the pair was not judged."""
        pairs = (cell for cell in self.cells if (cell.origin, cell.target) == (origin, target) and origin != target)
        return next(pairs, None)

    @property
    def safe(self) -> bool:
        """Whether every stage can be reached from the one before it, which is what a rollout needs."""
        following = dict(zip(self.stages, self.stages[1:], strict=False))
        steps = (cell for cell in self.cells if following.get(cell.origin) == cell.target)
        return all(cell.verdict is PairVerdict.SAFE for cell in steps)

    @property
    def unsafe(self) -> tuple[MatrixCell, ...]:
        """Every pair that some engine cannot make without losing a request."""
        return tuple(cell for cell in self.cells if cell.verdict is not PairVerdict.SAFE)


AnyPlan = PlanReport | PullRequestReport | MatrixReport
"""What `plan` can have to say."""
