"""Installs the schemas of a version: fetches the publisher's Go module and converts what it holds."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from gateshift.documents import load_all, text_of
from gateshift.documents.data import object_at
from gateshift.errors import NoVerdict, UserError
from gateshift.external.cache import new_folder, only_one
from gateshift.external.schemas.choose import CHANNELS
from gateshift.external.schemas.layout import (
    newest_installed,
    plain_version,
    root,
    write_set,
)
from gateshift.external.toolchain.modules import fetch
from gateshift.shapes.crd import is_crd, shapes_of_crd
from gateshift.shapes.openapi import shapes_of_openapi
from gateshift.shapes.shape import Shape

_OPENAPI = "api/openapi-spec/v3/"
_CRDS = "config/crd/"


@dataclass(frozen=True, slots=True)
class _Publisher:
    """Where schemas come from: `name` is their folder in the cache and the option that chooses a version."""

    name: str
    title: str
    module: str
    write: Callable[[zipfile.ZipFile, Path], None]


def install_kubernetes(version: str, *, offline: bool, say: Callable[[str], None]) -> str:
    """Make sure that the built-in kinds of this Kubernetes version are installed; the exact version.

    `1.35` means its latest patch, unless one is installed already.
    """
    return _install(
        _Publisher("kubernetes", "Kubernetes", "k8s.io/kubernetes", _write_kubernetes), version, offline, say
    )


def install_gateway_api(version: str, *, offline: bool, say: Callable[[str], None]) -> str:
    """Make sure that both channels of this version of the Gateway API are installed; the exact version."""
    publisher = _Publisher("gateway-api", "the Gateway API", "sigs.k8s.io/gateway-api", _write_gateway_api)
    return _install(publisher, version, offline, say)


def _install(publisher: _Publisher, version: str, offline: bool, say: Callable[[str], None]) -> str:  # noqa: FBT001
    asked = plain_version(version)
    if asked is None:
        raise UserError(f"{version!r} is no version of {publisher.title}", next_step="Write it like 1.37.2 or 1.37.")
    there = newest_installed(publisher.name, asked)
    if there:
        return there
    if offline:
        raise NoVerdict(
            f"the schemas of {publisher.title} {asked} are not installed, and --offline forbids to fetch them",
            next_step=f"Run `gateshift tools install --{publisher.name} {asked}` once with the network.",
        )
    with only_one(root() / ".lock"):
        return newest_installed(publisher.name, asked) or _make(publisher, asked, say)


def _make(publisher: _Publisher, asked: str, say: Callable[[str], None]) -> str:
    say(f"fetching the schemas of {publisher.title} {asked}")
    fetched = fetch(publisher.module, f"v{asked}")
    version = fetched.version.removeprefix("v")
    with zipfile.ZipFile(fetched.zip) as archive, new_folder(root() / publisher.name / version) as folder:
        publisher.write(archive, folder)
    return version


def _members(archive: zipfile.ZipFile, folder: str, suffix: str) -> Iterator[bytes]:
    """The contents of the module's files directly in the folder; a module's zip names them path@version/file."""
    for info in archive.infolist():
        _, _, path = info.filename.partition("@")
        _, _, path = path.partition("/")
        inside = path.removeprefix(folder)
        if path.startswith(folder) and "/" not in inside and inside.endswith(suffix):
            yield archive.read(info)


def _write_kubernetes(archive: zipfile.ZipFile, folder: Path) -> None:
    documents = (object_at(json.loads(content)) for content in _members(archive, _OPENAPI, "_openapi.json"))
    _write(folder, (shape for one in documents for shape in shapes_of_openapi(one)), "OpenAPI v3")


def _write_gateway_api(archive: zipfile.ZipFile, folder: Path) -> None:
    for channel in CHANNELS:
        contents = _members(archive, f"{_CRDS}{channel}/", ".yaml")
        documents = (one for content in contents for one in load_all(text_of(content)))
        crds = (one for one in documents if is_crd(one) and isinstance(one, dict))
        _write(
            folder / channel, (shape for crd in crds for shape in shapes_of_crd(crd)), f"CRDs of the {channel} channel"
        )


def _write(folder: Path, shapes: Iterable[Shape], what: str) -> None:
    folder.mkdir(exist_ok=True)
    if write_set(folder, shapes) == 0:
        raise NoVerdict(f"this version publishes no {what}; it is too old")
