"""How a generated file stands to the rollout that asks for it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Standing(Enum):
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
        return self in (Standing.EDITED, Standing.STRANGER)


@dataclass(frozen=True, slots=True)
class FileState:
    """One file: its path relative to the rollout's folder, how it stands, the text that is there and the one that
    should be (None where there is, or should be, no file). `owner` is the rollout that a header names, or ""."""

    path: str
    standing: Standing
    found: str | None
    expected: str | None
    owner: str = ""
