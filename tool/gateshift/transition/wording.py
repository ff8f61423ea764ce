"""A loss in words: who gets what, through which objects, in which state.

An engine's course in words, one line for each thing it does before it does the next.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from gateshift.engines.events import Deed, Event
from gateshift.engines.pods import Passage
from gateshift.engines.sync_plan import Course
from gateshift.model.finding import Finding, Level, Related, Spot
from gateshift.model.resource import Resource
from gateshift.model.rollout import Engine
from gateshift.traffic.cluster import Cluster, same_namespace
from gateshift.traffic.routes import Route, is_route, read_route
from gateshift.transition import rules
from gateshift.transition.answers import Fault, ServiceName
from gateshift.transition.check import Loss
from gateshift.transition.request_classes import RequestClass
from gateshift.yamldoc.data import Pointer

_MOST_NAMED = 3
_WAY_OUT = {
    Fault.MISSING: "Two commits: a Service comes before the route names it, and goes after the route has let it go.",
    Fault.NO_ENDPOINTS: "Two commits: pods are Ready before requests are sent to them, and go after the requests have.",
    Fault.UNREADY: "Two commits: deploy the pods and let them become Ready, then send them requests.",
    Fault.NO_ROUTE: "Keep a rule that answers these requests, or replace the route in two commits.",
    Fault.UNDECLARED: "Keep a route that answers every request for as long as pods of several versions run.",
    Fault.DANGLING: "Two commits: take the reference out of the route, then the Service away.",
    Fault.INVALID: "Two commits: make the new reference valid first, then let the route use it.",
}


def finding_of(loss: Loss, sides: tuple[Cluster, Cluster]) -> Finding:
    """The loss as a finding of its rule, at the object that brings it about."""
    spot = _spot(loss, sides)
    others = [event for event in (*loss.causes, *loss.cures) if event.change.resource is not spot.resource]
    return Finding(
        rules.OF_FAULT[loss.harm.fault].id,
        Level.ERROR,
        f"{_who(loss.asked)}: {_what(loss)}, {_when(loss)}",
        spot,
        cluster_says=_says(loss),
        help=_WAY_OUT[loss.harm.fault],
        related=tuple(
            Related(str(event), Spot(event.change.resource)) for event in dict.fromkeys(others[:_MOST_NAMED])
        ),
    )


def _who(asked: Sequence[RequestClass]) -> str:
    """The requests concerned, by entrance and traits."""
    first = asked[0]
    traits = str(first.traits)
    named = f"requests to {first.entrance}" + (f" with {traits}" if traits else "")
    more = len(asked) - 1
    return named + (f" (and {more} more {'kind' if more == 1 else 'kinds'})" if more else "")


def _what(loss: Loss) -> str:
    harm = loss.harm
    service = f"Service {_named(harm.service)}"
    part = "all" if harm.share > 0.999 else f"{harm.share * 100:.3g} %"
    match harm.fault:
        case Fault.MISSING:
            return f"{part} get a {harm.status}, since {service} is not there"
        case Fault.NO_ENDPOINTS:
            return f"{part} get a {harm.status}, since {service} has no Ready pod"
        case Fault.UNREADY:
            return f"some reach pods that are not Ready, since {service} publishes them"
        case Fault.NO_ROUTE:
            return f"{part} get a {harm.status}, since no route answers them"
        case Fault.UNDECLARED if len(harm.versions) > 1:
            versions = " and ".join(sorted(version or "unlabelled pods" for version in harm.versions))
            return f"{service} splits them between {versions} by its selector alone, which nobody declared"
        case Fault.UNDECLARED:
            (version,) = harm.versions or frozenset({""})
            return f"they reach {version or 'unlabelled pods'} through {service}, which neither state declares"
        case Fault.DANGLING:
            return f"their route names {service}, which is not there"
        case Fault.INVALID:
            where = f" to {service}" if harm.service != ("", "") else ""
            return f"{part} get a {harm.status}, since the reference{where} is not valid"


def _named(service: ServiceName) -> str:
    return "/".join(part for part in service if part)


def _when(loss: Loss) -> str:
    """The state: what has happened, and what has not yet."""
    done = _listed(loss.causes)
    if loss.lasts:
        return f"for good, after {done}" if done else "for good"
    return " ".join(part for part in (f"once {done}" if done else "", f"until {_pending(loss.cures)}") if part)


def _listed(events: Iterable[Event]) -> str:
    return " and ".join(_deed(event) for event in events)


def _deed(event: Event) -> str:
    match event.deed:
        case Deed.APPLY if event.passage is Passage.GAP:
            return f"{event.change.id} is applied and replaces its pods all at once"
        case Deed.APPLY:
            return f"{event.change.id} is applied"
        case Deed.READY:
            return f"the new pods of {event.change.id} are Ready"
        case Deed.PRUNE:
            return f"{event.change.id} is pruned"


def _pending(events: Sequence[Event]) -> str:
    return " or ".join(_deed(event) for event in events[:_MOST_NAMED])


def _says(loss: Loss) -> str:
    harm = loss.harm
    if harm.fault in (Fault.UNDECLARED, Fault.UNREADY, Fault.DANGLING):
        return "ResolvedRefs=False (BackendNotFound)" if harm.fault is Fault.DANGLING else ""
    reason = f", ResolvedRefs=False ({harm.reason})" if harm.status == 500 and harm.reason else ""
    return f"{harm.status}{reason}"


def _spot(loss: Loss, sides: tuple[Cluster, Cluster]) -> Spot:
    """The reference at fault in a route that the step changes, else the object whose event brings the loss about."""
    if loss.harm.service != ("", ""):
        for event in (*loss.causes, *loss.cures):
            for resource in (event.change.after, event.change.before):
                found = _reference(resource, loss.harm.service)
                if resource is not None and found is not None:
                    return Spot(resource, found)
    events = loss.causes or loss.cures
    if events:
        return Spot(events[0].change.resource)
    return _service_spot(loss, sides)


def _service_spot(loss: Loss, sides: tuple[Cluster, Cluster]) -> Spot:
    parent = loss.asked[0].entrance.parent
    named = loss.harm.service if loss.harm.service != ("", "") else (parent.namespace, parent.name)
    for side in reversed(sides):
        service = side.service(*named)
        if service is not None:
            return Spot(service.resource)
    return Spot(loss.asked[0].entrance.routes[0].resource)


def _reference(resource: Resource | None, service: ServiceName) -> Pointer | None:
    """Where a route names the Service."""
    if resource is None or not is_route(resource):
        return None
    return next((pointer for pointer, name in _references(read_route(resource)) if _same(name, service)), None)


def _references(route: Route) -> Iterable[tuple[Pointer, ServiceName]]:
    for rule in route.rules:
        for backend in rule.backends:
            yield backend.pointer, (backend.ref.namespace, backend.ref.name)


def _same(one: ServiceName, other: ServiceName) -> bool:
    return one[1] == other[1] and same_namespace(one[0], other[0])


_MOST_STEPS = 8


def steps_of(course: Course) -> tuple[str, ...]:
    """`apply Service default/a, then HTTPRoute default/a`, `wait until that is healthy`, `prune ...`."""
    return tuple(_lines(course))


def _lines(course: Course) -> Iterator[str]:
    for wave in course.waves:
        if wave.waits:
            yield "wait until that is healthy"
        yield _line(wave.events)
    if course.waves and course.sync.engine is Engine.FLUX:
        yield "then check health, which holds nothing back any more"


def _line(events: Sequence[Event]) -> str:
    names = [str(event.change.id) for event in events[:_MOST_STEPS]]
    if len(events) > _MOST_STEPS:
        names.append(f"{len(events) - _MOST_STEPS} more")
    prunes = events[0].deed is Deed.PRUNE
    joined = " and ".join(names) if prunes else ", then ".join(names)
    return f"{events[0].deed.value} {joined}" + (", in any order" if prunes and len(events) > 1 else "")
