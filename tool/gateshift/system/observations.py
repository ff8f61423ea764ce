"""What a run looks at: the files that it opens, those that do not exist among them, the folders that it lists and what
Git tells it. Where all of that is as it was, so is the run's answer.

Opened and listed is what Python itself reports to its audit hooks (PEP 578), so that no reader has to remember to tell.
What a run merely asks the file system, such as whether a file exists, is not reported; `folder_state` holds that.
"""

from __future__ import annotations

import hashlib
import os
import stat
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from gateshift.system import git
from gateshift.system.git import GitAnswer

_LARGEST = 64 << 20
_WRITES = os.O_WRONLY | os.O_RDWR
_LISTINGS = frozenset({"os.listdir", "os.scandir"})
_OF_PROCESSES = "/proc"
"""Where the memory of a program that runs is read."""
_OF_PYTHON = tuple(
    os.path.dirname(file) for file in (os.__file__, str(Path(msgspec.__file__).parent), str(Path(__file__).parent))
)
"""The folders that hold Python's library, the dependencies and this package."""


class Observations(Struct, frozen=True):
    """Each file with the digest of its content, or with why it has none; each folder with that of its names; and what
    Git said."""

    files: dict[str, str]
    folders: dict[str, str]
    answers: tuple[GitAnswer, ...]

    def hold(self) -> bool:
        """Whether everything is still as it was."""
        return (
            all(content_state(path) == state for path, state in self.files.items())
            and all(names_state(path) == state for path, state in self.folders.items())
            and all(git.repeated(answer) == answer for answer in self.answers)
        )


class Observer:
    """Notes what the process looks at, but for what lies in `left_out` and in no repository of the question, and what
    it made itself."""

    def __init__(self, left_out: Iterable[Path], repositories: Iterable[Path]) -> None:
        self._left_out = (_OF_PROCESSES, *_OF_PYTHON, *map(str, left_out))
        self._repositories = tuple(map(str, repositories))
        self._files: dict[str, str] = {}
        self._folders: dict[str, str] = {}
        self._answers: dict[GitAnswer, None] = {}
        self._made: set[str] = set()

    def observations(self) -> Observations | None:
        """What was looked at; None where some of it changed since, so that nobody can say what the run saw."""
        found = Observations(dict(self._files), dict(self._folders), tuple(self._answers))
        same_files = all(content_state(path) == state for path, state in found.files.items())
        same_folders = all(names_state(path) == state for path, state in found.folders.items())
        return found if same_files and same_folders else None

    def heard(self, answer: GitAnswer) -> None:
        """Git said this; of a folder that the run made it can say nothing new."""
        if not self._is_made(answer.repository):
            self._answers[answer] = None

    def saw(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Python did this, by the name of its audit event."""
        if event not in _SEEN or not isinstance(arguments[0], (str, bytes, os.PathLike)):
            return
        path = os.path.abspath(os.fsdecode(arguments[0]))
        if self._is_made(path) or self._is_left_out(path):
            return
        if event == "os.mkdir" or (event == "open" and arguments[2] & _WRITES):
            self._made.add(path)
        elif event == "open":
            if path not in self._files:
                self._files[path] = ""  # reading it is an event too
                self._files[path] = content_state(path)
        elif path not in self._folders:
            self._folders[path] = ""
            self._folders[path] = names_state(path)

    def _is_left_out(self, path: str) -> bool:
        return _is_below_any(path, self._left_out) and not _is_below_any(path, self._repositories)

    def _is_made(self, path: str) -> bool:
        while path not in self._made:
            above = os.path.dirname(path)
            if above == path:
                return False
            path = above
        return True


_SEEN = _LISTINGS | {"open", "os.mkdir"}
_OBSERVERS: list[Observer] = []
"""Who looks on now. An audit hook is for the whole process and for ever, so that there is one, which asks this list."""


def _tell(event: str, arguments: tuple[Any, ...]) -> None:
    for observer in _OBSERVERS:
        observer.saw(event, arguments)


_HOOKS: list[Callable[[str, tuple[Any, ...]], None]] = []


@contextmanager
def observing(left_out: Iterable[Path], repositories: Iterable[Path]) -> Iterator[Observer]:
    """Observe the process within the block. What is in `left_out` is observed where it is in one of the repositories
    that the run is about."""
    if not _HOOKS:
        _HOOKS.append(_tell)
        sys.addaudithook(_tell)
    observer = Observer(left_out, repositories)
    _OBSERVERS.append(observer)
    try:
        with git.overheard(observer.heard):
            yield observer
    finally:
        _OBSERVERS.remove(observer)


def content_state(path: str) -> str:
    """The digest of a file's content, or why it has none."""
    try:
        with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
            state = os.fstat(file.fileno())
            if not stat.S_ISREG(state.st_mode):
                return "no regular file"
            if state.st_size > _LARGEST:
                return f"{state.st_size} bytes"
            return hashlib.blake2b(file.read(), digest_size=32).hexdigest()
    except (OSError, ValueError) as error:
        return f"unreadable: {error.args[0]}"


def names_state(path: str) -> str:
    """The digest of the names in a folder, or why there are none."""
    try:
        names = sorted(os.listdir(path))
    except (OSError, ValueError) as error:
        return f"unreadable: {error.args[0]}"
    return hashlib.blake2b(os.fsencode("\0".join(names)), digest_size=32).hexdigest()


def _is_below_any(path: str, folders: Iterable[str]) -> bool:
    return any(path == folder or path.startswith(f"{folder.rstrip(os.sep)}{os.sep}") for folder in folders)
