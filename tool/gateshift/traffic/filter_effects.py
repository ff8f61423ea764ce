"""What filters make of a request: its path, host and headers on the way to a backend, or a redirect's Location.

Source: Gateway API v1.6 apis/v1/httproute_types.go (HTTPHeaderFilter, HTTPPathModifier, HTTPURLRewriteFilter,
HTTPRequestRedirectFilter).

What a CORS filter answers: a preflight wholly, any other cross-origin request with headers beside the answer.

Source: Gateway API v1.6 apis/v1/httproute_types.go (HTTPCORSFilter).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from gateshift.traffic.decision import Forwarded, HeaderChange, Redirect
from gateshift.traffic.filters import (
    FULL_PATH,
    PREFIX_MATCH,
    Cors,
    Filter,
    HeaderModifier,
    PathModifier,
    RequestRedirect,
    URLRewrite,
)
from gateshift.traffic.hostnames import host_of
from gateshift.traffic.match import Call

WELL_KNOWN = {"http": 80, "https": 443}


def forwarded(filters: Sequence[Filter], call: Call, prefix: str | None) -> Forwarded | None:
    """The request as the backend gets it, and the changes to its answer, by the filters in their order; None where
    they change nothing. `prefix` is the matched PathPrefix."""
    host, path, changed = call.request.host, call.path, False
    headers = [(name, value) for name, value in call.request.headers]
    response: list[HeaderChange] = []
    for entry in filters:
        match entry:
            case HeaderModifier(response=True):
                response += _changes(entry)
            case HeaderModifier():
                headers = _modified(headers, entry)
            case URLRewrite():
                host = entry.hostname or host
                path = replaced(path, prefix, entry.path)
            case _:
                continue
        changed = True
    return Forwarded(host, path, tuple(headers), tuple(response)) if changed else None


def redirect(entry: RequestRedirect, call: Call, prefix: str | None, port: int | None) -> Redirect:
    """Where a redirect sends the client; `port` is the listener's or Service's."""
    own = "https" if call.request.is_secure else "http"
    scheme = entry.scheme or own
    target = entry.port or (WELL_KNOWN.get(scheme) if entry.scheme else port)
    return Redirect(
        status=entry.status,
        scheme=scheme,
        hostname=entry.hostname or host_of(call.request.host),
        port=None if target == WELL_KNOWN.get(scheme) else target,
        path=replaced(call.path, prefix, entry.path),
    )


def replaced(path: str, prefix: str | None, modifier: PathModifier | None) -> str:
    """The path after a modifier; a ReplacePrefixMatch without a PathPrefix match changes nothing."""
    if modifier is None:
        return path
    if modifier.type == FULL_PATH:
        return modifier.value or "/"
    if modifier.type != PREFIX_MATCH or prefix is None:
        return path
    rest = path[len(prefix) :]
    return (modifier.value.rstrip("/") + rest) or "/"


def _modified(headers: list[tuple[str, str]], modifier: HeaderModifier) -> list[tuple[str, str]]:
    """The headers after set, add and remove; names are compared without case."""
    for name, value in modifier.set:
        headers = [*_without(headers, name), (name, value)]
    for name, value in modifier.add:
        present = [old for key, old in headers if key.lower() == name.lower()]
        headers = [*_without(headers, name), (name, ",".join([*present, value]))]
    for name in modifier.remove:
        headers = _without(headers, name)
    return headers


def _without(headers: Iterable[tuple[str, str]], name: str) -> list[tuple[str, str]]:
    return [(key, value) for key, value in headers if key.lower() != name.lower()]


def _changes(modifier: HeaderModifier) -> list[HeaderChange]:
    return [
        *(HeaderChange("set", name, value) for name, value in modifier.set),
        *(HeaderChange("add", name, value) for name, value in modifier.add),
        *(HeaderChange("remove", name) for name in modifier.remove),
    ]


def location(target: Redirect) -> str:
    """The Location header's value up to the query string, which proxies send on as it came; without a host it is
    relative."""
    if not target.hostname:
        return target.path
    port = "" if target.port is None else f":{target.port}"
    return f"{target.scheme}://{target.hostname}{port}{target.path}"


_PORTS = {"http": "80", "https": "443"}


def is_preflight(call: Call) -> bool:
    """Whether the call asks what a cross-origin request may do."""
    return call.method == "OPTIONS" and "origin" in call.headers and "access-control-request-method" in call.headers


def cors_headers(cors: Cors, call: Call) -> tuple[HeaderChange, ...]:
    """The headers that the gateway sets on the answer; none for an origin that is not allowed."""
    origin = call.headers.get("origin", "")
    if not any(_covers(pattern, origin) for pattern in cors.origins):
        return ()
    headers = dict(_shared(cors, origin))
    if is_preflight(call):
        headers.update(_preflight(cors, call))
    return tuple(HeaderChange("set", f"Access-Control-{name}", value) for name, value in headers.items())


def _shared(cors: Cors, origin: str) -> Iterator[tuple[str, str]]:
    yield "Allow-Origin", origin
    if cors.credentials:
        yield "Allow-Credentials", "true"
    if cors.expose and not (cors.credentials and "*" in cors.expose):
        yield "Expose-Headers", ", ".join(cors.expose)


def _preflight(cors: Cors, call: Call) -> Iterator[tuple[str, str]]:
    methods, headers = call.headers["access-control-request-method"], call.headers.get("access-control-request-headers")
    if cors.methods:
        yield "Allow-Methods", methods if "*" in cors.methods else ", ".join(cors.methods)
    if cors.headers and headers is not None:
        yield "Allow-Headers", headers if "*" in cors.headers else ", ".join(cors.headers)
    yield "Max-Age", str(cors.max_age)


def _covers(pattern: str, origin: str) -> bool:
    """Whether an allowed origin covers the request's; `*` stands for any number of labels, an absent port for the
    scheme's own."""
    if not origin:
        return False
    if pattern in ("*", origin):
        return True
    (scheme, host, port), (own_scheme, own_host, own_port) = _parts(pattern), _parts(origin)
    wild = host.startswith("*") and own_host.endswith(host[1:])
    return scheme == own_scheme and port == own_port and (wild or host == own_host)


def _parts(origin: str) -> tuple[str, str, str]:
    scheme, _, rest = origin.lower().partition("://")
    host, _, port = rest.partition(":")
    return scheme, host, port or _PORTS.get(scheme, "")
