"""The two sides of a plan: what FROM and TO mean, and what they are where they are not given."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from gateshift.app.promote.select_pointers import chosen_environment
from gateshift.app.shared.paths import shown_path
from gateshift.app.shared.resolve_target import ResolvedTarget, existing, only_root, resolve_target
from gateshift.app.shared.rollout_pointers import rollout_pointers
from gateshift.app.shared.rollouts import StageRoot, rollout_here, root_of
from gateshift.app.shared.snapshots import Snapshot, Snapshots
from gateshift.config import open_rollout
from gateshift.errors import Exit, UserError
from gateshift.model.kustomization import Root
from gateshift.model.rollout import FILE_NAME, Environment, Stage
from gateshift.model.sync_pointer import RolloutPointers


class Side(Struct, frozen=True):
    """One state: its name as the user may type it again, its root, and the stage that it is, if it is one."""

    label: str
    root: Root
    stage: StageRoot | None = None


class Sides:
    """Finds sides in the current folder and in Git's revisions of it."""

    def __init__(self, snapshots: Snapshots, environment: str) -> None:
        self._snapshots = snapshots
        self._environment = environment

    def named(self, text: str) -> Side:
        """The side that a stage's name, a path, `REF:` or `REF:PATH` means. Raises UserError."""
        ref, colon, path = text.partition(":")
        if not colon or not ref or Path(text).exists():
            return _side(text, resolve_target(text, self._environment))
        snapshot = self._snapshots.at(ref, Path())
        return _side(text, self._in_snapshot(snapshot, path) if path else self._pointed_in(snapshot, text))

    def pair(self, origin: str | None, target: str | None) -> tuple[Side, Side]:
        """Both sides; without FROM the stage that the pointer names now, without TO the stage after FROM."""
        start = self.named(origin) if origin is not None else self._in_force()
        if origin is None and target is None and start.stage is None:
            return start, self._first()
        return start, self.named(target) if target is not None else self._next(start)

    def _first(self) -> Side:
        """The first stage, which comes after what ran before the rollout."""
        rollout = rollout_here()
        environment = chosen_environment(rollout_pointers(rollout), self._environment)
        stage = rollout.stages_in(environment)[0]
        return _side(stage.name, existing(root_of(rollout, environment, stage)))

    def _in_force(self) -> Side:
        pointing = rollout_pointers(rollout_here())
        before = folder_before(pointing, chosen_environment(pointing, self._environment))
        if before is not None:
            return Side(shown_path(before), only_root(before))
        found = stage_in_force(pointing, self._environment)
        return _side(found.stage.name, existing(found))

    def _next(self, origin: Side) -> Side:
        place = origin.stage
        if place is None:
            raise UserError(f"{origin.label} is not a stage, so none comes after it", next_step="Name TO as well.")
        file = place.rollout.file
        whole = rollout_here() if self._snapshots.shown(file.resolve()) else place.rollout
        rollout = whole.within(place.environment)
        names = [stage.name for stage in rollout.stages]
        index = names.index(place.stage.name) + 1 if place.stage.name in names else len(names)
        if index >= len(names):
            raise UserError(
                f"no stage comes after {place.stage.name}",
                where=str(rollout.file),
                next_step="Name TO as well, or see `gateshift plan --all`.",
            )
        following = rollout.stages[index]
        return _side(following.name, existing(root_of(rollout, place.environment, following)))

    def _in_snapshot(self, snapshot: Snapshot, path: str) -> ResolvedTarget:
        """A path from the repository's top or from the current folder, or the name of a stage, at a revision."""
        here = snapshot.folder(Path())
        for top in (snapshot.top, here):
            found = (top / path).resolve()
            if not Path(path).is_absolute() and found.exists() and found.is_relative_to(snapshot.top):
                return resolve_target(f"./{path}", self._environment, top)
        try:
            return resolve_target(path, self._environment, here)
        except UserError as error:
            raise UserError(
                f"{error.what} at {snapshot.name}", next_step=error.next_step, exit_code=error.exit_code
            ) from error

    def _pointed_in(self, snapshot: Snapshot, text: str) -> ResolvedTarget:
        """The stage that the pointer named at a revision."""
        file = snapshot.folder(rollout_here().file)
        if not file.is_file():
            raise UserError(
                f"there is no {FILE_NAME} at {text} yet, so no pointer is known there",
                next_step="Name a path at that revision: REF:PATH.",
                exit_code=Exit.NOTHING_FOUND,
            )
        rollout = open_rollout(file).rollout
        return existing(stage_in_force(rollout_pointers(rollout), self._environment, at=text))


def _side(label: str, found: ResolvedTarget) -> Side:
    return Side(label, only_root(found.path), found.stage)


def folder_before(pointing: RolloutPointers, environment: Environment) -> Path | None:
    """The folder with what ran before the rollout, where the environment's pointers still follow that."""
    own = [pointer for pointer in pointing.stage_pointers if pointer.environment == environment]
    folders = {pointer.pointer.folder for pointer in own if pointing.precedes(pointer)}
    following = len(folders) == 1 and all(pointer.stage is None for pointer in own)
    return pointing.repository / folders.pop() if following else None


def stage_in_force(pointing: RolloutPointers, name: str, *, at: str = "") -> StageRoot:
    """The stage that the environment's pointers name. Raises UserError where they name none, or not the same."""
    environment = chosen_environment(pointing, name)
    stage_pointers = [
        stage_pointer for stage_pointer in pointing.stage_pointers if stage_pointer.environment == environment
    ]
    stages = list(dict.fromkeys(stage_pointer.stage for stage_pointer in stage_pointers))
    where = at or str(pointing.rollout.file)
    if not stage_pointers:
        raise UserError(
            "the rollout has no pointer, so that no stage is known to be in force",
            where=where,
            next_step=f"Name both: `gateshift plan FROM TO`. {_stages(pointing.rollout.stages)}",
        )
    if len(stages) > 1 or stages[0] is None:
        named = "; ".join(
            f"{stage_pointer.pointer} names {stage_pointer.pointer.path}" for stage_pointer in stage_pointers
        )
        what = "the pointers do not name the same stage" if len(stages) > 1 else "the pointer names no stage"
        raise UserError(f"{what}: {named}", where=where, next_step="Name both: `gateshift plan FROM TO`.")
    return root_of(pointing.rollout, environment, stages[0])


def _stages(stages: Sequence[Stage]) -> str:
    return f"The stages are {', '.join(stage.name for stage in stages)}."
