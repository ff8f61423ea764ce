"""Routes of connections instead of requests (TLSRoute, TCPRoute, UDPRoute): what a step does to them as a whole.

Of these routes only whether there is one throughout is followed; which backend gets a connection is not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gateshift.engines.changes import Change
from gateshift.engines.events import Event, EventKind
from gateshift.engines.references import named_in
from gateshift.engines.sync_plan import SyncPlan
from gateshift.model.finding import FieldRef, Finding, Level, Related
from gateshift.traffic.cluster import may_be_same
from gateshift.traffic.routes import GRPC, HTTP, Route, RouteParent, is_route, read_route
from gateshift.transition import rules


def connection_findings(changes: Sequence[Change], sync_plan: SyncPlan) -> Iterator[Finding]:
    """Connections that no route takes in between or in the end, and changes of such routes that are not followed."""
    kept = {id(resource) for resource in sync_plan.kept}
    for change in changes:
        if not is_route(change.resource) or change.id.kind in (HTTP, GRPC):
            continue
        if change.after is None:
            if id(change.resource) not in kept:
                yield from _gone(change, sync_plan)
        elif change.before is not None:
            yield rules.REQUESTS_UNSEEN.finding(
                Level.NOTE,
                f"{change.id} changes: connections are not followed, so how they fare in between was not looked at",
                FieldRef(change.after),
            )


def _gone(change: Change, sync_plan: SyncPlan) -> Iterator[Finding]:
    """A route that goes: another one may take its connections, if that is there before."""
    assert change.before is not None
    old = read_route(change.before)
    heirs = [event for event in sync_plan.events if _takes_over(event, old)]
    prune = next((event for event in sync_plan.events if event.change.id == change.id), None)
    if prune is None or any(sync_plan.waits[prune.bit] & heir.bit for heir in heirs):
        return
    if not heirs and _goes_whole(old, sync_plan):
        yield rules.APP_REMOVED.finding(
            Level.WARNING,
            f"{change.id} goes together with the Services that it names: nothing takes its connections any more.",
            FieldRef(change.before),
        )
        return
    until = f"until {heirs[0].change.id} is applied" if heirs else "from then on"
    yield rules.NO_ROUTE.finding(
        Level.ERROR,
        f"{change.id} is pruned: no route takes its connections {until}.",
        FieldRef(change.before),
        cluster_says="the listener resets or refuses the connection",
        help="Use two commits: add the new route first, and take the old one away when the new one is in force.",
        related=tuple(Related(str(heir), FieldRef(heir.change.resource)) for heir in heirs[:1]),
    )


def _goes_whole(route: Route, sync_plan: SyncPlan) -> bool:
    """Whether every Service that the route names is pruned as well."""
    pruned = [event.change.resource for event in sync_plan.events if event.event_kind is EventKind.PRUNE]
    names = tuple(named_in(route))
    return bool(names) and all(any(named.means(resource) for resource in pruned) for named in names)


def _takes_over(event: Event, old: Route) -> bool:
    """Whether the event applies a route of the same kind for connections that the old one takes."""
    new = event.change.after
    if event.event_kind is not EventKind.APPLY or new is None or new.id.kind != old.kind:
        return False
    route = read_route(new)
    hosts = set(route.hostnames) >= set(old.hostnames) or not route.hostnames
    return hosts and any(_is_one_way(parent, other) for parent in route.parents for other in old.parents)


def _is_one_way(parent: RouteParent, other: RouteParent) -> bool:
    listeners = [(each.section_name, each.port) for each in (parent, other)]
    return may_be_same(parent, other) and listeners[0] == listeners[1]
