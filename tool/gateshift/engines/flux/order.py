"""The order of one reconciliation of Flux: apply, prune, then health.

Source: kustomize-controller (apply, prune, then health); fluxcd/pkg ssa/sort.go, ssa/manager_apply.go.
"""

from __future__ import annotations

from collections.abc import Sequence

from gateshift.engines.events import Event, EventKind, of_kind
from gateshift.engines.flux import options
from gateshift.engines.sync_plan import SyncOrder, Wave, in_sequence, reached_before, readiness
from gateshift.model.sync_pointer import SyncSettings
from gateshift.traffic.cluster import Cluster

_KINDS = (
    "CustomResourceDefinition Namespace ResourceQuota StorageClass ServiceAccount PodSecurityPolicy Role ClusterRole "
    "RoleBinding ClusterRoleBinding ConfigMap Secret Service LimitRange PriorityClass Deployment StatefulSet CronJob "
    "PodDisruptionBudget"
)
_LAST = ("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration")
_DEFINITIONS = ("CustomResourceDefinition", "Namespace")
_RANK = {kind: -rank - 1 for rank, kind in enumerate(reversed(_KINDS.split()))}
_RANK |= {kind: rank + 1 for rank, kind in enumerate(_LAST)}


def makes(event: Event, settings: SyncSettings) -> bool:
    """Whether Flux brings the event about."""
    if options.left_alone(event.change):
        return False
    return event.event_kind is not EventKind.PRUNE or (settings.prune and not options.keeps(event.change.resource))


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
