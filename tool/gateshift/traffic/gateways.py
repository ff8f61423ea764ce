"""Which listener of a Gateway takes a request, and which routes are attached to it.

Source: Gateway API v1.6 apis/v1/gateway_types.go (Listener.Hostname, "Distinct Listeners", "General Listener
behavior"): a request belongs to one listener and is routed by that listener's routes alone.
"""

from __future__ import annotations

from collections.abc import Sequence

from gateshift.traffic.attach import Attachment, Binding, Standing, attachments, served_listeners
from gateshift.traffic.cluster import Cluster, same_namespace
from gateshift.traffic.decision import Decision
from gateshift.traffic.entry import Entry, merged
from gateshift.traffic.hostnames import ANY, covers, host_of, rank
from gateshift.traffic.listeners import Gateway, Listener
from gateshift.traffic.listenerstates import gateway_of
from gateshift.traffic.match import Call
from gateshift.traffic.read import GATEWAY_API
from gateshift.traffic.request import ParentRef
from gateshift.traffic.routes import Route, RouteParent
from gateshift.traffic.table import Table

NOT_FOUND = 404
MISDIRECTED = 421


def gateway_entry(cluster: Cluster, call: Call) -> Entry:
    """The listener that takes the call, with its routes; an answer of 404 or 421 where none does."""
    parent = call.request.parent
    gateway = find_gateway(cluster, parent)
    if gateway is not None:
        return _listen(cluster, gateway, call)
    if cluster.assumes(GATEWAY_API, parent.kind, parent.namespace, parent.name):
        return _assumed(cluster, call)
    return _refused(call, NOT_FOUND, f"{parent} is not in the build")


def find_gateway(cluster: Cluster, parent: ParentRef) -> Gateway | None:
    """The Gateway of that name, or the one that the ListenerSet of that name belongs to."""
    if parent.kind == "Gateway":
        return cluster.gateway(parent.namespace, parent.name)
    found = cluster.listener_set(parent.namespace, parent.name) if parent.kind == "ListenerSet" else None
    return None if found is None else gateway_of(cluster, found)


def _refused(call: Call, status: int, note: str, listener: Listener | None = None) -> Entry:
    name = "" if listener is None else listener.name
    return Entry(name=name, notes=(note,), answered=Decision(call.request, status))


def _listen(cluster: Cluster, gateway: Gateway, call: Call) -> Entry:
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
    routes, doubts = _attached(cluster, listener)
    return Entry(routes, listener.port, listener.name, notes + doubts)


def best_listener(listeners: Sequence[Listener], host: str) -> Listener | None:
    """The listener with the most specific hostname that covers the host."""
    covering = [listener for listener in listeners if covers(listener.hostname, host)]
    return min(covering, key=lambda listener: _specificity(listener.hostname), default=None)


def _specificity(hostname: str) -> tuple[int, int]:
    """Names before wildcards, wildcards with more labels before others, no hostname last."""
    return rank(hostname)[0], -hostname.count(".")


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


def port_in(authority: str) -> int | None:
    """The port of a Host header, None where it has none."""
    _, found, port = authority.rpartition(":")
    return int(port) if found and port.isascii() and port.isdigit() else None


def _attached(cluster: Cluster, listener: Listener) -> tuple[Table, tuple[str, ...]]:
    """The routes of a listener, and what is not certain about their attachment."""

    def build() -> dict[Listener, list[tuple[Route, Binding]]]:
        found: dict[Listener, list[tuple[Route, Binding]]] = {}
        for attachment in attachments(cluster):
            for binding in attachment.bindings:
                found.setdefault(binding.listener, []).append((attachment.route, binding))
        return found

    def merge() -> tuple[Table, tuple[str, ...]]:
        bound = cluster.once("bindings", build).get(listener, [])
        doubts = tuple(
            f"{listener} may not allow {route}: the labels of Namespace {route.namespace} are not in the build"
            for route, binding in bound
            if not binding.certain
        )
        return merged((route, binding.hostnames) for route, binding in bound), doubts

    return cluster.once(("routes", listener), merge)


def _assumed(cluster: Cluster, call: Call) -> Entry:
    """The routes that name a Gateway outside the build, which is taken to have a listener for each."""
    request = call.request
    routes = [
        (attachment.route, attachment.route.hostnames or (ANY,))
        for attachment in attachments(cluster)
        if attachment.standing is Standing.ACCEPTED and _names(attachment, request.parent)
        if _would_listen(attachment.parent, call)
    ]
    note = f"{request.parent} is not in the build: it is assumed to accept every route that names it"
    usual = 443 if request.is_secure else 80
    return Entry(merged(routes), request.port or port_in(request.host) or usual, request.listener, (note,))


def _names(attachment: Attachment, parent: ParentRef) -> bool:
    named = attachment.parent
    return (named.group, named.kind, named.name) == (GATEWAY_API, parent.kind, parent.name) and same_namespace(
        named.namespace, parent.namespace
    )


def _would_listen(parent: RouteParent, call: Call) -> bool:
    """Whether the listener that a parentRef names may be the one dialled, by its name and port."""
    request = call.request
    if request.listener and parent.section_name:
        return request.listener == parent.section_name
    if request.port is not None and parent.port is not None:
        return request.port == parent.port
    secure = _is_secure(parent)
    return secure is None or secure == request.is_secure


def _is_secure(parent: RouteParent) -> bool | None:
    """Whether a listener that is not in the build speaks TLS, as its name or port suggests; None for no hint."""
    name = parent.section_name.lower()
    if "https" in name or "tls" in name or parent.port == 443:
        return True
    return False if "http" in name or parent.port == 80 else None
