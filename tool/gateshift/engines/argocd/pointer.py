"""What an Application says: the folders it follows, its sources, and how it syncs.

Source: Argo CD documentation, Application specification, Multiple Sources (`sources` hides `source`), Sync Options,
Automated Sync Policy (automated.prune is false where it is not written; an Application that is synced by hand may be
pruned by hand).
"""

from __future__ import annotations

from collections.abc import Iterator

from gateshift.engines.argocd.folder_build import environment_of, folder_build
from gateshift.model.rollout import Engine
from gateshift.model.sync_pointer import EditableScalar, SyncPointer, SyncSettings
from gateshift.yamldoc.data import FieldPath, JsonObject, list_at, object_at, text_at

GROUP = "argoproj.io"


def application_in(data: JsonObject) -> tuple[FieldPath, JsonObject]:
    """The Application, or the template of the ApplicationSet, and its place in the object."""
    at: FieldPath = ("spec", "template") if text_at(data, "kind") == "ApplicationSet" else ()
    return at, object_at(data, *at)


def sources_of(application: JsonObject) -> Iterator[tuple[FieldPath, JsonObject]]:
    """The sources that Argo CD reads, each with its place: `source` counts only where `sources` is empty."""
    several = list_at(application, "spec", "sources")
    for index, source in enumerate(several):
        yield ("spec", "sources", index), object_at(source)
    if not several:
        yield ("spec", "source"), object_at(application, "spec", "source")


def folders_of(application: JsonObject) -> Iterator[tuple[FieldPath, JsonObject]]:
    """The sources that are folders of a Git repository: they have a path, and are not Helm charts."""
    for at, source in sources_of(application):
        if text_at(source, "path") and not text_at(source, "chart"):
            yield at, source


def application_pointers(data: JsonObject) -> Iterator[SyncPointer]:
    """The folders of an Application, one for each source that has a path. `sources` hides `source`, as in Argo CD."""
    namespace, name = text_at(data, "metadata", "namespace"), text_at(data, "metadata", "name")
    for at, source in folders_of(data):
        path = text_at(source, "path")
        yield SyncPointer(
            Engine.ARGOCD,
            "Application",
            namespace,
            name,
            path,
            (EditableScalar((*at, "path"), path),),
            text_at(source, "repoURL"),
            text_at(source, "targetRevision"),
            build=folder_build(source, at, environment_of(data, source)),
        )


def settings_of(data: JsonObject) -> SyncSettings:
    """What the `syncPolicy` of the Application, or of the template of the ApplicationSet, says."""
    policy = object_at(application_in(data)[1], "spec", "syncPolicy")
    options = list_at(policy, "syncOptions")
    automated = policy.get("automated")
    by_hand = not isinstance(automated, dict) or automated.get("enabled") is False
    prunes = (by_hand or object_at(automated).get("prune") is True) and "Prune=false" not in options
    server_side = "ServerSideApply=true" in options
    return SyncSettings(
        Engine.ARGOCD,
        prune=prunes,
        prune_last="PruneLast=true" in options,
        waves=True,
        recreates="Force=true" in options and ("Replace=true" in options or not server_side),
        server_side=server_side,
    )
