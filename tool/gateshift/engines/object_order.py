"""The order in which each sync engine takes objects, and the annotations by which an object changes it.

Source: Argo CD's gitops-engine pkg/sync/sync_tasks.go (kind order, name), syncwaves/waves.go, sync_context.go
(waves of prunes are mirrored, PruneLast comes one wave after the last); fluxcd/pkg ssa/sort.go, ssa/manager_apply.go.
"""

from __future__ import annotations

from collections.abc import Mapping

from gateshift.model.resource import Resource
from gateshift.yamldoc.data import object_at

_ARGOCD_KINDS = (
    "Namespace NetworkPolicy ResourceQuota LimitRange PodSecurityPolicy PodDisruptionBudget ServiceAccount Secret "
    "SecretList ConfigMap StorageClass PersistentVolume PersistentVolumeClaim CustomResourceDefinition ClusterRole "
    "ClusterRoleList ClusterRoleBinding ClusterRoleBindingList Role RoleList RoleBinding RoleBindingList Service "
    "DaemonSet Pod ReplicationController ReplicaSet Deployment HorizontalPodAutoscaler StatefulSet Job CronJob "
    "IngressClass Ingress APIService"
)
_FLUX_KINDS = (
    "CustomResourceDefinition Namespace ResourceQuota StorageClass ServiceAccount PodSecurityPolicy Role ClusterRole "
    "RoleBinding ClusterRoleBinding ConfigMap Secret Service LimitRange PriorityClass Deployment StatefulSet CronJob "
    "PodDisruptionBudget"
)
_FLUX_LAST = ("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration")
_DEFINITIONS = ("CustomResourceDefinition", "Namespace")

_ARGOCD_RANK = {kind: rank for rank, kind in enumerate(_ARGOCD_KINDS.split())}
_FLUX_RANK = {kind: -rank - 1 for rank, kind in enumerate(reversed(_FLUX_KINDS.split()))}
_FLUX_RANK |= {kind: rank + 1 for rank, kind in enumerate(_FLUX_LAST)}

_ARGOCD_PREFIX = "argocd.argoproj.io/"
_FLUX_PREFIX = "kustomize.toolkit.fluxcd.io/"


def argocd_order(resource: Resource) -> tuple[object, ...]:
    """Sorts the objects of one wave as Argo CD applies them: kinds it knows, then all others by name."""
    identity = resource.id
    return _ARGOCD_RANK.get(identity.kind, len(_ARGOCD_RANK)), identity.name, identity


def flux_order(resource: Resource) -> tuple[object, ...]:
    """Sorts objects as Flux applies them: definitions, classes, and the rest by kind, group, namespace and name."""
    identity = resource.id
    stage = 0 if identity.kind in _DEFINITIONS else 1 if identity.kind.endswith("Class") else 2
    return stage, _FLUX_RANK.get(identity.kind, 0), identity.group, identity.kind, identity.namespace, identity.name


def wave_of(resource: Resource) -> int:
    """The object's sync wave; 0 where the annotation is absent or no whole number."""
    text = _annotations(resource).get(_ARGOCD_PREFIX + "sync-wave")
    try:
        return int(text) if isinstance(text, str) else 0
    except ValueError:
        return 0


def is_hook(resource: Resource) -> bool:
    """Whether Argo CD takes the object for a hook (its own or Helm's), which is no part of the state it keeps."""
    annotations = _annotations(resource)
    return bool(annotations.get(_ARGOCD_PREFIX + "hook") or annotations.get("helm.sh/hook"))


def argocd_option(resource: Resource, option: str) -> bool:
    """Whether the object's own sync options hold this one, such as `Prune=false`."""
    text = _annotations(resource).get(_ARGOCD_PREFIX + "sync-options")
    return isinstance(text, str) and option in (part.strip() for part in text.split(","))


def flux_setting(resource: Resource, name: str) -> str:
    """The object's label or annotation for Flux of that name, such as `prune`, in lower case; "" for none."""
    key = _FLUX_PREFIX + name
    found = _annotations(resource).get(key) or object_at(resource.data, "metadata", "labels").get(key)
    return found.lower() if isinstance(found, str) else ""


def _annotations(resource: Resource) -> Mapping[str, object]:
    return object_at(resource.data, "metadata", "annotations")
