"""Opens the schemas of the versions that a run asks for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from gateshift.errors import NoVerdict, UserError
from gateshift.model.rollout import SchemaChoice
from gateshift.schemas.layout import (
    CHANNELS,
    TITLES,
    crd_set,
    gateway_api_set,
    installed_versions,
    is_whole,
    kubernetes_set,
    newest_installed,
    plain_version,
)
from gateshift.schemas.store import Schemas
from gateshift.tools.lock import pinned


def open_schemas(choice: SchemaChoice, crds: Sequence[Path] = ()) -> Schemas:
    """The schemas of the chosen versions, and of the user's own CRDs in the files and folders `crds`.

    A version may be as short as `1.35`: the newest installed patch of it. Raises NoVerdict, with the command that
    installs it, where a version is not there, and UserError for a broken CRD or an unknown channel.
    """
    channel = choice.channel or CHANNELS[0]
    if channel not in CHANNELS:
        raise UserError(f"the Gateway API has no channel {channel!r}, only {' and '.join(CHANNELS)}")
    kubernetes = _installed("kubernetes", choice.kubernetes or pinned().kubernetes)
    gateway_api = _installed("gateway-api", choice.gateway_api or pinned().gateway_api)
    own: tuple[Path, ...] = ()
    if crds:
        from gateshift.schemas.own_crds import own_set  # most runs have none, and need no YAML for the schemas

        own = own_set(crds)
    standard = channel == CHANNELS[0]
    return Schemas(
        sets=(*own, gateway_api_set(gateway_api, channel), kubernetes_set(kubernetes), *_of_projects()),
        experimental=gateway_api_set(gateway_api, CHANNELS[1]) if standard else None,
        release=f"v{gateway_api}",
    )


def _of_projects() -> Iterator[Path]:
    """The kinds of other projects that are installed, in the pinned versions."""
    for pins in pinned().crds:
        folder = crd_set(pins.name, pins.version)
        if is_whole(folder):
            yield folder


def _installed(name: str, asked: str) -> str:
    """The installed version that the text means."""
    version = plain_version(asked)
    if version is None:
        raise UserError(f"{asked!r} is not a version of {TITLES[name]}", next_step="Write it like 1.37.2 or 1.37.")
    installed = newest_installed(name, version)
    if installed:
        return installed
    there = installed_versions(name)
    default = version == getattr(pinned(), name.replace("-", "_"))
    raise NoVerdict(
        f"the schemas of {TITLES[name]} {version} are not installed"
        + (f" ({', '.join(there)} {'is' if len(there) == 1 else 'are'})" if there else ""),
        next_step="Run `gateshift tools install" + ("`." if default else f" --{name} {version}`."),
    )
