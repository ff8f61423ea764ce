"""What the user decides about programs and schemas, for every command that builds.

`--install`: what a run needs, fetched before it is used. What is there already is not fetched again.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from gateshift.app.shared.remember import Memory
from gateshift.errors import NoVerdict
from gateshift.model.rollout import Rollout, SchemaChoice
from gateshift.model.settings import RepositorySettings
from gateshift.system.answer_part import AnswerPart
from gateshift.system.answer_store import AnswerStore
from gateshift.system.process import Deadline, TimeLimit
from gateshift.tools.install_options import InstallOptions, no_news

if TYPE_CHECKING:
    from gateshift.schemas import Schemas

_TOOLS_OWN = SchemaChoice()


class Choices(Struct, frozen=True):
    """The programs, the schemas, and how long a program may take, in seconds, or all of them together.

    Empty fields of `schemas` leave the choice to gateshift.yaml, then to the tool.
    `install` is how schemas that are missing are fetched; without it they are not.
    `say` hears which schemas are used; `progress` what the run is at, and "" where that is nothing long. `cached` is
    whether an answer may come from the cache, and go there; `answers` are those of a run in parts, instead of these.
    """

    kustomize: Path | None = None
    kubeconform: Path | None = None
    schemas: SchemaChoice = _TOOLS_OWN
    crds: tuple[Path, ...] = ()
    timeout: TimeLimit = 300.0
    install: InstallOptions | None = None
    say: Callable[[str], None] = no_news
    cached: bool = False
    progress: Callable[[str], None] = no_news
    answers: AnswerPart | None = None

    @property
    def store(self) -> AnswerStore | AnswerPart | None:
        """Where the answers about roots come from and go to; None where they are not wanted."""
        return self.answers or (AnswerStore.of_user() if self.cached else None)

    def memory(self) -> Memory:
        """Where answers come from and go to; one that knows none where the cache is not wanted or not to be trusted."""
        return Memory(AnswerStore.of_user() if self.cached else None)

    def begun(self) -> Choices:
        """The choices of a run whose programs start to run now."""
        limit = self.timeout
        return replace(self, timeout=Deadline.after(limit.seconds)) if isinstance(limit, Deadline) else self

    def words(self) -> tuple[str, ...]:
        """What of the choices decides an answer, apart from the programs."""
        schemas = self.schemas
        return (schemas.kubernetes, schemas.gateway_api, schemas.channel, *map(str, (*schemas.crds, *self.crds)))

    def programs(self) -> tuple[tuple[str, Path | None], ...]:
        """The programs that were named, by what they are named as."""
        return (("kustomize", self.kustomize), ("kubeconform", self.kubeconform))

    def open_schemas(self, rollouts: tuple[Rollout, ...], settings: tuple[RepositorySettings, ...] = ()) -> Schemas:
        """The chosen schemas: an option goes before a rollout's gateshift.yaml, that before the settings of the
        repository, these before the tool's own versions; the CRDs of all add up.

        Raises NoVerdict where they are not installed, UserError for broken CRDs.
        """
        from gateshift.schemas import open_schemas  # an answer that is known needs no schema

        declared = next((rollout for rollout in rollouts if rollout.schemas != _TOOLS_OWN), None)
        said = [each for each in (declared, *settings) if each is not None]
        own = tuple(each.file.parent / path for each in said for path in each.schemas.crds)
        choices = [self.schemas, *(each.schemas for each in said)]
        choice = SchemaChoice(
            next((each.kubernetes for each in choices if each.kubernetes), ""),
            next((each.gateway_api for each in choices if each.gateway_api), ""),
            next((each.channel for each in choices if each.channel), ""),
        )
        if self.install is not None:
            install_chosen(choice, self.install)
        opened = open_schemas(choice, (*self.crds, *own))
        for folder in opened.sets:
            self.say(f"schemas: {folder}")
        return opened


def install_programs(named: dict[str, Path | None], options: InstallOptions) -> None:
    """Install the pinned programs, but for those that the user named. Raises NoVerdict where one cannot be had."""
    from gateshift.tools.install import install
    from gateshift.tools.lock import pinned

    for program in pinned().programs:
        if named.get(program.name) is None:
            install(program, offline=options.offline, say=options.say, progress=options.progress)


def install_chosen(choice: SchemaChoice, options: InstallOptions) -> None:
    """Install the schemas of the pinned versions where these are chosen or nothing is.

    A repository may choose any version, so no other is fetched during a run. Raises NoVerdict for one that is neither
    pinned nor installed, and where the pinned ones cannot be had.
    """
    from gateshift.schemas.install import install_default_crds, install_schemas
    from gateshift.schemas.layout import TITLES, newest_installed, plain_version
    from gateshift.tools.lock import pinned

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
