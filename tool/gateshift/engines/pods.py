"""What becomes of a workload's pods when the workload is created, changed or pruned.

Source: Kubernetes apps/v1 Deployment (strategy; pkg/controller/deployment/util ResolveFenceposts: a share of
maxUnavailable is rounded down, one of maxSurge up, and both 0 means one unavailable; pkg/controller/deployment/
rolling.go reconcileOldReplicaSets: old pods go only as far as the new count less maxUnavailable is kept), StatefulSet
(pkg/controller/statefulset updateStatefulSet: pods that are missing come before one is replaced) and DaemonSet
updateStrategy.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from enum import Enum

from gateshift.engines.changes import Change, same
from gateshift.model.resource import Resource
from gateshift.traffic.cluster import Cluster
from gateshift.traffic.endpoints import replicas
from gateshift.traffic.services import read_workload
from gateshift.yamldoc.data import Json, JsonObject, look_up, object_at, text_at

_QUARTER = "25%"
_KEEPS_ITS_PODS = frozenset({"ReplicaSet", "ReplicationController", "Job", "CronJob"})


class PodRollout(Enum):
    """How a workload's pods go over from the old manifest to the new one."""

    NONE = "no change of ready pods"
    NEW_PODS = "there are none before, and new ones are Ready only some time later"
    ROLLING = "the old ones answer until new ones are Ready"
    RECREATE = "the old ones leave before new ones are Ready"
    UNCHANGED = "the old ones stay as they were started"


def runs_pods(resource: Resource | None) -> bool:
    """Whether the object runs pods."""
    return resource is not None and read_workload(resource) is not None


def pod_rollout_of(change: Change, before: Cluster, after: Cluster) -> PodRollout:
    """How the pods of a created or changed workload go over; NONE for any other object and for a prune."""
    if change.after is None or not runs_pods(change.after):
        return PodRollout.NONE
    new = _count(change.after, after)
    old = _count(change.before, before) if runs_pods(change.before) else 0
    if new == 0:
        return PodRollout.NONE
    if old == 0 or change.before is None:
        return PodRollout.NEW_PODS
    if _template_same(change.before, change.after) or object_at(change.after.data, "spec").get("paused") is True:
        return PodRollout.NONE if _template_same(change.before, change.after) else PodRollout.UNCHANGED
    return _rolled(change.after, new)


def _rolled(resource: Resource, wanted: int) -> PodRollout:
    """How pods of another template replace the old ones, so that there are `wanted` in the end."""
    spec = object_at(resource.data, "spec")
    match resource.kind:
        case "Deployment":
            if text_at(spec, "strategy", "type") == "Recreate":
                return PodRollout.RECREATE
            rolling = object_at(spec, "strategy", "rollingUpdate")
            return PodRollout.ROLLING if wanted > _most_unavailable(rolling, wanted) else PodRollout.RECREATE
        case "StatefulSet" | "DaemonSet":
            if text_at(spec, "updateStrategy", "type") == "OnDelete":
                return PodRollout.UNCHANGED
            return PodRollout.RECREATE if resource.kind == "StatefulSet" and wanted == 1 else PodRollout.ROLLING
        case kind if kind in _KEEPS_ITS_PODS:
            return PodRollout.UNCHANGED
        case _:
            return PodRollout.ROLLING


def _most_unavailable(rolling: JsonObject, wanted: int) -> int:
    unavailable = _part(rolling.get("maxUnavailable", _QUARTER), wanted, up=False)
    surge = _part(rolling.get("maxSurge", _QUARTER), wanted, up=True)
    return 1 if unavailable == 0 and surge == 0 else unavailable


def _part(value: Json, whole: int, *, up: bool) -> int:
    if isinstance(value, str) and value.endswith("%") and value[:-1].isdigit():
        exact = int(value[:-1]) * whole / 100
        return math.ceil(exact) if up else math.floor(exact)
    return value if isinstance(value, int) else 0


def _template_same(before: Resource, after: Resource) -> bool:
    top = ("spec",) if after.kind == "Pod" else ("spec", "template")
    return same(look_up(before.data, top), look_up(after.data, top)) and (
        after.kind != "Pod" or same(look_up(before.data, ("metadata",)), look_up(after.data, ("metadata",)))
    )


def _count(resource: Resource | None, cluster: Cluster) -> int:
    workload = None if resource is None else read_workload(resource)
    return 0 if workload is None else replicas(cluster, workload)


def images(resource: Resource) -> tuple[str, ...]:
    """The images of the workload's containers, which tell versions apart where no label does."""
    top = ("spec", "containers") if resource.kind == "Pod" else ("spec", "template", "spec", "containers")
    containers = look_up(resource.data, top)
    return tuple(_images(containers if isinstance(containers, list) else ()))


def _images(containers: Iterable[Json]) -> Iterable[str]:
    return sorted(text_at(container, "image") for container in containers if text_at(container, "image"))
