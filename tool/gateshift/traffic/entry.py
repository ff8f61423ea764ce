"""Where a request comes in, and the routes that have a say there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gateshift.traffic.decision import Decision
from gateshift.traffic.routes import GRPC, HTTP, Route
from gateshift.traffic.table import Table, table

EMPTY = Table(())


@dataclass(frozen=True, slots=True)
class Entry:
    """A listener or a Service port. `answered` is the decision where no route has a say; `port` is None where it is
    not known; `name` is the listener's, "" in a mesh."""

    routes: Table = EMPTY
    port: int | None = None
    name: str = ""
    notes: tuple[str, ...] = ()
    answered: Decision | None = None


def merged(routes: Iterable[tuple[Route, tuple[str, ...]]]) -> Table:
    """The table of the HTTPRoutes and GRPCRoutes among these; a route attached twice counts once."""
    hostnames: dict[Route, tuple[str, ...]] = {}
    for route, hosts in routes:
        if route.kind in (HTTP, GRPC):
            hostnames[route] = tuple(dict.fromkeys((*hostnames.get(route, ()), *hosts)))
    return table(hostnames.items())
