"""A Gateway that is not in the build but taken to exist: it is assumed to accept every route that names it.

What is known of its listeners are those that ListenerSets of the build add to it, and what routes say of the others.
"""

from __future__ import annotations

from collections.abc import Iterator

from gateshift.traffic.attach import Attachment, AttachmentStatus, attachments
from gateshift.traffic.cluster import Cluster, same_namespace
from gateshift.traffic.entry import ArrivalRoutes, best_listener, merged, port_in, routes_of
from gateshift.traffic.hostnames import ANY, host_of
from gateshift.traffic.listeners import Listener, ListenerSet
from gateshift.traffic.match import Call
from gateshift.traffic.read import GATEWAY_API
from gateshift.traffic.references import ObjectRef
from gateshift.traffic.request import ParentRef
from gateshift.traffic.routes import Route, RouteParent


def is_assumed(cluster: Cluster, parent: ParentRef) -> bool:
    """Whether the parent, or the Gateway of a ListenerSet of the build, is outside and taken to exist."""
    if cluster.assumes(GATEWAY_API, parent.kind, parent.namespace, parent.name):
        return True
    listener_set = cluster.listener_set(parent.namespace, parent.name) if parent.kind == "ListenerSet" else None
    return listener_set is not None and _assumes(cluster, listener_set.parent)


def _assumes(cluster: Cluster, gateway: ObjectRef) -> bool:
    return cluster.assumes(gateway.group, gateway.kind, gateway.namespace, gateway.name)


def assumed_entry(cluster: Cluster, call: Call) -> ArrivalRoutes:
    """The routes of the ListenerSets' listener that has the call's host, else those that name the Gateway."""
    request = call.request
    note = f"{request.parent} is assumed to accept every route that names it: its Gateway is not in the build"
    listener = _known_listener(cluster, call)
    if listener is not None:
        routes, doubts = routes_of(cluster, listener)
        return ArrivalRoutes(routes, listener.port, listener.name, (note, *doubts))
    key = ("assumed", request.parent, request.listener, request.port, request.is_secure)
    table = cluster.once(key, lambda: merged(_accepted(cluster, call)))
    usual = 443 if request.is_secure else 80
    return ArrivalRoutes(table, request.port or port_in(request.host) or usual, request.listener, (note,))


def _accepted(cluster: Cluster, call: Call) -> Iterator[tuple[Route, tuple[str, ...]]]:
    """The routes that name the Gateway, each with the hostnames for which it answers."""
    for attachment in attachments(cluster):
        accepted = attachment.status is AttachmentStatus.ACCEPTED and _names(attachment, call.request.parent)
        if accepted and _would_listen(attachment.parent, call):
            yield attachment.route, attachment.route.hostnames or (ANY,)


def _known_listener(cluster: Cluster, call: Call) -> Listener | None:
    """The listener of a ListenerSet of the build that has the call's host by name; a ListenerSet that is dialled
    itself may also have one for any host."""
    request = call.request
    protocol = "HTTPS" if request.is_secure else "HTTP"
    sets = [listener_set for listener_set in cluster.listener_sets if _belongs(listener_set, request.parent)]
    listeners = [
        listener
        for listener_set in sets
        for listener in listener_set.listeners
        if listener.protocol == protocol and request.port in (None, listener.port)
    ]
    host = (host_of(request.sni) if request.is_secure else "") or call.host
    best = best_listener(listeners, host)
    return best if best is not None and (best.hostname or request.parent.kind == "ListenerSet") else None


def _belongs(listener_set: ListenerSet, parent: ParentRef) -> bool:
    """Whether the ListenerSet is the parent, or adds to it."""
    own = ParentRef("ListenerSet", listener_set.namespace, listener_set.name)
    gateway = ParentRef(listener_set.parent.kind, listener_set.parent.namespace, listener_set.parent.name)
    return any(
        (ref.kind, ref.name) == (parent.kind, parent.name) and same_namespace(ref.namespace, parent.namespace)
        for ref in (own, gateway)
    )


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
