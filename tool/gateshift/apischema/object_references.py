"""Which fields of which kinds name another object of the cluster: one table, and the references an object makes.

Routes, parents and backends are not here: the Gateway API has grants and sections of its own for those
(`traffic/references.py`), and HorizontalPodAutoscalers name a workload that has a rule of its own.

Source: Kubernetes v1.37 core/v1, networking/v1, rbac/v1, apps/v1, admissionregistration/v1 types; Gateway API v1.6;
cert-manager's API reference.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum

from msgspec import Struct

from gateshift.model.resource import Resource
from gateshift.yamldoc.data import FieldPath, Json, JsonObject, look_up, object_at, text_at

GATEWAY = "gateway.networking.k8s.io"
RBAC = "rbac.authorization.k8s.io"
ADMISSION = "admissionregistration.k8s.io"


class Need(Enum):
    """What the referrer does without the object that it names."""

    POD = "a pod"
    """A pod that starts anew waits for it; one that runs goes on."""

    CERTIFICATE = "a listener"
    """The listener stops being served."""

    OTHER = "an object"
    """The object is admitted and does not do its work."""


class ReferenceField(Struct, frozen=True):
    """One field that names an object: `path` leads to the name, with `*` for every item of a list.

    `group` and `kind` are those of the object, or, where `kind` is "", of the fields next to the name (`kind_default`
    where it is left out). `namespace`: a field of that name next to it may name another namespace. `optional`: a field
    next to it, or one step above, may say that the object may be missing.
    """

    path: str
    kind: str = ""
    group: str = ""
    need: Need = Need.OTHER
    kind_default: str = ""
    namespace: bool = False
    optional: bool = False
    cluster: bool = False


class ObjectReference(Struct, frozen=True, eq=False):
    """One reference as an object has it. `namespace` is the one it names; "" where it means the referrer's own, or
    where the object is cluster-scoped (`cluster`)."""

    holder: Resource
    path: FieldPath
    group: str
    kind: str
    namespace: str
    name: str
    need: Need
    optional: bool = False
    cluster: bool = False

    def __str__(self) -> str:
        """`Secret web-tls`, with its namespace where the reference names one."""
        return f"{self.kind} {self.namespace}/{self.name}" if self.namespace else f"{self.kind} {self.name}"


_CONTAINERS = ("containers", "initContainers", "ephemeralContainers")

_POD_SPEC = (
    ReferenceField("volumes.*.configMap.name", "ConfigMap", need=Need.POD, optional=True),
    ReferenceField("volumes.*.secret.secretName", "Secret", need=Need.POD, optional=True),
    ReferenceField("volumes.*.projected.sources.*.configMap.name", "ConfigMap", need=Need.POD, optional=True),
    ReferenceField("volumes.*.projected.sources.*.secret.name", "Secret", need=Need.POD, optional=True),
    ReferenceField("volumes.*.persistentVolumeClaim.claimName", "PersistentVolumeClaim", need=Need.POD),
    ReferenceField("volumes.*.csi.nodePublishSecretRef.name", "Secret", need=Need.POD),
    *(
        field
        for container in _CONTAINERS
        for field in (
            ReferenceField(f"{container}.*.envFrom.*.configMapRef.name", "ConfigMap", need=Need.POD, optional=True),
            ReferenceField(f"{container}.*.envFrom.*.secretRef.name", "Secret", need=Need.POD, optional=True),
            ReferenceField(
                f"{container}.*.env.*.valueFrom.configMapKeyRef.name", "ConfigMap", need=Need.POD, optional=True
            ),
            ReferenceField(f"{container}.*.env.*.valueFrom.secretKeyRef.name", "Secret", need=Need.POD, optional=True),
        )
    ),
    ReferenceField("imagePullSecrets.*.name", "Secret", need=Need.POD),
    ReferenceField("serviceAccountName", "ServiceAccount", need=Need.POD),
    ReferenceField("serviceAccount", "ServiceAccount", need=Need.POD),
    ReferenceField("priorityClassName", "PriorityClass", "scheduling.k8s.io", need=Need.POD, cluster=True),
)
"""The references of a pod's spec, wherever one stands."""

_CERTIFICATES = ReferenceField(
    "spec.listeners.*.tls.certificateRefs.*.name", need=Need.CERTIFICATE, kind_default="Secret", namespace=True
)
_WEBHOOKS = (ReferenceField("webhooks.*.clientConfig.service.name", "Service", namespace=True),)
_BINDING = (ReferenceField("subjects.*.name", need=Need.OTHER, namespace=True),)
_POLICY_TARGETS = (
    ReferenceField("spec.targetRefs.*.name", namespace=True),
    ReferenceField("spec.targetRef.name", namespace=True),
)

