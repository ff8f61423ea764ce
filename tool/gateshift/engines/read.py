"""The pointers of a document or of a whole file.

How a pointer sets its engine: whether it prunes, and when.

Source: Argo CD spec.syncPolicy (automated.prune is false where it is not written; an Application that is synced by
hand may be pruned by hand); Flux spec.prune.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from msgspec.structs import replace

from gateshift.engines.argocd import pointer as argocd
from gateshift.engines.argocd.pointer import ParameterFiles, no_files
from gateshift.engines.flux import pointer as flux
from gateshift.model.rollout import Engine
from gateshift.model.sync_pointer import NotUnderstood, PointerInFile, SyncPointer, SyncSettings
from gateshift.yamldoc import Document
from gateshift.yamldoc.data import Json, JsonObject, list_at, look_up, object_at, text_at

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


def sync_of(data: Json) -> SyncSettings | None:
    """The settings of an Application, an ApplicationSet's template or a Kustomization; None for any other object."""
    match text_at(data, "apiVersion").partition("/")[0], text_at(data, "kind"):
        case "argoproj.io", "Application":
            return _argocd(object_at(data, "spec", "syncPolicy"))
        case "argoproj.io", "ApplicationSet":
            return _argocd(object_at(data, "spec", "template", "spec", "syncPolicy"))
        case "kustomize.toolkit.fluxcd.io", "Kustomization":
            return SyncSettings(Engine.FLUX, prune=look_up(data, ("spec", "prune")) is True)
        case _:
            return None


def _argocd(policy: JsonObject) -> SyncSettings:
    options = list_at(policy, "syncOptions")
    automated = policy.get("automated")
    by_hand = not isinstance(automated, dict) or automated.get("enabled") is False
    prunes = (by_hand or object_at(automated).get("prune") is True) and "Prune=false" not in options
    return SyncSettings(Engine.ARGOCD, prune=prunes, prune_last="PruneLast=true" in options, waves=True)
