"""Several files change together, whenever the process is killed, and nothing else does, whatever a journal says."""

from __future__ import annotations

import contextlib
import json
import os
import resource
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from gateshift.errors import UserError
from gateshift.system.atomic_write import JOURNAL, interrupted, recover, replace_file, replace_together, replacing
from tests.system.killing import killed_at

OLD, NEW = b"old\n", b"new\n"
NEIGHBOURS = ("sync/argocd/a.yaml", "sync/flux/a.yaml")
SCATTERED = ("clusters/a.yaml", "apps/flux/a.yaml", "top.yaml")
TEMPORARY = ".gateshift-0123456789abcdef.tmp"


@pytest.fixture
def top(tmp_path: Path) -> Path:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    return tmp_path


def tree(top: Path, names: tuple[str, ...]) -> dict[Path, bytes]:
    for name in (*names, "sync/argocd/other.yaml", "sync/README.md"):
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_bytes(OLD)
    return {top / name: NEW for name in names}


def texts(contents: Mapping[Path, bytes]) -> set[bytes]:
    return {file.read_bytes() for file in contents}


def entries(top: Path) -> set[str]:
    return {path.relative_to(top).as_posix() for path in top.rglob("*")}


@pytest.mark.parametrize("names", [NEIGHBOURS, SCATTERED, NEIGHBOURS[:1]])
def test_all_files_are_replaced_and_nothing_else_changes(top: Path, names: tuple[str, ...]) -> None:
    contents = tree(top, names)
    (top / "sync/link").symlink_to("README.md")
    (top / names[0]).chmod(0o640)
    before = entries(top)
    replace_together(top, contents)
    assert texts(contents) == {NEW}
    assert entries(top) == before
    assert (top / "sync/argocd/other.yaml").read_bytes() == OLD
    assert (top / "sync/link").readlink() == Path("README.md")
    assert (top / names[0]).stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("names", [NEIGHBOURS, SCATTERED])
def test_a_kill_before_any_step_is_mended_by_the_next_run(top: Path, names: tuple[str, ...]) -> None:
    contents = tree(top, names)
    before = entries(top)
    outcomes, step = set(), 0
    while killed_at(step, lambda: replace_together(top, contents)):
        assert len(texts(contents)) == 1 or interrupted(top), f"step {step}"
        recover(top, contents)
        assert len(texts(contents)) == 1, f"step {step}"
        outcomes |= texts(contents)
        assert entries(top) == before, f"step {step}: not cleaned up"
        tree(top, names)
        step += 1
    assert outcomes == {OLD, NEW}
    assert texts(contents) == {NEW}


@pytest.mark.parametrize("names", [NEIGHBOURS, SCATTERED, NEIGHBOURS[:1]])
def test_a_kill_without_git_leaves_every_file_whole(tmp_path: Path, names: tuple[str, ...]) -> None:
    contents = tree(tmp_path, names)
    before = entries(tmp_path)
    step = 0
    while killed_at(step, lambda: replace_together(tmp_path, contents)):
        assert texts(contents) <= {OLD, NEW}, f"step {step}"
        recover(tmp_path, contents)
        assert entries(tmp_path) == before, f"step {step}: not cleaned up"
        tree(tmp_path, names)
        step += 1
    assert step > 2
    assert texts(contents) == {NEW}


def test_a_kill_while_recovering_is_mended_by_the_run_after(top: Path) -> None:
    contents = tree(top, NEIGHBOURS)
    step = 0
    while killed_at(step, lambda: replace_together(top, contents)) and len(texts(contents)) == 1:
        recover(top, contents)
        tree(top, NEIGHBOURS)
        step += 1
    assert texts(contents) == {OLD, NEW}
    step = 0
    while killed_at(step, lambda: recover(top, contents)):
        step += 1
    assert step > 3
    assert texts(contents) == {NEW}
    assert not interrupted(top)


