"""The shipped rollout in a Git repository of its own, and `gateshift plan` on it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

SHIPPED = Path(__file__).parents[2]
_IDENTITY = {
    "GIT_AUTHOR_NAME": "Author",
    "GIT_AUTHOR_EMAIL": "author@example.org",
    "GIT_COMMITTER_NAME": "Author",
    "GIT_COMMITTER_EMAIL": "author@example.org",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
}


def customers(folder: Path) -> Path:
    """The shipped rollout, committed on main."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("base", "overlays", "sync"):
        shutil.copytree(SHIPPED / name, folder / name)
    shutil.copy(SHIPPED / "gateshift.yaml", folder)
    top = folder
    git(top, "init", "--quiet", "--initial-branch=main")
    commit(top, "The rollout")
    return folder


def git(folder: Path, *words: str) -> str:
    environment = os.environ | _IDENTITY
    return subprocess.run(
        ["git", *words], cwd=folder, env=environment, check=True, capture_output=True, text=True
    ).stdout.strip()


def commit(folder: Path, message: str) -> str:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", message)
    return git(folder, "rev-parse", "--short=12", "HEAD")


def plan(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    env = {name: value for name, value in os.environ.items() if name != "GITHUB_ACTIONS"} | environment
    argv = [sys.executable, "-m", "gateshift", "plan", *arguments]
    return subprocess.run(argv, cwd=folder, env=env, capture_output=True, text=True, check=False)


def generate(folder: Path) -> None:
    """Write what the gateshift.yaml asks for."""
    argv = [sys.executable, "-m", "gateshift", "generate"]
    subprocess.run(argv, cwd=folder, check=True, capture_output=True, text=True)


def document(folder: Path, *arguments: str, code: int) -> dict[str, Any]:
    """The JSON of a plan that ends with this exit code."""
    done = plan(folder, *arguments, "-f", "json")
    assert done.returncode == code, done.stdout + done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def replace(file: Path, before: str, after: str) -> None:
    """Replace the only occurrence in a file."""
    text = file.read_text(encoding="utf-8")
    assert text.count(before) == 1, text.count(before)
    file.write_text(text.replace(before, after), encoding="utf-8")


def point(folder: Path, stage: str) -> None:
    """Move both pointers to a stage."""
    for file in (folder / "sync").glob("*/*.yaml"):
        lines = file.read_text().splitlines(keepends=True)
        moved = [_moved(line, stage) if line.strip().startswith("path:") else line for line in lines]
        file.write_text("".join(moved))


def _moved(line: str, stage: str) -> str:
    return line[: line.rindex("/") + 1] + stage + "\n"
