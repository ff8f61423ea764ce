"""Which pointers belong to a rollout, and which stage of which environment each of them names."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable

from gateshift.model.rollout import Engine, Environment, Rollout, Stage
from gateshift.model.sync_pointer import StagePointer, SyncPointer


def pointer_name(rollout: Rollout, environment: Environment) -> str:
    """The constant name of a generated pointer: renaming one deletes and recreates all it manages (flux2#3316)."""
    return "-".join(part for part in (rollout.service.name, environment.name) if part)


def first_path(rollout: Rollout, environment: Environment) -> str:
    """What a new pointer names: the first stage's overlay, from the top of the repository."""
    top = rollout.pointers.path if rollout.pointers is not None else ""
    return posixpath.join(top, rollout.overlay(rollout.stages_in(environment)[0], environment))


class StageFolders:
    """The folders of a rollout's stages as pointers write them, `prefix` being the folder of gateshift.yaml."""

    def __init__(self, rollout: Rollout, prefix: str) -> None:
        self._rollout = rollout
        self._top = f"{prefix}/overlays" if prefix else "overlays"
        self._stages: dict[str, tuple[Environment, Stage]] = {
            f"{prefix}/{rollout.overlay(stage, environment)}".removeprefix("/"): (environment, stage)
            for environment in rollout.environments
            for stage in rollout.stages_in(environment)
        }

        self._names = {pointer_name(rollout, environment): environment for environment in rollout.environments}

    def place(self, pointer: SyncPointer) -> StagePointer | None:
        """The pointer with its stage; None where it is no pointer of this rollout.

        It is one where its path lies among the overlays, or where it has the name that a generated one has; that name
        then says the environment, and a stage of another environment is no stage of its own.
        """
        if self._of_another_repository(pointer):
            return None
        environment, stage = self._stages.get(pointer.folder, (None, None))
        named = self._names.get(pointer.name)
        if named is not None:
            return StagePointer(pointer, named, stage if environment == named else None)
        if stage is None:
            environment = self._above(pointer)
            if environment is None and not f"{pointer.folder}/".startswith(f"{self._top}/"):
                return None
        return StagePointer(pointer, environment, stage)

    def _of_another_repository(self, pointer: SyncPointer) -> bool:
        pointers = self._rollout.pointers
        if pointers is None or not pointers.repository or not pointer.repository:
            return False
        return plain_url(pointer.repository) != plain_url(pointers.repository)

    def _above(self, pointer: SyncPointer) -> Environment | None:
        """The environment among whose overlays the path lies, or would lie."""
        for environment in self._rollout.environments:
            within = f"{self._top}/{environment.name}".rstrip("/") + "/"
            if f"{pointer.folder}/".startswith(within):
                return environment
        return None


def in_order(rollout: Rollout, stage_pointers: Iterable[StagePointer]) -> tuple[StagePointer, ...]:
    """By environment as the rollout lists them, then by engine, name and place."""
    environments = [environment.name for environment in rollout.environments]
    engines = list(Engine)

    def key(stage_pointer: StagePointer) -> tuple[int, int, str, str, int]:
        pointer = stage_pointer.pointer
        rank = environments.index(stage_pointer.environment.name) if stage_pointer.environment else len(environments)
        return (
            rank,
            engines.index(pointer.engine),
            pointer.name,
            str(pointer.file),
            pointer.document,
        )

    return tuple(sorted(stage_pointers, key=key))


def plain_url(url: str) -> str:
    """A repository's URL without what different spellings of it differ in: scheme, user, `.git`, `git@host:path`."""
    _, _, rest = url.rpartition("://")
    scp = "://" not in url
    rest = rest.rpartition("@")[2] if "@" in rest.partition("/")[0] else rest
    if scp:
        host, colon, path = rest.partition(":")
        rest = f"{host}/{path}" if colon and "/" not in host else rest
    return rest.rstrip("/").removesuffix(".git").lower()
