"""Paths as the user knows them."""

from __future__ import annotations

import os
from pathlib import Path


def shown_path(path: Path, base: Path | None = None) -> str:
    """The path as seen from `base`, by default the working directory, with forward slashes; `.` for the base itself."""
    return Path(os.path.relpath(path, base)).as_posix()
