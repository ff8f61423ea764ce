"""Where a repository ends."""

from __future__ import annotations

import os
from pathlib import Path

_ROLLOUT = "gateshift.yaml"


def is_work_tree(folder: Path) -> bool:
    """Whether Git would take the folder for a work tree: `.git` is a repository, or a file that points to one."""
    git = folder / ".git"
    return (git / "HEAD").exists() or git.is_file()


def repository_of(path: Path) -> Path:
    """The folder that nothing under the path may leave: the Git work tree of the path, else its nearest ancestor with
    a gateshift.yaml, else the path itself. All links are resolved; the working directory plays no part."""
    real = Path(os.path.realpath(path))
    start = real if real.is_dir() else real.parent
    ancestors = (start, *start.parents)
    for folder in ancestors:
        if is_work_tree(folder):
            return folder
    return next((folder for folder in ancestors if (folder / _ROLLOUT).is_file()), start)
