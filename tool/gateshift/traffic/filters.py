"""The filters of a rule or of one backend, as typed values.

Source: Gateway API v1.6 apis/v1/httproute_types.go, HTTPRouteFilter and the types it holds.
"""

from __future__ import annotations

from typing import TypeAlias

from msgspec import Struct

from gateshift.traffic.read import members, number, text, texts
from gateshift.traffic.references import BackendRef, ObjectRef, backend_ref, object_ref
from gateshift.yamldoc.data import FieldPath, JsonObject, object_at

FULL_PATH = "ReplaceFullPath"
PREFIX_MATCH = "ReplacePrefixMatch"


class HeaderModifier(Struct, frozen=True):
    """Changes headers of the request, or with `response` of the response: set overwrites, add appends, then remove."""

    response: bool
    set: tuple[tuple[str, str], ...]
    add: tuple[tuple[str, str], ...]
    remove: tuple[str, ...]
    pointer: FieldPath


class PathModifier(Struct, frozen=True):
    """Replaces the whole path, or the part that a PathPrefix match matched."""

    type: str
    value: str


class RequestRedirect(Struct, frozen=True):
    """Answers with a redirect; what is empty or None stays as the request has it."""

    scheme: str
    hostname: str
    port: int | None
    status: int
    path: PathModifier | None
    pointer: FieldPath


class URLRewrite(Struct, frozen=True):
    """Changes host and path of the request on its way to the backend."""

    hostname: str
    path: PathModifier | None
    pointer: FieldPath


class RequestMirror(Struct, frozen=True):
    """Sends a copy of a part of the requests to another backend; `share` is 0 to 1."""

    backend: BackendRef
    share: float
    pointer: FieldPath


class Cors(Struct, frozen=True):
    """Cross-origin resource sharing, answered by the gateway. `max_age` is in seconds."""

    origins: tuple[str, ...]
    credentials: bool
    methods: tuple[str, ...]
    headers: tuple[str, ...]
    expose: tuple[str, ...]
    max_age: int
    pointer: FieldPath


class ExtensionFilter(Struct, frozen=True):
    """A filter that an implementation defines."""

    ref: ObjectRef
    pointer: FieldPath


class UnknownFilter(Struct, frozen=True):
    """A filter type that this version of the API does not know, or one without its body."""

    type: str
    pointer: FieldPath


Filter = HeaderModifier | RequestRedirect | URLRewrite | RequestMirror | Cors | ExtensionFilter | UnknownFilter
BackendFilters: TypeAlias = tuple[Filter, ...]
"""The filters of one backendRef; they apply only to the requests that it gets."""

_BODIES = {
    "RequestHeaderModifier": "requestHeaderModifier",
    "ResponseHeaderModifier": "responseHeaderModifier",
    "RequestRedirect": "requestRedirect",
    "URLRewrite": "urlRewrite",
    "RequestMirror": "requestMirror",
    "CORS": "cors",
    "ExtensionRef": "extensionRef",
}


def filters_at(item: JsonObject, own: str, pointer: FieldPath) -> BackendFilters:
    """The filters of the rule or backendRef, in the order in which they apply."""
    return tuple(_filter(entry, own, (*pointer, "filters", index)) for index, entry in members(item, "filters"))


def _filter(item: JsonObject, own: str, pointer: FieldPath) -> Filter:
    kind = text(item, "type")
    key = _BODIES.get(kind, "")
    body = item.get(key)
    if not isinstance(body, dict):
        return UnknownFilter(kind, pointer)
    match kind:
        case "RequestHeaderModifier" | "ResponseHeaderModifier":
            return _header_modifier(body, kind.startswith("Response"), (*pointer, key))
        case "RequestRedirect":
            return _redirect(body, (*pointer, key))
        case "URLRewrite":
            return URLRewrite(text(body, "hostname"), _path(body), (*pointer, key))
        case "RequestMirror":
            target = object_at(body, "backendRef")
            return RequestMirror(backend_ref(target, own, (*pointer, key, "backendRef")), _share(body), (*pointer, key))
        case "CORS":
            return _cors(body, (*pointer, key))
        case _:
            return ExtensionFilter(object_ref(body, own, (*pointer, key), kind=""), (*pointer, key))


def _header_modifier(body: JsonObject, response: bool, pointer: FieldPath) -> HeaderModifier:  # noqa: FBT001 -- private
    return HeaderModifier(response, _headers(body, "set"), _headers(body, "add"), texts(body, "remove"), pointer)


def _headers(body: JsonObject, key: str) -> tuple[tuple[str, str], ...]:
    return tuple((text(entry, "name"), text(entry, "value")) for _, entry in members(body, key))


def _redirect(body: JsonObject, pointer: FieldPath) -> RequestRedirect:
    return RequestRedirect(
        scheme=text(body, "scheme").lower(),
        hostname=text(body, "hostname"),
        port=number(body, "port"),
        status=number(body, "statusCode") or 302,
        path=_path(body),
        pointer=pointer,
    )


def _path(body: JsonObject) -> PathModifier | None:
    path = body.get("path")
    if not isinstance(path, dict):
        return None
    kind = text(path, "type")
    return PathModifier(kind, text(path, "replaceFullPath" if kind == FULL_PATH else "replacePrefixMatch"))


def _share(body: JsonObject) -> float:
    """The part of the requests that is mirrored: all, unless `percent` or `fraction` says less."""
    percent = number(body, "percent")
    if percent is not None:
        return min(max(percent / 100, 0.0), 1.0)
    fraction = object_at(body, "fraction")
    numerator = number(fraction, "numerator")
    denominator = number(fraction, "denominator")
    if numerator is None:
        return 1.0
    return min(max(numerator / (denominator if denominator and denominator > 0 else 100), 0.0), 1.0)


def _cors(body: JsonObject, pointer: FieldPath) -> Cors:
    age = number(body, "maxAge")
    return Cors(
        origins=texts(body, "allowOrigins"),
        credentials=body.get("allowCredentials") is True,
        methods=texts(body, "allowMethods"),
        headers=texts(body, "allowHeaders"),
        expose=texts(body, "exposeHeaders"),
        max_age=5 if age is None else age,
        pointer=pointer,
    )
