"""A place in a text file."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct


class Focus(Struct, frozen=True, order=True):
    """The part of a place that a reader looks for, in one line; line 0 for none."""

    line: int = 0
    column: int = 0
    end_column: int = 0


NO_FOCUS = Focus()


class Place(Struct, frozen=True, order=True, tag=True):
    """A span in a file. Lines and columns count from 1, columns in characters; the end is exclusive.

    An end equal to the start means a point. `focus` is what stands for the whole, such as an object's name.
    """

    file: Path
    line: int = 1
    column: int = 1
    end_line: int = 0
    end_column: int = 0
    focus: Focus = NO_FOCUS

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"
