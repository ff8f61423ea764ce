"""What the tests of Git's rooms do with a repository."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

Git = Callable[..., str]


def save(run_git: Git, folder: Path, message: str, **files: str) -> str:
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    run_git("add", "-A")
    run_git("commit", "-q", "-m", message)
    return run_git("rev-parse", "HEAD")
