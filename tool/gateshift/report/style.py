"""Colours of the terminal, bars of shares, and what to draw where there are none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import accumulate, takewhile
from unicodedata import category, east_asian_width

from msgspec import Struct
from msgspec.structs import replace

from gateshift.model.finding import Level

_CODES = {"bold": "1", "dim": "2", "red": "31", "yellow": "33", "blue": "34", "green": "32", "cyan": "36"}

_BAR_CELLS = 20
_FEWEST_CELLS = 5
_NARROWEST = 40
_ESCAPE = re.compile("\x1b\\[[0-9;]*m")
_WORD = re.compile(" *[^ ]+")
_FIRST_COLUMN = re.compile(r" *\S+(?: \S+)*  +(?=\S)")
"""The indentation, the words up to the first gap, and the gap."""

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
        if not self.width or first + display_width(text) <= self.width:
            return [text]
        lines: list[str] = []
        room = -1
        for word in _WORD.findall(text):
            room -= display_width(word)
            if not lines or (room < 0 and lines[-1].strip() and display_width(word.lstrip(" "))):
                indent = first if not lines or rest is None else rest
                lines.append(word.lstrip(" ") if lines else word)
                room = max(self.width, _NARROWEST) - indent - display_width(lines[-1])
            else:
                lines[-1] += word
        return lines or [text]

    def fit(self, text: str) -> str:
        """The text, each of whose lines that is wider than the terminal goes on below: under its own second column or,
        where that is far to the right, a little to the right of where it begins."""
        return "\n".join(part for line in text.split("\n") for part in self._hanging(line)) if self.width else text

    def _hanging(self, line: str) -> Iterator[str]:
        plain = _ESCAPE.sub("", line)
        column = _FIRST_COLUMN.match(plain)
        hang = column.end() if column else 0
        if not 0 < hang <= self.width // 2:
            hang = len(plain) - len(plain.lstrip(" ")) + 2
        first, *rest = self.wrap(line, 0, hang)
        yield first
        yield from (f"{'':{hang}}{part}" for part in rest)

    def cut(self, line: str) -> str:
        """The line, which ends in `...` where it is wider than the terminal."""
        fits = not self.width or display_width(line) <= self.width
        return line if fits else f"{clipped(line, self.width - 3)}..."

    def cells(self, taken: int, number: int = 1) -> int:
        """How many cells each of `number` bars in a line has, of which `taken` characters are taken."""
        room = (max(self.width, _NARROWEST) - taken) // number if self.width else _BAR_CELLS
        return min(max(room, _FEWEST_CELLS), _BAR_CELLS)

    def within(self, indent: int) -> Style:
        """The same for text that is indented."""
        return replace(self, width=max(self.width - indent, _NARROWEST)) if self.width else self


def count(number: int, noun: str) -> str:
    """`1 object`, `2 objects`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def bar(share: float, style: Style, cells: int = _BAR_CELLS) -> str:
    """The share as a row of cells; one that is not zero fills at least one, one short of all leaves at least one."""
    filled = round(share * cells)
    if share > 0:
        filled = max(1, filled)
    if share < 1:
        filled = min(cells - 1, filled)
    full, empty = ("█", "░") if style.unicode else ("#", ".")
    return full * filled + empty * (cells - filled)


def display_width(text: str) -> int:
    """How many columns of a terminal the text takes: two for a wide character (UAX #11), none for one that combines
    with the one before it or is an escape code."""
    seen = _ESCAPE.sub("", text)
    return len(seen) if seen.isascii() else sum(map(_columns, seen))


def clipped(text: str, width: int) -> str:
    """The start of a text without escape codes that fits into `width` columns."""
    if text.isascii():
        return text[: max(width, 0)]
    ends = takewhile(lambda end: end <= width, accumulate(map(_columns, text)))
    return text[: sum(1 for _ in ends)]


def _columns(character: str) -> int:
    if category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if east_asian_width(character) in "WF" else 1
