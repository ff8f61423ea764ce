"""What runs today, written out where it cannot be referenced or copied as it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from gateshift.app.adopt.cluster_made import ClusterMade, as_written
from gateshift.app.adopt.fitting import without_nulls
from gateshift.app.adopt.source import AdoptSource
from gateshift.engines.changes import as_applied
from gateshift.manifests.base import kustomization
from gateshift.model.adoption import Left
from gateshift.model.resource import Resource
from gateshift.yamldoc import dump
from gateshift.yamldoc.data import JsonObject

_FOLDER = "live"
_LONGEST = 200
"""The most characters of a file's name that come from an object."""


class LiveSource(Struct, frozen=True):
    """How gateshift.yaml names what runs, the files that are written for that, and what is said of it."""

    data: JsonObject
    files: dict[str, str]
    left: tuple[Left, ...] = ()


def live_source(source: AdoptSource, told: ClusterMade, folder: Path) -> LiveSource:
    """What runs, named where it stands; or, where that cannot be, written into a folder of its own."""
    build = told.build
    home = "/".join(part for part in (_FOLDER, source.environment) if part)
    exported = [resource for resource in build.resources if as_applied(resource.data) is not resource.data]
    if told.made or (source.root.files and exported):
        why = (
            "what the cluster writes itself (status, managedFields, uid, resourceVersion, clusterIP and the like) is "
            f"left out, so that {home}/ holds them instead of copies: change them there from now on"
        )
        written = (Left(_named(exported or build.resources), why),)
        return LiveSource({"path": home}, dict(_files(build.resources, home)), (*told.left, *written))
    if not source.root.files and folder.is_relative_to(source.root.folder):
        why = (
            f"a directory below it cannot build on it, so that {home}/ holds what it builds today: change it there "
            "from now on"
        )
        return LiveSource({"path": home}, dict(_files(build.resources, home)), (Left(f"the root {source.label}", why),))
    return LiveSource(source.live(folder, build), {})


def _named(resources: Sequence[Resource]) -> str:
    return ", ".join(str(resource.id) for resource in resources)


def _files(resources: Sequence[Resource], home: str) -> Iterator[tuple[str, str]]:
    """A file for each object, and their kustomization."""
    names: list[str] = []
    for resource in resources:
        name = re.sub("[^a-z0-9.-]", "-", f"{resource.kind}-{resource.id.name}".lower())[:_LONGEST]
        name = f"{name}-{len(names)}.yaml" if f"{name}.yaml" in names else f"{name}.yaml"
        names.append(name)
        yield f"{home}/{name}", dump(without_nulls(as_written(resource.data)))
    yield f"{home}/kustomization.yaml", kustomization("What ran before the rollout.", names)
