"""The shipped rollout in a repository of its own, with its pointers at a stage."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SHIPPED = Path(__file__).parents[2]
STAGES = ["initial", "subsets", "routed", "dark", "debug", "canary", "half", "final", "retired"]
ARGOCD, FLUX = "sync/argocd/customers.yaml", "sync/flux/customers.yaml"


@pytest.fixture
def customers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The shipped rollout, committed in a repository of its own."""
    for name, value in {
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": "Ada",
        "GIT_AUTHOR_EMAIL": "ada@example.org",
        "GIT_COMMITTER_NAME": "Ada",
        "GIT_COMMITTER_EMAIL": "ada@example.org",
    }.items():
        monkeypatch.setenv(name, value)
    for name in ("base", "overlays", "sync"):
        shutil.copytree(SHIPPED / name, tmp_path / name)
    shutil.copy(SHIPPED / "gateshift.yaml", tmp_path)
    git(tmp_path, "init", "-q", "-b", "main")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-q", "-m", "Start")
    return tmp_path


def git(folder: Path, *words: str) -> str:
    return subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True, text=True).stdout


def gateshift(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-m", "gateshift", *arguments]
    return subprocess.run(argv, cwd=folder, capture_output=True, text=True, check=False)


def stage_at(folder: Path, file: str, stage: str) -> None:
    path = folder / file
    path.write_text(path.read_text().replace("overlays/initial", f"overlays/{stage}"))


def at(folder: Path, stage: str) -> Path:
    """The repository with its pointers committed at a stage."""
    stage_at(folder, ARGOCD, stage)
    stage_at(folder, FLUX, stage)
    git(folder, "commit", "-q", "-a", "-m", f"At {stage}")
    return folder
