"""What the pointers of both engines share: their name and the path of the stage they start with."""

from __future__ import annotations

import posixpath

from gateshift.model.rollout import Environment, Pointers, Rollout


def pointer_name(rollout: Rollout, environment: Environment) -> str:
    """The pointer's constant name: renaming a pointer deletes and recreates all it manages (flux2#3316)."""
    return "-".join(part for part in (rollout.service.name, environment.name) if part)


def pointed_path(rollout: Rollout, pointers: Pointers, environment: Environment) -> str:
    """The first stage's overlay, from the top of the repository."""
    return posixpath.join(pointers.path, rollout.overlay(rollout.stages[0], environment))
