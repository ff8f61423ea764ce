"""What the objects of the later build need, and the step takes away or holds back: a certificate, a ConfigMap, pods.

Source: Kubernetes v1.37 (a running pod keeps its mounted ConfigMap until it restarts; the Deployment controller of a
paused Deployment makes no new ReplicaSet, pkg/controller/deployment/deployment_controller.go); Gateway API v1.6,
ListenerConditionResolvedRefs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gateshift.apischema.object_references import Need, ObjectReference, references_of
from gateshift.engines.changes import Change
from gateshift.model.finding import FieldRef, Finding, Level, Related
from gateshift.model.plan import Action
from gateshift.model.resource import Resource
from gateshift.traffic.cluster import Cluster, same_namespace
from gateshift.traffic.endpoints import selected_workloads
from gateshift.traffic.services import Workload
from gateshift.transition import rules
from gateshift.yamldoc.data import look_up

_PAUSED = ("spec", "paused")


def need_findings(changes: Sequence[Change], before: Cluster, after: Cluster) -> Iterator[Finding]:
    """The references to what the step prunes, and the shares for workloads that start no pods."""
    pruned = [change.resource for change in changes if change.action is Action.PRUNE]
    if pruned:
        for resource in after:
            for reference in references_of(resource):
                lost = next((target for target in pruned if _names(reference, target)), None)
                if lost is not None and not any(_names(reference, target) for target in after):
                    yield from _pruned(reference, lost)
    yield from _paused(before, after)


def _names(reference: ObjectReference, target: Resource) -> bool:
    identity = target.id
    return (identity.group, identity.kind, identity.name) == (reference.group, reference.kind, reference.name) and (
        reference.cluster or same_namespace(identity.namespace, reference.namespace or reference.holder.id.namespace)
    )


def _pruned(reference: ObjectReference, lost: Resource) -> Iterator[Finding]:
    if reference.optional:
        return
    match reference.need:
        case Need.CERTIFICATE:
            level, what = Level.ERROR, "Its listener has no certificate from then on and answers no TLS connection."
        case Need.POD:
            level, what = Level.WARNING, "Running pods go on; a pod that starts later waits for it and does not start."
        case Need.OTHER:
            level, what = Level.WARNING, "The reference finds nothing from then on."
    yield rules.REFERENCED_OBJECT_PRUNED.finding(
        level,
        f"The sync prunes {lost.id}, and {reference.holder.id} still names it. {what}",
        FieldRef(reference.holder, reference.path),
        help="Keep the object until nothing names it, and delete it in a later commit.",
        related=(Related("pruned by this step", FieldRef(lost, ("metadata", "name"))),),
    )


def _paused(before: Cluster, after: Cluster) -> Iterator[Finding]:
    reached_before = {workload.resource.id for _, workload in _with_share(before)}
    told: set[object] = set()
    for holder, workload in _with_share(after):
        resource = workload.resource
        if look_up(resource.data, _PAUSED) is not True or resource.id in reached_before or resource.id in told:
            continue
        running = next((old for old in before if old.id == resource.id), None)
        if running is not None and look_up(running.data, _PAUSED) is not True:
            continue  # its pods run already; being paused now keeps them as they are
        told.add(resource.id)
        yield rules.SHARE_OF_A_PAUSED_WORKLOAD.finding(
            Level.ERROR,
            f"{holder.id} sends requests to {resource.id}, which has `paused: true` and got none before. "
            "A paused workload starts no pods for a template that it has not rolled out, so its share gets a 503.",
            FieldRef(resource, _PAUSED),
            help="Remove `paused` in a commit before the one that gives it a share.",
        )


def _with_share(cluster: Cluster) -> Iterator[tuple[Resource, Workload]]:
    """The workloads that a route gives a share, each with the route."""
    for route in cluster.routes:
        for rule in route.rules:
            for backend in rule.backends:
                service = cluster.service(backend.ref.namespace, backend.ref.name)
                if backend.weight and backend.ref.kind == "Service" and service is not None:
                    for workload in selected_workloads(cluster, service):
                        yield route.resource, workload