def test_recovery_without_a_kill_does_nothing(top: Path) -> None:
    contents = tree(top, NEIGHBOURS)
    before = entries(top)
    assert recover(top, contents) == ()
    assert entries(top) == before


def test_what_fails_afterwards_brings_a_folder_back_that_went_with_its_last_file(top: Path) -> None:
    contents = tree(top, NEIGHBOURS)
    before = everything(top)
    with pytest.raises(OSError, match="full"), replacing(top, {top / "new/a.yaml": NEW}, list(contents)):
        raise OSError("full" if not (top / "sync/flux").exists() else "not deleted")
    assert everything(top) == before
    assert not (top / "new").exists()


@contextlib.contextmanager
def no_file_larger_than(size: int) -> Iterator[None]:
    """What a full disk does to a write, as the system can be told to."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def fill_up() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
    raise OSError("full")


def test_a_journal_that_cannot_be_written_leaves_everything_as_it_was(top: Path) -> None:
    contents = tree(top, NEIGHBOURS)
    before = everything(top)
    with no_file_larger_than(50), pytest.raises(OSError, match="too large") as told:
        replace_together(top, {**contents, top / "new/folder/a.yaml": NEW})
    assert told.value.filename == str(top / ".git" / JOURNAL)
    assert everything(top) == before
    assert not (top / "new").exists()


def test_a_disk_without_room_for_a_journal_still_brings_the_old_files_back(top: Path) -> None:
    contents = tree(top, NEIGHBOURS)
    before = everything(top)
    with no_file_larger_than(10_000), pytest.raises(OSError, match="full"), replacing(top, contents):
        fill_up()
    assert everything(top) == before
    assert not interrupted(top)


def test_a_file_that_cannot_be_written_leaves_no_folder(tmp_path: Path) -> None:
    with no_file_larger_than(1), pytest.raises(OSError, match="too large"):
        replace_file(tmp_path / "shop/more/gateshift.yaml", NEW)
    assert list(tmp_path.iterdir()) == []


def test_a_linked_work_tree_has_a_journal_of_its_own(top: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = tmp_path_factory.mktemp("other") / "tree"
    settings = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    subprocess.run(["git", *settings, "commit", "-q", "--allow-empty", "-m", "x"], cwd=top, check=True)
    subprocess.run(["git", "worktree", "add", "-q", str(other)], cwd=top, check=True)
    contents = tree(other, NEIGHBOURS)
    journal(top, {NEIGHBOURS[0]: TEMPORARY})
    assert not interrupted(other)
    replace_together(other, contents)
    assert texts(contents) == {NEW}
    assert interrupted(top)


def journal(top: Path, content: object) -> Path:
    file = top / ".git" / JOURNAL
    file.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return file


def everything(top: Path) -> dict[str, bytes]:
    return {path.relative_to(top).as_posix(): path.read_bytes() for path in top.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff\xfe{}",
        b"[" * 100_000,
        b" " * (5 << 20),
        [],
        "text",
        {"sync/flux/a.yaml": 1},
        {"sync/flux/a.yaml": None},
        {"sync/flux/a.yaml": ["x"]},
        {"sync/flux/a.yaml": "README.md"},
        {"sync/flux/a.yaml": f"../{TEMPORARY}"},
        {"sync/flux/a.yaml": f"/{TEMPORARY}"},
        {"sync/flux/a.yaml": ".gateshift-/../x.tmp"},
        {"": TEMPORARY},
        {".": TEMPORARY},
        {"sync": TEMPORARY},
        {"/etc/a.yaml": TEMPORARY},
        {"../a.yaml": TEMPORARY},
        {"sync/../../a.yaml": TEMPORARY},
        {"sync/./a.yaml": TEMPORARY},
        {"sync//a.yaml": TEMPORARY},
        {".git/hooks/pre-commit": TEMPORARY},
        {".GIT/config": TEMPORARY},
        {"sync/.git/config": TEMPORARY},
        {"link/a.yaml": TEMPORARY},
        {"outside/a.yaml": TEMPORARY},
        {"missing/a.yaml": TEMPORARY},
        {"sync/README.md/a.yaml": TEMPORARY},
        {"sync/a\0.yaml": TEMPORARY},
        {"sync/\ud800.yaml": TEMPORARY},
        {"sync/argocd/a.yaml": TEMPORARY, "../a.yaml": TEMPORARY},
        {"folder/a.yaml": TEMPORARY},
        {"led/a.yaml": TEMPORARY},
    ],
    ids=lambda content: repr(content)[:40],
)
def test_a_journal_that_no_run_wrote_is_refused_and_nothing_is_written(
    top: Path, content: object, tmp_path_factory: pytest.TempPathFactory
) -> None:
    contents = tree(top, NEIGHBOURS)
    (top / "link").symlink_to("sync")
    (top / "outside").symlink_to(tmp_path_factory.mktemp("outside"))
    for folder in (".", "sync", "sync/flux", "sync/argocd", ".git", ".git/hooks"):
        (top / folder).mkdir(exist_ok=True)
        (top / folder / TEMPORARY).write_bytes(b"hostile")
    (top / "folder" / TEMPORARY).mkdir(parents=True)
    (top / "led").mkdir()
    (top / "led" / TEMPORARY).symlink_to("/etc/passwd")
    file = journal(top, content)
    before = everything(top)
    with pytest.raises(UserError, match="malformed") as refused:
        recover(top, contents)
    assert (refused.value.exit_code, refused.value.where) == (2, str(file))
    assert everything(top) == before


def test_the_same_journal_in_its_proper_form_is_finished(top: Path) -> None:
    tree(top, NEIGHBOURS)
    (top / "sync/flux" / TEMPORARY).write_bytes(NEW)
    journal(top, {"sync/flux/a.yaml": TEMPORARY, "sync/argocd/a.yaml": TEMPORARY})
    assert recover(top, ()) == (top / "sync/flux/a.yaml",)
    assert texts({top / "sync/flux/a.yaml": NEW}) == {NEW}
    assert not interrupted(top)


@pytest.mark.parametrize("kind", ["folder", "link", "pipe"])
def test_a_journal_that_is_not_a_file_is_refused(top: Path, kind: str) -> None:
    file = top / ".git" / JOURNAL
    match kind:
        case "folder":
            file.mkdir()
        case "link":
            file.symlink_to("/etc/passwd")
        case _:
            os.mkfifo(file)
    with pytest.raises(UserError, match="not a regular file") as refused:
        recover(top, ())
    assert refused.value.exit_code == 2


def test_a_journal_in_the_work_tree_is_refused_unread(top: Path) -> None:
    contents = tree(top, NEIGHBOURS)
    (top / ".gateshift-journal.json").write_text(json.dumps({".git/hooks/pre-commit": "sync/README.md"}))
    with pytest.raises(UserError, match="not read") as refused:
        recover(top, contents)
    assert refused.value.exit_code == 2
    assert not (top / ".git/hooks/pre-commit").exists()


def test_a_bare_repository_in_the_checkout_holds_no_journal(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", "--bare", str(tmp_path)], check=True)
    (tmp_path / JOURNAL).write_text(json.dumps({"a.yaml": TEMPORARY}))
    (tmp_path / TEMPORARY).write_bytes(NEW)
    assert not interrupted(tmp_path)
    assert recover(tmp_path, ()) == ()
    assert not (tmp_path / "a.yaml").exists()


def test_a_git_directory_that_a_commit_could_hold_has_no_journal(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", f"--separate-git-dir={tmp_path}/repository", str(tmp_path)], check=True)
    (tmp_path / "repository" / JOURNAL).write_text(json.dumps({"a.yaml": TEMPORARY}))
    (tmp_path / TEMPORARY).write_bytes(NEW)
    assert not interrupted(tmp_path)
    assert recover(tmp_path, ()) == ()
