"""Requests sent one after another at a bounded rate, whether or not the earlier ones were answered (an open loop)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from msgspec import Struct

T = TypeVar("T")


class Pace(Struct, frozen=True):
    """At most `rate` requests a second begin, and at most `concurrency` are under way."""

    rate: float = 20.0
    concurrency: int = 20


class Departures(Struct, frozen=True):
    """How a run went: how many requests began, how many of them late because too many others were under way, and
    whether someone interrupted it."""

    begun: int
    late: int
    interrupted: bool = False


def run_load(items: Sequence[T], pace: Pace, request: Callable[[T], Awaitable[bool]]) -> Departures:
    """Make a request of each item, in order. One that returns False ends the run: those under way are waited for.

    Ctrl-C ends it at once, and what was begun counts.
    """
    return asyncio.run(_Load(pace, request).run(items))


class _Load(Generic[T]):
    def __init__(self, pace: Pace, request: Callable[[T], Awaitable[bool]]) -> None:
        self.interval = 1 / pace.rate
        self.free = asyncio.Semaphore(pace.concurrency)
        self.request = request
        self.going_on = True
        self.begun = 0
        self.late = 0

    async def run(self, items: Sequence[T]) -> Departures:
        """Begin each request when its time has come and there is room; one that waited for room moves all behind it,
        so that the rate is kept then too."""
        tasks: list[asyncio.Task[None]] = []
        try:
            await self._begin(items, tasks)
            await asyncio.gather(*tasks)
        except asyncio.CancelledError:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            return Departures(self.begun, self.late, interrupted=True)
        return Departures(self.begun, self.late)

    async def _begin(self, items: Sequence[T], tasks: list[asyncio.Task[None]]) -> None:
        clock = asyncio.get_running_loop().time
        due = clock()
        for item in items:
            await asyncio.sleep(due - clock())
            self.late += self.free.locked()
            await self.free.acquire()
            if not self.going_on:
                return
            self.begun += 1
            due = max(due, clock()) + self.interval
            tasks.append(asyncio.create_task(self._make(item)))

    async def _make(self, item: T) -> None:
        try:
            self.going_on = await self.request(item) and self.going_on
        finally:
            self.free.release()
