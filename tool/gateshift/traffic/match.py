"""Does a request satisfy a match, and which of several matches goes first.

Source: Gateway API v1.6 apis/v1/httproute_types.go (HTTPRouteMatch, HTTPRouteRule.Matches) and grpcroute_types.go.
Where the specification is silent (the place of regular expressions) the choice made here is said in the notes.
"""

from __future__ import annotations

from functools import cached_property, lru_cache

from msgspec import Struct

from gateshift.apischema.regex import Matcher, matcher
from gateshift.traffic.hostnames import host_of
from gateshift.traffic.request import Protocol, Request
from gateshift.traffic.routes import EXACT, PREFIX, REGEX, GRPCMatch, HTTPMatch, Route, ValueMatch

GRPC_CONTENT = "application/grpc"


class Call:
    """A request prepared for matching."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.host = host_of(request.host)
        self.path = request.path.partition("?")[0] or "/"
        self.method = request.method

    @cached_property
    def headers(self) -> dict[str, str]:
        """Header values by lower-case name; repeated headers are joined by commas, as proxies do."""
        values: dict[str, str] = {}
        for name, value in self.request.headers:
            key = name.lower()
            values[key] = f"{values[key]},{value}" if key in values else value
        return values

    @cached_property
    def query(self) -> dict[str, str]:
        """The first value of each query parameter, as the specification recommends."""
        values: dict[str, str] = {}
        for name, value in self.request.query:
            values.setdefault(name, value)
        return values

    @cached_property
    def is_grpc(self) -> bool:
        """Whether the client speaks gRPC."""
        return self.request.protocol is Protocol.GRPC or self.headers.get("content-type", "").startswith(GRPC_CONTENT)


class Path(Struct, frozen=True):
    """The path equals, or has a prefix of whole elements, or a regular expression matches all of it."""

    type: str
    value: str
    regex: Matcher | None = None

    def holds(self, call: Call) -> bool | None:
        """Whether the call's path fits; None where this machine cannot say."""
        if self.type == PREFIX:
            return call.path == self.value or call.path.startswith(self.value + "/")
        if self.type == EXACT:
            return call.path == self.value
        return self.regex(call.path) if self.regex is not None else False

    def __str__(self) -> str:
        return f"path {self.type} {self.value or '/'}"


class Method(Struct, frozen=True):
    """The HTTP method equals."""

    value: str

    def holds(self, call: Call) -> bool:
        """Whether the call has the method."""
        return call.method == self.value

    def __str__(self) -> str:
        return f"method {self.value}"


class Header(Struct, frozen=True):
    """A header is present and its value equals, or a regular expression matches all of it."""

    name: str
    type: str
    value: str
    regex: Matcher | None = None

    def holds(self, call: Call) -> bool | None:
        """Whether the call's header fits."""
        actual = call.headers.get(self.name)
        return _fits(actual, self.type, self.value, self.regex)

    def __str__(self) -> str:
        return f"header {self.name} {self.type} {self.value}"


class Query(Struct, frozen=True):
    """A query parameter is present and its value equals, or a regular expression matches all of it."""

    name: str
    type: str
    value: str
    regex: Matcher | None = None

    def holds(self, call: Call) -> bool | None:
        """Whether the call's query parameter fits."""
        return _fits(call.query.get(self.name), self.type, self.value, self.regex)

    def __str__(self) -> str:
        return f"query parameter {self.name} {self.type} {self.value}"


class Procedure(Struct, frozen=True):
    """The call is gRPC and names the service and method; an empty one is any."""

    type: str
    service: str
    method: str
    service_regex: Matcher | None = None
    method_regex: Matcher | None = None

    def holds(self, call: Call) -> bool | None:
        """Whether the call is to that procedure."""
        if not call.is_grpc:
            return False
        service, _, method = call.path.removeprefix("/").rpartition("/")
        parts = (
            not self.service or _fits(service, self.type, self.service, self.service_regex),
            not self.method or _fits(method, self.type, self.method, self.method_regex),
        )
        return False if False in parts else (None if None in parts else True)

    def __str__(self) -> str:
        return f"gRPC {self.type} {self.service or 'any service'}/{self.method or 'any method'}"


Condition = Path | Method | Header | Query | Procedure


def _fits(actual: str | None, kind: str, value: str, regex: Matcher | None) -> bool | None:
    if actual is None:
        return False
    if kind == EXACT:
        return actual == value
    return regex(actual) if regex is not None else False


