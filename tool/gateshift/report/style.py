"""Colours of the terminal, bars of shares, and what to draw where there are none."""

from __future__ import annotations

from msgspec import Struct

from gateshift.model.finding import Level

_CODES = {"bold": "1", "dim": "2", "red": "31", "yellow": "33", "blue": "34", "green": "32", "cyan": "36"}

_BAR_CELLS = 20

LEVEL_COLOUR = {Level.ERROR: "red", Level.WARNING: "yellow", Level.NOTE: "cyan"}


class Style(Struct, frozen=True):
    """How text is drawn: with escape codes for colour or without, with Unicode lines and bars or in ASCII."""

    colour: bool = False
    unicode: bool = True

    def paint(self, text: str, *names: str) -> str:
        """The text in these colours, or as it is."""
        if not self.colour or not text:
            return text
        return f"\x1b[{';'.join(_CODES[name] for name in names)}m{text}\x1b[0m"


def count(number: int, noun: str) -> str:
    """`1 object`, `2 objects`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def bar(share: float, style: Style) -> str:
    """The share as twenty cells; one that is not zero fills at least one, one short of all leaves at least one."""
    filled = round(share * _BAR_CELLS)
    if share > 0:
        filled = max(1, filled)
    if share < 1:
        filled = min(_BAR_CELLS - 1, filled)
    full, empty = ("█", "░") if style.unicode else ("#", ".")
    return full * filled + empty * (_BAR_CELLS - filled)
