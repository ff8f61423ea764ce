"""SIGKILL before every step of the commands that write: the files are all old, all new, or the next run makes them so.

`make test-attack` runs this, `make test` does not.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.attack.conftest import Figures
from tests.attack.runs import SINGLY, TOGETHER, State, fresh, gateshift, leftovers, prepared
from tests.system.killing import killed_at

HOOKS = ("pre-commit", "prepare-commit-msg", "commit-msg", "reference-transaction", "post-index-change", "post-commit")


@pytest.mark.parametrize("name", TOGETHER)
def test_a_kill_leaves_all_old_all_new_or_a_run_that_waits(shipped: Path, name: str, figures: Figures) -> None:
    words = prepared(shipped, name)
    work = fresh(shipped, shipped.with_name("work"))
    assert gateshift(work, *words) == 0
    old, new = State.of(shipped), State.of(work)
    count = {"all old": 0, "all new": 0, "finished by the next run": 0}
    while killed_at(sum(count.values()), lambda: succeed(work, *words), below=fresh(shipped, work)):
        count[judged(work, old, new)] += 1
        again(work, words, new)
    figures(
        f"{sum(count.values())} kills of {name}: " + ", ".join(f"{number} {what}" for what, number in count.items())
    )
    assert count["all old"]
    assert count["all new"] or name == "init"  # which writes one file, so that its last step is the rename


@pytest.mark.parametrize("name", SINGLY)
def test_a_kill_leaves_every_file_whole(shipped: Path, name: str, figures: Figures) -> None:
    words = prepared(shipped, name)
    work = fresh(shipped, shipped.with_name("work"))
    assert gateshift(work, *words) == 0
    old, new = State.of(shipped), State.of(work)
    step = 0
    while killed_at(step, lambda: succeed(work, *words), below=fresh(shipped, work)):
        assert State.of(work).is_between(old, new)
        again(work, words, new)
        step += 1
    figures(f"{step} kills of {name}: every file old or new, the rest by the next run")
    assert step > 3


def told(count: dict[str, int]) -> str:
    return ", ".join(f"{number} {what}" for what, number in count.items())


def succeed(folder: Path, *words: str) -> None:
    assert gateshift(folder, *words) == 0


def judged(folder: Path, old: State, new: State) -> str:
    """How a killed run left the files; the one after it has finished it, where it waited."""
    waited = (folder / ".git/gateshift-journal.json").exists()
    if waited:
        assert gateshift(folder, "generate") == 0
    here = State.of(folder)
    assert here.files in (old.files, new.files)
    assert here.commit == old.commit or here == new
    return "finished by the next run" if waited else "all old" if here.files == old.files else "all new"


def again(folder: Path, words: tuple[str, ...], new: State) -> None:
    """The same command once more comes to the same end, and leaves nothing lying."""
    code = gateshift(folder, *words)
    assert State.of(folder).files == new.files, f"it ended with {code}"
    assert leftovers(folder) == []


@pytest.mark.parametrize("victim", ["gateshift", "git", "both"])
@pytest.mark.parametrize("name", ["promote --commit", "next --commit"])
def test_a_kill_while_git_commits(shipped: Path, name: str, victim: str, figures: Figures) -> None:
    """At each of Git's hooks; where Git itself is killed, its lock stays, and Git says so."""
    words = prepared(shipped, name)
    work = fresh(shipped, shipped.with_name("work"))
    assert gateshift(work, *words) == 0
    old, new = State.of(shipped), State.of(work)
    count = {"all old": 0, "all new": 0}
    for hook in HOOKS:
        pids = {"gateshift": "$GATESHIFT", "git": "$PPID", "both": "$GATESHIFT $PPID"}[victim]
        ended = killed_by_hook(fresh(shipped, work), words, hook, f"kill -9 {pids}")
        here = State.of(work)
        assert here.commit == old.commit or here == new, hook
        assert here.files == new.files or (ended and here.files == old.files), hook
        count["all old" if here.files == old.files else "all new"] += 1
        for lock in (work / ".git").rglob("*.lock"):
            lock.unlink()
        again(work, words, new)
    figures(f"{len(HOOKS)} kills of {victim} in a commit by {name}: {told(count)}")


def killed_by_hook(folder: Path, words: tuple[str, ...], name: str, line: str) -> int:
    """The exit code of a run, None where it was killed, and every process of it has ended."""
    hook = folder / ".git/hooks" / name
    hook.parent.mkdir()
    hook.write_text(f"#!/bin/sh\n{line}\n")
    hook.chmod(0o755)
    child = os.fork()
    if child == 0:
        os.environ["GATESHIFT"] = str(os.getpid())
        os._exit(gateshift(folder, *words))
    _, status = os.waitpid(child, 0)
    hook.unlink()
    return os.waitstatus_to_exitcode(status)
