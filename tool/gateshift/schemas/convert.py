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
    """Write the schemas that the module's zip publishes into an empty folder; `name` is the publisher's."""
    match name:
        case "kubernetes":
            _write_kubernetes(archive, folder)
        case "gateway-api":
            _write_gateway_api(archive, folder)
        case _:
            raise ValueError(f"no publisher is called {name}")


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
    _write(
        folder, (kind_schema for document in documents for kind_schema in schemas_of_openapi(document)), "OpenAPI v3"
    )


def _write_gateway_api(archive: zipfile.ZipFile, folder: Path) -> None:
    for channel in CHANNELS:
        contents = _members(archive, f"{_CRDS}{channel}/", ".yaml")
        documents = (document for content in contents for document in load_all(text_of(content)))
        crds = (document for document in documents if is_crd(document) and isinstance(document, dict))
        _write(
            folder / channel,
            (kind_schema for crd in crds for kind_schema in schemas_of_crd(crd)),
            f"CRDs of the {channel} channel",
        )


def _write(folder: Path, kind_schemas: Iterable[KindSchema], what: str) -> None:
    folder.mkdir(exist_ok=True)
    if write_set(folder, kind_schemas) == 0:
        raise NoVerdict(f"this version publishes no {what}; it is too old")
