"""How long a stage has been in force, by Git, against what it asks for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from gateshift.app.shared.pointer_history import HEAD, PointerHistory
from gateshift.app.shared.rollout_pointers import rollout_pointers
from gateshift.app.shared.rollouts import StageRoot
from gateshift.config.semantics.routes import milliseconds
from gateshift.model.rollout import Environment, Stage
from gateshift.model.stage_wait import StageWait
from gateshift.model.sync_pointer import RolloutPointers


def stage_wait(
    pointing: RolloutPointers, environment: Environment, stage: Stage, now: datetime, at: str = HEAD
) -> StageWait | None:
    """What the stage asks for and has had, by the pointers that name it at a commit; None where it asks for nothing."""
    soak = milliseconds(stage.soak) // 1000
    if not soak and not stage.approval:
        return None
    since = max(_starts(pointing, environment, stage, at), default=None)
    elapsed = None if since is None else max(0, int((now - since).total_seconds()))
    return StageWait(stage.name, soak, elapsed, stage.approval)


def _starts(pointing: RolloutPointers, environment: Environment, stage: Stage, at: str) -> Iterator[datetime]:
    """When each of the environment's pointers came to the stage."""
    history = PointerHistory(pointing.rollout.file.parent)
    folder = pointing.folder(stage, environment)
    for stage_pointer in pointing.stage_pointers:
        belongs = stage_pointer.environment is not None and stage_pointer.environment.name == environment.name
        known = history.at(at, stage_pointer.pointer) if belongs else None
        commit = history.moved_by(stage_pointer.pointer, at) if known is not None and known.folder == folder else None
        if commit is not None:
            yield datetime.fromisoformat(commit.date)


def wait_before(before: StageRoot | None, after: StageRoot | None, now: datetime, at: str = HEAD) -> StageWait | None:
    """What is waited for on the way from one stage to a later one; None where the step does not go forward."""
    if before is None or after is None:
        return None
    stages = [stage.name for stage in after.rollout.stages_in(after.environment)]
    names = (before.stage.name, after.stage.name)
    if any(name not in stages for name in names) or stages.index(names[0]) >= stages.index(names[1]):
        return None
    return stage_wait(rollout_pointers(after.rollout), after.environment, before.stage, now, at)
