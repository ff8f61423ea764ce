"""The SHA-256 of every file that was installed into a folder of the cache, checked before the file is run or read.

A run checks what it uses. A program, which is large, is hashed once for each state of its file: the state is size,
inode, and the times of change of content and of inode, which no copy and no edit leaves as they were.
"""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

from gateshift.errors import NoVerdict
from gateshift.system.cache import write_json
from gateshift.yamldoc.data import Json, JsonObject, json_of, object_at, text_at

SUMS = "sums.json"
_CHECKED = "checked.json"


def write_sums(folder: Path) -> None:
    """Record every file of a folder that is complete now."""
    import hashlib  # a run that installs nothing and reads no schema needs no OpenSSL

    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != SUMS)
    sums: JsonObject = {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files
    }
    (folder / SUMS).write_text(json.dumps(sums, separators=(",", ":")), encoding="utf-8")


def read_sums(folder: Path) -> JsonObject:
    """The sums by path in the folder; empty where there are none that can be read."""
    try:
        sums = json_of((folder / SUMS).read_bytes())
    except (OSError, ValueError):
        return {}
    return object_at(sums)


def is_as_recorded(content: bytes, name: str, sums: JsonObject) -> bool:
    """Whether this is what was installed under the name."""
    import hashlib  # see above

    return text_at(sums, name) == hashlib.sha256(content).hexdigest()


def program_is_as_recorded(program: Path) -> bool:
    """Whether an installed program is what was installed."""
    state = _state(program)
    if _checked(program) == state:
        return True
    if not is_as_recorded(program.read_bytes(), program.name, read_sums(program.parent)):
        return False
    with contextlib.suppress(OSError, NoVerdict):  # a cache that cannot be written costs time, nothing else
        write_json(program.parent / _CHECKED, state)
    return True


def _state(program: Path) -> JsonObject:
    state = program.stat()
    return {
        "size": state.st_size,
        "inode": state.st_ino,
        "changed": state.st_mtime_ns,
        "inodeChanged": state.st_ctime_ns,
        "sums": _sums_state(program.parent / SUMS),
    }


def _sums_state(file: Path) -> Json:
    try:
        state = file.stat()
    except OSError:
        return None
    return [state.st_size, state.st_ino, state.st_ctime_ns]


def _checked(program: Path) -> JsonObject:
    try:
        checked = json_of((program.parent / _CHECKED).read_bytes())
    except (OSError, ValueError):
        return {}
    return object_at(checked)
