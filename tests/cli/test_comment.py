"""The comment of a pull request: short enough to be read in ten seconds, whatever the change."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.cli.planning import SHIPPED, gateshift
from tests.repositories import git

POINTERS = ("sync/argocd/customers.yaml", "sync/flux/customers.yaml")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """The shipped rollout as a repository of its own, at the stage canary."""
    top = tmp_path / "repository"
    git(tmp_path, "clone", "--quiet", "--no-hardlinks", str(SHIPPED), str(top))
    return top


def point_at(top: Path, stage: str) -> None:
    for name in POINTERS:
        text = (top / name).read_text()
        (top / name).write_text(re.sub(r"overlays/\w+", f"overlays/{stage}", text))


def comment(top: Path, *arguments: str) -> str:
    return gateshift(top, "plan", "--since", "HEAD", "-f", "markdown", *arguments).stdout


def unfolded(text: str) -> list[str]:
    return re.sub(r"<details>.*?</details>", "<details>", text, flags=re.DOTALL).splitlines()


def committed(top: Path, stage: str) -> None:
    point_at(top, stage)
    git(top, "-c", "user.name=x", "-c", "user.email=x@example.org", "commit", "--quiet", "--all", "--message", stage)
