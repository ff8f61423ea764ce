"""The pointers of a document or of a whole file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from gateshift.documents import Document
from gateshift.documents.data import Json, text_at
from gateshift.model.pointer import NotUnderstood, PointerInFile, SyncPointer
from gateshift.pointer import argocd, flux
from gateshift.pointer.templates import ParameterFiles, no_files

Sources = Mapping[tuple[str, str, str], tuple[str, str]]
"""URL and revision by (kind, namespace, name) of the objects that Flux reads from."""


def pointers_of(data: Json, files: ParameterFiles = no_files) -> Iterator[SyncPointer | NotUnderstood]:
    """What one object follows; nothing where it is no object of a sync engine."""
    if not isinstance(data, dict):
        return
    match text_at(data, "apiVersion").partition("/")[0], text_at(data, "kind"):
        case argocd.GROUP, "Application":
            yield from argocd.application_pointers(data)
        case argocd.GROUP, "ApplicationSet":
            yield from argocd.application_set_pointers(data, files)
        case flux.GROUP, "Kustomization":
            yield from flux.kustomization_pointers(data)


def pointers_in(
    documents: Iterable[Document], file: Path, files: ParameterFiles = no_files
) -> Iterator[PointerInFile | NotUnderstood]:
    """What each of the file's documents follows."""
    for document in documents:
        for found in pointers_of(document.data, files):
            yield PointerInFile(file, document.index, found) if isinstance(found, SyncPointer) else found


def sources_in(documents: Iterable[Json]) -> Sources:
    """The GitRepository objects among the documents."""
    return {
        ("GitRepository", text_at(data, "metadata", "namespace"), text_at(data, "metadata", "name")): (
            flux.repository_of(data)
        )
        for data in documents
        if isinstance(data, dict)
        and text_at(data, "kind") == "GitRepository"
        and text_at(data, "apiVersion").startswith(f"{flux.SOURCE_GROUP}/")
    }


def with_source(pointer: SyncPointer, sources: Sources) -> SyncPointer:
    """The pointer with the repository and revision of the source it names, where that one is known."""
    found = sources.get(pointer.source)
    return pointer if found is None else replace(pointer, repository=found[0], revision=found[1])
