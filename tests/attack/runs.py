"""Commands run in this process, and repositories that are alike each time."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from gateshift.cli.main import cli, run
from tests.cli.promoting import git

SAYS = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    **{f"GIT_{who}_NAME": "Ada" for who in ("AUTHOR", "COMMITTER")},
    **{f"GIT_{who}_EMAIL": "ada@example.org" for who in ("AUTHOR", "COMMITTER")},
    **{f"GIT_{who}_DATE": "2026-01-02T03:04:05Z" for who in ("AUTHOR", "COMMITTER")},
}
"""The environment in which equal commits have equal ids."""


def gateshift(folder: Path, *words: str) -> int:
    """The exit code of a command in the folder, run in this process."""
    os.chdir(folder)
    return int(run(cli, list(words)))


def fresh(template: Path, folder: Path) -> Path:
    """The folder, now a copy of the template."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(template, folder, symlinks=True)
    return folder


class State(Struct, frozen=True):
    """The content of every file of a work tree by its path, without what a killed run left next to them, and what HEAD
    holds."""

    files: dict[str, bytes]
    commit: str

    @classmethod
    def of(cls, folder: Path) -> State:
        """That of a repository which Git finds sound."""
        files = {name: (folder / name).read_bytes() for name in _names(folder) if ".gateshift-" not in name}
        git(folder, "fsck", "--connectivity-only", "--no-dangling")
        return cls(files, git(folder, "rev-list", "--count", "HEAD") + git(folder, "ls-tree", "-r", "HEAD"))


def _names(folder: Path) -> Iterator[str]:
    for path, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name != ".git"]
        yield from (os.path.relpath(os.path.join(path, name), folder) for name in files)


def leftovers(folder: Path) -> list[str]:
    """The temporary files and locks of a run, in the work tree and the Git directory."""
    found = [path for pattern in (".gateshift-*", "*.lock") for path in folder.rglob(pattern)]
    return sorted(path.relative_to(folder).as_posix() for path in found)