class Candidate(Struct, frozen=True, eq=False):
    """One match of one rule of a route. `match` is its index, -1 for a rule without matches. `specificity` sorts the
    most specific first; `prefix` is what a ReplacePrefixMatch replaces."""

    route: Route
    rule: int
    match: int
    conditions: tuple[Condition, ...]
    specificity: tuple[int, ...]
    prefix: str | None = None
    regex: bool = False

    @property
    def order(self) -> tuple[object, ...]:
        """Sorts candidates by precedence: specificity, the route's age and name, then the place in the route."""
        return self.specificity, self.route.age, self.rule, self.match

    @property
    def path_regex(self) -> bool:
        """Whether the path is matched by a regular expression, whose precedence is implementation-specific."""
        return self.specificity[:2] == (1, _PATH_ORDER[REGEX])

    def holds(self, call: Call) -> bool | None:
        """Whether every condition holds; None where one cannot be said and no other fails."""
        unsure = False
        for condition in self.conditions:
            held = condition.holds(call)
            if held is False:
                return False
            unsure = unsure or held is None
        return None if unsure else True

    def mismatch(self, call: Call) -> str:
        """The first condition that does not hold, in words; "" where all hold."""
        return next((f"{condition} does not hold" for condition in self.conditions if not condition.holds(call)), "")

    def __str__(self) -> str:
        place = f"{self.route} rule {self.rule}"
        return place if self.match < 0 else f"{place} match {self.match}"


_PATH_ORDER = {EXACT: 0, REGEX: 1, PREFIX: 2}
_HTTP_KEYS = ("", "path type", "path length", "method", "number of headers", "number of query parameters")
_GRPC_KEYS = ("", "service length", "method length", "number of headers")


@lru_cache(maxsize=4096)
def candidates(route: Route) -> tuple[Candidate, ...]:
    """Every match of every rule of an HTTPRoute or GRPCRoute."""
    listed: list[Candidate] = []
    for rule, entry in enumerate(route.rules):
        if not entry.matches:
            listed.append(Candidate(route, rule, -1, (Procedure(EXACT, "", ""),), (0, 0, 0, 0)))
        for index, match in enumerate(entry.matches):
            if isinstance(match, HTTPMatch):
                listed.append(_http(route, rule, index, match))
            else:
                listed.append(_grpc(route, rule, index, match))
    return tuple(listed)


def _http(route: Route, rule: int, index: int, match: HTTPMatch) -> Candidate:
    headers, query = _headers(match.headers), _query(match.query)
    path = match.path.rstrip("/") if match.path_type == PREFIX else match.path
    conditions: list[Condition] = []
    if not (match.path_type == PREFIX and path == ""):
        conditions.append(Path(match.path_type, path, _regex(match.path_type, path)))
    if match.method:
        conditions.append(Method(match.method))
    order = _PATH_ORDER.get(match.path_type, len(_PATH_ORDER))
    return Candidate(
        route,
        rule,
        index,
        (*conditions, *headers, *query),
        (1, order, -len(path), -bool(match.method), -len(headers), -len(query)),
        prefix=path if match.path_type == PREFIX else None,
        regex=REGEX
        in (match.path_type, *(header.type for header in headers), *(parameter.type for parameter in query)),
    )


def _grpc(route: Route, rule: int, index: int, match: GRPCMatch) -> Candidate:
    headers = _headers(match.headers)
    procedure = Procedure(
        match.type, match.service, match.method, _regex(match.type, match.service), _regex(match.type, match.method)
    )
    specificity = (0, -len(match.service), -len(match.method), -len(headers))
    named = REGEX in (match.type, *(header.type for header in headers))
    return Candidate(route, rule, index, (procedure, *headers), specificity, regex=named)


def _headers(matches: tuple[ValueMatch, ...]) -> tuple[Header, ...]:
    """Of entries whose names differ only in case the first counts."""
    first: dict[str, Header] = {}
    for header in matches:
        name = header.name.lower()
        first.setdefault(name, Header(name, header.type, header.value, _regex(header.type, header.value)))
    return tuple(first.values())


def _query(matches: tuple[ValueMatch, ...]) -> tuple[Query, ...]:
    """Of entries with the same name the first counts."""
    first: dict[str, Query] = {}
    for parameter in matches:
        first.setdefault(
            parameter.name,
            Query(parameter.name, parameter.type, parameter.value, _regex(parameter.type, parameter.value)),
        )
    return tuple(first.values())


def _regex(kind: str, pattern: str) -> Matcher | None:
    return matcher(pattern) if kind == REGEX and pattern else None


def why_after(loser: Candidate, winner: Candidate) -> str:
    """Why a candidate that also matches goes after another."""
    keys = _GRPC_KEYS if winner.specificity[0] == 0 else _HTTP_KEYS
    for key, lost, won in zip(keys, loser.specificity, winner.specificity, strict=False):
        if lost != won:
            return f"less specific: {key}" if key else "another kind of route"
    if loser.route is winner.route:
        return "as specific, but later in the route"
    return (
        "as specific, but of a younger route"
        if loser.route.created != winner.route.created
        else ("as specific; decided by namespace/name")
    )
