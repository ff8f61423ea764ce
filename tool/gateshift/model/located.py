"""A finding with its place found, and the roots it reaches: between the checks and the report."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from gateshift.model.finding import Finding
from gateshift.model.place import Place


@dataclass(frozen=True, slots=True, eq=False)
class Located:
    """One fault, once: `roots` are the roots whose builds show it, sorted; `related` are its second places."""

    finding: Finding
    place: Place
    roots: tuple[Path, ...]
    related: tuple[tuple[str, Place], ...] = ()
