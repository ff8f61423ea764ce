"""A place in a text file."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct


class Place(Struct, frozen=True, order=True, tag=True):
    """A span in a file. Lines and columns count from 1, columns in characters; the end is exclusive.

    An end equal to the start means a point.
    """

    file: Path
    line: int = 1
    column: int = 1
    end_line: int = 0
    end_column: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"
