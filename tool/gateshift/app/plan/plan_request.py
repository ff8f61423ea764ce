"""What is to be planned."""

from __future__ import annotations

from msgspec import Struct


class PlanRequest(Struct, frozen=True):
    """FROM and TO as typed, None where they are left out, and the environment's name; or the revision `since` that a
    branch left, or with `every` the matrix of all stages."""

    origin: str | None = None
    target: str | None = None
    environment: str = ""
    since: str | None = None
    every: bool = False
