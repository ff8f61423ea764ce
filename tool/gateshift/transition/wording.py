"""A loss in words: who gets what, through which objects, in which state.

An engine's way in words, one line for each thing it does before it does the next.
"""

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
from gateshift.transition.answers import FailureCause, ServiceName
from gateshift.transition.check import Disruption
from gateshift.transition.request_classes import RequestClass
from gateshift.yamldoc.data import FieldPath

_MOST_NAMED = 3
_HINT = {
    FailureCause.MISSING: (
        "Two commits: a Service comes before the route names it, and goes after the route has let it go."
    ),
    FailureCause.NO_ENDPOINTS: (
        "Two commits: pods are Ready before requests are sent to them, and go after the requests have."
    ),
    FailureCause.UNREADY: "Two commits: deploy the pods and let them become Ready, then send them requests.",
    FailureCause.NO_ROUTE: "Keep a rule that answers these requests, or replace the route in two commits.",
    FailureCause.UNDECLARED: "Keep a route that answers every request for as long as pods of several versions run.",
    FailureCause.DANGLING: "Two commits: take the reference out of the route, then the Service away.",
    FailureCause.INVALID: "Two commits: make the new reference valid first, then let the route use it.",
}


def finding_of(disruption: Disruption, sides: tuple[Cluster, Cluster]) -> Finding:
    """The loss as a finding of its rule, at the object that brings it about."""
    field_ref = _spot(disruption, sides)
    others = [
        event for event in (*disruption.causes, *disruption.cures) if event.change.resource is not field_ref.resource
    ]
    return rules.OF_FAULT[disruption.degradation.fault].finding(
        Level.ERROR,
        f"{_who(disruption.asked)}: {_what(disruption)}, {_when(disruption)}",
        field_ref,
        cluster_says=_says(disruption),
        help=_HINT[disruption.degradation.fault],
        related=tuple(
            Related(str(event), FieldRef(event.change.resource)) for event in dict.fromkeys(others[:_MOST_NAMED])
        ),
    )


def _who(asked: Sequence[RequestClass]) -> str:
    """The requests concerned, by entrance and traits."""
    first = asked[0]
    shape = str(first.shape)
    named = f"requests to {first.entry_point}" + (f" with {shape}" if shape else "")
    more = len(asked) - 1
    return named + (f" (and {more} more {'kind' if more == 1 else 'kinds'})" if more else "")


def _what(disruption: Disruption) -> str:
    degradation = disruption.degradation
    service = f"Service {_named(degradation.service)}"
    part = "all" if degradation.share > 1 - 1e-9 else percent(degradation.share)
    match degradation.fault:
        case FailureCause.MISSING:
            return f"{part} get a {degradation.status}, since {service} is not there"
        case FailureCause.NO_ENDPOINTS:
            return f"{part} get a {degradation.status}, since {service} has no Ready pod"
        case FailureCause.UNREADY:
            return f"some reach pods that are not Ready, since {service} publishes them"
        case FailureCause.NO_ROUTE:
            return f"{part} get a {degradation.status}, since no route answers them"
        case FailureCause.UNDECLARED if len(degradation.versions) > 1:
            versions = " and ".join(sorted(version or "unlabelled pods" for version in degradation.versions))
            return f"{service} splits them between {versions} by its selector alone, which nobody declared"
        case FailureCause.UNDECLARED:
            (version,) = degradation.versions or frozenset({""})
            return f"they reach {version or 'unlabelled pods'} through {service}, which neither state declares"
        case FailureCause.DANGLING:
            return f"their route names {service}, which is not there"
        case FailureCause.INVALID:
            where = f" to {service}" if degradation.service != ("", "") else ""
            return f"{part} get a {degradation.status}, since the reference{where} is not valid"


def _named(service: ServiceName) -> str:
    return "/".join(part for part in service if part)


def _when(disruption: Disruption) -> str:
    """The state: what has happened, and what has not yet."""
    done = _listed(disruption.causes)
    if disruption.lasts:
        return f"for good, after {done}" if done else "for good"
    return " ".join(part for part in (f"once {done}" if done else "", f"until {_pending(disruption.cures)}") if part)


def _listed(events: Iterable[Event]) -> str:
    return " and ".join(_happened(event) for event in events)


def _happened(event: Event) -> str:
    match event.event_kind:
        case EventKind.APPLY if event.pod_rollout is PodRollout.RECREATE:
            return f"{event.change.id} is applied and replaces its pods all at once"
        case EventKind.APPLY:
            return f"{event.change.id} is applied"
        case EventKind.READY:
            return f"the new pods of {event.change.id} are Ready"
        case EventKind.PRUNE:
            return f"{event.change.id} is pruned"


def _pending(events: Sequence[Event]) -> str:
    return " or ".join(_happened(event) for event in events[:_MOST_NAMED])


def _says(disruption: Disruption) -> str:
    degradation = disruption.degradation
    if degradation.fault in (FailureCause.UNDECLARED, FailureCause.UNREADY, FailureCause.DANGLING):
        return "ResolvedRefs=False (BackendNotFound)" if degradation.fault is FailureCause.DANGLING else ""
    reason = f", ResolvedRefs=False ({degradation.reason})" if degradation.status == 500 and degradation.reason else ""
    return f"{degradation.status}{reason}"


def _spot(disruption: Disruption, sides: tuple[Cluster, Cluster]) -> FieldRef:
    """The reference at fault in a route that the step changes, else the object whose event brings the loss about."""
    if disruption.degradation.service != ("", ""):
        for event in (*disruption.causes, *disruption.cures):
            for resource in (event.change.after, event.change.before):
                found = _reference(resource, disruption.degradation.service)
                if resource is not None and found is not None:
                    return FieldRef(resource, found)
    events = disruption.causes or disruption.cures
    if events:
        return FieldRef(events[0].change.resource)
    return _service_spot(disruption, sides)


def _service_spot(disruption: Disruption, sides: tuple[Cluster, Cluster]) -> FieldRef:
    parent = disruption.asked[0].entry_point.parent
    named = (
        disruption.degradation.service
        if disruption.degradation.service != ("", "")
        else (parent.namespace, parent.name)
    )
    for side in reversed(sides):
        service = side.service(*named)
        if service is not None:
            return FieldRef(service.resource)
    return FieldRef(disruption.asked[0].entry_point.routes[0].resource)


def _reference(resource: Resource | None, service: ServiceName) -> FieldPath | None:
    """Where a route names the Service."""
    if resource is None or not is_route(resource):
        return None
    return next((pointer for pointer, name in _references(read_route(resource)) if _same(name, service)), None)


def _references(route: Route) -> Iterable[tuple[FieldPath, ServiceName]]:
    for rule in route.rules:
        for backend in rule.backends:
            yield backend.pointer, (backend.ref.namespace, backend.ref.name)


def _same(one: ServiceName, other: ServiceName) -> bool:
    return one[1] == other[1] and same_namespace(one[0], other[0])


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
