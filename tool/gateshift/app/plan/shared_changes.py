"""Changes of what environments share: merged, they are in all of them at once, whatever order these have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from gateshift.app.plan.branch_steps import BranchStep
from gateshift.model.plan import PlanReport
from gateshift.model.rollout import Environment, Rollout

JudgedStep = tuple[BranchStep, PlanReport]
"""A step of the branch and its plan."""


def shared_changes(rollouts: Iterable[Rollout], judged: Sequence[JudgedStep]) -> Iterator[str]:
    """A sentence for each rollout in which stages in force change in an environment and in one that it comes after."""
    for rollout in rollouts:
        reached = {name for step, plan in judged for name in _reached(rollout, step, plan)}
        names = [each.name for each in rollout.environments if each.name in reached]
        waiting = [each for each in rollout.environments if each.name in reached and reached & set(each.after)]
        if waiting:
            yield (
                f"{rollout.service.name}: {_listed(names)} change at once, and {_waits(waiting, reached)}. To let one "
                f"go first, set the change by environment (`environments`), or bring it as a version of its own "
                f"(`gateshift next`)."
            )


def _reached(rollout: Rollout, step: BranchStep, plan: PlanReport) -> Iterator[str]:
    """The environment whose stage in force the step changes where it stands."""
    place = step.after.stage
    if step.live and not step.moves and plan.changes and place is not None and place.rollout.file == rollout.file:
        yield place.environment.name


def _waits(waiting: Sequence[Environment], reached: set[str]) -> str:
    """`staging does not wait for dev, prod does not wait for staging`."""
    return ", ".join(
        f"{each.name} does not wait for {_listed([name for name in each.after if name in reached])}" for each in waiting
    )


def _listed(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
