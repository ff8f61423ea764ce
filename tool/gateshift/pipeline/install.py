"""`--install`: what a run needs, fetched before it is used. What is there already is not fetched again."""

from __future__ import annotations

from pathlib import Path

from gateshift.external.schemas.install import How, install_schemas
from gateshift.external.toolchain.install import install
from gateshift.external.toolchain.lock import pinned
from gateshift.model.rollout import SchemaChoice


def install_programs(named: dict[str, Path | None], how: How) -> None:
    """Install the pinned programs, but for those that the user named. Raises NoVerdict where one cannot be had."""
    for program in pinned().programs:
        if named.get(program.name) is None:
            install(program, offline=how.offline, say=how.say, progress=how.progress)


def install_chosen(choice: SchemaChoice, how: How) -> None:
    """Install the schemas of the chosen versions, or of the pinned ones where nothing is chosen.

    Raises NoVerdict where they cannot be had.
    """
    install_schemas("kubernetes", choice.kubernetes or pinned().kubernetes, how)
    install_schemas("gateway-api", choice.gateway_api or pinned().gateway_api, how)
