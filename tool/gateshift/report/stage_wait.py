"""The JSON of what a stage asks for before the next one, as plans, promotions and the status have it."""

from __future__ import annotations

from typing import Annotated

from gateshift.model.stage_wait import StageWait
from gateshift.report.json_form import Count, JsonForm, says


class WaitJson(JsonForm, frozen=True):
    """What a stage asks for before the next one, and has had; shown, not enforced."""

    stage: Annotated[str, says("The stage in force.")]
    soak: Annotated[Count, says("How long it should last, in seconds; 0 for no such wish.")]
    elapsed: Annotated[Count | None, says("How long it has been in force, in seconds; null where Git does not know.")]
    over: Annotated[bool | None, says("Whether the time is up; null where Git does not know.")]
    approval: Annotated[bool, says("Whether somebody should approve the next step.")]


def wait_json(wait: StageWait | None) -> WaitJson | None:
    """The form; None where the stage asks for nothing."""
    return None if wait is None else WaitJson(wait.stage, wait.soak, wait.elapsed, wait.is_over, wait.approval)
