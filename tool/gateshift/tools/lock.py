"""The committed pins: which versions, and the sums that what is fetched must have.

`lock.json` beside this file is filled by `gateshift tools lock`, which a maintainer runs. Nothing without a pin is
taken from a place that does not verify it by itself.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from msgspec import Struct

from gateshift.yamldoc.data import Json, object_at, text_at


class PinnedProgram(Struct, frozen=True):
    """One program's pins.

    `module` and `package` are Go import paths, `sum` the module's h1 sum in Go's checksum database. `asset` is the
    release asset's URL with {version}, {os} and {arch}; `assets` maps an asset's file name to its SHA-256.
    """

    name: str
    version: str
    module: str
    package: str
    sum: str
    asset: str
    checksums: str
    assets: tuple[tuple[str, str], ...]

    def asset_url(self, system: str, machine: str) -> str:
        """The URL of the release asset for an operating system and architecture as Go names them."""
        return self.asset.format(version=self.version, os=system, arch=machine)


class Lock(Struct, frozen=True):
    """All pins. `modules` maps "path@version" to the h1 sum of the module's zip."""

    programs: tuple[PinnedProgram, ...]
    kubernetes: str
    gateway_api: str
    modules: tuple[tuple[str, str], ...]

    def program(self, name: str) -> PinnedProgram:
        """The pins of the program; KeyError for one that is not pinned."""
        return {program.name: program for program in self.programs}[name]


def read_lock(text: str) -> Lock:
    """The pins as `lock.json` holds them."""
    data: Json = json.loads(text)
    return Lock(
        programs=tuple(_program(name, data) for name in object_at(data, "programs")),
        kubernetes=text_at(data, "schemas", "kubernetes"),
        gateway_api=text_at(data, "schemas", "gateway-api"),
        modules=_texts(data, "modules"),
    )


def _program(name: str, data: Json) -> PinnedProgram:
    pins = object_at(data, "programs", name)
    words = {key: text_at(pins, key) for key in ("version", "module", "package", "sum", "asset", "checksums")}
    return PinnedProgram(name=name, assets=_texts(pins, "assets"), **words)


def _texts(data: Json, key: str) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in object_at(data, key).items() if isinstance(value, str))


@cache
def pinned() -> Lock:
    """The pins this release was made with."""
    return read_lock(Path(__file__).with_name("lock.json").read_text(encoding="utf-8"))
