"""The labels and annotations by which an object has Flux treat it in its own way.

Source: Flux documentation, Kustomization, Controlling the apply behavior of resources; fluxcd/pkg ssa
manager_apply.go (shouldSkipApply looks at the object in the files and at the one in the cluster; shouldForceApply).
"""

from __future__ import annotations

from gateshift.engines.changes import Change
from gateshift.engines.engine import RefusedUpdate
from gateshift.engines.sync_plan import annotations_of
from gateshift.model.resource import Resource
from gateshift.model.sync_pointer import SyncSettings
from gateshift.yamldoc.data import object_at

_PREFIX = "kustomize.toolkit.fluxcd.io/"


def left_alone(change: Change) -> str:
    """The setting that keeps Flux from applying the object, "" where it applies it. What tells Flux to ignore it counts
    in the cluster as well as in the files."""
    for resource in (change.after, change.before):
        if resource is not None:
            if setting(resource, "reconcile") == "disabled":
                return f"{_PREFIX}reconcile: disabled"
            if setting(resource, "ssa") == "ignore":
                return f"{_PREFIX}ssa: Ignore"
    wanted = change.after
    if wanted is not None and change.before is not None and setting(wanted, "ssa") == "ifnotpresent":
        return f"{_PREFIX}ssa: IfNotPresent"
    return ""


def keeps(resource: Resource) -> bool:
    """Whether the object is never pruned."""
    return setting(resource, "prune") == "disabled"


def refused_update(change: Change, settings: SyncSettings) -> RefusedUpdate:
    """Forced objects are deleted and created anew."""
    if left_alone(change):
        return RefusedUpdate.NOT_TRIED
    forced = settings.recreates or setting(change.resource, "force") == "enabled"
    return RefusedUpdate.RECREATES if forced else RefusedUpdate.FAILS


def setting(resource: Resource, name: str) -> str:
    """The object's label or annotation for Flux of that name, such as `prune`, in lower case; "" for none."""
    key = _PREFIX + name
    value = annotations_of(resource).get(key) or object_at(resource.data, "metadata", "labels").get(key)
    return value.lower() if isinstance(value, str) else ""
