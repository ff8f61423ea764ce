"""A disruption in words: what happens, between which steps, and what to do; and an engine's sync plan in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from gateshift.engines.events import Event, EventKind
from gateshift.engines.pods import PodRollout
from gateshift.engines.registry import ENGINES
from gateshift.engines.sync_plan import SyncPlan
from gateshift.model.finding import FieldRef, Finding, Level, Related
from gateshift.model.resource import Resource
from gateshift.model.shares import percent
from gateshift.traffic.cluster import Cluster, same_namespace
from gateshift.traffic.routes import Route, is_route, read_route
from gateshift.transition import rules
from gateshift.transition.degradation import Degradation
from gateshift.transition.outcomes import FailureCause, ServiceName
from gateshift.transition.request_classes import RequestClass
from gateshift.transition.walk import Disruption
from gateshift.yamldoc.data import FieldPath

_MOST_NAMED = 3
_HINT = {
    FailureCause.MISSING: (
        "Use two commits: add a Service before a route names it, and delete it after no route names it any more."
    ),
    FailureCause.NO_ENDPOINTS: (
        "Use two commits: deploy pods before a route sends them requests, and delete them after it has stopped."
    ),
    FailureCause.UNREADY: "Use two commits: deploy the pods, and send them requests when they are Ready.",
    FailureCause.NO_ROUTE: "Keep a rule that answers these requests, or replace the route in two commits.",
    FailureCause.CLOSED_PORT: (
        "Use two commits: let the pods listen on both ports first. Or give the target port a name, which each pod "
        "resolves for itself."
    ),
    FailureCause.UNDECLARED: "Keep a route that answers every request for as long as pods of several versions run.",
    FailureCause.DANGLING: "Use two commits: take the reference out of the route, then delete the Service.",
    FailureCause.INVALID: "Use two commits: make the new reference valid, then let the route use it.",
}


def finding_of(disruption: Disruption, sides: tuple[Cluster, Cluster]) -> Finding:
    """The disruption as a finding of its rule, at the object that brings it about."""
    field_ref = _field_ref(disruption, sides)
    others = [
        event for event in (*disruption.causes, *disruption.cures) if event.change.resource is not field_ref.resource
    ]
    return rules.OF_CAUSE[disruption.degradation.cause].finding(
        Level.ERROR,
        f"{_what(disruption)}. {_when(disruption)}.",
        field_ref,
        cluster_says=_says(disruption),
        help=_HINT[disruption.degradation.cause],
        related=tuple(
            Related(str(event), FieldRef(event.change.resource)) for event in dict.fromkeys(others[:_MOST_NAMED])
        ),
    )


def _who(request_classes: Sequence[RequestClass]) -> str:
    """The requests concerned, by entry point and shape."""
    first = request_classes[0]
    shape = str(first.shape)
    named = f"requests to {first.entry_point}" + (f" with {shape}" if shape else "")
    more = len(request_classes) - 1
    return named + (f" (and {more} more {'kind' if more == 1 else 'kinds'})" if more else "")


def _what(disruption: Disruption) -> str:
    degradation = disruption.degradation
    requests = _who(disruption.request_classes)
    whole = degradation.share > 1 - 1e-9
    part = f"All {requests}" if whole else f"{percent(degradation.share)} of the {requests}"
    failing = f"{part} get a {degradation.status}"
    service = f"Service {_named(degradation.service)}"
    match degradation.cause:
        case FailureCause.MISSING:
            return f"{failing}: {service} does not exist"
        case FailureCause.NO_ENDPOINTS:
            return f"{failing}: {service} has no Ready pod"
        case FailureCause.CLOSED_PORT:
            return f"{failing}: {service} sends them to a port on which the pods do not listen"
        case FailureCause.UNREADY:
            return f"Some {requests} reach pods that are not Ready: {service} publishes their addresses"
        case FailureCause.NO_ROUTE:
            return f"{failing}: no route answers them"
        case FailureCause.UNDECLARED if len(degradation.versions) > 1:
            return f"{service} splits {requests} between {_versions(degradation)} by its selector alone"
        case FailureCause.UNDECLARED:
            return f"{part} reach {_versions(degradation)} through {service}, which neither state declares"
        case FailureCause.DANGLING:
            return f"The route for {requests} names {service}, which does not exist"
        case FailureCause.INVALID:
            where = f" to {service}" if degradation.service != ("", "") else ""
            return f"{failing}: the reference{where} is not valid"


def _versions(degradation: Degradation) -> str:
    versions = sorted(version or "unlabelled pods" for version in degradation.versions or ("",))
    return " and ".join(versions)


def _named(service: ServiceName) -> str:
    return "/".join(part for part in service if part)


def _when(disruption: Disruption) -> str:
    """The state, named by the steps around it."""
    causes = [event for event in disruption.causes if event.event_kind is not EventKind.READY] or disruption.causes
    start = " and ".join(_step(event) for event in causes)
    if disruption.lasts:
        return f"This starts with {start} and does not end" if start else "This does not end"
    end = " or ".join(_step(event) for event in disruption.cures[:_MOST_NAMED])
    if len(causes) > 1:
        return f"This happens after {start}, and before {end}"
    return f"This happens between {start} and {end}" if start else f"This happens before {end}"


def _step(event: Event) -> str:
    match event.event_kind:
        case EventKind.APPLY if event.pod_rollout is PodRollout.RECREATE:
            return f"applying {event.change.id}, which replaces all its pods at once,"
        case EventKind.APPLY:
            return f"applying {event.change.id}"
        case EventKind.READY:
            return f"the new pods of {event.change.id} becoming Ready"
        case EventKind.PRUNE:
            return f"pruning {event.change.id}"


def _says(disruption: Disruption) -> str:
    degradation = disruption.degradation
    if degradation.cause in (FailureCause.UNDECLARED, FailureCause.UNREADY, FailureCause.DANGLING):
        return "ResolvedRefs=False (BackendNotFound)" if degradation.cause is FailureCause.DANGLING else ""
    reason = f", ResolvedRefs=False ({degradation.reason})" if degradation.status == 500 and degradation.reason else ""
    return f"{degradation.status}{reason}"


def _field_ref(disruption: Disruption, sides: tuple[Cluster, Cluster]) -> FieldRef:
    """The reference at fault in a route that the step changes, else the object whose event causes the disruption."""
    if disruption.degradation.service != ("", ""):
        for event in (*disruption.causes, *disruption.cures):
            for resource in (event.change.after, event.change.before):
                path = _reference(resource, disruption.degradation.service)
                if resource is not None and path is not None:
                    return FieldRef(resource, path)
    events = disruption.causes or disruption.cures
    if events:
        return FieldRef(events[0].change.resource)
    return _service_ref(disruption, sides)


def _service_ref(disruption: Disruption, sides: tuple[Cluster, Cluster]) -> FieldRef:
    parent = disruption.request_classes[0].entry_point.parent
    named = (
        disruption.degradation.service
        if disruption.degradation.service != ("", "")
        else (parent.namespace, parent.name)
    )
    for side in reversed(sides):
        service = side.service(*named)
        if service is not None:
            return FieldRef(service.resource)
    return FieldRef(disruption.request_classes[0].entry_point.routes[0].resource)


def _reference(resource: Resource | None, service: ServiceName) -> FieldPath | None:
    """Where a route names the Service."""
    if resource is None or not is_route(resource):
        return None
    return next((pointer for pointer, name in _references(read_route(resource)) if _same(name, service)), None)


def _references(route: Route) -> Iterable[tuple[FieldPath, ServiceName]]:
    for rule in route.rules:
        for backend in rule.backends:
            yield backend.pointer, (backend.ref.namespace, backend.ref.name)


def _same(service: ServiceName, other: ServiceName) -> bool:
    return service[1] == other[1] and same_namespace(service[0], other[0])


_MOST_STEPS = 8


def steps_of(sync_plan: SyncPlan) -> tuple[str, ...]:
    """`apply Service default/a, then HTTPRoute default/a`, `wait until that is healthy`, `prune ...`."""
    return tuple(_lines(sync_plan))


def _lines(sync_plan: SyncPlan) -> Iterator[str]:
    for wave in sync_plan.waves:
        if wave.waits:
            yield "wait until that is healthy"
        yield _line(wave.events)
    last = ENGINES[sync_plan.settings.engine].last_step
    if sync_plan.waves and last:
        yield last


def _line(events: Sequence[Event]) -> str:
    names = [str(event.change.id) for event in events[:_MOST_STEPS]]
    if len(events) > _MOST_STEPS:
        names.append(f"{len(events) - _MOST_STEPS} more")
    prunes = events[0].event_kind is EventKind.PRUNE
    joined = " and ".join(names) if prunes else ", then ".join(names)
    return f"{events[0].event_kind.value} {joined}" + (", in any order" if prunes and len(events) > 1 else "")
