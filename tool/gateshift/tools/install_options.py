"""How an installation goes about it."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from gateshift.tools.lock import Lock


def no_news(text: str) -> None:
    """Say nothing."""


def no_progress(done: int, total: int | None) -> None:
    """Show nothing."""


class InstallOptions(Struct, frozen=True):
    """How an installation goes about it: whether it may fetch, who hears of it, and the pins without which nothing
    is taken from a module proxy directly."""

    offline: bool = False
    say: Callable[[str], None] = no_news
    progress: Callable[[int, int | None], None] = no_progress
    lock: Lock | None = None
