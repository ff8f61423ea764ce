"""One share of a run that several machines do together."""

from __future__ import annotations

from msgspec import Struct


class Shard(Struct, frozen=True):
    """The share `number` of `count`, counted from 1."""

    number: int
    count: int
