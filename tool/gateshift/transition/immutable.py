"""Fields that the API server lets nobody change once the object exists.

Source: Kubernetes pkg/apis/{core,apps,batch,rbac,networking,storage}/validation (ValidateImmutableField, and for a
StatefulSet the list of what may change); apiextensions-apiserver for CustomResourceDefinitions; the CEL transition
rule of GatewayClass.
"""

from __future__ import annotations

from collections.abc import Iterator

from gateshift.engines.changes import Change, same
from gateshift.traffic.read import GATEWAY_API
from gateshift.yamldoc.data import FieldPath, Json, look_up, object_at

_RBAC = "rbac.authorization.k8s.io"
_FIELDS: dict[tuple[str, str], tuple[FieldPath, ...]] = {
    ("apps", "Deployment"): (("spec", "selector"),),
    ("apps", "DaemonSet"): (("spec", "selector"),),
    ("apps", "ReplicaSet"): (("spec", "selector"),),
    ("argoproj.io", "Rollout"): (("spec", "selector"),),
    ("batch", "Job"): (("spec", "selector"), ("spec", "template"), ("spec", "completionMode")),
    (_RBAC, "RoleBinding"): (("roleRef",),),
    (_RBAC, "ClusterRoleBinding"): (("roleRef",),),
    ("apiextensions.k8s.io", "CustomResourceDefinition"): (
        ("spec", "group"),
        ("spec", "scope"),
        ("spec", "names", "plural"),
    ),
    (GATEWAY_API, "GatewayClass"): (("spec", "controllerName"),),
    ("networking.k8s.io", "IngressClass"): (("spec", "controller"),),
    ("storage.k8s.io", "StorageClass"): (("provisioner",), ("parameters",), ("reclaimPolicy",), ("volumeBindingMode",)),
}
_STATEFUL_SET_MAY_CHANGE = frozenset(
    {
        "replicas",
        "ordinals",
        "template",
        "updateStrategy",
        "revisionHistoryLimit",
        "persistentVolumeClaimRetentionPolicy",
        "minReadySeconds",
    }
)
_DEFAULTS: dict[FieldPath, Json] = {
    ("spec", "podManagementPolicy"): "OrderedReady",
    ("spec", "completionMode"): "NonIndexed",
    ("reclaimPolicy",): "Delete",
    ("volumeBindingMode",): "Immediate",
}


def immutable_changes(change: Change) -> Iterator[FieldPath]:
    """The fields of a changed object that must not change."""
    if change.before is None or change.after is None:
        return
    for pointer in _candidates(change):
        before, after = (look_up(side.data, pointer) for side in (change.before, change.after))
        default = _DEFAULTS.get(pointer)
        if not same(default if before is None else before, default if after is None else after):
            yield pointer


def _candidates(change: Change) -> Iterator[FieldPath]:
    assert change.before is not None
    assert change.after is not None
    old, new = change.before.data, change.after.data
    match change.id.group, change.id.kind:
        case "apps", "StatefulSet":
            names = {*object_at(old, "spec"), *object_at(new, "spec")} - _STATEFUL_SET_MAY_CHANGE
            yield from (("spec", name) for name in sorted(names))
        case "", "Service":
            yield from _of_service(old, new)
        case "", "ConfigMap" | "Secret" if old.get("immutable") is True:
            yield from (("data",), ("binaryData",), ("stringData",), ("immutable",))
        case key:
            yield from _FIELDS.get(key, ())


def _of_service(old: Json, new: Json) -> Iterator[FieldPath]:
    """A cluster IP that is written must be the one the Service has; one that is left out stays as it was allocated."""
    at: FieldPath = ("spec", "clusterIP")
    external = "ExternalName" in (look_up(old, ("spec", "type")), look_up(new, ("spec", "type")))
    if not external and look_up(new, at) not in (None, ""):
        yield at
