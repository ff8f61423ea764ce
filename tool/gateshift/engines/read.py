"""The pointers of a document or of a whole file, whichever engine follows them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from msgspec.structs import replace

from gateshift.engines.engine import ParameterFiles, Repositories
from gateshift.engines.registry import ENGINES, engine_of
from gateshift.model.sync_pointer import NotUnderstood, SyncPointer
from gateshift.yamldoc import Document
from gateshift.yamldoc.data import Json


def no_files(_: str) -> Mapping[str, Json]:
    """The files of someone who looks at no repository."""
    return {}


def pointers_of(data: Json, files: ParameterFiles = no_files) -> Iterator[SyncPointer | NotUnderstood]:
    """What one object follows; nothing where it is not an object of a sync engine."""
    engine = engine_of(data)
    if engine is not None and isinstance(data, dict):
        yield from engine.pointers_of(data, files)


def pointers_in(
    documents: Iterable[Document], file: Path, files: ParameterFiles = no_files
) -> Iterator[SyncPointer | NotUnderstood]:
    """What each of the file's documents follows, with its place."""
    for document in documents:
        for pointer in pointers_of(document.data, files):
            yield replace(pointer, file=file, document=document.index)


def repositories_in(documents: Iterable[Json]) -> Repositories:
    """The objects among the documents that say where pointers read from."""
    listed = tuple(documents)
    return {key: where for engine in ENGINES.values() for key, where in engine.repositories_in(listed).items()}


def with_repository(pointer: SyncPointer, repositories: Repositories) -> SyncPointer:
    """The pointer with the repository and revision of the source it names, where that one is known."""
    where = repositories.get(pointer.source)
    return pointer if where is None else replace(pointer, repository=where[0], revision=where[1])
