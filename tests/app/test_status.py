"""Where a rollout stands where Git, Kustomize or agreement are missing."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from gateshift.app.promote.promote import PromoteOptions, promote
from gateshift.app.promote.select_pointers import PromoteRequest
from gateshift.app.shared.tool_choices import Choices
from gateshift.app.status.status import status
from gateshift.config import open_rollout
from gateshift.model.status import StatusReport
from gateshift.report.release.status import render
from gateshift.report.style import Style
from tests.app.repositories import ARGOCD, FLUX, ROLLOUT, commit_all, git, point_at, repository
from tests.app.step_verdicts import NOW, Content, real_judge


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    repository(tmp_path)
    return tmp_path


def seen(folder: Path, choices: Choices | None = None) -> StatusReport:
    with real_judge(choices or Choices()) as judging:
        return status(open_rollout(folder / "gateshift.yaml").rollout, (), judging, NOW)


def go_to(folder: Path, stage: str) -> str:
    rollout = open_rollout(folder / "gateshift.yaml").rollout
    return promote(rollout, PromoteRequest(stage), PromoteOptions(commit=True), Content(), NOW).commit


def test_a_stage_that_was_left_and_come_back_to_counts_from_the_last_time(folder: Path) -> None:
    go_to(folder, "canary")
    go_to(folder, "half")
    back = go_to(folder, "canary")
    assert {pointer.since.commit for pointer in seen(folder).pointers if pointer.since} == {back}


def test_pointers_that_disagree_each_have_their_own_stage(folder: Path) -> None:
    point_at(folder, "canary", ARGOCD)
    point_at(folder, "nowhere", FLUX)
    commit_all(folder, "Apart")
    report = seen(folder)
    assert [pointer.stage for pointer in report.pointers] == ["canary", ""]
    assert "./overlays/nowhere is not a stage" in render(report)


def test_without_git_the_files_speak(folder: Path) -> None:
    point_at(folder, "half")
    shutil.rmtree(folder / ".git")
    pointers = seen(folder).pointers
    assert [pointer.stage for pointer in pointers] == ["half", "half"]
    assert [pointer.since for pointer in pointers] == [None, None]


def test_a_missing_program_leaves_the_next_step_without_a_verdict(folder: Path) -> None:
    report = seen(folder, Choices(kustomize=Path("/nowhere/kustomize")))
    assert [pointer.next_step.safe for pointer in report.pointers if pointer.next_step] == [None, None]
    assert "next     subsets, no verdict: " in render(report)


def test_bars_are_drawn_where_the_terminal_can(folder: Path) -> None:
    go_to(folder, "canary")
    assert "██░░░░░░░░░░░░░░░░░░    10 %\n" in render(seen(folder), Style(unicode=True))


def test_a_stage_that_should_last_says_for_how_long_it_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    repository(tmp_path, ROLLOUT.replace("shares: {v1: 90, v2: 10}\n", "shares: {v1: 90, v2: 10}\n    soak: 24h\n"))
    point_at(tmp_path, "canary")
    git(tmp_path, "commit", "-q", "-a", "-m", "At canary", "--date", "2026-01-01T09:00:00+00:00")
    assert render(seen(tmp_path)).count("    waits    canary for 3 of 24 hours\n") == 2


@pytest.mark.parametrize(
    ("parents", "who"),
    [
        ("[{service: customers}]", "no route: the Service's own endpoints answer"),
        ("[{gateway: infra/public}]", "no route: the Gateway answers 404"),
        ("[{service: customers}, {gateway: infra/public}]", "no route: the Gateway answers 404, and calls to the"),
    ],
)
def test_a_stage_without_a_route_says_who_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, parents: str, who: str
) -> None:
    monkeypatch.chdir(tmp_path)
    text = ROLLOUT.replace(
        "  parents:\n    - service: customers # a mesh route: it steers the calls made to the Service\n",
        f"  parents: {parents}\n",
    )
    repository(tmp_path, text)
    assert render(seen(tmp_path)).count(f"    {who}") == 2
