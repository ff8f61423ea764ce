"""`gateshift promote` on the shipped rollout, in real Git repositories."""

from __future__ import annotations

import itertools
import json
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.promoting import ARGOCD, FLUX, STAGES, at, customers, gateshift, git
from tests.cli.published import document as published

__all__ = ["customers"]


def promote(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return gateshift(folder, "promote", *arguments)


def pointed(folder: Path) -> list[str]:
    lines = [line.strip() for file in (ARGOCD, FLUX) for line in (folder / file).read_text().splitlines()]
    return [line.rpartition("overlays/")[2] for line in lines if line.startswith("path:")]


def test_forward_through_every_stage_and_back_each_commit_changes_one_line_of_each_pointer(customers: Path) -> None:
    for _ in STAGES[1:]:
        done = promote(customers, "--commit")
        assert done.returncode == 0, done.stdout + done.stderr
    assert pointed(customers) == ["retired", "retired"]
    for _ in STAGES[1:]:
        done = promote(customers, "--back", "--commit")
        assert done.returncode == 0, done.stdout + done.stderr
    assert pointed(customers) == ["initial", "initial"]
    story = git(customers, "log", "--reverse", "--format=%s").splitlines()[1:]
    assert [line.split("(")[0].strip() for line in story] == [
        f"customers: {before} -> {after}"
        for before, after in [
            *itertools.pairwise(STAGES),
            *zip(STAGES[::-1], STAGES[-2::-1], strict=False),
        ]
    ]
    assert "customers: canary -> half (v2 10 % -> 50 %)" in story
    for commit in git(customers, "log", "--format=%H").split()[:-1]:
        counted = git(customers, "show", "--numstat", "--format=", commit).split("\n")
        assert [line for line in counted if line] == [f"1\t1\t{ARGOCD}", f"1\t1\t{FLUX}"]


def test_a_second_promotion_to_the_same_stage_changes_nothing(customers: Path) -> None:
    at(customers, "canary")
    done = promote(customers, "canary", "--commit")
    assert done.returncode == 0
    assert "every pointer names canary already" in done.stdout
    assert len(git(customers, "log", "--format=%H").split()) == 2


def test_a_dry_run_shows_and_changes_nothing(customers: Path) -> None:
    at(customers, "canary")
    done = promote(customers, "--dry-run")
    assert done.returncode == 0
    assert "    - overlays/canary\n    + overlays/half\n" in done.stdout
    assert git(customers, "status", "--porcelain") == ""


def test_an_unsafe_step_is_refused_with_the_safe_way(customers: Path) -> None:
    at(customers, "dark")
    done = promote(customers, "final")
    assert done.returncode == 1
    assert "refused: transition is unsafe\n" in done.stdout
    assert "help: The safe way is dark -> half -> final.\n        Begin with `gateshift promote half`.\n" in done.stdout
    assert git(customers, "status", "--porcelain") == ""


def test_force_does_it_and_names_what_it_overrides(customers: Path) -> None:
    at(customers, "dark")
    done = promote(customers, "final", "--force", "--commit")
    assert done.returncode == 0
    assert "forced although: transition is unsafe\n" in done.stdout
    assert "Forced although the transition is unsafe" in git(customers, "log", "-1", "--format=%b")
    assert pointed(customers) == ["final", "final"]


def break_base(folder: Path) -> None:
    file = folder / "overlays" / "half" / "kustomization.yaml"
    file.write_text(file.read_text() + "broken: yes\n")


def edit_pointer(folder: Path) -> None:
    file = folder / ARGOCD
    file.write_text(file.read_text().replace("project: default", "project: other"))


def lose_pointer(folder: Path) -> None:
    file = folder / ARGOCD
    file.write_text(file.read_text().replace("overlays/canary", "overlays/gone"))
    git(folder, "commit", "-q", "-a", "-m", "Lost")


@pytest.mark.parametrize(
    ("spoil", "obstacle"),
    [
        (break_base, "generated files are not up to date"),
        (break_base, "target does not validate"),
        (edit_pointer, "pointer has uncommitted edits"),
        (lose_pointer, "pointer names no stage"),
    ],
)
def test_what_speaks_against_a_promotion_is_named_and_nothing_moves(
    customers: Path, spoil: Callable[[Path], None], obstacle: str
) -> None:
    at(customers, "canary")
    spoil(customers)
    before = git(customers, "diff")
    done = promote(customers, "half", "-f", "json")
    assert done.returncode == 1, done.stderr
    document: dict[str, Any] = published("promote", done.stdout)
    assert obstacle in [refusal["obstacle"] for refusal in document["refusals"]]
    assert document["done"] is False
    assert git(customers, "diff") == before


def test_every_other_byte_of_a_pointer_stays(customers: Path) -> None:
    text = (customers / ARGOCD).read_text().replace("path: overlays/initial", "path:   'overlays/initial'   # here")
    content = b"\xef\xbb\xbf" + ("# first\n---\n" + text + "---\nkind: Other   \n").replace("\n", "\r\n").encode()
    (customers / ARGOCD).write_bytes(content)
    git(customers, "commit", "-q", "-a", "-m", "An editor was here")
    done = promote(customers, "subsets", "--force")
    assert done.returncode == 0, done.stdout + done.stderr
    assert (customers / ARGOCD).read_bytes() == content.replace(b"'overlays/initial'", b"'overlays/subsets'")


def test_one_engines_pointer_can_move_alone(customers: Path) -> None:
    at(customers, "canary")
    assert promote(customers, "half", "--engine", "flux").returncode == 0
    assert pointed(customers) == ["canary", "half"]


def test_a_commit_can_stand_on_a_branch_of_its_own(customers: Path) -> None:
    at(customers, "canary")
    assert promote(customers, "--commit", "--branch", "promote/half").returncode == 0
    assert git(customers, "log", "-1", "--format=%s", "promote/half") == "customers: canary -> half (v2 10 % -> 50 %)\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["hafl"], "Did you mean `half`?"),
        (["half", "--back"], "give one"),
        (["--branch", "b"], "--branch is for the commit"),
        (["half", "--env", "prod"], "there is no environment `prod`"),
    ],
)
def test_a_wish_that_makes_no_sense_is_a_usage_error(customers: Path, arguments: list[str], said: str) -> None:
    done = promote(customers, *arguments)
    assert done.returncode == 2
    assert said in done.stderr


