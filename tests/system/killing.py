"""Ends a child of this process with SIGKILL just before its n-th step that changes the disk or has Git change it."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

_STEPS = frozenset(
    {"open", "os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.link", "os.chmod", "subprocess.Popen"}
)
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT
_CHANGING = frozenset({"add", "branch", "commit", "rm", "switch", "symbolic-ref"})
"""The calls of Git that change anything."""


def killed_at(step: int, work: Callable[[], object], below: Path = Path("/")) -> bool:
    """Run `work` in a forked child and kill it before its step of that number, from 0, of those on paths below a
    folder; False where it ended before."""
    child = os.fork()
    if child == 0:
        try:
            _end_at(step, below)
            work()
            os._exit(0)
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return True
    assert os.WEXITSTATUS(status) == 0, "the child failed"
    return False


def _end_at(step: int, below: Path) -> None:
    seen = 0

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal seen
        if event in _STEPS and _changes(event, arguments, below):
            if seen == step:
                os.kill(os.getpid(), signal.SIGKILL)
            seen += 1

    sys.addaudithook(hook)


def _changes(event: str, arguments: tuple[object, ...], below: Path) -> bool:
    """Whether the step is more than a look."""
    subject, second, *rest = (*arguments, None)
    if event == "subprocess.Popen":
        return isinstance(second, list) and not _CHANGING.isdisjoint(second)
    if not isinstance(subject, str | bytes | os.PathLike):
        return event != "open"  # a file that is named by its number was opened before
    looks = event == "open" and not (isinstance(rest[0], int) and rest[0] & _WRITES)
    return not looks and Path(os.path.abspath(os.fsdecode(subject))).is_relative_to(below)
