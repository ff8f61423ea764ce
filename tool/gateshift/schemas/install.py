"""Installs the schemas of a version: fetches the publisher's Go module and converts what it holds."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from gateshift.errors import NoVerdict, UserError
from gateshift.schemas.layout import TITLES, newest_installed, plain_version, root
from gateshift.system.cache import new_folder, only_one
from gateshift.tools.install_options import InstallOptions
from gateshift.tools.lock import PinnedCrds, pinned

if TYPE_CHECKING:
    from zipfile import ZipFile

_TYPES_MODULE = "k8s.io/api"
_MODULES = {"kubernetes": "k8s.io/kubernetes", "gateway-api": "sigs.k8s.io/gateway-api"}


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


def install_crds(name: str, options: InstallOptions) -> str:
    """Make sure that the CRDs of a project of the pin list are installed in the pinned version; that version.

    Raises KeyError for a project that is not in the list, NoVerdict where they cannot be had.
    """
    pins = (options.lock or pinned()).crds_of(name)
    if not newest_installed(name, pins.version):
        if options.offline:
            raise NoVerdict(
                f"the CRDs of {pins.release} are not installed, and --offline forbids to fetch them",
                next_step=f"Run `gateshift tools install --crds-of {name}` once with the network.",
            )
        with only_one(root() / ".lock"):
            if not newest_installed(name, pins.version):
                _make_crds(pins, options)
    return pins.version


def install_default_crds(options: InstallOptions) -> None:
    """Make sure that the CRDs of the sync engines are installed. Raises NoVerdict where they cannot be had."""
    for pins in (options.lock or pinned()).crds:
        if pins.default:
            install_crds(pins.name, options)


def _make(name: str, asked: str, options: InstallOptions) -> str:
    from gateshift.schemas.convert import write_go_types, write_schemas

    options.say(f"fetching the schemas of {TITLES[name]} {asked}")
    with _module(_MODULES[name], f"v{asked}", options) as (tag, archive):
        version = tag.removeprefix("v")
        with _new_set(name, version) as folder:
            if name == "kubernetes":
                with _module(_TYPES_MODULE, types_version(version), options) as (_, source):
                    write_go_types(source, folder)
            write_schemas(name, archive, folder)
    return version


def _make_crds(pins: PinnedCrds, options: InstallOptions) -> None:
    from gateshift.schemas.convert import write_crds

    options.say(f"fetching the CRDs of {pins.release}")
    with _module(pins.module, pins.tag, options) as (_, archive), _new_set(pins.name, pins.version) as folder:
        write_crds(pins, archive, folder)


@contextmanager
def _module(module: str, tag: str, options: InstallOptions) -> Iterator[tuple[str, ZipFile]]:
    """The module's exact version, and its zip to read."""
    # Imported here: most runs find everything installed, and must find that out at once.
    import zipfile

    from gateshift.tools.go_modules import fetched

    lock = options.lock or pinned()
    with fetched(module, tag, lock, progress=options.progress) as found, zipfile.ZipFile(found.zip) as archive:
        yield found.version, archive


@contextmanager
def _new_set(name: str, version: str) -> Iterator[Path]:
    target = root() / name / version
    shutil.rmtree(target, ignore_errors=True)  # what an outsider left of it
    with new_folder(target) as folder:
        yield folder


def types_version(kubernetes: str) -> str:
    """The version of k8s.io/api that belongs to a Kubernetes version: v0.37.2 to 1.37.2."""
    return f"v0.{kubernetes.partition('.')[2]}"
