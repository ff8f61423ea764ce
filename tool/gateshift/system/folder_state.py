"""What is where below a folder: every name with its kind, and where links lead; no content.

It answers for all that a run may ask the file system there without opening anything.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from gateshift.system.repositories import is_work_tree

_MOST_NAMES = 100_000
_OF_GIT = "objects"
"""Git's own store, which any commit changes."""


def folder_state(folder: Path) -> bytes | None:
    """The digest of everything below the folder; None where there are so many names that a run had better do its
    work. Of Git's own folders all but the store of objects counts: a kustomization may name what lies there."""
    whole = hashlib.blake2b(digest_size=32)
    left = _MOST_NAMES
    for line, names in _lines(str(folder)):
        left -= names
        if left < 0:
            return None
        whole.update(os.fsencode(line))
    return whole.digest()


def _lines(top: str) -> Iterator[tuple[str, int]]:
    """Of each folder its path from the top and its names, as one text, and how many names these are."""
    waiting = [top]
    while waiting:
        folder = waiting.pop()
        try:
            with os.scandir(folder) as found:
                entries = sorted(found, key=lambda entry: entry.name)
        except OSError as error:
            yield f"{folder[len(top) :]}\0{error.errno}\0\0", 1
            continue
        yield "\0".join((folder[len(top) :], *map(_line, entries), "\0")), len(entries)
        waiting += [entry.path for entry in entries if _is_folder(entry) and not _is_of_git(entry)]


def _is_of_git(entry: os.DirEntry[str]) -> bool:
    return entry.name == _OF_GIT and ".git" in entry.path.split(os.sep)


def _line(entry: os.DirEntry[str]) -> str:
    if entry.is_symlink():
        return f"{entry.name}>{os.readlink(entry.path)}>{os.path.realpath(entry.path)}>{_kind(entry.path)}"
    if entry.name == ".git":
        return f".git:{is_work_tree(Path(entry.path).parent)}"
    if _is_folder(entry):
        return f"{entry.name}/"
    return entry.name if entry.is_file(follow_symlinks=False) else f"{entry.name}?"


def _is_folder(entry: os.DirEntry[str]) -> bool:
    return entry.is_dir(follow_symlinks=False)


def _kind(path: str) -> int:
    try:
        return stat.S_IFMT(os.stat(path).st_mode)
    except OSError:
        return 0
