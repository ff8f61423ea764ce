"""Several files change at one moment, whenever the process is killed."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from gateshift.system.atomic_write import JOURNAL, recover, replace_together
from tests.system.killing import killed_at

OLD, NEW = b"old\n", b"new\n"
BESIDE = ("sync/argocd/a.yaml", "sync/flux/a.yaml")
SCATTERED = ("clusters/a.yaml", "apps/flux/a.yaml", "top.yaml")


def tree(top: Path, names: tuple[str, ...]) -> dict[Path, bytes]:
    for name in (*names, "sync/argocd/other.yaml", "sync/README.md"):
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_bytes(OLD)
    return {top / name: NEW for name in names}


def texts(contents: Mapping[Path, bytes]) -> set[bytes]:
    return {file.read_bytes() for file in contents}


def entries(top: Path) -> set[str]:
    return {path.relative_to(top).as_posix() for path in top.rglob("*")}


@pytest.mark.parametrize("names", [BESIDE, SCATTERED, BESIDE[:1]])
def test_all_files_are_replaced_and_nothing_else_changes(tmp_path: Path, names: tuple[str, ...]) -> None:
    contents = tree(tmp_path, names)
    (tmp_path / "sync/link").symlink_to("README.md")
    (tmp_path / names[0]).chmod(0o640)
    before = entries(tmp_path)
    replace_together(tmp_path, contents)
    assert texts(contents) == {NEW}
    assert entries(tmp_path) == before
    assert (tmp_path / "sync/argocd/other.yaml").read_bytes() == OLD
    assert (tmp_path / "sync/link").readlink() == Path("README.md")
    assert (tmp_path / names[0]).stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("names", [BESIDE, BESIDE[:1]])
def test_a_kill_before_any_step_leaves_all_old_or_all_new(tmp_path: Path, names: tuple[str, ...]) -> None:
    outcomes, step = set(), 0
    contents = tree(tmp_path, names)
    before = entries(tmp_path)
    while killed_at(step, lambda: replace_together(tmp_path, contents)):
        assert len(texts(contents)) == 1, f"step {step}"
        outcomes |= texts(contents)
        recover(tmp_path, contents)
        assert entries(tmp_path) == before, f"step {step}: not cleaned up"
        tree(tmp_path, names)
        step += 1
    assert outcomes >= {OLD}
    assert step > 2
    assert texts(contents) == {NEW}


def test_a_kill_while_files_far_apart_are_moved_is_mended_by_the_next_run(tmp_path: Path) -> None:
    contents = tree(tmp_path, SCATTERED)
    before = entries(tmp_path)
    outcomes, step = set(), 0
    while killed_at(step, lambda: replace_together(tmp_path, contents)):
        mixed = len(texts(contents)) > 1
        assert not mixed or (tmp_path / JOURNAL).exists()
        recover(tmp_path, contents)
        assert len(texts(contents)) == 1, f"step {step}"
        outcomes |= texts(contents)
        assert entries(tmp_path) == before, f"step {step}: not cleaned up"
        tree(tmp_path, SCATTERED)
        step += 1
    assert outcomes == {OLD, NEW}


def test_recovery_without_a_kill_does_nothing(tmp_path: Path) -> None:
    contents = tree(tmp_path, BESIDE)
    before = entries(tmp_path)
    assert recover(tmp_path, contents) == ()
    assert entries(tmp_path) == before


def test_a_repository_within_the_folder_is_not_moved(tmp_path: Path) -> None:
    contents = tree(tmp_path, BESIDE)
    (tmp_path / "sync/.git").mkdir()
    inode = os.stat(tmp_path / "sync").st_ino
    replace_together(tmp_path, contents)
    assert texts(contents) == {NEW}
    assert os.stat(tmp_path / "sync").st_ino == inode
