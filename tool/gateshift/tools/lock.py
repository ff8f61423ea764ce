"""The committed pins: which versions, and the sums that what is fetched must have.

`lock.json` beside this file is filled by `gateshift tools lock`, which a maintainer runs. Nothing without a pin is
taken from a place that does not verify it by itself.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from msgspec import Struct

from gateshift.yamldoc.data import Json, list_at, object_at, text_at


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


class PinnedCrds(Struct, frozen=True):
    """The CRDs that a project publishes: `version` is the project's, `tag` that of the Go `module` whose `folder` holds
    them. `kinds` are written group/Kind. `default`: they are installed together with Kubernetes' own kinds."""

    name: str
    title: str
    version: str
    module: str
    tag: str
    folder: str
    kinds: frozenset[str]
    default: bool

    @property
    def release(self) -> str:
        """The project and its version, in words."""
        return f"{self.title} {self.version}"


class Lock(Struct, frozen=True):
    """All pins. `modules` maps "path@version" to the h1 sum of the module's zip."""

    programs: tuple[PinnedProgram, ...]
    kubernetes: str
    gateway_api: str
    crds: tuple[PinnedCrds, ...]
    modules: tuple[tuple[str, str], ...]

    def program(self, name: str) -> PinnedProgram:
        """The pins of the program; KeyError for one that is not pinned."""
        return {program.name: program for program in self.programs}[name]

    def crds_of(self, name: str) -> PinnedCrds:
        """The pins of a project's CRDs; KeyError for one that is not pinned."""
        return {pins.name: pins for pins in self.crds}[name]

    def crds_with(self, group: str, kind: str) -> PinnedCrds | None:
        """The project that publishes the kind; None where none of the pinned ones does."""
        return next((pins for pins in self.crds if f"{group}/{kind}" in pins.kinds), None)


def read_lock(text: str) -> Lock:
    """The pins as `lock.json` holds them."""
    data: Json = json.loads(text)
    return Lock(
        programs=tuple(_program(name, data) for name in object_at(data, "programs")),
        kubernetes=text_at(data, "schemas", "kubernetes"),
        gateway_api=text_at(data, "schemas", "gateway-api"),
        crds=tuple(_crds(name, object_at(data, "crds", name)) for name in object_at(data, "crds")),
        modules=_texts(data, "modules"),
    )


def _program(name: str, data: Json) -> PinnedProgram:
    pins = object_at(data, "programs", name)
    words = {key: text_at(pins, key) for key in ("version", "module", "package", "sum", "asset", "checksums")}
    return PinnedProgram(name=name, assets=_texts(pins, "assets"), **words)


def _crds(name: str, pins: Json) -> PinnedCrds:
    words = {key: text_at(pins, key) for key in ("title", "version", "module", "tag", "folder")}
    kinds = frozenset(kind for kind in list_at(pins, "kinds") if isinstance(kind, str))
    return PinnedCrds(name=name, kinds=kinds, default=object_at(pins).get("default") is True, **words)


def _texts(data: Json, key: str) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in object_at(data, key).items() if isinstance(value, str))


@cache
def pinned() -> Lock:
    """The pins this release was made with."""
    return read_lock(Path(__file__).with_name("lock.json").read_text(encoding="utf-8"))
