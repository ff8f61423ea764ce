"""Writes a file that the user named: whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

from gateshift.external.owned_files import replace_whole


def replace_file(path: Path, content: bytes) -> None:
    """Put the content at the path by way of a new file beside it, synced and renamed; parents are made.

    A symbolic link stays one, permissions stay as they were. A pipe or a device is written to as it stands.
    """
    target = Path(os.path.realpath(path))
    if target.exists() and not target.is_file():
        with target.open("wb") as stream:
            stream.write(content)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    replace_whole(target, content)


def append_file(path: Path, content: bytes) -> None:
    """Add the content to the end of the file, which need not exist."""
    with path.open("ab") as stream:
        stream.write(content)