def test_after_the_last_stage_the_next_release_is_named(customers: Path) -> None:
    at(customers, "retired")
    done = promote(customers)
    assert done.returncode == 2
    assert "gateshift next VERSION --image IMAGE" in done.stderr


def test_a_killed_promotion_leaves_all_pointers_old_or_the_next_run_finishes_it(customers: Path) -> None:
    at(customers, "canary")
    argv = [sys.executable, "-m", "gateshift", "promote", "half"]
    begin = time.perf_counter()
    assert promote(customers, "half").returncode == 0
    whole = time.perf_counter() - begin
    chance = random.Random(7)
    for _ in range(25):
        git(customers, "checkout", "-q", "--", ".")
        process = subprocess.Popen(argv, cwd=customers, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(chance.uniform(0.5, 1.0) * whole)
        process.send_signal(signal.SIGKILL)
        process.wait()
        for file in (ARGOCD, FLUX):
            assert (customers / file).read_text().endswith("\n")
        if len(set(pointed(customers))) > 1:  # between the two renames: the journal says how it ends
            assert "finished what an interrupted run had begun" in promote(customers, "half").stdout
        assert pointed(customers) in (["canary", "canary"], ["half", "half"])


def test_a_refusal_names_faults_and_no_warnings(customers: Path) -> None:
    at(customers, "half")
    done = gateshift(customers, "promote", "retired", "-f", "json")
    assert done.returncode == 1
    said = json.dumps(published("promote", done.stdout)["refusals"])
    assert "GS501" in said
    assert "GS517" not in said, "a skipped stage is only a warning"
