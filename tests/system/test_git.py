"""Git as it is: every test makes a real repository."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from gateshift.errors import NoVerdict, UserError
from gateshift.system import git
from tests.system.repository import Git, save


@pytest.mark.usefixtures("run_git")
def test_the_work_tree_of_a_file_is_its_repositorys_top(tmp_path: Path) -> None:
    (tmp_path / "deep" / "er").mkdir(parents=True)
    assert git.work_tree(tmp_path / "deep" / "er" / "file") == tmp_path.resolve()


def test_there_is_no_work_tree_without_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert git.work_tree(tmp_path) is None


def test_git_that_is_missing_gives_no_verdict(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoVerdict, match="git is not on PATH"):
        git.work_tree(tmp_path)


@pytest.mark.parametrize("ref", ["nowhere", "--upload-pack=x", "-h", "", "main:a.yaml"])
def test_a_revision_that_is_no_commit_is_refused(run_git: Git, tmp_path: Path, ref: str) -> None:
    save(run_git, tmp_path, "first", a="1\n")
    with pytest.raises(UserError, match="Git knows no commit"):
        git.commit_id(tmp_path, ref)


def test_a_shallow_clone_says_that_it_is_one(run_git: Git, tmp_path: Path) -> None:
    save(run_git, tmp_path, "first", a="1\n")
    save(run_git, tmp_path, "second", a="2\n")
    run_git("clone", "-q", "--depth=1", f"file://{tmp_path}", "shallow")
    with pytest.raises(UserError) as caught:
        git.commit_id(tmp_path / "shallow", "HEAD~1")
    assert "git fetch --unshallow" in caught.value.next_step


def test_the_merge_base_is_where_head_left(run_git: Git, tmp_path: Path) -> None:
    first = save(run_git, tmp_path, "first", a="1\n")
    run_git("switch", "-q", "-c", "change")
    save(run_git, tmp_path, "mine", b="1\n")
    run_git("switch", "-q", "main")
    save(run_git, tmp_path, "theirs", c="1\n")
    run_git("switch", "-q", "change")
    assert git.merge_base(tmp_path, "main") == first


def test_histories_without_a_common_commit_have_no_merge_base(run_git: Git, tmp_path: Path) -> None:
    save(run_git, tmp_path, "first", a="1\n")
    run_git("switch", "-q", "--orphan", "other")
    save(run_git, tmp_path, "other", b="1\n")
    with pytest.raises(UserError, match="no commit in common"):
        git.merge_base(tmp_path, "main")


def test_an_export_is_byte_for_byte_and_leaves_the_work_tree(run_git: Git, tmp_path: Path) -> None:
    (tmp_path / ".gitattributes").write_text("*.yaml text eol=crlf filter=evil export-ignore ident\n")
    run_git("config", "filter.evil.smudge", f"touch {tmp_path}/smudged")
    commit = save(run_git, tmp_path, "first", a="a: $Id$\nb: é\n", ünï="x\n")
    (tmp_path / "link.yaml").symlink_to("a.yaml")
    commit = save(run_git, tmp_path, "link")
    (tmp_path / "a.yaml").write_text("changed since\n")
    (tmp_path / "smudged").unlink(missing_ok=True)
    target = tmp_path.parent / f"{tmp_path.name}-export"
    git.export(tmp_path, commit, target)
    assert (target / "a.yaml").read_bytes() == "a: $Id$\nb: é\n".encode()
    assert (target / "ünï.yaml").read_text() == "x\n"
    assert os.readlink(target / "link.yaml") == "a.yaml"
    assert (tmp_path / "a.yaml").read_text() == "changed since\n"
    assert not (tmp_path / "smudged").exists()


@pytest.mark.usefixtures("run_git")
@pytest.mark.parametrize("below", ["", "folder/"])
def test_no_link_is_written_through_a_link(tmp_path: Path, below: str) -> None:
    """In a tree made by hand an entry's name can lead through another entry, which is a link."""
    outside, inside = stored(tmp_path, "blob", b".."), stored(tmp_path, "blob", b"a")
    links = ((b"a", outside), (b"a/" + below.encode() + b"b", outside), (b"in", inside))
    tree = b"".join(b"120000 " + name + b"\0" + blob for name, blob in links)
    folder = tmp_path / "copies" / "here"
    folder.mkdir(parents=True)
    git.export(tmp_path, stored(tmp_path, "tree", tree).hex(), folder)
    assert list(folder.parent.iterdir()) == [folder]
    assert os.readlink(folder / "in") == "a"


def stored(repository: Path, kind: str, content: bytes) -> bytes:
    """The id of an object, which Git does not look at."""
    words = ["git", "hash-object", "-t", kind, "-w", "--literally", "--stdin"]
    done = subprocess.run(words, cwd=repository, input=content, capture_output=True, check=True)
    return bytes.fromhex(done.stdout.decode().strip())


def test_a_file_of_a_commit_is_read_or_absent(run_git: Git, tmp_path: Path) -> None:
    commit = save(run_git, tmp_path, "first", a="1\n")
    assert git.read_file(tmp_path, commit, "a.yaml") == b"1\n"
    assert git.read_file(tmp_path, commit, "b.yaml") is None


def test_the_history_of_a_file_is_newest_first(run_git: Git, tmp_path: Path) -> None:
    assert git.history(tmp_path, "a.yaml") == ()
    first = save(run_git, tmp_path, "first", a="1\n")
    save(run_git, tmp_path, "elsewhere", b="1\n")
    third = save(run_git, tmp_path, "third: ünï", a="2\n")
    found = git.history(tmp_path, "a.yaml")
    assert [(commit.id, commit.author, commit.subject) for commit in found] == [
        (third, "Ada", "third: ünï"),
        (first, "Ada", "first"),
    ]


def test_changes_since_a_commit_count_deleted_staged_and_untracked_files(run_git: Git, tmp_path: Path) -> None:
    commit = save(run_git, tmp_path, "first", a="1\n", b="1\n", c="1\n", d="1\n")
    (tmp_path / "a.yaml").unlink()
    (tmp_path / "b.yaml").write_text("2\n")
    run_git("add", "b.yaml")
    (tmp_path / "c.yaml").write_text("2\n")
    (tmp_path / "new file.yaml").write_text("1\n")
    assert git.changed_since(tmp_path, commit) == ("a.yaml", "b.yaml", "c.yaml", "new file.yaml")
    assert git.uncommitted(tmp_path, ["c.yaml", "d.yaml", "new file.yaml"]) == ("c.yaml", "new file.yaml")


def test_the_variables_of_a_git_hook_do_not_mislead(
    run_git: Git, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = save(run_git, tmp_path, "first", a="1\n")
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    monkeypatch.setenv("GIT_INDEX_FILE", "/nowhere/index")
    assert git.commit_id(tmp_path, "HEAD") == commit


def test_an_older_git_is_refused_with_the_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "git"
    program.write_text("#!/bin/sh\necho git version 2.37.4\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoVerdict, match=r"2\.37: before 2\.38, Git takes a bare repository that lies in the checkout"):
        git.work_tree(tmp_path)


@pytest.mark.parametrize("said", ["", "echo hello", "echo git version x"])
def test_a_git_that_does_not_say_its_version_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str
) -> None:
    program = tmp_path / "git"
    program.write_text(f"#!/bin/sh\n{said}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoVerdict, match="of an unknown version"):
        git.work_tree(tmp_path)
