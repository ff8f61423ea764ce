"""Fills the pins from what the publishers publish; a maintainer runs it when a pinned version changes."""

from __future__ import annotations

import json
import re
import tempfile
from pathlib import Path

from gateshift.errors import NoVerdict
from gateshift.tools.download import DownloadLimits, fetch
from gateshift.tools.go import Go, download
from gateshift.tools.lock import Lock, PinnedProgram, read_lock
from gateshift.yamldoc.data import Json, JsonObject, object_at

_PLATFORMS = tuple((system, machine) for system in ("linux", "darwin") for machine in ("amd64", "arm64"))
_LINE = r"([0-9a-f]{64})[ \t]+\*?(\S+)"
_SMALL = DownloadLimits(size=1 << 20)


def relock(text: str, go: Go) -> str:
    """The lock's text with every sum filled anew for the versions that it names.

    Raises NoVerdict where a publisher's checksum file cannot be had or lacks an asset: nothing is ever guessed.
    """
    data: JsonObject = object_at(json.loads(text))
    lock = read_lock(text)
    with tempfile.TemporaryDirectory(prefix="gateshift-") as name:
        folder = Path(name)
        programs: JsonObject = {
            program.name: {
                **object_at(data, "programs", program.name),
                "sum": download(go, program.module, program.version, folder).sum,
                "assets": _assets(program, folder),
            }
            for program in lock.programs
        }
        modules = _modules(lock, go, folder)
    return json.dumps({**data, "programs": programs, "modules": modules}, indent=2, ensure_ascii=False) + "\n"


def _modules(lock: Lock, go: Go, folder: Path) -> JsonObject:
    types = f"0.{lock.kubernetes.partition('.')[2]}"
    wanted = (
        ("k8s.io/kubernetes", lock.kubernetes),
        ("k8s.io/api", types),
        ("sigs.k8s.io/gateway-api", lock.gateway_api),
    )
    return {f"{module}@v{version}": download(go, module, f"v{version}", folder).sum for module, version in wanted}


def _assets(program: PinnedProgram, folder: Path) -> JsonObject:
    file = folder / f"{program.name}.sums"
    fetch(program.checksums.format(version=program.version), file, limits=_SMALL)
    sums = {name: digest for digest, name in re.findall(_LINE, file.read_text(encoding="utf-8"))}
    assets: dict[str, Json] = {}
    for system, machine in _PLATFORMS:
        name = program.asset_url(system, machine).rpartition("/")[2]
        if name not in sums:
            raise NoVerdict(f"{program.checksums} names no {name}")
        assets[name] = sums[name]
    return assets
