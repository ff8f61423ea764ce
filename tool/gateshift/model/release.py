"""The start of a next release: what becomes of rollout.yaml, the files and the pointers."""

from __future__ import annotations

from dataclasses import dataclass

from gateshift.model.plan import PlanReport
from gateshift.model.rollout import Rollout


@dataclass(frozen=True, slots=True)
class MovedPointer:
    """One pointer: `file` relative to the working directory, and the paths it named and names."""

    file: str
    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ReleaseReport:
    """What was done, or with `dry_run` would be.

    `before` and `after` are the texts of rollout.yaml, `rollout` what the latter declares. `changes` are the plans from
    each stage in force to the first of the next release. `written` and `deleted` are paths relative to the rollout.
    """

    rollout: Rollout
    before: str
    after: str
    pointers: tuple[MovedPointer, ...]
    changes: tuple[PlanReport, ...]
    written: tuple[str, ...]
    deleted: tuple[str, ...]
    dry_run: bool = False
