"""What a check sees: one root's build, and what is known around it. Values only; nothing here reads a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from gateshift.documents.data import JsonObject
from gateshift.model.resource import Build, Resource
from gateshift.model.rollout import Environment, Rollout, Stage


class Catalog(Protocol):
    """The schemas that validation uses."""

    def structural(self, group: str, version: str, kind: str) -> JsonObject | None:
        """The object's structural schema with its defaults, list types and CEL rules; None where none is installed."""

    def served(self, group: str, kind: str) -> tuple[str, ...]:
        """The API versions that are served of the kind, preferred first; empty where the kind is not known."""


class NoCatalog:
    """The catalog of someone who has no schemas: it knows no kind."""

    def structural(self, group: str, version: str, kind: str) -> JsonObject | None:  # noqa: ARG002 -- Catalog's signature
        """None, for every kind."""
        return None

    def served(self, group: str, kind: str) -> tuple[str, ...]:  # noqa: ARG002 -- Catalog's signature
        """No version, for every kind."""
        return ()


@dataclass(frozen=True, slots=True)
class Declared:
    """The stage that a root is built for, and the rollout and environment it belongs to."""

    rollout: Rollout
    environment: Environment
    stage: Stage


KindKey = tuple[str, str]
"""An API group and a kind; the version is not part of it, since an object is the same in all of them."""


@dataclass(frozen=True, slots=True)
class Subject:
    """One root as the checks see it. `declared` is None where the root is no stage of a rollout."""

    build: Build
    catalog: Catalog
    objects: Mapping[KindKey, tuple[Resource, ...]]
    declared: Declared | None = None

    @staticmethod
    def of(build: Build, *, catalog: Catalog | None = None, declared: Declared | None = None) -> Subject:
        """The subject of a build, its objects sorted by kind."""
        objects: dict[KindKey, list[Resource]] = {}
        for resource in build.resources:
            objects.setdefault((resource.id.group, resource.kind), []).append(resource)
        grouped = {key: tuple(resources) for key, resources in objects.items()}
        return Subject(build, catalog or NoCatalog(), grouped, declared)

    def of_kind(self, group: str, *kinds: str) -> tuple[Resource, ...]:
        """The build's objects of these kinds of one API group, in the order of the kinds, then of the build."""
        return tuple(resource for kind in kinds for resource in self.objects.get((group, kind), ()))
