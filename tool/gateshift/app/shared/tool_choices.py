"""What the user decides about programs and schemas, for every command that builds.

`--install`: what a run needs, fetched before it is used. What is there already is not fetched again.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from msgspec import Struct

from gateshift.errors import NoVerdict
from gateshift.model.rollout import Rollout, SchemaChoice
from gateshift.schemas import Schemas, open_schemas
from gateshift.schemas.install import InstallOptions, install_default_crds, install_schemas, no_news
from gateshift.schemas.layout import TITLES, newest_installed, plain_version
from gateshift.system.process import TimeLimit
from gateshift.tools.install import install
from gateshift.tools.lock import pinned

_TOOLS_OWN = SchemaChoice()


class Choices(Struct, frozen=True):
    """The programs, the schemas, and how long a program may take, in seconds, or all of them together.

    Empty fields of `schemas` leave the choice to gateshift.yaml, then to the tool.
    `install` is how schemas that are missing are fetched; without it they are not.
    `say` hears which schemas are used.
    """

    kustomize: Path | None = None
    kubeconform: Path | None = None
    schemas: SchemaChoice = _TOOLS_OWN
    crds: tuple[Path, ...] = ()
    timeout: TimeLimit = 300.0
    install: InstallOptions | None = None
    say: Callable[[str], None] = no_news

    def open_schemas(self, rollouts: tuple[Rollout, ...]) -> Schemas:
        """The chosen schemas: an option goes before gateshift.yaml, that before the tool's own versions.

        Raises NoVerdict where they are not installed, UserError for broken CRDs.
        """
        declared = next((rollout for rollout in rollouts if rollout.schemas != _TOOLS_OWN), None)
        wanted = declared.schemas if declared else _TOOLS_OWN
        own = tuple(declared.file.parent / path for path in wanted.crds) if declared else ()
        choice = SchemaChoice(
            self.schemas.kubernetes or wanted.kubernetes,
            self.schemas.gateway_api or wanted.gateway_api,
            self.schemas.channel or wanted.channel,
        )
        if self.install is not None:
            install_chosen(choice, self.install)
        opened = open_schemas(choice, (*self.crds, *own))
        for folder in opened.sets:
            self.say(f"schemas: {folder}")
        return opened


def install_programs(named: dict[str, Path | None], options: InstallOptions) -> None:
    """Install the pinned programs, but for those that the user named. Raises NoVerdict where one cannot be had."""
    for program in pinned().programs:
        if named.get(program.name) is None:
            install(program, offline=options.offline, say=options.say, progress=options.progress)


def install_chosen(choice: SchemaChoice, options: InstallOptions) -> None:
    """Install the schemas of the pinned versions where these are chosen or nothing is.

    A repository may choose any version, so no other is fetched during a run. Raises NoVerdict for one that is neither
    pinned nor installed, and where the pinned ones cannot be had.
    """
    pins = {"kubernetes": pinned().kubernetes, "gateway-api": pinned().gateway_api}
    chosen = {"kubernetes": choice.kubernetes, "gateway-api": choice.gateway_api}
    for name, pin in pins.items():
        asked = plain_version(chosen[name] or pin)
        if asked is None or newest_installed(name, asked):
            continue
        if not f"{pin}.".startswith(f"{asked}."):
            raise NoVerdict(
                f"the schemas of {TITLES[name]} {asked} are not installed, and --install fetches only the pinned {pin}",
                next_step=f"Run `gateshift tools install --{name} {asked}`.",
            )
        install_schemas(name, pin, options)
    install_default_crds(options)
