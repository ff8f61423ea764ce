"""The order of one sync of Argo CD, and the annotations by which an object changes it.

Source: Argo CD's gitops-engine pkg/sync/sync_context.go (prunes come first in a wave, waves of prunes are mirrored,
PruneLast comes one wave after the last), pkg/sync/sync_tasks.go (kind order, name), syncwaves/waves.go.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec.structs import replace

from gateshift.engines.argocd.options import has_option, is_hook
from gateshift.engines.events import Event, EventKind, of_kind
from gateshift.engines.sync_plan import (
    SyncOrder,
    Wave,
    annotations_of,
    bits,
    in_sequence,
    reached_before,
    readiness,
)
from gateshift.model.resource import Resource
from gateshift.model.sync_pointer import SyncSettings
from gateshift.traffic.cluster import Cluster

WAVE = "argocd.argoproj.io/sync-wave"
_KINDS = (
    "Namespace NetworkPolicy ResourceQuota LimitRange PodSecurityPolicy PodDisruptionBudget ServiceAccount Secret "
    "SecretList ConfigMap StorageClass PersistentVolume PersistentVolumeClaim CustomResourceDefinition ClusterRole "
    "ClusterRoleList ClusterRoleBinding ClusterRoleBindingList Role RoleList RoleBinding RoleBindingList Service "
    "DaemonSet Pod ReplicationController ReplicaSet Deployment HorizontalPodAutoscaler StatefulSet Job CronJob "
    "IngressClass Ingress APIService"
)
_RANK = {kind: rank for rank, kind in enumerate(_KINDS.split())}


def makes(event: Event, settings: SyncSettings) -> bool:
    """Whether Argo CD brings the event about. Hooks are no part of the state it keeps."""
    resource = event.change.resource
    if is_hook(resource):
        return False
    return event.event_kind is not EventKind.PRUNE or (settings.prune and not has_option(resource, "Prune=false"))


def order(events: Sequence[Event], settings: SyncSettings, before: Cluster, *, gates: bool) -> SyncOrder:
    """Wave by wave, in each the prunes first, then the applies; the next wave waits for the health of this one."""
    wave = {event.bit: _wave_of(event.change.resource) if settings.waves else 0 for event in events}
    applies = sorted(of_kind(events, EventKind.APPLY), key=lambda apply: (wave[apply.bit], *_rank(apply)))
    prunes = sorted(of_kind(events, EventKind.PRUNE), key=lambda prune: prune.change.id)
    last = [prune for prune in prunes if settings.prune_last or (settings.waves and _is_last(prune))]
    early = [prune for prune in prunes if prune not in last]
    wave |= _mirrored(prunes, wave)
    ready = of_kind(events, EventKind.READY) if gates else []
    waits = in_sequence(applies, before)

    def settled(prune: Event, earlier: Sequence[Event]) -> int:
        return bits(earlier) if gates else reached_before(prune, earlier, waits, before)

    for apply in applies:
        waits[apply.bit] |= bits(event for event in ready if wave[event.bit] < wave[apply.bit])
        waits[apply.bit] |= bits(prune for prune in early if wave[prune.bit] <= wave[apply.bit])
    first = min((wave[prune.bit] for prune in early), default=0)
    for prune in early:
        waits[prune.bit] = settled(prune, [apply for apply in applies if wave[apply.bit] < first])
        waits[prune.bit] |= bits(event for event in ready if wave[event.bit] < first)
    for prune in last:
        waits[prune.bit] = settled(prune, applies) | bits(ready)
    return SyncOrder(waits | readiness(events), _waves(applies, early, last, wave))


def _rank(event: Event) -> tuple[object, ...]:
    """Kinds that Argo CD knows, then all others by name."""
    identity = event.change.id
    return _RANK.get(identity.kind, len(_RANK)), identity.name, identity


def _wave_of(resource: Resource) -> int:
    """The object's sync wave; 0 where the annotation is absent or not a whole number."""
    text = annotations_of(resource).get(WAVE)
    try:
        return int(text) if isinstance(text, str) else 0
    except ValueError:
        return 0


def _is_last(prune: Event) -> bool:
    return has_option(prune.change.resource, "PruneLast=true")


def _mirrored(prunes: Iterable[Event], wave: Mapping[int, int]) -> dict[int, int]:
    """The waves of prunes, in which Argo CD turns the order of the live objects' waves round."""
    listed = list(prunes)
    used = sorted({wave[prune.bit] for prune in listed})
    turned = dict(zip(used, reversed(used), strict=True))
    return {prune.bit: turned[wave[prune.bit]] for prune in listed}


def _waves(
    applies: Sequence[Event], early: Sequence[Event], last: Sequence[Event], wave: Mapping[int, int]
) -> tuple[Wave, ...]:
    waves: list[Wave] = []
    for number in sorted({wave[event.bit] for event in (*applies, *early)}):
        groups = [tuple(event for event in group if wave[event.bit] == number) for group in (early, applies)]
        here = [Wave(group) for group in groups if group]
        waves += [replace(here[0], waits=bool(waves)), *here[1:]]
    return (*waves, Wave(tuple(last), waits=bool(waves))) if last else tuple(waves)
