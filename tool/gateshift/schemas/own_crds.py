"""The user's own CRDs: found in files and folders, converted once for each content."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from msgspec.structs import replace

from gateshift.apischema.crd import BrokenCrd, is_crd, schemas_of_crd
from gateshift.apischema.structural import KindSchema
from gateshift.errors import UserError
from gateshift.schemas.layout import INDEX, root, write_set
from gateshift.schemas.store import Schemas
from gateshift.system.cache import new_folder
from gateshift.system.source_files import refuse_link_out
from gateshift.yamldoc import Document, UnreadableYaml, parse_all, text_of
from gateshift.yamldoc.data import JsonObject

_SUFFIXES = (".yaml", ".yml", ".json")


def own_set(paths: Sequence[Path]) -> tuple[Path, ...]:
    """The set of all CRDs under the paths, made now if these contents were never met before; none without paths.

    Raises UserError, at file, line and column, for a path or a CRD that cannot be used.
    """
    files = [(file, _bytes(file)) for path in paths for file in _files(path)]
    if not paths:
        return ()
    folder = _folder(content for _, content in files)
    if not (folder / INDEX).is_file():
        kind_schemas = [kind_schema for file, content in files for kind_schema in _schemas(file, content)]
        if not kind_schemas:
            raise UserError(f"there is no CustomResourceDefinition under {', '.join(map(str, paths))}")
        _make(folder, kind_schemas)
    return (folder,)


def _folder(contents: Iterable[bytes]) -> Path:
    """Where the set of these contents lies."""
    import hashlib  # most runs meet no CRD, and need no OpenSSL

    digest = hashlib.sha256()
    for content in contents:
        digest.update(hashlib.sha256(content).digest())
    return root() / "crds" / digest.hexdigest()


def _make(folder: Path, kind_schemas: Sequence[KindSchema]) -> None:
    if not (folder / INDEX).is_file():
        shutil.rmtree(folder, ignore_errors=True)  # what an outsider left of it
        with new_folder(folder) as filling:
            write_set(filling, kind_schemas)


def with_crds_among(objects: Sequence[JsonObject], schemas: Schemas) -> Schemas:
    """The schemas, and after them those of the kinds that the objects themselves define and that were unknown so far.

    A CRD that cannot be used adds nothing: its own schema says what is wrong with it.
    """
    crds = [data for data in objects if is_crd(data)]
    kind_schemas = [kind_schema for crd in crds for kind_schema in _usable(crd)]
    if all(schemas.versions(kind_schema.group, kind_schema.kind) for kind_schema in kind_schemas):
        return schemas
    folder = _folder(
        text.encode(errors="replace") for text in sorted({json.dumps(crd, sort_keys=True) for crd in crds})
    )
    _make(folder, kind_schemas)
    return replace(schemas, sets=(*schemas.sets, folder))


def _usable(crd: JsonObject) -> tuple[KindSchema, ...]:
    try:
        return tuple(schemas_of_crd(crd))
    except BrokenCrd:
        return ()


def _files(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    if path.is_dir():
        return sorted(file for file in path.rglob("*") if file.suffix.lower() in _SUFFIXES and file.is_file())
    raise UserError("there is no such file or directory of CRDs", where=str(path))


def _bytes(file: Path) -> bytes:
    refuse_link_out(file)
    try:
        return file.read_bytes()
    except OSError as error:
        raise UserError(f"cannot be read: {error.strerror}", where=str(file)) from error


def _schemas(file: Path, content: bytes) -> Iterator[KindSchema]:
    try:
        documents = parse_all(text_of(content))
    except UnreadableYaml as error:
        raise UserError(f"unreadable: {error.what}", where=f"{file}:{error.line}:{error.column}") from error
    for document in documents:
        if is_crd(document.data) and isinstance(document.data, dict):
            try:
                yield from schemas_of_crd(document.data)
            except BrokenCrd as error:
                raise UserError(f"a broken CRD: {error.what}", where=_place(file, document, error)) from error


def _place(file: Path, document: Document, error: BrokenCrd) -> str:
    _, span = document.nearest(error.pointer)
    return f"{file}:{span.line}:{span.column}"
