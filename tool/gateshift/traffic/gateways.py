"""Which listener of a Gateway takes a request, and which routes are attached to it.

Source: Gateway API v1.6 apis/v1/gateway_types.go (Listener.Hostname, "Distinct Listeners", "General Listener
behavior"): a request belongs to one listener and is routed by that listener's routes alone.
"""

from __future__ import annotations

from collections.abc import Sequence

from gateshift.traffic.assumed_gateway import assumed_entry, is_assumed
from gateshift.traffic.attach import served_listeners
from gateshift.traffic.cluster import Cluster
from gateshift.traffic.decision import Decision
from gateshift.traffic.entry import ArrivalRoutes, best_listener, port_in, routes_of
from gateshift.traffic.hostnames import host_of
from gateshift.traffic.listener_status import gateway_of
from gateshift.traffic.listeners import Gateway, Listener
from gateshift.traffic.match import Call
from gateshift.traffic.request import ParentRef

NOT_FOUND = 404
MISDIRECTED = 421


def gateway_entry(cluster: Cluster, call: Call) -> ArrivalRoutes:
    """The listener that takes the call, with its routes; an answer of 404 or 421 where none does."""
    parent = call.request.parent
    gateway = find_gateway(cluster, parent)
    if gateway is not None:
        return _listen(cluster, gateway, call)
    if is_assumed(cluster, parent):
        return assumed_entry(cluster, call)
    return _refused(call, NOT_FOUND, f"{parent} is not in the build")


def find_gateway(cluster: Cluster, parent: ParentRef) -> Gateway | None:
    """The Gateway of that name, or the one that the ListenerSet of that name belongs to."""
    if parent.kind == "Gateway":
        return cluster.gateway(parent.namespace, parent.name)
    listener_set = cluster.listener_set(parent.namespace, parent.name) if parent.kind == "ListenerSet" else None
    return None if listener_set is None else gateway_of(cluster, listener_set)


def _refused(call: Call, status: int, note: str, listener: Listener | None = None) -> ArrivalRoutes:
    name = "" if listener is None else listener.name
    return ArrivalRoutes(name=name, notes=(note,), answered=Decision(call.request, status))


def _listen(cluster: Cluster, gateway: Gateway, call: Call) -> ArrivalRoutes:
    protocol = "HTTPS" if call.request.is_secure else "HTTP"
    served = served_listeners(cluster, gateway)
    fitting = [listener for listener in served if listener.protocol == protocol]
    port, notes = _port(call, fitting, served)
    here = [listener for listener in fitting if listener.port == port]
    if not here:
        return _refused(call, NOT_FOUND, f"{gateway.resource.id} serves no {protocol} listener on port {port or 'any'}")
    sni = host_of(call.request.sni) or call.host
    listener = best_listener(here, sni if protocol == "HTTPS" else call.host)
    if listener is None:
        return _refused(call, NOT_FOUND, f"no {protocol} listener on port {port} covers host {call.host or '(none)'}")
    if protocol == "HTTPS" and sni != call.host:
        better = best_listener(here, call.host)
        if better is not None and better is not listener:
            note = f"misdirected: the connection is for {sni}, listener {better.name} is the one for {call.host}"
            return _refused(call, MISDIRECTED, note, listener)
        if better is None:
            return _refused(call, NOT_FOUND, f"no listener on port {port} covers host {call.host}", listener)
    routes, doubts = routes_of(cluster, listener)
    return ArrivalRoutes(routes, listener.port, listener.name, notes + doubts)


def _port(call: Call, fitting: Sequence[Listener], served: Sequence[Listener]) -> tuple[int | None, tuple[str, ...]]:
    """The port dialled: as the request says, else its listener's, else the Host header's, else the only one, else the
    scheme's own."""
    request = call.request
    if request.port is not None:
        return request.port, ()
    named = [listener.port for listener in (*fitting, *served) if request.listener == listener.name]
    if request.listener and named:
        return named[0], ()
    written = port_in(request.host)
    ports = sorted({listener.port for listener in fitting})
    if written in ports or len(ports) < 2:
        return written if written in ports else next(iter(ports), None), ()
    usual = 443 if request.is_secure else 80
    port = usual if usual in ports else ports[0]
    return port, (f"the request names no port; of {', '.join(map(str, ports))} it is taken to dial {port}",)
