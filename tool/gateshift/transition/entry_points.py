"""Where requests come in while a change is made: the Services that are dialled, and the listeners of Gateways.

An entry point outside both builds is one too: what a route names there is taken to exist.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from gateshift.model.resource import ResourceId
from gateshift.traffic.cluster import Cluster, same_namespace
from gateshift.traffic.read import GATEWAY_API
from gateshift.traffic.request import ParentRef, Protocol
from gateshift.traffic.routes import GRPC, HTTP, Route, RouteParent
from gateshift.transition.client_facing_services import client_facing_services

_WEB = {"HTTP": Protocol.HTTP, "HTTPS": Protocol.HTTPS}


class EntryPoint(Struct, frozen=True):
    """One way in. `hostnames` are those that its listener narrows to; `routes` are the routes of either build that
    name it as their parent. `main` marks the entry points that the change is about, in contrast to, say, a version's
    own Service that somebody might dial."""

    parent: ParentRef
    protocol: Protocol
    port: int | None
    listener: str
    from_namespace: str
    hostnames: tuple[str, ...]
    routes: tuple[Route, ...]
    main: bool

    def __str__(self) -> str:
        """`Service default/customers port 80`, `Gateway infra/shared listener web`."""
        parts = [f"{self.parent.kind} {self.parent.namespace}/{self.parent.name}".replace(" /", " ")]
        if self.listener:
            parts.append(f"listener {self.listener}")
        elif self.port is not None:
            parts.append(f"port {self.port}")
        if self.from_namespace:
            parts.append(f"from namespace {self.from_namespace}")
        return " ".join(parts)


def entry_points(
    before: Cluster, after: Cluster, declared: ResourceId | None = None, own: frozenset[str] = frozenset()
) -> tuple[EntryPoint, ...]:
    """Every way in, the main ones first. `declared` is the Service that a rollout is about, `own` are the names of the
    Services that its versions have of their own."""
    sides = (before, after)
    points = [*_gateways(sides), *_services(sides, declared, own)]
    return tuple(sorted(points, key=lambda point: not point.main))


def _routes(sides: Iterable[Cluster]) -> tuple[Route, ...]:
    """The routes of both sides; one that stays as it is counts once, as it was before."""
    routes: list[Route] = []
    for side in sides:
        for route in side.routes:
            known = any(
                other.resource.id == route.resource.id and other.resource.data == route.resource.data
                for other in routes
            )
            if route.kind in (HTTP, GRPC) and not known:
                routes.append(route)
    return tuple(routes)


def _naming(routes: Iterable[Route], group: str, kind: str, namespace: str, name: str) -> tuple[Route, ...]:
    return tuple(
        route for route in routes if any(_is(parent, group, kind, namespace, name) for parent in route.parents)
    )


def _is(parent: RouteParent, group: str, kind: str, namespace: str, name: str) -> bool:
    return (parent.group, parent.kind, parent.name) == (group, kind, name) and same_namespace(
        parent.namespace, namespace
    )


def _gateways(sides: tuple[Cluster, Cluster]) -> Iterator[EntryPoint]:
    routes = _routes(sides)
    named = sorted(
        {
            (parent.kind, parent.namespace, parent.name)
            for route in routes
            for parent in route.parents
            if parent.group == GATEWAY_API and parent.kind in ("Gateway", "ListenerSet")
        }
    )
    for kind, namespace, name in named:
        here = _naming(routes, GATEWAY_API, kind, namespace, name)
        parent = ParentRef(kind, namespace, name)
        known = sorted(set(_listeners(sides, kind, namespace, name)))
        for listener, port, protocol, hostnames in known or _assumed_listeners(here, parent):
            yield EntryPoint(parent, protocol, port, listener, "", hostnames, here, main=True)


_Opening = tuple[str, int | None, Protocol, tuple[str, ...]]


def _listeners(sides: Iterable[Cluster], kind: str, namespace: str, name: str) -> Iterator[_Opening]:
    hostnames: dict[tuple[str, int, str], set[str]] = {}
    for side in sides:
        owner = side.gateway(namespace, name) if kind == "Gateway" else side.listener_set(namespace, name)
        for listener in owner.listeners if owner is not None else ():
            if listener.protocol in _WEB:
                hostnames.setdefault((listener.name, listener.port, listener.protocol), set()).add(listener.hostname)
    for (listener_name, port, protocol), hosts in hostnames.items():
        yield listener_name, port, _WEB[protocol], tuple(sorted(hosts))


def _assumed_listeners(routes: Iterable[Route], parent: ParentRef) -> Iterator[_Opening]:
    """The listeners that routes name on a Gateway outside both builds."""
    named = {
        (route_parent.section_name, route_parent.port)
        for route in routes
        for route_parent in route.parents
        if _is(route_parent, GATEWAY_API, parent.kind, parent.namespace, parent.name)
    }
    for section, port in sorted(named, key=str):
        yield section, port, Protocol.HTTP, ("",)


def _services(sides: tuple[Cluster, Cluster], declared: ResourceId | None, own: frozenset[str]) -> Iterator[EntryPoint]:
    routes = _routes(sides)
    services = client_facing_services(sides, routes, declared, own)
    for namespace, name in sorted(services.all):
        here = _naming(routes, "", "Service", namespace, name)
        parent = ParentRef("Service", namespace, name)
        for port in _ports(sides, namespace, name):
            for client in _clients(here, namespace):
                main = (namespace, name) in services.main
                yield EntryPoint(parent, Protocol.HTTP, port, "", client, ("",), here, main)


def _ports(sides: Iterable[Cluster], namespace: str, name: str) -> tuple[int | None, ...]:
    services = [side.service(namespace, name) for side in sides]
    ports = sorted({port.port for service in services if service for port in service.ports if port.protocol == "TCP"})
    return tuple(ports) or (None,)


def _clients(routes: Iterable[Route], namespace: str) -> tuple[str, ...]:
    """The namespaces whose clients differ: those of consumer routes, and any other, written as ""."""
    consumers = {route.namespace for route in routes if not same_namespace(route.namespace, namespace)}
    return ("", *sorted(consumers))
