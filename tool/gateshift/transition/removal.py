"""Applications that a step takes out whole: nothing answers their requests any more, and all that did so goes."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from gateshift.engines.sync_plan import SyncPlan
from gateshift.model.finding import FieldRef, Finding, Level
from gateshift.model.resource import Resource
from gateshift.traffic.cluster import Cluster
from gateshift.traffic.decision import Decision
from gateshift.traffic.endpoints import selected_workloads
from gateshift.transition import rules
from gateshift.transition.request_classes import RequestClass
from gateshift.transition.walk import TransitionContext

_MOST_NAMED = 4


class Removal(Struct, frozen=True, eq=False):
    """The classes of requests whose answer goes whole, and the objects that gave it, in the order of the classes."""

    classes: frozenset[RequestClass]
    resources: tuple[Resource, ...]


def removal(context: TransitionContext, sync_plan: SyncPlan) -> Removal:
    """What the sync plan takes out whole. A redirect is part of it only where an answer goes as well."""
    end = context.between.cluster(sync_plan.end)
    answers: dict[RequestClass, tuple[Resource, ...]] = {}
    redirects: dict[RequestClass, tuple[Resource, ...]] = {}
    for request_class in context.classes:
        before = context.outcome(request_class, 0)
        if not before.answered or context.outcome(request_class, sync_plan.end).answered:
            continue
        resources = _answering(context.sides[0], before.decision)
        if resources and not any(_is_in(end, resource) for resource in resources):
            (answers if before.decision.backends else redirects)[request_class] = resources
    gone = answers | redirects if answers else answers
    distinct = {resource.id: resource for resources in gone.values() for resource in resources}
    return Removal(frozenset(gone), tuple(distinct.values()))


def _is_in(cluster: Cluster, resource: Resource) -> bool:
    identity = resource.id
    return cluster.find(identity.group, identity.kind, identity.namespace, identity.name) is not None


def _answering(cluster: Cluster, decision: Decision) -> tuple[Resource, ...]:
    """The route, the Services and the workloads that answer; none where a backend has its pods elsewhere."""
    resources = [] if decision.route is None else [decision.route]
    for backend in decision.backends:
        service = cluster.service(backend.namespace, backend.name)
        pods = [] if service is None else [pods.resource for pods in selected_workloads(cluster, service)]
        if service is None or not pods:
            return ()
        resources += (service.resource, *pods)
    return tuple(resources)


def removal_findings(removed: Removal) -> Iterator[Finding]:
    """One line for all that goes."""
    if not removed.resources:
        return
    named = [str(resource.id) for resource in removed.resources[:_MOST_NAMED]]
    more = len(removed.resources) - len(named)
    named += [f"{more} more"] if more else []
    ways = sorted({str(request_class.entry_point) for request_class in removed.classes})
    others = f" and {len(ways) - 1} more" if len(ways) > 1 else ""
    yield rules.APP_REMOVED.finding(
        Level.WARNING,
        f"{', '.join(named[:-1])} and {named[-1]} go together: the requests to {ways[0]}{others} that "
        "they answer now get no answer any more.",
        FieldRef(removed.resources[0]),
    )
