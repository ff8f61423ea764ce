"""Colours of the terminal, bars of shares, and what to draw where there are none."""

from __future__ import annotations

from msgspec import Struct

from gateshift.model.finding import Level

_CODES = {"bold": "1", "dim": "2", "red": "31", "yellow": "33", "blue": "34", "green": "32", "cyan": "36"}
_CONTROL = {code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0)) if code != 0x09}
_CONTROL |= {
    code: f"\\u{code:04x}"
    for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C, 0x2028, 0x2029)
}

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


def printable(text: str) -> str:
    """The text with control characters and bidirectional overrides spelled out, so that no input steers a terminal."""
    return text.translate(_CONTROL)


def without_commands(line: str) -> str:
    """The line without what the runners of GitHub Actions and Azure Pipelines obey: `::` at its start, `##[`, `##vso[`
    (actions/runner, ActionCommand.cs; microsoft/azure-pipelines-agent, Command.cs)."""
    shown = line.replace("##[", "# #[").replace("##vso[", "# #vso[")
    return shown.replace("::", ": :", 1) if shown.lstrip().startswith("::") else shown


def bar(share: float, style: Style) -> str:
    """The share as twenty cells; one that is not zero fills at least one, one short of all leaves at least one."""
    filled = round(share * _BAR_CELLS)
    if share > 0:
        filled = max(1, filled)
    if share < 1:
        filled = min(_BAR_CELLS - 1, filled)
    full, empty = ("█", "░") if style.unicode else ("#", ".")
    return full * filled + empty * (_BAR_CELLS - filled)
