"""From a URL to the request it means: which Service or Gateway of the build has this host."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from urllib.parse import SplitResult, urlsplit

from msgspec import Struct

from gateshift.app.explain.requests_file import PARENT_FORMS, parameters
from gateshift.errors import UserError
from gateshift.model.resource import ResourceId
from gateshift.traffic.attach import AttachmentStatus, attachments, served_listeners
from gateshift.traffic.cluster import Cluster, same_namespace
from gateshift.traffic.hostnames import ANY, covers
from gateshift.traffic.listener_status import gateway_of
from gateshift.traffic.read import GATEWAY_API
from gateshift.traffic.request import ParentRef, Protocol, Request

_SCHEMES = {
    "http": (Protocol.HTTP, "http"),
    "https": (Protocol.HTTPS, "https"),
    "grpc": (Protocol.GRPC, "http"),
    "grpcs": (Protocol.GRPC, "https"),
}
_HINT = f"Name it with --parent: {PARENT_FORMS}."


class RequestOptions(Struct, frozen=True):
    """What the command line says beside the URL."""

    method: str = "GET"
    headers: tuple[tuple[str, str], ...] = ()
    parent: ParentRef | None = None
    from_namespace: str = ""


def request_of(cluster: Cluster, url: str, asked: RequestOptions) -> Request:
    """The request for a URL. Raises UserError for a URL that cannot be read, for a host that nothing in the build
    has, and, with the candidates, for one that several have."""
    parts = _split(url)
    protocol, scheme = _SCHEMES[parts.scheme]
    host = parts.hostname or ""
    parent = asked.parent or _parent(cluster, host, asked.from_namespace, secure=scheme == "https")
    named = [value for name, value in asked.headers if name.lower() == "host"]
    return Request(
        parent=parent,
        protocol=protocol,
        host=named[-1] if named else parts.netloc.rpartition("@")[2],
        method="POST" if protocol is Protocol.GRPC and asked.method == "GET" else asked.method,
        path=parts.path or "/",
        query=parameters(parts.query),
        headers=tuple((name, value) for name, value in asked.headers if name.lower() != "host"),
        port=parts.port,
        sni=host,
        from_namespace=asked.from_namespace,
        scheme=scheme,
    )


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        wrong = not parts.hostname or parts.port == 0
    except ValueError:
        wrong = True
    if wrong or parts.scheme not in _SCHEMES:
        raise UserError(
            f"{url!r} is not the URL of a request", next_step=f"Write {' or '.join(_SCHEMES)}://HOST[:PORT]/PATH."
        )
    return parts


def _parent(cluster: Cluster, host: str, client: str, *, secure: bool) -> ParentRef:
    """The Service that the host names, else the Gateway that has it."""
    found = _services(cluster, host, client) or _gateways(cluster, host, secure=secure)
    if len(found) == 1:
        return found[0]
    if not found:
        raise UserError(f"no Service and no Gateway in the build has the host {host}", next_step=_hint(cluster))
    names = ", ".join(str(parent) for parent in found)
    raise UserError(f"the host {host} may be that of {names}", next_step=f"Choose one with --parent {found[0]}.")


def _hint(cluster: Cluster) -> str:
    known = [*map(str, known_parents(cluster))]
    return f"{_HINT} Here are: {', '.join(known)}." if known else _HINT


def known_parents(cluster: Cluster) -> tuple[ParentRef, ...]:
    """Everything a request could be sent to: Gateways and Services of the build, and the parents that routes and
    ListenerSets name."""
    found = [ParentRef("Gateway", each.namespace, each.name) for each in cluster.gateways]
    found += [ParentRef("Service", each.namespace, each.name) for each in cluster.services]
    found += list(_named_parents(cluster))
    return tuple(dict.fromkeys(found))


def _named_parents(cluster: Cluster) -> Iterator[ParentRef]:
    """The Gateways, ListenerSets and Services that routes or ListenerSets name but the build does not hold."""
    for each in attachments(cluster):
        parent = each.parent
        known = parent.is_service or parent.group == GATEWAY_API
        held = cluster.find(parent.group, parent.kind, parent.namespace, parent.name)
        if each.status is AttachmentStatus.UNKNOWN and known and held is None:
            yield ParentRef(parent.kind, parent.namespace, parent.name)
    for listener_set in cluster.listener_sets:
        owner = _owner_outside(cluster, ParentRef("ListenerSet", listener_set.namespace, listener_set.name))
        if owner is not None:
            yield owner


def _services(cluster: Cluster, host: str, client: str) -> list[ParentRef]:
    """The Services whose name in the cluster's DNS is the host: NAME, NAME.NS, NAME.NS.svc, NAME.NS.svc.DOMAIN. Of a
    bare name, those in the client's own namespace where there are some."""
    name, _, rest = host.partition(".")
    namespace, _, suffix = rest.partition(".")
    if suffix and suffix != "svc" and not suffix.startswith("svc."):
        return []
    named = [each for each in known_parents(cluster) if (each.kind, each.name) == ("Service", name)]
    found = [each for each in named if same_namespace(each.namespace, namespace)]
    return [each for each in found if each.namespace == client] or found


