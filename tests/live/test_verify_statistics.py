"""How often `verify` is wrong, and how often it sees what it is to see: hundreds of runs drawn with fixed seeds."""

from __future__ import annotations

import random
from collections.abc import Mapping
from pathlib import Path

import pytest
from msgspec import Struct

from gateshift.app.shared.stage_in_force import StageChoice
from gateshift.app.verify.class_plans import BaseRequest
from gateshift.app.verify.identify import identifier
from gateshift.app.verify.judge import measured
from gateshift.app.verify.tally import ClassTally
from gateshift.app.verify.verify import Plan, VerifyRequest, plan_run
from gateshift.config import open_rollout
from gateshift.live.endpoint import endpoint_of
from gateshift.model.binomial import at_least, interval, trials_needed
from gateshift.model.verification import ShareVerdict

RUNS = 1000
URL = "http://127.0.0.1/"
DOCS = Path(__file__).parents[2] / "docs"

BASE = """
service: {name: customers}
route: {parents: [{gateway: infra/public}]}
verify: {header: x-version}
"""
TWO = 'versions: {v1: {image: "a:1"}, v2: {image: "a:2"}}\n'
THREE = 'versions: {v1: {image: "a:1"}, v2: {image: "a:2"}, v3: {image: "a:3"}}\n'
DEBUG = ', rules: [{name: debug, match: {headers: {x-debug: "yes"}}, to: v2}]'


class Case(Struct, frozen=True):
    """A stage and its neighbours, in words and as gateshift.yaml says them; `before` and `after` are their shares."""

    words: str
    text: str
    stage: Mapping[str, float]
    before: Mapping[str, float]
    after: Mapping[str, float]


def stages(*shares: str, rules: str = "") -> str:
    """Stages a, b and c with these shares; b is the one that is verified."""
    lines = (
        f"  - {{name: {name}, shares: {{{text}}}{rules if name == 'b' else ''}}}\n"
        for name, text in zip("abc", shares, strict=True)
    )
    return "stages:\n" + "".join(lines)


CASES = [
    Case(
        "1 % between 0 and 5 %",
        TWO + stages("v1: 100", "v1: 99, v2: 1", "v1: 95, v2: 5"),
        {"v1": 0.99, "v2": 0.01},
        {"v1": 1.0, "v2": 0.0},
        {"v1": 0.95, "v2": 0.05},
    ),
    Case(
        "10 % between 0 and 50 %, with a debug rule",
        TWO + stages("v1: 100", "v1: 90, v2: 10", "v1: 50, v2: 50", rules=DEBUG),
        {"v1": 0.9, "v2": 0.1},
        {"v1": 1.0, "v2": 0.0},
        {"v1": 0.5, "v2": 0.5},
    ),
    Case(
        "50 % between 10 and 100 %",
        TWO + stages("v1: 90, v2: 10", "v1: 50, v2: 50", "v2: 100"),
        {"v1": 0.5, "v2": 0.5},
        {"v1": 0.9, "v2": 0.1},
        {"v1": 0.0, "v2": 1.0},
    ),
    Case(
        "80, 15 and 5 % between 100 and 60, 30, 10 %",
        THREE + stages("v1: 100", "v1: 80, v2: 15, v3: 5", "v1: 60, v2: 30, v3: 10"),
        {"v1": 0.8, "v2": 0.15, "v3": 0.05},
        {"v1": 1.0, "v2": 0.0, "v3": 0.0},
        {"v1": 0.6, "v2": 0.3, "v3": 0.1},
    ),
]


def planned(folder: Path, case: Case) -> Plan:
    """The plan of the program for stage b."""
    (folder / "gateshift.yaml").write_text(BASE + case.text)
    rollout = open_rollout(folder / "gateshift.yaml").rollout
    return plan_run(rollout, StageChoice("b", "", ()), VerifyRequest(BaseRequest(URL), endpoint_of(URL)))


def verdicts(plan: Plan, shares: Mapping[str, float], seed: int) -> list[set[ShareVerdict]]:
    """The verdicts on every class, of runs in which the default's requests are drawn by these shares."""
    chance = random.Random(seed)
    return [{_verdict(plan, index, shares, chance) for index in range(len(plan.classes))} for _ in range(RUNS)]


def _verdict(plan: Plan, index: int, shares: Mapping[str, float], chance: random.Random) -> ShareVerdict:
    drawn = shares if index == 0 else plan.classes[index].declared
    tally = ClassTally(identifier(plan.rollout, grpc=False))
    tally.requests = plan.numbers[index]
    tally.answers.update(chance.choices(list(drawn), list(drawn.values()), k=tally.requests))
    return measured(plan.classes[index], plan.classes[0], tally, plan.alpha, plan.needed[index]).verdict


def row(case: Case, plan: Plan) -> tuple[str, float, float, float]:
    """A row of docs/verify.md and its rates: false alarms, stages recognised, neighbours refused."""
    own = verdicts(plan, case.stage, 1)
    alarms = sum(ShareVerdict.OFF in run for run in own) / RUNS
    known = sum(run == {ShareVerdict.AS_DECLARED} for run in own) / RUNS
    others = [run for seed, shares in ((2, case.before), (3, case.after)) for run in verdicts(plan, shares, seed)]
    refused = sum(ShareVerdict.OFF in run for run in others) / len(others)
    cells = (case.words, str(sum(plan.numbers)), *(f"{rate * 100:.1f} %" for rate in (alarms, known, refused)))
    return f"| {' | '.join(cells)} |", alarms, known, refused


@pytest.mark.parametrize("case", CASES, ids=[case.words for case in CASES])
def test_the_promised_rates_are_kept_and_the_measured_ones_documented(case: Case, tmp_path: Path) -> None:
    line, alarms, known, refused = row(case, planned(tmp_path, case))

    assert at_least(round(alarms * RUNS), RUNS, 0.01) > 0.01, "more false alarms than chance makes of 1 %"
    assert known >= 0.95
    assert refused >= 0.95
    assert line in (DOCS / "verify.md").read_text().splitlines(), line


@pytest.mark.parametrize("share", [0.01, 0.05, 0.1, 0.5])
def test_the_table_of_requests_needed_is_what_the_program_plans(share: float) -> None:
    others = (0.0, share / 2, share * 2, share + 0.1)
    numbers = (f"{max(_needed(share, other), _needed(other, share)):,}" for other in others)

    assert f"| {share * 100:g} % | {' | '.join(numbers)} |" in (DOCS / "verify.md").read_text().splitlines()


def _needed(share: float, other: float) -> int:
    number = trials_needed(share, other, 0.01, 0.95)
    assert number is not None
    return number


@pytest.mark.parametrize("requests", [100, 500, 1000, 2000, 10_000])
def test_the_table_of_zero_answers_is_what_the_interval_says(requests: int) -> None:
    _, high = interval(0, requests, 0.01)

    assert f"| {requests:,} | {high * 100:.2f} % |" in (DOCS / "verify.md").read_text().splitlines()
