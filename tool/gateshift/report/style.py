"""Colours of the terminal, bars of shares, and what to draw where there are none."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from gateshift.model.finding import Level

_CODES = {"bold": "1", "dim": "2", "red": "31", "yellow": "33", "blue": "34", "green": "32", "cyan": "36"}

_BAR_CELLS = 20
_NARROWEST = 40

LEVEL_COLOUR = {Level.ERROR: "red", Level.WARNING: "yellow", Level.NOTE: "cyan"}


class Style(Struct, frozen=True):
    """How text is drawn: with escape codes for colour or without, with Unicode lines and bars or in ASCII, and in
    lines of `width` characters, 0 where lines may be of any length."""

    colour: bool = False
    unicode: bool = True
    width: int = 0

    def paint(self, text: str, *names: str) -> str:
        """The text in these colours, or as it is."""
        if not self.colour or not text:
            return text
        return f"\x1b[{';'.join(_CODES[name] for name in names)}m{text}\x1b[0m"

    def wrap(self, text: str, first: int = 0, rest: int | None = None) -> list[str]:
        """The text in lines that leave room for `first` characters before the first and `rest` before the others,
        broken between words alone: an address or a path stays whole."""
        if not self.width or len(text) + first <= self.width:
            return [text]
        import textwrap  # a pipe need not pay for its start-up

        rest = first if rest is None else rest
        lines = textwrap.wrap(
            text,
            max(self.width, _NARROWEST),
            initial_indent=" " * first,
            subsequent_indent=" " * rest,
            break_long_words=False,
            break_on_hyphens=False,
        )
        return [line[first if number == 0 else rest :] for number, line in enumerate(lines)] or [""]

    def cut(self, line: str) -> str:
        """The line, which ends in `...` where it is wider than the terminal."""
        return line if not self.width or len(line) <= self.width else f"{line[: self.width - 3]}..."

    def within(self, indent: int) -> Style:
        """The same for text that is indented."""
        return replace(self, width=max(self.width - indent, _NARROWEST)) if self.width else self


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
