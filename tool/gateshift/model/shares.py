"""Shares of requests, 0 to 1, as people read them."""

from __future__ import annotations

import math


def percent(share: float) -> str:
    """`90 %`, `12.5 %`; a share too small to show is `< 0.1 %`, one short of all is never rounded up to it."""
    value = share * 100
    if 0 < value < 0.1:
        return "< 0.1 %"
    if 99.9 < value < 100 - 1e-9:
        return "> 99.9 %"
    return f"{value:.1f}".removesuffix(".0") + " %"


def exact_percent(share: float) -> str:
    """Per cent to three decimals, never rounded up: 0.99949 is `99.949 %`, short of all is never `100 %`."""
    return f"{math.floor(share * 100_000 + 1e-6) / 1000:g} %"


def points(before: float, after: float) -> str:
    """The change in percentage points: `+40`, `-12.5`, or "" where there is none."""
    change = (after - before) * 100
    if abs(change) < 0.05:
        return "" if abs(change) < 1e-9 else f"{'+' if change > 0 else '-'}< 0.1"
    return f"{change:+.1f}".removesuffix(".0")
