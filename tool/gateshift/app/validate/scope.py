"""What a validation is asked to look at."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct


class ValidationScope(Struct, frozen=True):
    """What to validate: the paths, or where `affected` the roots that read these changed files, or the `rollouts` whose
    gateshift.yaml files are named, each as a whole; with CEL or without. `since` is the revision whose merge base says
    what is suppressed, "" for what the files themselves say."""

    paths: tuple[Path, ...] = ()
    affected: bool = False
    cel: bool = True
    rollouts: tuple[Path, ...] = ()
    since: str = ""
