"""A picture as nested lists: where each box's requests go, each share once, and what gets nothing."""

from collections.abc import Iterator

from gateshift.model.picture import Lane, Picture
from gateshift.report.page.flow import FlowStep, flow
from tests.report.pages import crowded, page


def picture_of(name: str) -> Picture:
    found = next(stage.picture for stage in page().rollouts[0].stages if stage.name == name)
    assert found is not None
    return found


def lines(steps: tuple[FlowStep, ...], depth: int = 0) -> Iterator[str]:
    for step in steps:
        share = f" {step.way.share:.0%}" if step.way and step.way.share is not None else ""
        yield "  " * depth + f"{step.node.name}{share}" + (" as above" if step.above else "")
        yield from lines(step.steps, depth + 1)


def test_the_steps_go_from_the_parent_to_what_runs_and_idle_ones_stand_last() -> None:
    assert list(lines(flow(picture_of("dark")))) == [
        "customers",
        "  default",
        "    customers-v1 100%",
        "      customers-v1 100%",
        "customers-v2",
        "customers-v2",
    ]


def test_an_extra_rule_goes_its_own_way() -> None:
    assert "  debug" in list(lines(flow(picture_of("debug"))))
    (parent,) = flow(picture_of("debug"))
    assert [step.way.lane for step in parent.steps if step.way] == [Lane.PRODUCTION, Lane.EXTRA]


def test_a_rule_of_several_parents_is_told_in_full_once() -> None:
    drawn = crowded().rollouts[0].stages[0].picture
    assert drawn is not None
    told = list(lines(flow(drawn)))
    assert told.count("    checkout-v2 14%") == 1
    assert told.count("  default as above") == 2
