"""Gateways and ListenerSets with their listeners, as typed values with the API's defaults.

Source: Gateway API v1.6 apis/v1/{gateway,listenerset}_types.go.
"""

from __future__ import annotations

from msgspec import Struct

from gateshift.model.resource import Resource
from gateshift.traffic.read import GATEWAY_API, created, members, number, text
from gateshift.traffic.references import ObjectRef, object_ref
from gateshift.traffic.selectors import Selector, selector_at
from gateshift.yamldoc.data import FieldPath, JsonObject, object_at


class Namespaces(Struct, frozen=True):
    """From which namespaces objects may attach: Same, All, None, or Selector with its selector."""

    source: str
    selector: Selector | None


class ListenerTLS(Struct, frozen=True):
    """A listener's TLS: Terminate or Passthrough, its certificates, and whether options stand in their place."""

    mode: str
    certificates: tuple[ObjectRef, ...]
    options: bool


class Listener(Struct, frozen=True, eq=False):
    """A listener of a Gateway or ListenerSet (`owner`). An empty hostname is any; `port` is 0 where it is unreadable;
    `kinds` are (group, kind) pairs, empty for what the protocol carries."""

    owner: Resource
    name: str
    port: int
    protocol: str
    hostname: str
    tls: ListenerTLS | None
    namespaces: Namespaces
    kinds: tuple[tuple[str, str], ...]
    pointer: FieldPath

    @property
    def namespace(self) -> str:
        """The namespace of the Gateway or ListenerSet that holds it."""
        return self.owner.id.namespace

    def __str__(self) -> str:
        return f"listener {self.name} of {self.owner.id}"


class ClientValidation(Struct, frozen=True):
    """How client certificates are checked on HTTPS listeners: `port` is None for all ports without one of their own."""

    port: int | None
    authorities: tuple[ObjectRef, ...]
    insecure: bool
    pointer: FieldPath


class Gateway(Struct, frozen=True, eq=False):
    """A Gateway. `client_certificate` is what it shows to backends."""

    resource: Resource
    namespace: str
    name: str
    listeners: tuple[Listener, ...]
    allowed_listeners: Namespaces
    client_certificate: ObjectRef | None
    validations: tuple[ClientValidation, ...]

    def validation(self, port: int) -> ClientValidation | None:
        """The client validation of HTTPS listeners on the port: the port's own, else the default."""
        by_port = {validation.port: validation for validation in self.validations}
        return by_port.get(port, by_port.get(None))


class ListenerSet(Struct, frozen=True, eq=False):
    """A ListenerSet: more listeners for the Gateway that `parent` names."""

    resource: Resource
    namespace: str
    name: str
    parent: ObjectRef
    listeners: tuple[Listener, ...]
    created: str

    @property
    def age(self) -> tuple[bool, str, str]:
        """Sorts the ListenerSets of a Gateway by precedence: the oldest first, then by namespace/name."""
        return not self.created, self.created, f"{self.namespace}/{self.name}"


def read_gateway(resource: Resource) -> Gateway:
    """The Gateway's typed view."""
    spec = object_at(resource.data, "spec")
    own = resource.id.namespace
    reference = object_at(spec, "tls", "backend").get("clientCertificateRef")
    pointer = ("spec", "tls", "backend", "clientCertificateRef")
    return Gateway(
        resource=resource,
        namespace=own,
        name=resource.id.name,
        listeners=_listeners(resource),
        allowed_listeners=_namespaces(object_at(spec, "allowedListeners"), "None"),
        client_certificate=object_ref(reference, own, pointer, kind="Secret") if isinstance(reference, dict) else None,
        validations=_validations(spec, own),
    )


def read_listener_set(resource: Resource) -> ListenerSet:
    """The ListenerSet's typed view."""
    spec = object_at(resource.data, "spec")
    parent = object_at(spec, "parentRef")
    return ListenerSet(
        resource=resource,
        namespace=resource.id.namespace,
        name=resource.id.name,
        parent=object_ref(parent, resource.id.namespace, ("spec", "parentRef"), kind="Gateway", group=GATEWAY_API),
        listeners=_listeners(resource),
        created=created(resource),
    )


def _listeners(resource: Resource) -> tuple[Listener, ...]:
    return tuple(
        _listener(resource, item, ("spec", "listeners", index))
        for index, item in members(resource.data, "spec", "listeners")
    )


def _listener(resource: Resource, item: JsonObject, pointer: FieldPath) -> Listener:
    allowed = object_at(item, "allowedRoutes")
    return Listener(
        owner=resource,
        name=text(item, "name"),
        port=number(item, "port") or 0,
        protocol=text(item, "protocol"),
        hostname=text(item, "hostname").lower(),
        tls=_tls(item, resource.id.namespace, pointer),
        namespaces=_namespaces(allowed, "Same"),
        kinds=tuple((text(kind, "group", GATEWAY_API), text(kind, "kind")) for _, kind in members(allowed, "kinds")),
        pointer=pointer,
    )


def _tls(item: JsonObject, own: str, pointer: FieldPath) -> ListenerTLS | None:
    tls = item.get("tls")
    if not isinstance(tls, dict):
        return None
    return ListenerTLS(
        mode=text(tls, "mode", "Terminate"),
        certificates=tuple(
            object_ref(entry, own, (*pointer, "tls", "certificateRefs", index), kind="Secret")
            for index, entry in members(tls, "certificateRefs")
        ),
        options=bool(object_at(tls, "options")),
    )


def _namespaces(holder: JsonObject, default: str) -> Namespaces:
    namespaces = object_at(holder, "namespaces")
    return Namespaces(text(namespaces, "from", default), selector_at(namespaces, "selector"))


def _validations(spec: JsonObject, own: str) -> tuple[ClientValidation, ...]:
    frontend = ("spec", "tls", "frontend")
    validation = object_at(spec, "tls", "frontend", "default", "validation")
    bodies: list[tuple[int | None, JsonObject, FieldPath]] = [(None, validation, (*frontend, "default", "validation"))]
    for index, item in members(spec, "tls", "frontend", "perPort"):
        pointer = (*frontend, "perPort", index, "tls", "validation")
        bodies.append((number(item, "port"), object_at(item, "tls", "validation"), pointer))
    return tuple(_validation(port, body, own, pointer) for port, body, pointer in bodies if body)


def _validation(port: int | None, body: JsonObject, own: str, pointer: FieldPath) -> ClientValidation:
    return ClientValidation(
        port=port,
        authorities=tuple(
            object_ref(entry, own, (*pointer, "caCertificateRefs", index), kind="")
            for index, entry in members(body, "caCertificateRefs")
        ),
        insecure=text(body, "mode") == "AllowInsecureFallback",
        pointer=pointer,
    )
