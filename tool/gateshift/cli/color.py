"""Whether standard output gets colour."""

from __future__ import annotations

from collections.abc import Mapping


def colour_wanted(choice: str, environ: Mapping[str, str], *, terminal: bool) -> bool:
    """`always` and `never` are heard first, then NO_COLOR (no-color.org) and FORCE_COLOR; else a terminal that can."""
    if choice != "auto":
        return choice == "always"
    if environ.get("NO_COLOR"):
        return False
    if environ.get("FORCE_COLOR"):
        return environ["FORCE_COLOR"] != "0"
    return terminal and environ.get("TERM") != "dumb"
