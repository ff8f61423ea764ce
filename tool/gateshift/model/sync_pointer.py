"""What a sync engine follows: pointers, the stages of a rollout that they name, and how they set the engine."""

from __future__ import annotations

import posixpath
from pathlib import Path

from msgspec import Struct

from gateshift.model.engine_build import EngineBuild
from gateshift.model.rollout import Engine, Environment, Rollout, Stage
from gateshift.yamldoc.data import FieldPath


class EditableScalar(Struct, frozen=True):
    """A scalar that a synced path is made of: the path is `before` + `value` + `after`.

    `at` is its place in the object, or, where `file` is not "", in the one document of that file, a path from the top
    of the repository.
    """

    at: FieldPath
    value: str
    before: str = ""
    after: str = ""
    file: str = ""


class SyncPointer(Struct, frozen=True):
    """One folder that a sync object follows.

    `path` is as the engine reads it, with any template filled in; `scalars` are those whose change would move it, the
    likeliest first, none where it stands in no scalar. `repository` and `revision` are "" where the object leaves
    them to another one; then `source` names that one as (kind, namespace, name).
    `file` holds the object, as its document number `document` from 0; `.` for an object that is in no file.
    `build` is how the engine builds the folder, None where it does so by other means than YAML files or Kustomize.
    `pattern` is that by which the folder was found, one of all that match; "" where the folder is named.
    """

    engine: Engine
    kind: str
    namespace: str
    name: str
    path: str
    scalars: tuple[EditableScalar, ...] = ()
    repository: str = ""
    revision: str = ""
    source: tuple[str, str, str] = ("", "", "")
    file: Path = Path()
    document: int = 0
    build: EngineBuild | None = None
    pattern: str = ""

    @property
    def folder(self) -> str:
        """The path from the top of the repository, without `./` or a slash at its ends; "" for the top."""
        return folder_of(self.path)

    @property
    def way(self) -> object:
        """What two pointers share that build a folder alike."""
        return None if self.build is None else (self.build.folder, self.build.way)

    @property
    def path_at(self) -> FieldPath:
        """The place of the path in the object that holds the pointer; that of its spec where it is not in there."""
        own = (scalar.at for scalar in self.scalars if not scalar.file)
        return next(own, ("spec",))

    def __str__(self) -> str:
        return f"{self.kind} {self.namespace}/{self.name}" if self.namespace else f"{self.kind} {self.name}"


class NotUnderstood(Struct, frozen=True):
    """A sync object whose folder cannot be told from files: which one, why, and the document it is."""

    kind: str
    name: str
    why: str
    file: Path = Path()
    document: int = 0

    def __str__(self) -> str:
        return f"{self.file}: {self.kind} {self.name}: {self.why}"


def folder_of(path: str) -> str:
    """A path of a sync object as a folder from the top of the repository, "" for the top itself."""
    normal = posixpath.normpath(path.strip("/") or ".")
    return "" if normal == "." else normal


class StagePointer(Struct, frozen=True):
    """A pointer of the rollout, and what it names: the environment it belongs to, None where that cannot be told, and
    the stage, None where its path is none. `declared`: gateshift.yaml names the object, which may still follow what ran
    before the rollout."""

    pointer: SyncPointer
    environment: Environment | None
    stage: Stage | None
    declared: bool = False


class RolloutPointers(Struct, frozen=True):
    """A rollout with its pointers, in the order of its environments, engines and names.

    `repository` is the folder that the pointers' paths start from; `prefix` is the folder of gateshift.yaml as those
    paths write it. `not_understood` are objects that may be pointers.
    """

    rollout: Rollout
    repository: Path
    prefix: str
    stage_pointers: tuple[StagePointer, ...]
    not_understood: tuple[NotUnderstood, ...] = ()

    def folder(self, stage: Stage, environment: Environment) -> str:
        """The path that names the stage, from the top of the repository."""
        overlay = self.rollout.overlay(stage, environment)
        return f"{self.prefix}/{overlay}" if self.prefix else overlay

    def precedes(self, stage_pointer: StagePointer) -> bool:
        """Whether the pointer still follows what ran before the rollout: as gateshift.yaml says, or since its folder
        does not lie among the stages."""
        stages = f"{self.prefix}/overlays/".removeprefix("/")
        among = f"{stage_pointer.pointer.folder}/".startswith(stages)
        return stage_pointer.stage is None and (stage_pointer.declared or not among)


class SyncSettings(Struct, frozen=True):
    """One engine's settings. `prune`: objects that leave the files leave the cluster. `prune_last` and `waves` are
    Argo CD's: prunes wait until everything else is healthy, and sync-wave annotations count. `recreates`: every object
    whose update the API server refuses is deleted and created anew. `server_side`: objects are applied server-side.
    `decides`: the verdict counts; that of an engine without a pointer does not where another engine has one.

    The defaults are those of an engine without a pointer: one wave, and prunes as early as the engine makes them.
    """

    engine: Engine
    prune: bool = True
    prune_last: bool = False
    waves: bool = False
    recreates: bool = False
    server_side: bool = False
    decides: bool = True
