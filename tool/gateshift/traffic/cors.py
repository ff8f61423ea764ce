"""What a CORS filter answers: a preflight wholly, any other cross-origin request with headers beside the answer.

Source: Gateway API v1.6 apis/v1/httproute_types.go (HTTPCORSFilter).
"""

from __future__ import annotations

from collections.abc import Iterator

from gateshift.traffic.decision import HeaderChange
from gateshift.traffic.filters import Cors
from gateshift.traffic.match import Call

_PORTS = {"http": "80", "https": "443"}


def is_preflight(call: Call) -> bool:
    """Whether the call asks what a cross-origin request may do."""
    return call.method == "OPTIONS" and "origin" in call.headers and "access-control-request-method" in call.headers


def cors_headers(cors: Cors, call: Call) -> tuple[HeaderChange, ...]:
    """The headers that the gateway sets on the answer; none for an origin that is not allowed."""
    origin = call.headers.get("origin", "")
    if not any(_covers(pattern, origin) for pattern in cors.origins):
        return ()
    found = dict(_shared(cors, origin))
    if is_preflight(call):
        found.update(_preflight(cors, call))
    return tuple(HeaderChange("set", f"Access-Control-{name}", value) for name, value in found.items())


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
