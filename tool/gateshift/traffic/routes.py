"""HTTPRoute, GRPCRoute and the layer-4 routes as typed values, every default of the API filled in.

Source: Gateway API v1.6 apis/v1/{httproute,grpcroute,shared}_types.go. v1beta1 is read as v1. An unreadable field
counts as absent; each value keeps the pointer of its field so that a finding can point at it.
"""

from __future__ import annotations

from msgspec import Struct

from gateshift.model.resource import Resource
from gateshift.traffic.filters import BackendFilters, Filter, filters_at
from gateshift.traffic.read import GATEWAY_API, created, members, number, text, texts
from gateshift.traffic.references import BackendRef, backend_ref
from gateshift.yamldoc.data import FieldPath, JsonObject, object_at

HTTP = "HTTPRoute"
GRPC = "GRPCRoute"
TLS = "TLSRoute"
TCP = "TCPRoute"
UDP = "UDPRoute"
ROUTE_KINDS = (HTTP, GRPC, TLS, TCP, UDP)
EXACT = "Exact"
PREFIX = "PathPrefix"
REGEX = "RegularExpression"


class RouteParent(Struct, frozen=True):
    """A parentRef. `namespace` is the route's own where none is written; an empty `section_name` and a `port` of None
    mean all of the parent."""

    group: str
    kind: str
    namespace: str
    name: str
    section_name: str
    port: int | None
    pointer: FieldPath

    @property
    def is_service(self) -> bool:
        """Whether the parent is a Service: a mesh route (GAMMA), which takes `group: ""` written out."""
        return self.group == "" and self.kind == "Service"

    def __str__(self) -> str:
        return f"{self.kind} {self.namespace}/{self.name}" if self.namespace else f"{self.kind} {self.name}"


class ValueMatch(Struct, frozen=True):
    """A header or query parameter that must have this value; `type` is EXACT or REGEX, or a word that never matches."""

    name: str
    value: str
    type: str
    pointer: FieldPath


class HTTPMatch(Struct, frozen=True):
    """One entry of an HTTPRoute rule's matches; everything it names must hold. An empty method is any."""

    path_type: str
    path: str
    method: str
    headers: tuple[ValueMatch, ...]
    query: tuple[ValueMatch, ...]
    pointer: FieldPath


class GRPCMatch(Struct, frozen=True):
    """One entry of a GRPCRoute rule's matches; an empty service or method is any."""

    type: str
    service: str
    method: str
    headers: tuple[ValueMatch, ...]
    pointer: FieldPath


Match = HTTPMatch | GRPCMatch


class RouteRule(Struct, frozen=True):
    """A rule of a route. `matches` holds the default where the API server would fill it in; for a GRPCRoute there is
    no default and no matches mean every call. `backends` are the references with the filters of each."""

    name: str
    matches: tuple[Match, ...]
    filters: tuple[Filter, ...]
    backends: tuple[BackendRef, ...]
    backend_filters: tuple[BackendFilters, ...]
    pointer: FieldPath


class Route(Struct, frozen=True, eq=False):
    """A route of any kind. `hostnames` are as written, in lower case; `created` is "" in a manifest."""

    resource: Resource
    kind: str
    namespace: str
    name: str
    parents: tuple[RouteParent, ...]
    hostnames: tuple[str, ...]
    rules: tuple[RouteRule, ...]
    created: str

    @property
    def age(self) -> tuple[bool, str, str]:
        """Sorts routes that tie: the oldest first, one that was never applied last, then by namespace/name."""
        return not self.created, self.created, f"{self.namespace}/{self.name}"

    def __str__(self) -> str:
        return str(self.resource.id)


def is_route(resource: Resource) -> bool:
    """Whether the object is a route of the Gateway API."""
    return resource.id.group == GATEWAY_API and resource.id.kind in ROUTE_KINDS


def read_route(resource: Resource) -> Route:
    """The route's typed view."""
    spec = object_at(resource.data, "spec")
    own = resource.id.namespace
    return Route(
        resource=resource,
        kind=resource.id.kind,
        namespace=own,
        name=resource.id.name,
        parents=tuple(_parent(item, own, ("spec", "parentRefs", index)) for index, item in members(spec, "parentRefs")),
        hostnames=tuple(host.lower() for host in texts(spec, "hostnames")),
        rules=_rules(resource.id.kind, spec, own),
        created=created(resource),
    )


def _parent(item: JsonObject, own: str, pointer: FieldPath) -> RouteParent:
    return RouteParent(
        group=text(item, "group", GATEWAY_API),
        kind=text(item, "kind", "Gateway"),
        namespace=text(item, "namespace") or own,
        name=text(item, "name"),
        section_name=text(item, "sectionName"),
        port=number(item, "port"),
        pointer=pointer,
    )


def _rules(kind: str, spec: JsonObject, own: str) -> tuple[RouteRule, ...]:
    """The rules; an absent list gets the one rule that the API server fills in for an HTTPRoute and a GRPCRoute."""
    if "rules" not in spec and kind in (HTTP, GRPC):
        return (_rule(kind, {}, own, ("spec", "rules")),)
    return tuple(_rule(kind, item, own, ("spec", "rules", index)) for index, item in members(spec, "rules"))


def _rule(kind: str, item: JsonObject, own: str, pointer: FieldPath) -> RouteRule:
    backends = tuple(members(item, "backendRefs"))
    return RouteRule(
        name=text(item, "name"),
        matches=_matches(kind, item, pointer),
        filters=filters_at(item, own, pointer),
        backends=tuple(backend_ref(entry, own, (*pointer, "backendRefs", index)) for index, entry in backends),
        backend_filters=tuple(filters_at(entry, own, (*pointer, "backendRefs", index)) for index, entry in backends),
        pointer=pointer,
    )


def _matches(kind: str, item: JsonObject, pointer: FieldPath) -> tuple[Match, ...]:
    entries = tuple(members(item, "matches"))
    if kind == GRPC:
        return tuple(_grpc_match(entry, (*pointer, "matches", index)) for index, entry in entries)
    if kind != HTTP:
        return ()
    if not entries:
        return (HTTPMatch(PREFIX, "/", "", (), (), (*pointer, "matches")),)
    return tuple(_http_match(entry, (*pointer, "matches", index)) for index, entry in entries)


def _http_match(item: JsonObject, pointer: FieldPath) -> HTTPMatch:
    path = object_at(item, "path")
    return HTTPMatch(
        path_type=text(path, "type", PREFIX),
        path=text(path, "value", "/"),
        method=text(item, "method"),
        headers=_values(item, "headers", pointer),
        query=_values(item, "queryParams", pointer),
        pointer=pointer,
    )


def _grpc_match(item: JsonObject, pointer: FieldPath) -> GRPCMatch:
    method = object_at(item, "method")
    return GRPCMatch(
        type=text(method, "type", EXACT),
        service=text(method, "service"),
        method=text(method, "method"),
        headers=_values(item, "headers", pointer),
        pointer=pointer,
    )


def _values(item: JsonObject, key: str, pointer: FieldPath) -> tuple[ValueMatch, ...]:
    return tuple(
        ValueMatch(text(entry, "name"), text(entry, "value"), text(entry, "type", EXACT), (*pointer, key, index))
        for index, entry in members(item, key)
    )
