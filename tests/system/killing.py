"""Ends a child of this process with SIGKILL just before its n-th step that touches the disk."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable

_STEPS = frozenset({"open", "os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.link", "os.chmod"})


def killed_at(step: int, work: Callable[[], object]) -> bool:
    """Run `work` in a forked child and kill it before its step of that number, from 0; False where it ended before."""
    child = os.fork()
    if child == 0:
        try:
            _end_at(step)
            work()
            os._exit(0)
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return True
    assert os.WEXITSTATUS(status) == 0, "the child failed"
    return False


def _end_at(step: int) -> None:
    seen = 0

    def hook(event: str, _: tuple[object, ...]) -> None:
        nonlocal seen
        if event in _STEPS:
            if seen == step:
                os.kill(os.getpid(), signal.SIGKILL)
            seen += 1

    sys.addaudithook(hook)
