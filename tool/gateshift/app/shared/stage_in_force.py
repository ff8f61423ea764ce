"""Which stage of a rollout is in force, for commands that ask the running system."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from gateshift.app.promote.select_pointers import chosen_environment, named_stage
from gateshift.app.shared.pointer_history import PointerHistory
from gateshift.app.shared.rollout_pointers import rollout_pointers
from gateshift.engines.placement import StageFolders
from gateshift.errors import UserError
from gateshift.model.rollout import Environment, Rollout, Stage

_NAME_IT = "Name the stage with --stage."


class StageChoice(Struct, frozen=True):
    """What the command line says: a stage, an environment ("" for the one in force), further files with pointers."""

    stage: str = ""
    environment: str = ""
    files: tuple[Path, ...] = ()


def chosen_stage(rollout: Rollout, choice: StageChoice) -> tuple[Stage, Environment]:
    """The stage that is meant, else the one that the last commit's pointers name. Raises UserError where that is none,
    or several."""
    pointing = rollout_pointers(rollout, choice.files)
    environment = chosen_environment(pointing, choice.environment)
    if choice.stage:
        return named_stage(rollout, choice.stage), environment
    history = PointerHistory(rollout.file.parent)
    folders = StageFolders(rollout, pointing.prefix)
    own = [pointer for pointer in pointing.stage_pointers if pointer.environment == environment]
    placed = [folders.place(history.at_head(pointer.pointer) or pointer.pointer) for pointer in own]
    stages = dict.fromkeys(pointer.stage for pointer in placed if pointer is not None and pointer.stage is not None)
    return _only(tuple(stages), rollout), environment


def _only(stages: Sequence[Stage], rollout: Rollout) -> Stage:
    if len(stages) == 1:
        return stages[0]
    if stages:
        names = ", ".join(stage.name for stage in stages)
        raise UserError(f"the pointers name several stages: {names}", next_step=_NAME_IT)
    raise UserError("no pointer names a stage of this rollout", where=str(rollout.file), next_step=_NAME_IT)
