"""Which pointers a promotion is about, and to which stage."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from gateshift.errors import Exit, UserError
from gateshift.model.nearest import nearest_word
from gateshift.model.rollout import Engine, Environment, Rollout, Stage
from gateshift.model.sync_pointer import RolloutPointers, StagePointer


class PromoteRequest(Struct, frozen=True):
    """Where to: a stage by name, the stage before with `back`, else the next one; of which environment and engine.

    `files` are files or folders with pointers beside those in sync/.
    """

    stage: str = ""
    back: bool = False
    environment: str = ""
    engine: Engine | None = None
    files: tuple[Path, ...] = ()


def named_stage(rollout: Rollout, name: str) -> Stage:
    """The stage of that name. Raises UserError with the nearest name."""
    names = [stage.name for stage in rollout.stages]
    if name in names:
        return rollout.stage(name)
    near = nearest_word(name, names)
    hint = f"Did you mean `{near}`?" if near else f"The stages are {', '.join(names)}."
    raise UserError(f"there is no stage `{name}`", where=str(rollout.file), next_step=hint)


def chosen_environment(pointing: RolloutPointers, name: str) -> Environment:
    """The environment of that name, or without a name the only one that has pointers. Raises UserError."""
    environments = pointing.rollout.environments
    if name:
        names = [environment.name for environment in environments]
        if name in names:
            return environments[names.index(name)]
        known = ", ".join(filter(None, names))
        raise UserError(
            f"there is no environment `{name}`",
            where=str(pointing.rollout.file),
            next_step=f"The environments are {known}." if known else "This rollout has no environments.",
        )
    pointed = [
        environment
        for environment in environments
        if any(stage_pointer.environment == environment for stage_pointer in pointing.stage_pointers)
    ]
    if len(pointed or environments) == 1:
        return (pointed or environments)[0]
    known = ", ".join(environment.name for environment in pointed or environments)
    raise UserError("there are several environments", next_step=f"Choose one with --env: {known}.")


def chosen_pointers(
    pointing: RolloutPointers, environment: Environment, engine: Engine | None
) -> tuple[StagePointer, ...]:
    """The environment's pointers, of one engine or of all. Raises UserError (exit 4) where there are none."""
    stage_pointers = tuple(
        stage_pointer
        for stage_pointer in pointing.stage_pointers
        if stage_pointer.environment == environment and engine in (None, stage_pointer.pointer.engine)
    )
    if stage_pointers:
        return stage_pointers
    of_what = " ".join(part for part in (engine.value if engine else "", "pointer") if part)
    unclear = list(map(str, pointing.not_understood))
    raise UserError(
        f"the rollout has no {of_what}" + (f" for {environment.name}" if environment.name else ""),
        where=str(pointing.rollout.file),
        next_step="; ".join(unclear)
        or "Declare `pointers` in gateshift.yaml and run `gateshift generate`, or name your own files with --pointer.",
        exit_code=Exit.NOTHING_FOUND,
    )


def chosen_target(
    rollout: Rollout, request: PromoteRequest, in_force: Sequence[Stage | None], *, first: bool = False
) -> Stage:
    """The stage that is wished for; the next and the one before are counted from the stage in force, and with `first`,
    where what runs was there before the rollout, the next is the first.

    Raises UserError where the pointers have different stages in force, or where there is no stage further on.
    """
    if request.stage:
        return named_stage(rollout, request.stage)
    if first and not request.back:
        return rollout.stages[0]
    stages = list(dict.fromkeys(in_force))
    if len(stages) != 1 or stages[0] is None:
        named = ", ".join(stage.name if stage else "no stage" for stage in stages)
        raise UserError(
            f"the pointers name {named}, so that there is no {'stage before' if request.back else 'next stage'}",
            next_step="Name the stage: `gateshift promote STAGE`.",
        )
    index = rollout.stages.index(stages[0]) + (-1 if request.back else 1)
    if index < 0:
        raise UserError(f"`{stages[0].name}` is the first stage; nothing is before it")
    if index >= len(rollout.stages):
        raise UserError(
            f"`{stages[0].name}` is the last stage; nothing comes after it",
            next_step="`gateshift next VERSION --image IMAGE` starts the next release.",
        )
    return rollout.stages[index]
