"""Installs the schemas of a version: fetches the publisher's Go module and converts what it holds."""

from __future__ import annotations

import shutil
from collections.abc import Callable

from msgspec import Struct

from gateshift.errors import NoVerdict, UserError
from gateshift.schemas.layout import TITLES, newest_installed, plain_version, root
from gateshift.system.cache import new_folder, only_one
from gateshift.tools.lock import Lock, pinned

_TYPES_MODULE = "k8s.io/api"
_MODULES = {"kubernetes": "k8s.io/kubernetes", "gateway-api": "sigs.k8s.io/gateway-api"}


def no_news(text: str) -> None:
    """Say nothing."""


def no_progress(done: int, total: int | None) -> None:
    """Show nothing."""


class InstallOptions(Struct, frozen=True):
    """How an installation goes about it: whether it may fetch, who hears of it, and the pins without which nothing
    is taken from a module proxy directly."""

    offline: bool = False
    say: Callable[[str], None] = no_news
    progress: Callable[[int, int | None], None] = no_progress
    lock: Lock | None = None


def install_schemas(name: str, version: str, options: InstallOptions) -> str:
    """Make sure that this version of "kubernetes" or "gateway-api" is installed; the exact version.

    `1.35` means its latest patch, unless one is installed already. Both channels of the Gateway API are published
    together and installed together.
    """
    asked = plain_version(version)
    if asked is None:
        raise UserError(f"{version!r} is not a version of {TITLES[name]}", next_step="Write it like 1.37.2 or 1.37.")
    there = newest_installed(name, asked)
    if there:
        return there
    if options.offline:
        raise NoVerdict(
            f"the schemas of {TITLES[name]} {asked} are not installed, and --offline forbids to fetch them",
            next_step=f"Run `gateshift tools install --{name} {asked}` once with the network.",
        )
    with only_one(root() / ".lock"):
        return newest_installed(name, asked) or _make(name, asked, options)


def _make(name: str, asked: str, options: InstallOptions) -> str:
    # Imported here: most runs find everything installed, and must find that out at once.
    import zipfile

    from gateshift.schemas.convert import write_go_types, write_schemas
    from gateshift.tools.go_modules import fetched

    lock = options.lock or pinned()
    options.say(f"fetching the schemas of {TITLES[name]} {asked}")
    with fetched(_MODULES[name], f"v{asked}", lock, progress=options.progress) as module:
        version = module.version.removeprefix("v")
        target = root() / name / version
        shutil.rmtree(target, ignore_errors=True)  # what an outsider left of it
        with zipfile.ZipFile(module.zip) as archive, new_folder(target) as folder:
            if name == "kubernetes":
                api = fetched(_TYPES_MODULE, types_version(version), lock, progress=options.progress)
                with api as types, zipfile.ZipFile(types.zip) as source:
                    write_go_types(source, folder)
            write_schemas(name, archive, folder)
    return version


def types_version(kubernetes: str) -> str:
    """The version of k8s.io/api that belongs to a Kubernetes version: v0.37.2 to 1.37.2."""
    return f"v0.{kubernetes.partition('.')[2]}"