_FIELDS: dict[tuple[str, str], tuple[ReferenceField, ...]] = {
    ("networking.k8s.io", "Ingress"): (
        ReferenceField("spec.defaultBackend.service.name", "Service"),
        ReferenceField("spec.rules.*.http.paths.*.backend.service.name", "Service"),
        ReferenceField("spec.tls.*.secretName", "Secret", need=Need.CERTIFICATE),
    ),
    ("apps", "StatefulSet"): (ReferenceField("spec.serviceName", "Service"),),
    ("", "ServiceAccount"): (
        ReferenceField("imagePullSecrets.*.name", "Secret"),
        ReferenceField("secrets.*.name", "Secret"),
    ),
    (ADMISSION, "ValidatingWebhookConfiguration"): _WEBHOOKS,
    (ADMISSION, "MutatingWebhookConfiguration"): _WEBHOOKS,
    ("apiregistration.k8s.io", "APIService"): (ReferenceField("spec.service.name", "Service", namespace=True),),
    (RBAC, "RoleBinding"): (ReferenceField("roleRef.name"), *_BINDING),
    (RBAC, "ClusterRoleBinding"): (ReferenceField("roleRef.name"), *_BINDING),
    ("cert-manager.io", "Certificate"): (
        ReferenceField("spec.issuerRef.name", group="cert-manager.io", kind_default="Issuer"),
    ),
    (GATEWAY, "Gateway"): (
        _CERTIFICATES,
        ReferenceField(
            "spec.tls.frontend.default.validation.caCertificateRefs.*.name", need=Need.CERTIFICATE, namespace=True
        ),
    ),
    (GATEWAY, "ListenerSet"): (_CERTIFICATES,),
    (GATEWAY, "BackendTLSPolicy"): (
        *_POLICY_TARGETS,
        ReferenceField("spec.validation.caCertificateRefs.*.name", need=Need.CERTIFICATE),
    ),
}
"""The fields of each kind beside its pods' specs."""

_POLICY_GROUPS = ("gateway.envoyproxy.io", "security.istio.io", "telemetry.istio.io", "gateway.nginx.org")
"""Groups whose kinds attach to others by `targetRef` or `targetRefs`."""

_TEMPLATES: dict[tuple[str, str], FieldPath] = {
    ("", "Pod"): ("spec",),
    ("batch", "CronJob"): ("spec", "jobTemplate", "spec", "template", "spec"),
}
_TEMPLATE: FieldPath = ("spec", "template", "spec")
_CLUSTER_KINDS = frozenset({"ClusterRole", "ClusterIssuer", "PriorityClass", "GatewayClass", "Namespace"})


def references_of(resource: Resource) -> Iterator[ObjectReference]:
    """Every reference that the object's fields make, in the order of the table."""
    pod = pod_spec_path(resource)
    if pod:
        for field in _POD_SPEC:
            yield from _read(resource, field, pod)
    fields = _FIELDS.get((resource.id.group, resource.kind), ())
    if not fields and resource.id.group in _POLICY_GROUPS:
        fields = _POLICY_TARGETS
    for field in fields:
        yield from _read(resource, field, ())


def pod_spec_path(resource: Resource) -> FieldPath:
    """Where the object holds the spec of a pod: of itself or of a template, in any kind; () where it holds none."""
    path = _TEMPLATES.get((resource.id.group, resource.kind), _TEMPLATE)
    return path if isinstance(look_up(resource.data, (*path, "containers")), list) else ()


def _read(resource: Resource, field: ReferenceField, start: FieldPath) -> Iterator[ObjectReference]:
    data = look_up(resource.data, start)
    for path in _matching(data, field.path.split("."), ()):
        name = look_up(data, path)
        if not isinstance(name, str) or not name:
            continue
        around = object_at(data, *path[:-1])
        group, kind = _target(field, around)
        if not kind:
            continue
        cluster = field.cluster or kind in _CLUSTER_KINDS
        yield ObjectReference(
            resource,
            (*start, *path),
            group,
            kind,
            text_at(around, "namespace") if field.namespace and not cluster else "",
            name,
            field.need,
            field.optional and around.get("optional") is True,
            cluster,
        )


def _target(field: ReferenceField, around: JsonObject) -> tuple[str, str]:
    if field.kind:
        return field.group, field.kind
    kind = text_at(around, "kind") or field.kind_default
    group = text_at(around, "group") or text_at(around, "apiGroup") or field.group
    return group, kind


def _matching(data: Json, steps: list[str], done: FieldPath) -> Iterator[FieldPath]:
    """The paths that the steps lead to; `*` stands for every index of a list."""
    if not steps:
        yield done
    elif steps[0] == "*":
        if isinstance(data, list):
            for index, item in enumerate(data):
                yield from _matching(item, steps[1:], (*done, index))
    elif isinstance(data, dict) and steps[0] in data:
        yield from _matching(data[steps[0]], steps[1:], (*done, steps[0]))
