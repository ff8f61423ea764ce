"""Takes stock of the programs and schemas that validation would use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from gateshift.errors import NoVerdict
from gateshift.model.inventory import InstalledProgram, Inventory, StockedSchemas
from gateshift.schemas.layout import CHANNELS, INDEX, crd_set, gateway_api_set, installed_versions, kubernetes_set
from gateshift.schemas.store import damaged
from gateshift.system.cache import cache_root
from gateshift.tools.find import find
from gateshift.tools.lock import PinnedProgram, pinned
from gateshift.yamldoc.data import json_of, list_at


def take_inventory(overrides: Mapping[str, Path | None]) -> Inventory:
    """What is there; `overrides` are the programs that the user named."""
    programs = tuple(_program(program, overrides.get(program.name)) for program in pinned().programs)
    return Inventory(cache_root(), programs, tuple(_schemas()), tuple(_to_get()))


def _program(program: PinnedProgram, override: Path | None) -> InstalledProgram:
    try:
        found = find(program.name, override)
    except NoVerdict as error:
        return InstalledProgram(program.name, program.version, missing=f"{error.what}. {error.next_step}")
    return InstalledProgram(
        program.name, program.version, found.version, found.argv[0], found.source.value, found.warnings
    )


def _schemas() -> Iterator[StockedSchemas]:
    for version in installed_versions("kubernetes"):
        folder = kubernetes_set(version)
        yield StockedSchemas("kubernetes", version, "", _kinds(folder), folder, version == pinned().kubernetes)
    for version in installed_versions("gateway-api"):
        for channel in CHANNELS:
            folder = gateway_api_set(version, channel)
            default = version == pinned().gateway_api and channel == CHANNELS[0]
            yield StockedSchemas("gateway-api", version, channel, _kinds(folder), folder, default)
    for pins in pinned().crds:
        for version in installed_versions(pins.name):
            folder = crd_set(pins.name, version)
            yield StockedSchemas(pins.name, version, "", _kinds(folder), folder, version == pins.version)


def _to_get() -> Iterator[str]:
    """The projects whose CRDs can be installed and are not."""
    return (pins.name for pins in pinned().crds if not installed_versions(pins.name))


def _kinds(folder: Path) -> int:
    file = folder / INDEX
    try:
        return len(list_at(json_of(file.read_bytes()), "kinds"))
    except ValueError as error:
        raise damaged(file) from error
