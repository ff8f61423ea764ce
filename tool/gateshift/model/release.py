"""How a generated file stands to the rollout that asks for it.

The start of a next release: what becomes of gateshift.yaml, the files and the pointers.
"""

from __future__ import annotations

from enum import Enum

from msgspec import Struct

from gateshift.model.plan import PlanReport
from gateshift.model.rollout import Rollout


class FileStatus(Enum):
    """How a file stands to what the rollout asks for."""

    FRESH = "fresh"
    STALE = "stale"
    EDITED = "edited"
    MISSING = "missing"
    LEFT_OVER = "left over"
    STRANGER = "not gateshift's"

    @property
    def in_the_way(self) -> bool:
        """Whether writing or deleting the file would destroy what someone wrote."""
        return self in (FileStatus.EDITED, FileStatus.STRANGER)


class FileState(Struct, frozen=True):
    """One file: its path relative to the rollout's folder, how it stands, the text that is there and the one that
    should be (None where there is, or should be, no file). `owner` is the rollout that a header names, or "".
    `original` is the file of which this is a copy, relative to the rollout's folder, or ""."""

    path: str
    status: FileStatus
    found: str | None
    expected: str | None
    owner: str = ""
    original: str = ""


class MovedPointer(Struct, frozen=True):
    """One pointer: `file` relative to the working directory, and the paths it named and names."""

    file: str
    name: str
    before: str
    after: str


class ReleaseReport(Struct, frozen=True):
    """What was done, or with `dry_run` would be.

    `before` and `after` are the texts of gateshift.yaml, `rollout` what the latter declares. `changes` are the plans
    from
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
