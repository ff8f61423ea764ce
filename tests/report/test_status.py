"""Where a rollout stands, for people: how long ago, and the stages near the one in force."""

from __future__ import annotations

import pytest

from gateshift.model.status import PointerStatus, Since, StatusReport
from gateshift.report.release.status import render
from gateshift.report.style import Style

STAGES = tuple(f"stage-{number}" for number in range(1, 21))
SINCE = Since("a3c22ab4b60e", "2026-11-24T18:30:53+00:00", "Ada", "Promote", 5 * 86_400 + 7)


def shown(stage: str, width: int) -> list[str]:
    pointer = PointerStatus("", "argocd", "shop", "sync/shop.yaml", 14, f"overlays/{stage}", stage, since=SINCE)
    return render(StatusReport("shop", STAGES, (pointer,)), Style(width=width)).splitlines()


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "just now"),
        (59, "just now"),
        (60, "1 minute ago"),
        (3599, "59 minutes ago"),
        (2 * 3600, "2 hours ago"),
        (86_400, "1 day ago"),
        (400 * 86_400, "400 days ago"),
    ],
)
def test_an_age_is_told_in_its_largest_unit(seconds: int, words: str) -> None:
    assert Since("", "", "", "", seconds).ago == words


def test_since_when_is_told_with_the_commit() -> None:
    assert "    since    5 days ago (a3c22ab) by Ada: Promote" in shown("stage-5", 80)


@pytest.mark.parametrize(
    ("stage", "strip"),
    [
        ("stage-1", "[stage-1] -> stage-2 -> stage-3 -> 17 more"),
        ("stage-9", "6 before -> stage-7 -> stage-8 -> [stage-9] -> stage-10 -> stage-11 -> 9 more"),
        ("stage-20", "17 before -> stage-18 -> stage-19 -> [stage-20]"),
    ],
)
def test_twenty_stages_are_those_near_the_one_in_force(stage: str, strip: str) -> None:
    lines = shown(stage, 90)
    assert f"    {strip}" in lines
    assert max(map(len, lines)) <= 90


def test_in_a_pipe_every_stage_is_told() -> None:
    (strip,) = (line for line in shown("stage-9", 0) if " -> " in line)
    assert strip.split(" -> ")[-1] == "stage-20"
    assert "before" not in strip
