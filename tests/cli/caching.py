"""Runs with a cache of their own, in which the programs and schemas are those installed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from gateshift.system.cache import cache_root
from gateshift.system.cache_sums import write_sums


def own_cache(folder: Path) -> Path:
    """A cache in the folder without any answer."""
    folder.mkdir()
    for name in ("tools", "schemas"):
        (folder / name).symlink_to(cache_root() / name)
    return folder


def counting_cache(folder: Path, log: Path) -> Path:
    """Such a cache whose installed kustomize writes a line for each build. One named as an option would not do: of a
    program that starts another, nothing is kept."""
    cache = own_cache(folder)
    (cache / "tools").unlink()
    real = cache_root() / "tools"
    program = cache / next(real.glob("kustomize/*/kustomize")).relative_to(real.parent)
    program.parent.mkdir(parents=True)
    (cache / "tools/kubeconform").symlink_to(real / "kubeconform")
    program.write_text(
        f'#!/bin/sh\n[ "$1" = build ] && echo >> {log}\nexec {real / program.relative_to(cache / "tools")} "$@"\n'
    )
    program.chmod(0o755)
    write_sums(program.parent)
    return cache


def run(top: Path, cache: Path, *words: str, **env: str) -> tuple[int, str]:
    """The exit code and all that a run with this cache says."""
    own = {name: value for name, value in os.environ.items() if name not in ("GATESHIFT_NO_CACHE", *env)}
    argv = [sys.executable, "-m", "gateshift", *words]
    done = subprocess.run(
        argv, cwd=top, env={**own, "GATESHIFT_CACHE": str(cache), **env}, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


def imports(top: Path, cache: Path, *words: str) -> str:
    """The modules that a run with this cache imports."""
    own = {name: value for name, value in os.environ.items() if name != "GATESHIFT_NO_CACHE"}
    argv = [sys.executable, "-X", "importtime", "-m", "gateshift", *words]
    environment = {**own, "GATESHIFT_CACHE": str(cache)}
    return subprocess.run(argv, cwd=top, env=environment, capture_output=True, text=True, check=False).stderr
