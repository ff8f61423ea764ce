"""Hostile repositories: what they are made of, and whether anything of them ran."""

from __future__ import annotations

import subprocess
from pathlib import Path

TOP = Path(__file__).parents[2]


class Trap:
    """A program that leaves a mark when it is run."""

    def __init__(self, folder: Path) -> None:
        self.mark = folder / "ran"
        self.program = folder / "trap"
        self.program.write_text(f"#!/bin/sh\necho \"$0 $*\" >> '{self.mark}'\n")
        self.program.chmod(0o755)

    @property
    def ran(self) -> str:
        """How it was called, a line a call; "" where it was not."""
        return self.mark.read_text() if self.mark.exists() else ""

    def disarm(self) -> None:
        """Forget that it ran."""
        self.mark.unlink(missing_ok=True)

    @property
    def module(self) -> str:
        """The text of a Python module that runs it when it is imported."""
        return f"import subprocess\nsubprocess.run([{str(self.program)!r}])\n"


def make_bare(folder: Path, trap: Trap) -> None:
    """Make the folder a bare repository, as a commit can hold one, whose configuration names the trap wherever Git
    runs something."""
    subprocess.run(["git", "init", "-q", "--bare", str(folder)], check=True)
    (folder / "config").write_text(
        f"""\
[core]
	repositoryformatversion = 1
	bare = false
	worktree = .
	fsmonitor = {trap.program}
	hooksPath = {trap.program.parent}
	pager = {trap.program}
	sshCommand = {trap.program}
[extensions]
	partialClone = origin
[remote "origin"]
	url = {folder}
	promisor = true
	uploadpack = {trap.program}
[diff]
	external = {trap.program}
[filter "lfs"]
	clean = {trap.program}
	process = {trap.program}
[gpg]
	program = {trap.program}
"""
    )
    (folder / "HEAD").write_text("ref: refs/heads/main\n")
    (folder / "refs/heads/main").write_text("1" * 40 + "\n")
