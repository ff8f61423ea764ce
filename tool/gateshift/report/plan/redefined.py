"""Stages that a branch defines anew while no pointer names them: nothing goes from the old definition to the new."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gateshift.model.plan import PlanReport
from gateshift.report.plan.words import is_edit, split, subject
from gateshift.report.style import count

_MOST = 10


def headline(plans: Sequence[PlanReport]) -> str:
    """How many there are, and what that means."""
    verb = "is" if len(plans) == 1 else "are"
    return f"{count(len(plans), 'stage')} that no pointer names {verb} defined anew"


def lines(plans: Sequence[PlanReport]) -> Iterator[str]:
    """A line for each stage, equal ones of several environments together, such as
    `shop dev, shop prod: canary, v1 90 %, v2 10 % -> v1 80 %, v2 20 %`."""
    groups: dict[tuple[str, str, str], list[str]] = {}
    for plan in plans:
        groups.setdefault((plan.rollout, plan.target, _difference(plan)), []).append(subject(plan))
    told = [_line(who, target, what) for (_, target, what), who in groups.items()]
    yield from told[:_MOST]
    if len(told) > _MOST:
        yield f"and {len(told) - _MOST} more"


def _line(who: Sequence[str], target: str, what: str) -> str:
    named = ", ".join(filter(None, who))
    return f"{named}: {target}, {what}" if named else f"{target}, {what}"


def _difference(plan: PlanReport) -> str:
    """The shares that differ, first those of the production rule; else how many objects do."""
    shift = next((row for row in plan.traffic if row.before != row.after), None)
    if plan.unknown:
        return plan.unknown
    if shift is not None and is_edit(plan):
        return f"{split(shift.before)} -> {split(shift.after)}"
    return f"{count(len(plan.changes), 'object')}"
