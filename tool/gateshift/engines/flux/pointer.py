"""What a Kustomization says: the folder it follows, where that is read from, and how it syncs.

Source: Flux documentation, Kustomization: path, sourceRef, prune; GitRepository: reference.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gateshift.engines.engine import Repositories
from gateshift.engines.flux.folder_build import folder_build
from gateshift.model.rollout import Engine
from gateshift.model.sync_pointer import EditableScalar, SyncPointer, SyncSettings
from gateshift.yamldoc.data import Json, JsonObject, look_up, text_at

GROUP = "kustomize.toolkit.fluxcd.io"
SOURCE_GROUP = "source.toolkit.fluxcd.io"


def kustomization_pointers(data: JsonObject) -> Iterator[SyncPointer]:
    """The folder of a Kustomization; without a path it is the top of what its source holds, which no scalar says."""
    namespace = text_at(data, "metadata", "namespace")
    path = text_at(data, "spec", "path")
    source = (
        text_at(data, "spec", "sourceRef", "kind"),
        text_at(data, "spec", "sourceRef", "namespace") or namespace,
        text_at(data, "spec", "sourceRef", "name"),
    )
    yield SyncPointer(
        Engine.FLUX,
        "Kustomization",
        namespace,
        text_at(data, "metadata", "name"),
        path,
        (EditableScalar(("spec", "path"), path),) if path else (),
        source=source,
        build=folder_build(data),
    )


def _repository_of(data: JsonObject) -> tuple[str, str]:
    """The URL and the revision of a GitRepository: its commit, name, semver, tag or branch, as Flux ranks them."""
    ref = ("spec", "ref")
    ranked = (text_at(data, *ref, key) for key in ("commit", "name", "semver", "tag", "branch"))
    return text_at(data, "spec", "url"), next((revision for revision in ranked if revision), "master")


def repositories_in(documents: Iterable[Json]) -> Repositories:
    """The GitRepository objects among the documents."""
    return {
        ("GitRepository", text_at(data, "metadata", "namespace"), text_at(data, "metadata", "name")): (
            _repository_of(data)
        )
        for data in documents
        if isinstance(data, dict)
        and text_at(data, "kind") == "GitRepository"
        and text_at(data, "apiVersion").startswith(f"{SOURCE_GROUP}/")
    }


def settings_of(data: JsonObject) -> SyncSettings:
    """What `spec.prune` and `spec.force` say."""
    prune, force = (look_up(data, ("spec", key)) is True for key in ("prune", "force"))
    return SyncSettings(Engine.FLUX, prune=prune, recreates=force, server_side=True)
