"""The zip of a publisher's Go module -> a folder of schemas."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from gateshift.apischema.crd import is_crd, schemas_of_crd
from gateshift.apischema.go_source import package_of, types_in
from gateshift.apischema.openapi import schemas_of_openapi
from gateshift.apischema.structural import KindSchema
from gateshift.errors import NoVerdict
from gateshift.schemas.layout import CHANNELS, GO_TYPES, write_set
from gateshift.tools.go_modules import members
from gateshift.tools.lock import PinnedCrds
from gateshift.yamldoc import load_all, text_of
from gateshift.yamldoc.data import object_at

_OPENAPI = "api/openapi-spec/v3/"
_CRDS = "config/crd/"


def write_go_types(archive: zipfile.ZipFile, folder: Path) -> None:
    """Write the Go types that the zip of k8s.io/api declares into the folder of a Kubernetes version."""
    files = [
        (package, archive.read(info).decode("utf-8", "replace"))
        for info in archive.infolist()
        if (package := package_of(info.filename))
    ]
    (folder / GO_TYPES).write_bytes(msgspec.json.encode(types_in(files)))


def write_schemas(name: str, archive: zipfile.ZipFile, folder: Path) -> None:
    """Write the schemas that the zip of Kubernetes or the Gateway API publishes into an empty folder."""
    match name:
        case "kubernetes":
            _write_kubernetes(archive, folder)
        case "gateway-api":
            for channel in CHANNELS:
                crds = _crds_in(archive, f"{_CRDS}{channel}/")
                _write(folder / channel, crds, f"CRDs of the {channel} channel")
        case _:
            raise ValueError(f"no publisher is called {name}")


def write_crds(pins: PinnedCrds, archive: zipfile.ZipFile, folder: Path) -> None:
    """Write the schemas of the CRDs that a project's module holds into an empty folder."""
    _write(folder, _crds_in(archive, pins.folder), f"CRDs in {pins.folder}")


def _crds_in(archive: zipfile.ZipFile, folder: str) -> Iterator[KindSchema]:
    """The schemas of the CRDs in the YAML files directly in the module's folder."""
    for content in members(archive, folder, ".yaml"):
        for document in load_all(text_of(content)):
            if is_crd(document) and isinstance(document, dict):
                yield from schemas_of_crd(document)


def _write_kubernetes(archive: zipfile.ZipFile, folder: Path) -> None:
    documents = (object_at(json.loads(content)) for content in members(archive, _OPENAPI, "_openapi.json"))
    _write(
        folder, (kind_schema for document in documents for kind_schema in schemas_of_openapi(document)), "OpenAPI v3"
    )


def _write(folder: Path, kind_schemas: Iterable[KindSchema], what: str) -> None:
    folder.mkdir(exist_ok=True)
    if write_set(folder, kind_schemas) == 0:
        raise NoVerdict(f"this version publishes no {what}; it is too old")
