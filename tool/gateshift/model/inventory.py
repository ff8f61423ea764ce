"""What is installed: programs and schemas."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct


class InstalledProgram(Struct, frozen=True):
    """One program: the version in use, where it is and how it was found, and the version it is pinned to.

    `missing` is why it cannot be used, with the way to get it; then `version`, `path` and `source` are empty.
    """

    name: str
    pinned: str
    version: str = ""
    path: str = ""
    source: str = ""
    warnings: tuple[str, ...] = ()
    missing: str = ""


class StockedSchemas(Struct, frozen=True):
    """The schemas of one version ("" for the user's own CRDs) and how many kinds and versions of kinds they hold.

    `pinned` marks the version used by default.
    """

    name: str
    version: str
    channel: str
    kinds: int
    folder: Path
    pinned: bool


class Inventory(Struct, frozen=True):
    """Everything that validation would find, the cache folder it is kept in, and the projects whose CRDs could be
    installed as well."""

    cache: Path
    programs: tuple[InstalledProgram, ...]
    schemas: tuple[StockedSchemas, ...]
    crds_to_install: tuple[str, ...] = ()
