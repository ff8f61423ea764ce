"""The owner's limits on a step, and the way round an unsafe one."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from gateshift.model.finding import Level
from gateshift.model.rollout import Policy, Share
from gateshift.transition.policy import policy_findings, safe_way
from tests.manifests.customers import CUSTOMERS

ORDER = ("initial", "subsets", "routed", "dark", "debug", "canary", "half", "final", "retired")


def said(policy: Policy, origin: str, target: str) -> list[tuple[str, Level]]:
    rollout = replace(CUSTOMERS, policy=policy)
    return [(each.rule, each.level) for each in policy_findings(rollout, rollout.stage(origin), rollout.stage(target))]


TOO_LARGE = ("GS516", Level.ERROR)
SKIPS = ("GS517", Level.WARNING)


@pytest.mark.parametrize(
    ("limit", "origin", "target", "found"),
    [
        (40, "canary", "half", []),
        (39.9, "canary", "half", [TOO_LARGE, TOO_LARGE]),
        (50, "half", "canary", []),
        (39, "half", "canary", [TOO_LARGE, TOO_LARGE]),
        (10, "debug", "canary", []),
        (1, "subsets", "routed", []),
        (None, "half", "final", []),
    ],
)
def test_a_step_may_not_be_larger_than_the_limit(
    limit: float | None, origin: str, target: str, found: list[tuple[str, Level]]
) -> None:
    assert said(Policy(limit), origin, target) == found


def test_weights_are_judged_as_shares() -> None:
    thirds = replace(CUSTOMERS.stage("canary"), shares=(Share("v1", 2), Share("v2", 1)))
    rollout = replace(CUSTOMERS, policy=Policy(16))
    first, _ = policy_findings(rollout, rollout.stage("half"), thirds)
    assert first.message.startswith(
        "v1 goes from 50 % to 66.67 %, which is 16.67 percentage points; gateshift.yaml allows 16"
    )


@pytest.mark.parametrize(
    ("origin", "target", "found"),
    [("debug", "half", [SKIPS]), ("debug", "canary", []), ("half", "debug", []), ("half", "half", [])],
)
def test_a_stage_left_out_on_the_way_forward_is_worth_a_warning(
    origin: str, target: str, found: list[tuple[str, Level]]
) -> None:
    assert said(Policy(), origin, target) == found
    assert said(Policy(allow_skip=True), origin, target) == []


def test_the_stages_left_out_are_named() -> None:
    (found,) = policy_findings(CUSTOMERS, CUSTOMERS.stage("debug"), CUSTOMERS.stage("final"))
    assert found.message == "the step from debug to final leaves out canary, half"


STEPS = {("a", "b"), ("b", "c"), ("c", "d"), ("a", "c"), ("d", "b"), ("x", "a")}


@pytest.mark.parametrize(
    ("origin", "target", "way"),
    [
        ("a", "b", ("b",)),
        ("a", "d", ("c", "d")),
        ("d", "c", ("b", "c")),
        ("x", "d", ("a", "c", "d")),
        ("c", "a", ()),
        ("a", "x", ()),
    ],
)
def test_the_shortest_way_of_safe_steps_is_found(origin: str, target: str, way: tuple[str, ...]) -> None:
    assert safe_way(("a", "b", "c", "d"), origin, target, lambda one, other: (one, other) in STEPS) == way


def test_of_ways_of_one_length_the_nearest_to_the_target_is_taken() -> None:
    steps = {("a", "b"), ("a", "c"), ("b", "d"), ("c", "d")}
    assert safe_way(("a", "b", "c", "d"), "a", "d", lambda one, other: (one, other) in steps) == ("c", "d")


def test_no_more_is_asked_than_is_needed() -> None:
    asked = []

    def is_safe(one: str, other: str) -> bool:
        asked.append((one, other))
        return True

    assert safe_way(ORDER, "half", "retired", is_safe) == ("retired",)
    assert asked == [("half", "retired")]
