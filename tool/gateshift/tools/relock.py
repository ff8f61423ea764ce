"""Fills the pins from what the publishers publish; a maintainer runs it when a pinned version changes."""

from __future__ import annotations

import json
import re
import tempfile
import zipfile
from pathlib import Path

from gateshift.errors import NoVerdict
from gateshift.tools.download import DownloadLimits, fetch
from gateshift.tools.go import Go, Module, download
from gateshift.tools.go_modules import members
from gateshift.tools.lock import Lock, PinnedCrds, PinnedProgram, read_lock
from gateshift.yamldoc import load_all
from gateshift.yamldoc.data import Json, JsonObject, object_at, text_at

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
        modules = {f"{module}@{tag}": download(go, module, tag, folder) for module, tag in _wanted(lock)}
    crds: JsonObject = {
        pins.name: {**object_at(data, "crds", pins.name), "kinds": _kinds(pins, modules[f"{pins.module}@{pins.tag}"])}
        for pins in lock.crds
    }
    sums: JsonObject = {name: module.sum for name, module in modules.items()}
    filled = {**data, "programs": programs, "crds": crds, "modules": sums}
    return json.dumps(filled, indent=2, ensure_ascii=False) + "\n"


def _wanted(lock: Lock) -> tuple[tuple[str, str], ...]:
    """The modules that hold schemas, each with its version."""
    return (
        ("k8s.io/kubernetes", f"v{lock.kubernetes}"),
        ("k8s.io/api", f"v0.{lock.kubernetes.partition('.')[2]}"),
        ("sigs.k8s.io/gateway-api", f"v{lock.gateway_api}"),
        *((pins.module, pins.tag) for pins in lock.crds),
    )


def _kinds(pins: PinnedCrds, module: Module) -> list[Json]:
    """The kinds that the module's CRDs define, written group/Kind."""
    with zipfile.ZipFile(module.zip) as archive:
        texts = [content.decode() for content in members(archive, pins.folder, ".yaml")]
    documents = [document for text in texts for document in load_all(text)]
    crds = [document for document in documents if text_at(document, "kind") == "CustomResourceDefinition"]
    kinds = {f"{text_at(crd, 'spec', 'group')}/{text_at(crd, 'spec', 'names', 'kind')}" for crd in crds}
    if not kinds:
        raise NoVerdict(f"{pins.module} {pins.tag} has no CRD in {pins.folder}")
    return [*sorted(kinds)]


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
