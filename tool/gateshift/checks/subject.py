"""What a check sees: one root's build, and what is known around it. Values only; nothing here reads a file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from msgspec import Struct

from gateshift.apischema.constraints.compiled import Constraints
from gateshift.model.kustomization import KustomizationTree
from gateshift.model.resource import Build, Resource
from gateshift.model.rollout import Environment, Rollout, Stage
from gateshift.traffic.cluster import VERSION_LABELS, Cluster
from gateshift.yamldoc.data import FieldPath, Json, JsonObject, list_at, object_at, text_at


class Catalog(Protocol):
    """The schemas that validation uses."""

    @property
    def release(self) -> str:
        """The release of the Gateway API that they are of, such as `v1.6.0`; "" where that is not known."""

    def structural(self, group: str, version: str, kind: str) -> JsonObject | None:
        """The object's structural schema with its defaults, list types and CEL rules; None where none is installed."""

    def served(self, group: str, kind: str) -> tuple[str, ...]:
        """The API versions that are served of the kind, preferred first; empty where the kind is not known."""

    def constraints(self) -> Constraints:
        """What the API server asks of Kubernetes' own kinds beyond their schemas."""

    def release_of(self, group: str, kind: str) -> str:
        """The release of another project whose schema the kind has here, such as `Argo CD 3.6.1`; "" for any other."""

    def installable(self, group: str, kind: str) -> str:
        """The project whose CRDs would bring a schema of the kind, by the name that `tools install --crds-of` takes; ""
        where none is known, or the kind has a schema."""

    def experimental_only(self, group: str, version: str, kind: str, pointer: FieldPath = ()) -> bool:
        """Whether the field, or the whole kind, exists in the experimental channel of the Gateway API only."""

    def experimental_value(self, group: str, version: str, kind: str, pointer: FieldPath, value: Json) -> bool:
        """Whether the field may have this value in the experimental channel of the Gateway API only."""


class Declared(Struct, frozen=True):
    """The stage that a root is built for, and the rollout and environment it belongs to."""

    rollout: Rollout
    environment: Environment
    stage: Stage


KindKey = tuple[str, str]
"""An API group and a kind; the version is not part of it, since an object is the same in all of them."""


class Subject(Struct, frozen=True):
    """One root as the checks see it. `cluster` holds the build's objects as routing reads them. `catalog` is None where
    there are no schemas, `tree` for plain YAML, `declared` where the root is no stage of a rollout."""

    build: Build
    cluster: Cluster
    objects: Mapping[KindKey, tuple[Resource, ...]]
    catalog: Catalog | None = None
    tree: KustomizationTree | None = None
    declared: Declared | None = None

    @staticmethod
    def of(
        build: Build,
        *,
        catalog: Catalog | None = None,
        tree: KustomizationTree | None = None,
        declared: Declared | None = None,
    ) -> Subject:
        """The subject of a build, its objects sorted by kind."""
        objects: dict[KindKey, list[Resource]] = {}
        for resource in build.resources:
            objects.setdefault((resource.id.group, resource.kind), []).append(resource)
        grouped = {key: tuple(resources) for key, resources in objects.items()}
        labels = (declared.rollout.service.version_label,) if declared else VERSION_LABELS
        cluster = Cluster.of(build.resources, version_labels=labels)
        return Subject(build, cluster, grouped, catalog, tree, declared)

    def schema(self, resource: Resource) -> JsonObject | None:
        """The structural schema of the object: the installed one, else that of a CRD in the same build."""
        group, version, kind = resource.id.group, resource.version, resource.kind
        installed = self.catalog.structural(group, version, kind) if self.catalog else None
        return installed or self.own_schema(resource)

    def own_schema(self, resource: Resource) -> JsonObject | None:
        """The structural schema that a CRD of this very build gives the object."""
        return _own_schema(self.of_kind("apiextensions.k8s.io", "CustomResourceDefinition"), resource)

    def of_kind(self, group: str, *kinds: str) -> tuple[Resource, ...]:
        """The build's objects of these kinds of one API group, in the order of the kinds, then of the build."""
        return tuple(resource for kind in kinds for resource in self.objects.get((group, kind), ()))


def _own_schema(definitions: tuple[Resource, ...], resource: Resource) -> JsonObject | None:
    for definition in definitions:
        spec = object_at(definition.data, "spec")
        if text_at(spec, "group") == resource.id.group and text_at(spec, "names", "kind") == resource.kind:
            for version in list_at(spec, "versions"):
                if text_at(version, "name") == resource.version:
                    return object_at(version, "schema", "openAPIV3Schema") or None
    return None
