"""Hostnames: which a pattern covers, where two patterns meet, and which is the more specific.

Source: Gateway API v1.6 apis/v1/shared_types.go (Hostname), gateway_types.go (Listener.Hostname) and
httproute_types.go (HTTPRouteSpec.Hostnames). A wildcard covers one label or several, never the bare domain.
"""

from __future__ import annotations

ANY = ""


def host_of(authority: str) -> str:
    """The host of a Host header: in lower case, without the port and without the dot of a fully qualified name."""
    host = authority.strip().lower()
    if host.startswith("["):
        return host[: host.find("]") + 1] or host
    return host.partition(":")[0].removesuffix(".")


def covers(pattern: str, host: str) -> bool:
    """Whether the pattern (empty, a wildcard or a name) covers the host of a request, which may be empty."""
    if pattern.startswith("*."):
        return len(host) > len(pattern) - 1 and host.endswith(pattern[1:])
    return pattern in (ANY, host)


def intersection(listener: str, route: str) -> str | None:
    """What a listener's and a route's hostname have in common: the narrower of the two; None for nothing."""
    if route == ANY or listener == route:
        return listener
    if listener == ANY:
        return route
    if _within(route, listener):
        return route
    return listener if _within(listener, route) else None


def _within(narrow: str, wide: str) -> bool:
    return wide.startswith("*.") and narrow.removeprefix("*").endswith(wide[1:]) and len(narrow) > len(wide) - 1


def intersections(listener: str, routes: tuple[str, ...]) -> tuple[str, ...]:
    """The hostnames for which a route answers on a listener, in the route's order; a route without any answers for
    the listener's."""
    hosts = [intersection(listener, route) for route in routes or (ANY,)]
    return tuple(dict.fromkeys(host for host in hosts if host is not None))


def rank(hostname: str) -> tuple[int, int]:
    """Sorts hostnames by precedence: the longest name first, then the longest wildcard, then none at all."""
    if hostname == ANY:
        return 2, 0
    return (1, -len(hostname)) if hostname.startswith("*.") else (0, -len(hostname))


def overlap(left: tuple[str, ...], right: tuple[str, ...]) -> bool:
    """Whether some host is covered by both lists of hostnames."""
    return any(intersection(host, other) is not None for host in left for other in right)
