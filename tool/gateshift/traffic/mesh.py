"""A call to a Service: the routes that steer it, or the Service's own endpoints where none is attached.

Source: GEP-1294: producer and consumer routes are never merged; a call that no rule of an attached route matches gets
a 404; a backendRef means the Service's endpoints, so no further route applies. The hostnames of routes are ignored.
"""

from __future__ import annotations

from gateshift.traffic.attach import Attachment, AttachmentStatus, attachments, is_producer
from gateshift.traffic.cluster import Cluster, same_namespace
from gateshift.traffic.decision import BackendAnswer, Decision
from gateshift.traffic.endpoints import backing
from gateshift.traffic.entry import ArrivalRoutes, merged, port_in
from gateshift.traffic.hostnames import ANY
from gateshift.traffic.match import Call
from gateshift.traffic.resolve import NO_ENDPOINTS, OK, UNAVAILABLE, parts_of
from gateshift.traffic.routes import GRPC, HTTP
from gateshift.traffic.services import Service, ServicePort
from gateshift.traffic.table import Table


def service_entry(cluster: Cluster, call: Call) -> ArrivalRoutes:
    """The routes that steer the call, or the answer of the Service's endpoints."""
    parent = call.request.parent
    service = cluster.service(parent.namespace, parent.name)
    assumed = cluster.assumes("", "Service", parent.namespace, parent.name)
    if service is None and not assumed:
        note = f"{parent} is not in the build: its name does not resolve"
        return ArrivalRoutes(notes=(note,), answered=Decision(call.request, UNAVAILABLE))
    port, notes = _port(call, service)
    routes, ignored = _routes(cluster, call, service, port)
    if routes:
        return ArrivalRoutes(routes, port, notes=notes + ignored)
    if service is None:
        note = f"{parent} is not in the build; without a route its endpoints answer"
        return ArrivalRoutes(port=port, notes=(*notes, note), answered=Decision(call.request, OK))
    return _own_endpoints(cluster, call, service, port, notes)


def _of_service(cluster: Cluster, namespace: str, name: str) -> list[Attachment]:
    def build() -> dict[str, list[Attachment]]:
        attached: dict[str, list[Attachment]] = {}
        for attachment in attachments(cluster):
            if (
                attachment.parent.is_service
                and attachment.status is AttachmentStatus.ACCEPTED
                and attachment.route.kind in (HTTP, GRPC)
            ):
                attached.setdefault(attachment.parent.name, []).append(attachment)
        return attached

    named = cluster.once("mesh", build).get(name, [])
    return [attachment for attachment in named if same_namespace(attachment.parent.namespace, namespace)]


def _takes(attachment: Attachment, port: int | None) -> bool:
    """Whether the attachment covers the port; one without ports is that of a Service whose ports are not known."""
    if attachment.ports:
        return port is None or port in attachment.ports
    return attachment.parent.port in (None, port) or port is None


def _routes(cluster: Cluster, call: Call, service: Service | None, port: int | None) -> tuple[Table, tuple[str, ...]]:
    """The routes for calls to this port from this client's namespace, and what of them is ignored."""
    parent = call.request.parent
    home = parent.namespace if service is None else service.namespace
    client = call.request.from_namespace or home

    def merge() -> tuple[Table, tuple[str, ...]]:
        attached = [
            attachment for attachment in _of_service(cluster, parent.namespace, parent.name) if _takes(attachment, port)
        ]
        chosen = _for_client(attached, service, client)
        hostnames = any(attachment.route.hostnames for attachment in chosen)
        ignored = ("the hostnames of mesh routes are ignored: the Service dialled decides",) if hostnames else ()
        return merged((attachment.route, (ANY,)) for attachment in chosen), ignored + _others(attached, chosen, client)

    return cluster.once(("mesh", parent, port, client), merge)


def _others(attached: list[Attachment], chosen: list[Attachment], client: str) -> tuple[str, ...]:
    """The attached routes that do not apply to this client: consumer routes of other namespaces, or, beside consumer
    routes of its own, the producer routes."""
    routes = dict.fromkeys(attachment.route for attachment in attached if attachment not in chosen)
    return tuple(f"{route} does not apply to clients in namespace {client or '(unknown)'}" for route in routes)


def _for_client(attached: list[Attachment], service: Service | None, client: str) -> list[Attachment]:
    """The consumer routes of the client's namespace, and only where there is none the producer routes."""
    consumers = [
        attachment
        for attachment in attached
        if not is_producer(attachment, service) and same_namespace(attachment.route.namespace, client)
    ]
    return consumers or [attachment for attachment in attached if is_producer(attachment, service)]


def _port(call: Call, service: Service | None) -> tuple[int | None, tuple[str, ...]]:
    """The port dialled: as the request says, else the Host header's, else the only one, 80 or the first of several."""
    request = call.request
    if request.port is not None:
        return request.port, ()
    written = port_in(request.host)
    ports = [port.port for port in service.ports if port.protocol == "TCP"] if service is not None else []
    if written is not None:
        return written, ()
    if len(ports) < 2:
        return next(iter(ports), None), ()
    usual = 443 if request.is_secure else 80
    port = usual if usual in ports else ports[0]
    return port, (f"the request names no port; of {', '.join(map(str, ports))} it is taken to dial {port}",)


def _own_endpoints(
    cluster: Cluster, call: Call, service: Service, number: int | None, notes: tuple[str, ...]
) -> ArrivalRoutes:
    """The answer of a Service without a route, split by the pods it selects."""
    port = None if number is None else service.port(number)
    if number is not None and port is None and service.ports:
        note = f"{service.resource.id} has no port {number}: the connection is refused"
        return ArrivalRoutes(port=number, notes=(*notes, note), answered=Decision(call.request, UNAVAILABLE))
    decision, why = _endpoints_answer(cluster, call, service, port)
    note = f"no route is attached to {service.resource.id}{f' port {number}' if number else ''}: its endpoints answer"
    return ArrivalRoutes(port=number, notes=(*notes, note, *why), answered=decision)


def _endpoints_answer(
    cluster: Cluster, call: Call, service: Service, port: ServicePort | None
) -> tuple[Decision, tuple[str, ...]]:
    behind = backing(cluster, service, port)
    status = OK if behind.answers else UNAVAILABLE
    number = None if port is None else port.port
    backends = tuple(
        BackendAnswer(
            namespace=service.namespace,
            name=service.name,
            port=number,
            weight=1,
            share=part,
            version=pods.version,
            status=status,
            reason="" if behind.answers else NO_ENDPOINTS,
            workloads=pods.workloads,
        )
        for pods, part in parts_of(behind)
    )
    why = (f"{service.resource.id}: {behind.why}",) if behind.why else ()
    return Decision(call.request, status, backends=backends), why
