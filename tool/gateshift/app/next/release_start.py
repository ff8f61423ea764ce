"""Where the pointers stand when a release is to start, and whether it can start there."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from gateshift.app.promote.select_pointers import named_stage
from gateshift.app.shared.pointer_history import PointerHistory
from gateshift.engines.placement import StageFolders
from gateshift.errors import Exit, UserError
from gateshift.model.rollout import Environment, Rollout, Stage
from gateshift.model.shares import percent
from gateshift.model.sync_pointer import RolloutPointers


class Position(Struct, frozen=True):
    """A stage that is in force in an environment, by the last commit or by the work tree. `who` names its pointer."""

    environment: Environment
    stage: Stage
    who: str


def positions(pointing: RolloutPointers, stage: str) -> tuple[Position, ...]:
    """Every stage in force, which is `stage` where no pointer says so. Raises UserError where a pointer names none."""
    found = tuple(dict.fromkeys(_positions(pointing, stage)))
    if not found:
        raise UserError(
            "no pointer of the rollout belongs to one of its environments",
            where=str(pointing.rollout.file),
            next_step="`gateshift status` says what the pointers name.",
            exit_code=Exit.FINDINGS,
        )
    return found


def _positions(pointing: RolloutPointers, stage: str) -> Iterator[Position]:
    rollout = pointing.rollout
    if not pointing.stage_pointers:
        if not stage:
            raise UserError(
                "the rollout has no pointer, so nothing says whether it is finished",
                where=str(rollout.file),
                next_step="Name your pointers with --pointer, or the stage in force with --stage.",
                exit_code=Exit.FINDINGS,
            )
        for environment in rollout.environments:
            yield Position(environment, named_stage(rollout, stage), environment.name or "the rollout")
    history = PointerHistory(rollout.file.parent)
    folders = StageFolders(rollout, pointing.prefix)
    for stage_pointer in pointing.stage_pointers:
        committed = folders.place(history.at_head(stage_pointer.pointer) or stage_pointer.pointer)
        for placed in (committed, stage_pointer):
            if placed is None or placed.stage is None:
                raise UserError(
                    f"{stage_pointer.pointer} names no stage",
                    next_step="`gateshift status` says what it names.",
                    exit_code=Exit.FINDINGS,
                )
            if placed.environment is not None:
                yield Position(placed.environment, placed.stage, str(stage_pointer.pointer))


def is_finished(rollout: Rollout, stage: Stage) -> bool:
    """Whether the last version has every request and runs alone, or nothing comes after."""
    last = rollout.versions[-1].name
    alone = stage.deployed == (last,) or stage == rollout.stages[-1]
    return alone and _is_whole(stage, last)


def _is_whole(stage: Stage, version: str) -> bool:
    return stage.fraction(version) == 1 and not stage.rules and stage.mirror is None


def refuse_unfinished(rollout: Rollout, held: tuple[Position, ...]) -> None:
    """Raises UserError where the last version has not arrived in any environment."""
    under_way = [position for position in held if not is_finished(rollout, position.stage)]
    if {position.environment.name for position in held} - {position.environment.name for position in under_way}:
        return
    last = rollout.versions[-1].name
    first = under_way[0]
    share = percent(first.stage.fraction(last))
    got = f"{last} is not alone" if _is_whole(first.stage, last) else f"{last} has {share} of the requests"
    raise UserError(
        f"the rollout is not finished: {first.who} is at {first.stage.name}, where {got}",
        where=str(rollout.file),
        next_step=f"Promote it to a stage that runs nothing but {last} first; where {last} is abandoned, give "
        f"--instead-of {last}.",
        exit_code=Exit.FINDINGS,
    )


def refuse_in_use(rollout: Rollout, version: str, held: tuple[Position, ...]) -> None:
    """Raises UserError where the version that is to be replaced is not there, is what the others fall back to, or has
    requests somewhere."""
    names = [each.name for each in rollout.versions]
    if version not in names:
        raise UserError(
            f"there is no version `{version}`",
            where=str(rollout.file),
            next_step=f"The versions are {', '.join(names)}.",
        )
    if version == names[0]:
        raise UserError(
            f"`{version}` is the baseline, which the others come after",
            where=str(rollout.file),
            next_step=f"To bring another image of it, edit `versions.{version}` and run `gateshift generate`.",
        )
    for position in held:
        gets = _requests_of(version, position.stage)
        if gets:
            back = _stages_without(rollout, version, position)
            raise UserError(
                f"{position.who} is at {position.stage.name}, where {version} has {gets}",
                where=str(rollout.file),
                next_step=f"Promote it back first: `gateshift promote {back}`." if back else "Promote it back first.",
                exit_code=Exit.FINDINGS,
            )


def _requests_of(version: str, stage: Stage) -> str:
    """What of the requests a version gets in a stage, in words; "" for nothing."""
    if stage.fraction(version):
        return f"{percent(stage.fraction(version))} of the requests"
    rules = [rule.name for rule in stage.rules if rule.version == version]
    if rules:
        return f"the requests of {' and '.join(rules)}"
    return "a copy of the requests" if stage.mirror is not None and stage.mirror.version == version else ""


def _stages_without(rollout: Rollout, version: str, position: Position) -> str:
    """The last stage before this one in which the version has no request."""
    stages = list(rollout.stages_in(position.environment))
    earlier = stages[: stages.index(position.stage)] if position.stage in stages else []
    name = next((stage.name for stage in reversed(earlier) if not _requests_of(version, stage)), "")
    return f"{name} --env {position.environment.name}" if name and position.environment.name else name
