"""How long an answer is right while nothing that it was made of changes."""

from __future__ import annotations

from enum import Enum


class Lasting(Enum):
    """Whether the same files give the same answer on every day, on this day alone, or not even in the next run."""

    ANY_DAY = "any day"
    THIS_DAY = "this day"
    THIS_RUN = "this run"
