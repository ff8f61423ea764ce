"""Real Git repositories that hold the customers rollout."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from msgspec.structs import replace

from gateshift.app.generate.generate import write
from gateshift.config import open_rollout
from gateshift.model.rollout import Rollout

ROLLOUT = (Path(__file__).parents[2] / "gateshift.yaml").read_text()
ENVIRONMENTS = "environments:\n  - name: staging\n    namespace: staging\n  - name: prod\n    namespace: prod\n"
ARGOCD, FLUX = "sync/argocd/customers.yaml", "sync/flux/customers.yaml"
ALONE = {
    **os.environ,
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    "GIT_AUTHOR_NAME": "An Author",
    "GIT_AUTHOR_EMAIL": "author@example.org",
    "GIT_COMMITTER_NAME": "An Author",
    "GIT_COMMITTER_EMAIL": "author@example.org",
}


def git(folder: Path, *words: str) -> str:
    """What Git says in the folder."""
    done = subprocess.run(["git", *words], cwd=folder, env=ALONE, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def repository(folder: Path, text: str = ROLLOUT) -> Rollout:
    """A repository with one commit: the rollout and all its files."""
    git(folder, "init", "-q", "-b", "main")
    for name, value in (("user.name", "An Author"), ("user.email", "author@example.org")):
        git(folder, "config", name, value)
    rollout = rollout_in(folder, text)
    commit_all(folder, "Start")
    return rollout


def rollout_in(folder: Path, text: str = ROLLOUT) -> Rollout:
    """The rollout in the folder, its files written."""
    (folder / "gateshift.yaml").write_text(text)
    rollout = open_rollout(folder / "gateshift.yaml").rollout
    write(rollout, force=False)
    return rollout


def commit_all(folder: Path, message: str) -> None:
    git(folder, "add", "--all")
    git(folder, "commit", "-q", "-m", message)


def stages_in(folder: Path, *files: str) -> list[str]:
    """The last part of the path that each of the pointers names."""
    lines = [line for name in files for line in (folder / name).read_text().splitlines() if "path: " in line]
    return [line.rpartition("/")[2].strip("'\" ") for line in lines]


def point_at(folder: Path, stage: str, *files: str) -> None:
    """Write another stage into these pointers by hand."""
    for name in files or (ARGOCD, FLUX):
        file = folder / name
        (now,) = stages_in(folder, name)
        file.write_text(file.read_text().replace(f"/{now}\n", f"/{stage}\n"))


def without_pointers(rollout: Rollout) -> Rollout:
    return replace(rollout, pointers=None)
