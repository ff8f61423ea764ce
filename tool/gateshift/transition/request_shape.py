"""What sets one request apart from a plain GET of `/`, and the request that a match asks for."""

from __future__ import annotations

from msgspec import Struct

from gateshift.traffic.match import Candidate, Condition, Header, Method, Path, Procedure, Query
from gateshift.traffic.routes import GRPC, REGEX
from gateshift.transition.sample_match import sample_match

ANY_SERVICE = "gateshift.Elsewhere"
ANY_METHOD = "Any"


class RequestShape(Struct, frozen=True):
    """What sets one request apart: whatever differs from a plain GET of `/`."""

    host: str = ""
    path: str = ""
    method: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    query: tuple[tuple[str, str], ...] = ()
    grpc: bool = False

    @property
    def count(self) -> int:
        """How many traits there are; the request with the fewest stands for its class."""
        return bool(self.host) + bool(self.path) + bool(self.method) + len(self.headers) + len(self.query)

    def merged(self, other: RequestShape) -> RequestShape | None:
        """A request with the traits of both, None where they contradict each other."""
        headers, query = dict(self.headers), dict(self.query)
        alone = (
            (self.host, other.host),
            (self.path, other.path),
            (self.method, other.method),
            *((headers.get(name, ""), value) for name, value in other.headers),
            *((query.get(name, ""), value) for name, value in other.query),
        )
        if any(one and two and one != two for one, two in alone):
            return None
        return RequestShape(
            self.host or other.host,
            self.path or other.path,
            self.method or other.method,
            tuple(sorted({**headers, **dict(other.headers)}.items())),
            tuple(sorted({**query, **dict(other.query)}.items())),
            self.grpc or other.grpc,
        )

    def __str__(self) -> str:
        words = [f"host {self.host}"] if self.host else []
        words += [f"method {self.method}"] if self.method else []
        words += [f"path {self.path}"] if self.path else []
        words += [f"header {name}: {value}" for name, value in self.headers]
        words += [f"query {name}={value}" for name, value in self.query]
        return ", ".join(words)


def traits_of(candidate: Candidate) -> RequestShape | None:
    """What a request must have for the candidate to match it; None where a regular expression has no witness."""
    found: RequestShape | None = RequestShape(grpc=candidate.route.kind == GRPC)
    for condition in candidate.conditions:
        asked = _asked(condition)
        found = None if asked is None or found is None else found.merged(asked)
    return found


def _asked(condition: Condition) -> RequestShape | None:
    match condition:
        case Procedure():
            path = _call_path(condition)
            return None if path is None else RequestShape(path=path, grpc=True)
        case Method(value=value):
            return RequestShape(method=value)
    wanted = sample_match(condition.value) if condition.type == REGEX else condition.value
    if wanted is None:
        return None
    match condition:
        case Path():
            return RequestShape(path=wanted)
        case Header(name=name):
            return RequestShape(headers=((name, wanted),))
        case Query(name=name):
            return RequestShape(query=((name, wanted),))


def _call_path(procedure: Procedure) -> str | None:
    regex = procedure.type == REGEX
    names = [sample_match(name) if regex and name else name for name in (procedure.service, procedure.method)]
    service, method = names
    if service is None or method is None:
        return None
    return f"/{service or ANY_SERVICE}/{method or ANY_METHOD}" if service or method else ""
