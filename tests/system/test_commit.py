"""A commit of named files: the user's hooks run, and what fails leaves index, branch and files as they were."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gateshift.errors import UserError
from gateshift.system.commit import commit_files, refuse_flawed, start_branch
from tests.system.repository import Git, save

NEW = {"a.yaml": b"2\n"}


def hook(top: Path, name: str, script: str) -> None:
    file = top / ".git" / "hooks" / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)


def changed(run_git: Git, top: Path) -> None:
    save(run_git, top, "first", a="1\n", b="1\n")
    (top / "a.yaml").write_bytes(NEW["a.yaml"])


def test_a_commit_takes_its_own_files_and_no_others(run_git: Git, tmp_path: Path) -> None:
    changed(run_git, tmp_path)
    (tmp_path / "b.yaml").write_text("2\n")
    run_git("add", "b.yaml")
    commit = commit_files(tmp_path, NEW, "customers: canary -> half (v2 10 % -> 50 %)")
    assert run_git("show", "--name-only", "--format=%s", commit.id).split("\n") == [
        "customers: canary -> half (v2 10 % -> 50 %)",
        "",
        "a.yaml",
    ]
    assert run_git("diff", "--cached", "--name-only") == "b.yaml"


@pytest.mark.parametrize("name", ["pre-commit", "prepare-commit-msg", "commit-msg", "post-commit"])
def test_the_users_hooks_run(run_git: Git, tmp_path: Path, name: str) -> None:
    changed(run_git, tmp_path)
    hook(tmp_path, name, f"git ls-files -- '*.yaml' > {tmp_path}/.git/seen")
    commit_files(tmp_path, NEW, "message")
    assert (tmp_path / ".git/seen").read_text() == "a.yaml\nb.yaml\n"


def test_a_hook_that_refuses_a_commit_is_heard(run_git: Git, tmp_path: Path) -> None:
    changed(run_git, tmp_path)
    hook(tmp_path, "pre-commit", "echo the gate is shut >&2; exit 1")
    with pytest.raises(UserError, match="the gate is shut"):
        commit_files(tmp_path, NEW, "message")


@pytest.mark.parametrize("name", ["pre-commit", "commit-msg"])
def test_a_hook_that_refuses_silently_is_named(run_git: Git, tmp_path: Path, name: str) -> None:
    changed(run_git, tmp_path)
    hook(tmp_path, name, "exit 3")
    with pytest.raises(UserError, match=f"the hook .*/{name} refused it"):
        commit_files(tmp_path, NEW, "message")


@pytest.mark.parametrize("branch", ["", "promote/half"])
def test_a_commit_that_fails_leaves_index_and_branch_as_they_were(run_git: Git, tmp_path: Path, branch: str) -> None:
    changed(run_git, tmp_path)
    (tmp_path / "new.yaml").write_text("1\n")
    (tmp_path / "b.yaml").write_text("staged\n")
    run_git("add", "b.yaml")
    before = run_git("ls-files", "--stage"), run_git("symbolic-ref", "HEAD"), run_git("branch", "--list")
    hook(tmp_path, "pre-commit", "exit 1")
    with pytest.raises(UserError):
        commit_files(tmp_path, {**NEW, "new.yaml": b"1\n"}, "message", branch)
    assert (run_git("ls-files", "--stage"), run_git("symbolic-ref", "HEAD"), run_git("branch", "--list")) == before


def test_a_commit_that_fails_puts_back_the_very_index(run_git: Git, tmp_path: Path) -> None:
    changed(run_git, tmp_path)
    (tmp_path / "new.yaml").write_text("1\n")
    index = tmp_path / ".git" / "index"
    before = index.read_bytes()
    hook(tmp_path, "pre-commit", "exit 1")
    with pytest.raises(UserError):
        commit_files(tmp_path, {"new.yaml": b"1\n"}, "message")
    assert index.read_bytes() == before
    assert not list((tmp_path / ".git").glob("gateshift*"))


def test_a_file_that_git_did_not_know_is_committed(run_git: Git, tmp_path: Path) -> None:
    changed(run_git, tmp_path)
    (tmp_path / "-n[e]w.yaml").write_text("1\n")
    commit = commit_files(tmp_path, {"-n[e]w.yaml": b"1\n"}, "message")
    assert run_git("show", "--name-only", "--format=", commit.id) == "-n[e]w.yaml"


@pytest.mark.parametrize("staged", [True, False])
def test_a_hook_that_edits_a_file_is_told(run_git: Git, tmp_path: Path, staged: bool) -> None:  # noqa: FBT001 -- both
    changed(run_git, tmp_path)
    hook(tmp_path, "pre-commit", "echo 3 > a.yaml" + ("; git add a.yaml" if staged else ""))
    commit = commit_files(tmp_path, NEW, "message")
    with pytest.raises(UserError, match=r"a hook changed a\.yaml") as told:
        refuse_flawed(tmp_path, commit, NEW)
    assert told.value.exit_code == 1


def test_a_filter_that_the_user_asked_for_is_no_edit(run_git: Git, tmp_path: Path) -> None:
    (tmp_path / ".gitattributes").write_text("*.yaml filter=upper\n")
    run_git("config", "filter.upper.clean", "tr a-z A-Z")
    save(run_git, tmp_path, "first", a="a\n")
    (tmp_path / "a.yaml").write_text("b\n")
    commit = commit_files(tmp_path, {"a.yaml": b"b\n"}, "message")
    assert run_git("show", f"{commit.id}:a.yaml") == "B"
    refuse_flawed(tmp_path, commit, {"a.yaml": b"b\n"})


def test_a_git_that_is_killed_before_the_commit_is_told(run_git: Git, tmp_path: Path) -> None:
    changed(run_git, tmp_path)
    hook(tmp_path, "pre-commit", "kill -9 $PPID")
    with pytest.raises(UserError, match=r"killed by signal 9\n  Delete .*/index\.lock"):
        commit_files(tmp_path, NEW, "message")


@pytest.mark.parametrize("ending", ["kill -9 $PPID", "kill -INT $GATESHIFT; sleep 60"])
def test_a_commit_that_was_made_stays_made(
    run_git: Git, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    changed(run_git, tmp_path)
    monkeypatch.setenv("GATESHIFT", str(os.getpid()))
    hook(tmp_path, "post-commit", ending)
    commit = commit_files(tmp_path, NEW, "message")
    assert run_git("show", f"{commit.id}:a.yaml") == "2"
    with pytest.raises(KeyboardInterrupt if "INT" in ending else UserError) as told:
        refuse_flawed(tmp_path, commit, NEW)
    assert isinstance(told.value, KeyboardInterrupt) or "was made, and then `git commit` was killed" in str(told.value)


def test_a_rebase_that_waits_is_refused(run_git: Git, tmp_path: Path) -> None:
    save(run_git, tmp_path, "first", a="1\n", b="1\n")
    run_git("switch", "-q", "-c", "other")
    save(run_git, tmp_path, "other", b="2\n")
    run_git("switch", "-q", "main")
    save(run_git, tmp_path, "mine", b="3\n")
    with pytest.raises(Exception, match="rebase"):
        run_git("rebase", "-q", "other")
    head = run_git("rev-parse", "HEAD")
    (tmp_path / "a.yaml").write_bytes(NEW["a.yaml"])
    with pytest.raises(UserError, match="a rebase is under way"):
        commit_files(tmp_path, NEW, "message")
    assert run_git("rev-parse", "HEAD") == head


def test_a_branch_is_started_with_the_work_tree_as_it_is(run_git: Git, tmp_path: Path) -> None:
    changed(run_git, tmp_path)
    assert start_branch(tmp_path, "promote/half")
    assert run_git("branch", "--show-current") == "promote/half"
    assert (tmp_path / "a.yaml").read_text() == "2\n"


@pytest.mark.parametrize("home", ["main", "promote/half"])
def test_a_branch_that_a_killed_run_made_is_taken(run_git: Git, tmp_path: Path, home: str) -> None:
    changed(run_git, tmp_path)
    start_branch(tmp_path, "promote/half")
    run_git("switch", "-q", home)
    commit = commit_files(tmp_path, NEW, "message", "promote/half")
    assert run_git("rev-parse", "promote/half") == commit.id
    assert run_git("branch", "--show-current") == "promote/half"


def test_a_branch_that_stands_elsewhere_is_refused(run_git: Git, tmp_path: Path) -> None:
    changed(run_git, tmp_path)
    run_git("branch", "promote/half")
    save(run_git, tmp_path, "second", b="2\n")
    with pytest.raises(UserError, match="there is a branch promote/half already"):
        start_branch(tmp_path, "promote/half")


@pytest.mark.parametrize("name", ["-f", "a..b", "", "@{-1}"])
def test_a_name_that_git_refuses_is_refused(run_git: Git, tmp_path: Path, name: str) -> None:
    changed(run_git, tmp_path)
    with pytest.raises(UserError, match="not a name for a branch"):
        start_branch(tmp_path, name)
