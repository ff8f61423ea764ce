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


class ReleaseKind(Enum):
    """How a release starts: after a finished one, behind one that is not finished everywhere, or with another version
    instead of one that was abandoned."""

    AFTER = "after"
    BEHIND = "behind"
    INSTEAD = "instead"


class ReleaseReport(Struct, frozen=True):
    """What was done, or with `dry_run` would be.

    `before` and `after` are the texts of gateshift.yaml, `rollout` what the latter declares. `changes` are the plans
    from each stage in force to what becomes of it. `written` and `deleted` are paths relative to the rollout.
    `abandoned` is the version that was replaced, or "". `notes` are what the owner should look at.
    """

    rollout: Rollout
    before: str
    after: str
    pointers: tuple[MovedPointer, ...]
    changes: tuple[PlanReport, ...]
    written: tuple[str, ...]
    deleted: tuple[str, ...]
    kind: ReleaseKind = ReleaseKind.AFTER
    candidate: str = ""
    abandoned: str = ""
    notes: tuple[str, ...] = ()
    dry_run: bool = False
    commit: str = ""
    branch: str = ""

    @property
    def baseline(self) -> str:
        """The version before the new one."""
        names = [version.name for version in self.rollout.versions]
        return names[names.index(self.candidate) - 1]

    @property
    def headline(self) -> str:
        """The start in one line, as a commit says it."""
        name = self.rollout.service.name
        match self.kind:
            case ReleaseKind.AFTER:
                return f"{name}: start {self.candidate} after {self.baseline}"
            case ReleaseKind.BEHIND:
                return f"{name}: start {self.candidate} behind {self.baseline}"
            case ReleaseKind.INSTEAD:
                return f"{name}: {self.candidate} instead of {self.abandoned}"
