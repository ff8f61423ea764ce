"""Finished answers, kept between runs in the cache: one file each, named by what was asked.

An entry is believed only where it is this user's own, nobody else can write to it, and its checksum is right; any other
is as good as none, and is written anew. Entries are written at once or not at all, so runs at the same time do no harm.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from gateshift.errors import NoVerdict
from gateshift.system.cache import cache_root

MOST_BYTES = 256 << 20
"""What all entries together may take; beyond it those that were not used for longest are deleted."""

_LARGEST = 64 << 20
_LEFT = 0.8
"""The part of MOST_BYTES that is left after entries were deleted, so that not every run has to."""

_FOLDER = "answers"
_SIZE = 32
_OTHERS = stat.S_IWGRP | stat.S_IWOTH


def digest(*parts: bytes) -> bytes:
    """The name of a content that consists of these parts."""
    whole = hashlib.blake2b(digest_size=_SIZE)
    for part in parts:
        whole.update(len(part).to_bytes(8, "big"))
        whole.update(part)
    return whole.digest()


class Usage(Struct, frozen=True):
    """How many entries there are, and how many bytes they take."""

    entries: int
    size: int


class _Entry(Struct, frozen=True):
    path: str
    size: int
    used: int


class AnswerStore:
    """The entries in a folder of the cache."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def of(cls, cache: Path) -> AnswerStore:
        """That of a cache."""
        return cls(cache / _FOLDER)

    @classmethod
    def of_user(cls) -> AnswerStore | None:
        """That of the user's cache; None where the cache is not to be trusted."""
        try:
            return cls.of(cache_root())
        except NoVerdict:
            return None

    def get(self, key: bytes) -> bytes | None:
        """What was put under the key; None where there is nothing that can be believed."""
        if not _is_own(self.folder):
            return None
        try:
            content = _content(self._path(key))
        except OSError:
            return None
        payload = content[_SIZE:]
        return payload if content[:_SIZE] == digest(key, payload) else None

    def put(self, key: bytes, payload: bytes) -> None:
        """Keep the payload under the key. A cache that cannot be written costs time, nothing else."""
        path = self._path(key)
        with contextlib.suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)  # the mode is that of the last folder alone
            path.parent.mkdir(exist_ok=True, mode=0o700)
            handle, name = tempfile.mkstemp(prefix=".", dir=path.parent)
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(digest(key, payload) + payload)
                os.replace(name, path)
            except BaseException:
                os.unlink(name)
                raise

    def usage(self) -> Usage:
        """What the entries take."""
        entries = list(self._entries())
        return Usage(len(entries), sum(entry.size for entry in entries))

    def prune(self, most_bytes: int = MOST_BYTES) -> Usage:
        """Where the entries take more than that, delete those that were not used for longest; what was deleted."""
        entries = sorted(self._entries(), key=lambda entry: entry.used)
        size = sum(entry.size for entry in entries)
        deleted = Usage(0, 0)
        if size <= most_bytes:
            return deleted
        for entry in entries:
            if size - deleted.size <= most_bytes * _LEFT:
                break
            with contextlib.suppress(OSError):
                os.unlink(entry.path)
                deleted = Usage(deleted.entries + 1, deleted.size + entry.size)
        return deleted

    def _path(self, key: bytes) -> Path:
        name = key.hex()
        return self.folder / name[:2] / name[2:]

    def _entries(self) -> Iterator[_Entry]:
        """Every file of the store, those that an interrupted run left half written among them."""
        for folder in _scanned(self.folder):
            for file in _scanned(folder.path) if folder.is_dir(follow_symlinks=False) else ():
                with contextlib.suppress(OSError):
                    state = file.stat(follow_symlinks=False)
                    yield _Entry(file.path, state.st_size, state.st_mtime_ns)


def _scanned(folder: str | Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as found:
            return list(found)
    except OSError:
        return []


def _is_own(folder: Path) -> bool:
    try:
        state = os.lstat(folder)
    except OSError:
        return False
    return stat.S_ISDIR(state.st_mode) and state.st_uid == os.geteuid() and not state.st_mode & _OTHERS


def _content(path: Path) -> bytes:
    """The bytes of an entry, which counts as used now; none of one that somebody else could have written."""
    if not _is_own(path.parent):
        return b""
    with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
        state = os.fstat(file.fileno())
        foreign = state.st_uid != os.geteuid() or state.st_mode & _OTHERS or not stat.S_ISREG(state.st_mode)
        if foreign or state.st_size > _LARGEST:
            return b""
        with contextlib.suppress(OSError):
            os.utime(file.fileno())
        return file.read(_LARGEST)
