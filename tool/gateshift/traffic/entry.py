"""Where a request comes in, and the routes that have a say there.

What a Gateway's listeners have in common, whether the Gateway is in the build or not: which one a host belongs to,
which port a Host header names, and which routes a listener has.

Source: Gateway API v1.6 apis/v1/gateway_types.go ("Listeners that are distinct only by Hostname").
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from gateshift.traffic.attach import Binding, attachments
from gateshift.traffic.cluster import Cluster
from gateshift.traffic.decision import Decision
from gateshift.traffic.hostnames import covers, rank
from gateshift.traffic.listeners import Listener
from gateshift.traffic.routes import GRPC, HTTP, Route
from gateshift.traffic.table import Table, table

EMPTY = Table(())


class ArrivalRoutes(Struct, frozen=True):
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


def best_listener(listeners: Sequence[Listener], host: str) -> Listener | None:
    """The listener with the most specific hostname that covers the host."""
    covering = [listener for listener in listeners if covers(listener.hostname, host)]
    return min(covering, key=lambda listener: _specificity(listener.hostname), default=None)


def _specificity(hostname: str) -> tuple[int, int]:
    """Names before wildcards, wildcards with more labels before others, no hostname last."""
    return rank(hostname)[0], -hostname.count(".")


def port_in(authority: str) -> int | None:
    """The port of a Host header, None where it has none."""
    _, colon, port = authority.rpartition(":")
    return int(port) if colon and port.isascii() and port.isdigit() else None


def routes_of(cluster: Cluster, listener: Listener) -> tuple[Table, tuple[str, ...]]:
    """The routes of a listener, and what is not certain about their attachment."""

    def build() -> dict[Listener, list[tuple[Route, Binding]]]:
        bound: dict[Listener, list[tuple[Route, Binding]]] = {}
        for attachment in attachments(cluster):
            for binding in attachment.bindings:
                bound.setdefault(binding.listener, []).append((attachment.route, binding))
        return bound

    def merge() -> tuple[Table, tuple[str, ...]]:
        bound = cluster.once("bindings", build).get(listener, [])
        doubts = tuple(
            f"{listener} may not allow {route}: the labels of Namespace {route.namespace} are not in the build"
            for route, binding in bound
            if not binding.certain
        )
        return merged((route, binding.hostnames) for route, binding in bound), doubts

    return cluster.once(("routes", listener), merge)
