"""What the API server refuses to change: immutable fields of each kind with their exceptions, as data.

Values are compared as the server compares them, after defaulting and by meaning: `1Gi` is `1024Mi`, and a default that
is written is no change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from msgspec import Struct

from gateshift.apischema.constraints import update_relations as relations
from gateshift.apischema.constraints.constraint import When, has, lacks
from gateshift.apischema.constraints.defaults import POD_SPEC, POD_TEMPLATE, completed, same
from gateshift.apischema.constraints.evaluate import ready_condition
from gateshift.apischema.constraints.selecting import EACH, Steps, steps_of
from gateshift.apischema.constraints.update_relations import RefusedChange
from gateshift.yamldoc.data import FieldPath, Json, JsonObject, look_up

_RBAC = "rbac.authorization.k8s.io"
KindKey = tuple[str, str]


class Frozen(Struct, frozen=True):
    """A field that must not change. `unless` are paths below it that may; `defaults` are what the server writes where
    nothing is written, by path below the field, and "" for the field itself. `when` looks at the object in force."""

    path: str
    source: str
    unless: tuple[str, ...] = ()
    defaults: tuple[tuple[str, Json], ...] = ()
    when: tuple[When, ...] = ()


class Restricted(Struct, frozen=True):
    """A change that is refused under conditions that no list of fields can say. `server_side`: only server-side apply
    brings it about."""

    find: Callable[[JsonObject, JsonObject], Iterator[RefusedChange]]
    source: str
    server_side: bool = False


def _frozen(source: str, *paths: str, when: tuple[When, ...] = ()) -> tuple[Frozen, ...]:
    return tuple(Frozen(path, source, when=when) for path in paths)


_SCHEDULING = (
    "metadata.annotations",
    "metadata.labels",
    "spec.affinity.nodeAffinity",
    "spec.nodeSelector",
    "spec.tolerations",
    "spec.schedulingGates",
    "spec.containers.[].resources",
    "spec.initContainers.[].resources",
)
"""What may change of the pods of a suspended Job."""
_BATCH = "batch/validation."
_SUSPENDED = has("spec.suspend", True)
_IMMUTABLE = (has("immutable", True),)
_APPS = "apps/validation.ValidateStatefulSetUpdate"

FROZEN: dict[KindKey, tuple[Frozen, ...]] = {
    ("apps", "Deployment"): _frozen("registry/apps/deployment.ValidateUpdate", "spec.selector"),
    ("apps", "ReplicaSet"): _frozen("registry/apps/replicaset.ValidateUpdate", "spec.selector"),
    ("apps", "DaemonSet"): _frozen("registry/apps/daemonset.ValidateUpdate", "spec.selector"),
    ("argoproj.io", "Rollout"): _frozen("", "spec.selector"),
    ("apps", "StatefulSet"): (
        *_frozen(_APPS, "spec.selector", "spec.serviceName"),
        Frozen(
            "spec.volumeClaimTemplates",
            _APPS,
            unless=("[].status", "[].apiVersion", "[].kind", "[].metadata.creationTimestamp"),
            defaults=(("[].spec.volumeMode", "Filesystem"),),
        ),
        Frozen("spec.podManagementPolicy", _APPS, defaults=(("", "OrderedReady"),)),
    ),
    ("batch", "Job"): (
        *_frozen(
            f"{_BATCH}ValidateJobSpecUpdate", "spec.selector", "spec.podFailurePolicy", "spec.backoffLimitPerIndex"
        ),
        *_frozen(f"{_BATCH}ValidateJobSpecUpdate", "spec.managedBy", "spec.successPolicy"),
        Frozen("spec.completionMode", f"{_BATCH}ValidateJobSpecUpdate", defaults=(("", "NonIndexed"),)),
        Frozen(
            "spec.template",
            f"{_BATCH}validatePodTemplateUpdate",
            defaults=POD_TEMPLATE,
            when=(lacks("spec.suspend", True),),
        ),
        Frozen(
            "spec.template",
            f"{_BATCH}validatePodTemplateUpdate",
            _SCHEDULING,
            defaults=POD_TEMPLATE,
            when=(_SUSPENDED,),
        ),
    ),
    ("", "Pod"): (
        Frozen(
            "spec",
            "core/validation.ValidatePodUpdate",
            (
                "containers.[].image",
                "containers.[].imagePullPolicy",
                "initContainers.[].image",
                "initContainers.[].imagePullPolicy",
                "activeDeadlineSeconds",
                "tolerations",
                "schedulingGates",
            ),
            defaults=POD_SPEC,
        ),
    ),
    ("", "ConfigMap"): _frozen(
        "core/validation.ValidateConfigMapUpdate", "immutable", "data", "binaryData", when=_IMMUTABLE
    ),
    ("", "Secret"): (
        Frozen("type", "core/validation.ValidateSecretUpdate", defaults=(("", "Opaque"),)),
        *_frozen("core/validation.ValidateSecretUpdate", "immutable", when=_IMMUTABLE),
    ),
    ("", "PersistentVolumeClaim"): (
        Frozen(
            "spec",
            "core/validation.ValidatePersistentVolumeClaimUpdate",
            ("resources.requests.storage", "volumeAttributesClassName", "volumeName", "storageClassName"),
            defaults=(("volumeMode", "Filesystem"),),
        ),
        *_frozen(
            "core/validation.ValidatePersistentVolumeClaimUpdate", "spec.volumeName", when=(has("spec.volumeName"),)
        ),
        *_frozen(
            "core/validation.validateStorageClassUpgradeFromNil",
            "spec.storageClassName",
            when=(has("spec.storageClassName"),),
        ),
    ),
    ("", "PersistentVolume"): (
        Frozen(
            "spec",
            "core/validation.ValidatePersistentVolumeUpdate",
            (
                "capacity",
                "accessModes",
                "claimRef",
                "persistentVolumeReclaimPolicy",
                "storageClassName",
                "mountOptions",
                "nodeAffinity",
                "volumeAttributesClassName",
                "volumeMode",
            ),
        ),
        Frozen("spec.volumeMode", "core/validation.ValidatePersistentVolumeUpdate", defaults=(("", "Filesystem"),)),
    ),
    ("", "ResourceQuota"): _frozen("core/validation.ValidateResourceQuotaUpdate", "spec.scopes"),
    ("scheduling.k8s.io", "PriorityClass"): (
        *_frozen("scheduling/validation.ValidatePriorityClassUpdate", "value"),
        Frozen(
            "preemptionPolicy",
            "scheduling/validation.ValidatePriorityClassUpdate",
            defaults=(("", "PreemptLowerPriority"),),
        ),
    ),
    ("discovery.k8s.io", "EndpointSlice"): _frozen("discovery/validation.ValidateEndpointSliceUpdate", "addressType"),
    (_RBAC, "RoleBinding"): (
        Frozen("roleRef", "rbac/validation.ValidateRoleBindingUpdate", defaults=(("apiGroup", _RBAC),)),
    ),
    (_RBAC, "ClusterRoleBinding"): (
        Frozen("roleRef", "rbac/validation.ValidateClusterRoleBindingUpdate", defaults=(("apiGroup", _RBAC),)),
    ),
    ("networking.k8s.io", "IngressClass"): _frozen(
        "networking/validation.validateIngressClassSpecUpdate", "spec.controller"
    ),
    ("node.k8s.io", "RuntimeClass"): _frozen("node/validation.ValidateRuntimeClassUpdate", "handler"),
    ("storage.k8s.io", "StorageClass"): (
        *_frozen("storage/validation.ValidateStorageClassUpdate", "provisioner", "parameters"),
        Frozen("reclaimPolicy", "storage/validation.ValidateStorageClassUpdate", defaults=(("", "Delete"),)),
        Frozen("volumeBindingMode", "storage/validation.ValidateStorageClassUpdate", defaults=(("", "Immediate"),)),
    ),
    ("apiextensions.k8s.io", "CustomResourceDefinition"): _frozen("", "spec.group", "spec.scope", "spec.names.plural"),
    ("gateway.networking.k8s.io", "GatewayClass"): _frozen("", "spec.controllerName"),
}
"""The immutable fields. A `source` of "" is no function of Kubernetes: Argo Rollouts, apiextensions-apiserver, and the
CEL rule of GatewayClass."""

RESTRICTED: dict[KindKey, tuple[Restricted, ...]] = {
    ("", "Service"): (
        Restricted(relations.changed_addresses, "core/validation.validateUpgradeDowngradeClusterIPs"),
        Restricted(relations.changed_families, "core/validation.validateUpgradeDowngradeIPFamilies"),
        Restricted(relations.changed_class, "core/validation.validateLoadBalancerClassField"),
        Restricted(relations.changed_health_port, "core/validation.validateServiceExternalTrafficFieldsUpdate"),
    ),
    ("", "Secret"): (Restricted(relations.changed_secret, "core/validation.ValidateSecretUpdate"),),
    ("", "Pod"): (Restricted(relations.changed_pod, "core/validation.ValidatePodUpdate"),),
    ("", "PersistentVolumeClaim"): (
        Restricted(relations.shrunk_claim, "core/validation.ValidatePersistentVolumeClaimUpdate"),
    ),
    ("batch", "Job"): (Restricted(relations.changed_completions, f"{_BATCH}validateCompletions"),),
    ("apps", "StatefulSet"): (Restricted(relations.update_left_behind, "apps/validation.ValidateStatefulSetSpec"),),
    ("apps", "Deployment"): (
        Restricted(relations.strategy_left_behind, "apps/validation.ValidateDeploymentStrategy", server_side=True),
    ),
}
"""The other refusals."""

_TEMPLATES: dict[KindKey, FieldPath] = {
    **{
        ("apps", kind): ("spec", "template", "spec")
        for kind in ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet")
    },
    ("batch", "CronJob"): ("spec", "jobTemplate", "spec", "template", "spec"),
}


def refused_changes(
    kind: KindKey, before: JsonObject, after: JsonObject, *, server_side: bool
) -> Iterator[RefusedChange]:
    """What the API server refuses of a change of one object, applied server-side or client-side."""
    for row in FROZEN.get(kind, ()):
        if all(ready_condition(when).holds(before) for when in row.when):
            yield from _frozen_field(row, before, after)
    for restricted in RESTRICTED.get(kind, ()):
        if server_side or not restricted.server_side:
            yield from restricted.find(before, after)
    if server_side and kind in _TEMPLATES:
        at = _TEMPLATES[kind]
        for refused in relations.volumes_left_behind(look_up(before, at), look_up(after, at)):
            yield RefusedChange((*at, *refused.at), refused.words, refused.says)


def _frozen_field(row: Frozen, before: JsonObject, after: JsonObject) -> Iterator[RefusedChange]:
    at = steps_of(row.path)
    sides = [completed(look_up(side, at), row.defaults) for side in (before, after)]
    for path in row.unless:
        sides = [_without(side, steps_of(path)) for side in sides]
    if not same(sides[0], sides[1]):
        yield RefusedChange(at, "", "field is immutable")


def _without(value: Json, steps: Steps) -> Json:
    """The value without what the steps lead to."""
    step, rest = steps[0], steps[1:]
    if step == EACH:
        return [_without(entry, rest) for entry in value] if isinstance(value, list) else value
    if not isinstance(value, dict) or step not in value:
        return value
    if not rest:
        return {key: below for key, below in value.items() if key != step}
    return {**value, step: _without(value[step], rest)}
