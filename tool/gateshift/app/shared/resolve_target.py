"""What a name on the command line means: a stage of a rollout here, or a path."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from gateshift.app.shared.rollouts import StageRoot, rollout_file_above, rollout_files_in, stage_roots
from gateshift.config import open_rollout
from gateshift.errors import Exit, UserError
from gateshift.kustomize.tree.roots import find_roots
from gateshift.model.kustomization import Root
from gateshift.model.nearest import nearest_word
from gateshift.model.rollout import Rollout

_MOST_SHOWN = 8
_HERE = Path()


class ResolvedTarget(Struct, frozen=True):
    """A path, and the stage whose overlay it is; None where it is not a stage."""

    path: Path
    stage: StageRoot | None = None

    @property
    def rollout(self) -> Rollout | None:
        """The rollout that the stage belongs to."""
        return None if self.stage is None else self.stage.rollout


def resolve_target(target: str, environment: str, top: Path = _HERE) -> ResolvedTarget:
    """What the target means in the folder `top`. A name without a slash may be a stage's, and is one where a rollout
    in the folder or below it has such a stage. Raises UserError where it means nothing, or several things."""
    path = top / target
    if "/" not in target and target not in (".", ".."):
        stages = list(_stages(target, environment, top))
        if stages:
            return _only_stage(target, stages)
    if not path.exists():
        raise _unknown(target, environment, top)
    return ResolvedTarget(path, stage_of(path))


def stage_of(path: Path) -> StageRoot | None:
    """The stage whose overlay the folder is, by the nearest gateshift.yaml above it."""
    file = rollout_file_above(path.resolve(), Path(path.resolve().anchor))
    roots = stage_roots(open_rollout(file).rollout) if file is not None else ()
    return next((root for root in roots if root.folder.resolve() == path.resolve()), None)


def _stages(name: str, environment: str, top: Path) -> Iterator[StageRoot]:
    """The stages of that name of the rollouts in the folder and below it."""
    for file in rollout_files_in(top):
        for root in stage_roots(open_rollout(file).rollout):
            if root.stage.name == name and environment in ("", root.environment.name):
                yield root


def _only_stage(name: str, stages: list[StageRoot]) -> ResolvedTarget:
    if len(stages) > 1:
        folders = ", ".join(str(root.folder) for root in stages)
        raise UserError(
            f"stage {name} is that of {folders}", next_step="Name the directory, or the environment with --env."
        )
    return existing(stages[0])


def existing(root: StageRoot) -> ResolvedTarget:
    """The stage with its overlay. Raises UserError (exit code 4) where that was not generated yet."""
    if not root.folder.is_dir():
        raise UserError(
            f"stage {root.stage.name} has no overlay {root.folder} yet",
            next_step="`gateshift generate` writes it.",
            exit_code=Exit.NOTHING_FOUND,
        )
    return ResolvedTarget(root.folder, root)


def _unknown(target: str, environment: str, top: Path) -> UserError:
    names = [
        root.stage.name
        for file in rollout_files_in(top)
        for root in stage_roots(open_rollout(file).rollout)
        if environment in ("", root.environment.name)
    ]
    stages = f" Stages here: {', '.join(dict.fromkeys(names))}." if names else ""
    near = nearest_word(target, names)
    return UserError(
        f"there is no stage, file or directory {target}",
        next_step=(f"Did you mean {near}?" if near else "Name a stage, a directory or a YAML file.") + stages,
        exit_code=Exit.NOTHING_FOUND,
    )


def only_root(path: Path) -> Root:
    """The one root that the path is or holds. Raises UserError for several or none."""
    roots = find_roots([path]).roots
    if len(roots) > 1:
        shown = ", ".join(str(root.path) for root in roots[:_MOST_SHOWN])
        raise UserError(f"{path} holds {len(roots)} roots: {shown}", next_step="Name one of them.")
    return roots[0]
