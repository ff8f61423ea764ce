"""Shares as people read them."""

from __future__ import annotations


def percent(share: float) -> str:
    """`90 %`, `12.5 %`; a share too small to show is `< 0.1 %`, one short of all is never rounded up to it."""
    value = share * 100
    if 0 < value < 0.1:
        return "< 0.1 %"
    if 99.9 < value < 100 - 1e-9:
        return "> 99.9 %"
    return f"{value:.1f}".removesuffix(".0") + " %"
