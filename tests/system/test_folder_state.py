"""What is where below a folder has one digest, which another name, kind or target changes and no content does."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from gateshift.system import folder_state as module
from gateshift.system.folder_state import folder_state


@pytest.fixture
def top(tmp_path: Path) -> Path:
    """A folder with a file, a folder, a link and a place outside that a link leads to."""
    top = tmp_path / "top"
    (top / "folder").mkdir(parents=True)
    (tmp_path / "outside").mkdir()
    (top / "folder/file").write_text("one")
    (top / "link").symlink_to("folder/file")
    (top / "out").symlink_to("../outside/file")
    return top


def become(path: Path, make: Callable[[Path], object]) -> None:
    path.unlink()
    make(path)


CHANGES: dict[str, Callable[[Path], object]] = {
    "a file more": lambda top: (top / "folder/more").write_text(""),
    "a file less": lambda top: (top / "folder/file").unlink(),
    "an empty folder more": lambda top: (top / "empty").mkdir(),
    "another target": lambda top: become(top / "link", lambda path: path.symlink_to("folder")),
    "a file in place of a link": lambda top: become(top / "link", lambda path: path.write_text("one")),
    "a folder in place of a file": lambda top: become(top / "folder/file", Path.mkdir),
    "a pipe in place of a file": lambda top: become(top / "folder/file", os.mkfifo),
    "a target outside appears": lambda top: (top.parent / "outside/file").write_text(""),
    "a work tree": lambda top: (top / "folder/.git").write_text("gitdir: elsewhere"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_change_is_seen(top: Path, change: Callable[[Path], object]) -> None:
    before = folder_state(top)
    assert folder_state(top) == before
    change(top)
    assert folder_state(top) != before


@pytest.mark.parametrize("name", [".git", "node_modules", "objects"])
def test_a_name_is_seen_wherever_a_kustomization_may_lead(top: Path, name: str) -> None:
    (top / name / "package").mkdir(parents=True)
    before = folder_state(top)
    (top / name / "package/kustomization.yml").write_text("")
    assert folder_state(top) != before


def test_contents_and_what_git_stores_count_for_nothing(top: Path) -> None:
    (top / ".git/objects/0a").mkdir(parents=True)
    before = folder_state(top)
    (top / "folder/file").write_text("two")
    (top / ".git/objects/0a/1b").write_text("")
    assert folder_state(top) == before


def test_more_names_than_are_worth_it_have_no_digest(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST_NAMES", 4)
    assert folder_state(top) is not None
    (top / "more").write_text("")
    assert folder_state(top) is None
