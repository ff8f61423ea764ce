"""What this very program is: its code, its dependencies and its Python, as one digest."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec

from gateshift.system.answer_store import AnswerStore, digest

_PACKAGE = str(Path(__file__).parents[1])


def own_state(store: AnswerStore | None) -> bytes:
    """The same for the same code, wherever it is installed. The files are read once for each state that they are in:
    their sizes, inodes and times, which no edit leaves as they were; the store remembers."""
    files = sorted(_files(_PACKAGE))
    states = digest(_surroundings(), *(_state(entry) for entry in files))
    known = None if store is None else store.get(states)
    if known is None:
        known = digest(_surroundings(), *(part for path in files for part in _content(path)))
        if store is not None:
            store.put(states, known)
    return known


def _surroundings() -> bytes:
    """The version of Python and those of the packages around this one."""
    folders = {os.path.dirname(os.path.dirname(msgspec.__file__)), os.path.dirname(_PACKAGE)}
    names = {name for folder in folders for name in os.listdir(folder) if name.endswith(".dist-info")}
    return os.fsencode("\0".join((sys.version, *sorted(names))))


def _files(folder: str) -> Iterator[str]:
    """Everything of the package but what Python compiled of it."""
    with os.scandir(folder) as found:
        for entry in found:
            if not entry.is_dir():
                yield entry.path
            elif entry.name != "__pycache__":
                yield from _files(entry.path)


def _state(path: str) -> bytes:
    state = os.stat(path)
    return os.fsencode(f"{path}\0{state.st_size} {state.st_ino} {state.st_mtime_ns} {state.st_ctime_ns}")


def _content(path: str) -> tuple[bytes, bytes]:
    with open(path, "rb") as file:
        return os.fsencode(path[len(_PACKAGE) :]), file.read()
