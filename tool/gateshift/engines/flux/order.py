"""The order of one reconciliation of Flux: apply, prune, then health; and the settings by which an object changes it.

Source: kustomize-controller (apply, prune, then health); fluxcd/pkg ssa/sort.go, ssa/manager_apply.go.
"""

from __future__ import annotations

from collections.abc import Sequence

from gateshift.engines.events import Event, EventKind, of_kind
from gateshift.engines.sync_plan import SyncOrder, Wave, annotations_of, in_sequence, reached_before, readiness
from gateshift.model.resource import Resource
from gateshift.model.sync_pointer import SyncSettings
from gateshift.traffic.cluster import Cluster
from gateshift.yamldoc.data import object_at

_KINDS = (
    "CustomResourceDefinition Namespace ResourceQuota StorageClass ServiceAccount PodSecurityPolicy Role ClusterRole "
    "RoleBinding ClusterRoleBinding ConfigMap Secret Service LimitRange PriorityClass Deployment StatefulSet CronJob "
    "PodDisruptionBudget"
)
_LAST = ("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration")
_DEFINITIONS = ("CustomResourceDefinition", "Namespace")
_RANK = {kind: -rank - 1 for rank, kind in enumerate(reversed(_KINDS.split()))}
_RANK |= {kind: rank + 1 for rank, kind in enumerate(_LAST)}
_PREFIX = "kustomize.toolkit.fluxcd.io/"


def makes(event: Event, settings: SyncSettings) -> bool:
    """Whether Flux brings the event about."""
    resource = event.change.resource
    if _setting(resource, "reconcile") == "disabled" or _setting(resource, "ssa") == "ignore":
        return False
    if event.event_kind is EventKind.PRUNE:
        return settings.prune and _setting(resource, "prune") != "disabled"
    return not (_setting(resource, "ssa") == "ifnotpresent" and event.change.before is not None)


def order(events: Sequence[Event], before: Cluster) -> SyncOrder:
    """All applies, then all prunes in reverse. Health is checked after both, so no check stands between two events."""
    applies = sorted(of_kind(events, EventKind.APPLY), key=_rank)
    prunes = sorted(of_kind(events, EventKind.PRUNE), key=_rank)[::-1]
    waits = in_sequence(applies, before)
    for prune in prunes:
        waits[prune.bit] = reached_before(prune, applies, waits, before)
    return SyncOrder(waits | readiness(events), tuple(Wave(tuple(group)) for group in (applies, prunes) if group))


def _rank(event: Event) -> tuple[object, ...]:
    """Definitions, classes, and the rest by kind, group, namespace and name."""
    identity = event.change.id
    stage = 0 if identity.kind in _DEFINITIONS else 1 if identity.kind.endswith("Class") else 2
    return stage, _RANK.get(identity.kind, 0), identity.group, identity.kind, identity.namespace, identity.name


def _setting(resource: Resource, name: str) -> str:
    """The object's label or annotation for Flux of that name, such as `prune`, in lower case; "" for none."""
    key = _PREFIX + name
    value = annotations_of(resource).get(key) or object_at(resource.data, "metadata", "labels").get(key)
    return value.lower() if isinstance(value, str) else ""