def _gateways(cluster: Cluster, host: str, *, secure: bool) -> list[ParentRef]:
    """The Gateways with a listener or a route for the host by name; where there is none, those that take any host."""
    offers = list(_offers(cluster, host, secure=secure))
    best = [parent for parent, named in offers if named] or [parent for parent, _ in offers]
    return list(dict.fromkeys(best))


def _offers(cluster: Cluster, host: str, *, secure: bool) -> Iterator[tuple[ParentRef, bool]]:
    """Each Gateway that may take the host, and whether a hostname says so."""
    protocol = "HTTPS" if secure else "HTTP"
    for gateway in cluster.gateways:
        parent = ParentRef("Gateway", gateway.namespace, gateway.name)
        listeners = [each for each in served_listeners(cluster, gateway) if each.protocol == protocol]
        for listener in listeners:
            if covers(listener.hostname, host):
                bound = (binding for each in attachments(cluster) for binding in each.bindings)
                hosts = [name for binding in bound if binding.listener is listener for name in binding.hostnames]
                yield parent, _names([listener.hostname, *hosts], host)
    for each in attachments(cluster):
        if each.status is AttachmentStatus.UNKNOWN and each.parent.kind == "Gateway" and not each.bindings:
            hostnames = each.route.hostnames or (ANY,)
            if any(covers(hostname, host) for hostname in hostnames):
                parent = ParentRef("Gateway", each.parent.namespace, each.parent.name)
                yield parent, _names(hostnames, host)


def _names(hostnames: Iterable[str], host: str) -> bool:
    return any(hostname != ANY and covers(hostname, host) for hostname in hostnames)


def absent(cluster: Cluster, parents: Iterable[ParentRef]) -> frozenset[ResourceId]:
    """What has to be assumed: those of the parents that the build does not hold though a route names them, and the
    Gateways outside the build that ListenerSets among the parents add to."""
    named, asked = set(_named_parents(cluster)), set(parents)
    found = [parent for parent in asked if any(_is_same(parent, each) for each in named)]
    found += [owner for parent in asked if (owner := _owner_outside(cluster, parent)) is not None]
    return frozenset(
        ResourceId("" if each.kind == "Service" else GATEWAY_API, each.kind, each.namespace, each.name)
        for each in found
    )


def _owner_outside(cluster: Cluster, parent: ParentRef) -> ParentRef | None:
    """The Gateway of a ListenerSet of the build, where it is not in the build itself."""
    held = cluster.listener_set(parent.namespace, parent.name) if parent.kind == "ListenerSet" else None
    if held is None or gateway_of(cluster, held) is not None:
        return None
    return ParentRef(held.parent.kind, held.parent.namespace, held.parent.name)


def _is_same(one: ParentRef, other: ParentRef) -> bool:
    return (one.kind, one.name) == (other.kind, other.name) and same_namespace(one.namespace, other.namespace)
