"""Where the pointers of a rollout stand."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from gateshift.model.pointer import NotUnderstood, PointerInFile
from gateshift.model.rollout import Environment, Rollout, Stage


@dataclass(frozen=True, slots=True)
class Post:
    """A pointer of the rollout, and what it names: the environment it belongs to, None where that cannot be told, and
    the stage, None where its path is none."""

    found: PointerInFile
    environment: Environment | None
    stage: Stage | None


@dataclass(frozen=True, slots=True)
class Pointing:
    """A rollout with its pointers, in the order of its environments, engines and names.

    `repository` is the folder that the pointers' paths start from; `prefix` is the folder of rollout.yaml as those
    paths write it. `not_understood` are objects that may be pointers, each with its file.
    """

    rollout: Rollout
    repository: Path
    prefix: str
    posts: tuple[Post, ...]
    not_understood: tuple[tuple[Path, NotUnderstood], ...] = ()

    def folder(self, stage: Stage, environment: Environment) -> str:
        """The path that names the stage, from the top of the repository."""
        overlay = self.rollout.overlay(stage, environment)
        return f"{self.prefix}/{overlay}" if self.prefix else overlay
