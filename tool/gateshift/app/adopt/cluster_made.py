"""Objects of an export that the cluster makes by itself, and fields that it fills in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from gateshift.app.shared.paths import shown_path
from gateshift.engines.changes import as_applied
from gateshift.errors import Exit, UserError
from gateshift.model.adoption import Left
from gateshift.model.resource import Build, Resource
from gateshift.model.sync_pointer import SyncPointer
from gateshift.yamldoc.data import JsonObject, list_at, object_at, text_at

_MANAGED_BY = "endpointslice.kubernetes.io/managed-by"
_TRIGGERED = "endpoints.kubernetes.io/last-change-trigger-time"
_ROOT_CERTIFICATE = ("ConfigMap", "kube-root-ca.crt")
_ADDRESSES = ("clusterIP", "clusterIPs")


class ClusterMade(Struct, frozen=True):
    """A build without what the cluster makes by itself, and that, with who makes it."""

    build: Build
    made: Mapping[Resource, str]

    @property
    def left(self) -> tuple[Left, ...]:
        """What is said of it."""
        makers = dict.fromkeys(self.made.values())
        named = {maker: [str(one.id) for one, by in self.made.items() if by == maker] for maker in makers}
        return tuple(Left(", ".join(names), f"{maker} makes it in the cluster") for maker, names in named.items())


def without_cluster_made(build: Build, pointers: Sequence[SyncPointer]) -> ClusterMade:
    """What was built, told apart. Raises UserError where a pointer applies what the cluster makes: it would prune that
    with the first stage."""
    made = {resource: maker for resource in build.resources if (maker := _maker(resource, build))}
    for pointer in pointers if made else ():
        resource, maker = next(iter(made.items()))
        raise UserError(
            f"{pointer} applies {resource.id}, which {maker} makes: the first stage would prune it",
            where=shown_path(resource.origin.file),
            next_step="Take such objects out of what the pointer follows first, and let it sync.",
            exit_code=Exit.FINDINGS,
        )
    return ClusterMade(replace(build, resources=tuple(one for one in build.resources if one not in made)), made)


def _maker(resource: Resource, build: Build) -> str:
    """Who makes the object; "" for its author."""
    metadata = object_at(resource.data, "metadata")
    for owner in list_at(metadata, "ownerReferences"):
        if object_at(owner).get("controller") is True:
            return f"{text_at(owner, 'kind')} {text_at(owner, 'name')}"
    named = (resource.kind, resource.id.name)
    services = (one.id.name for one in build.resources if one.kind == "Service")
    by_service = resource.kind == "Endpoints" and _TRIGGERED in object_at(metadata, "annotations")
    if by_service and resource.id.name in services:
        return f"Service {resource.id.name}"
    if _MANAGED_BY in object_at(metadata, "labels") or named == _ROOT_CERTIFICATE:
        return "a controller"
    return ""


def as_written(data: JsonObject) -> JsonObject:
    """The object as its author would have it: without what the cluster writes itself or gave a Service as addresses."""
    applied = as_applied(data)
    spec = object_at(applied, "spec")
    if applied.get("kind") != "Service" or spec.get("clusterIP", "None") == "None":
        return applied
    return applied | {"spec": {key: value for key, value in spec.items() if key not in _ADDRESSES}}
