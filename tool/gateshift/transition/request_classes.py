"""Classes of requests: all that either build, or any state between the two, could tell apart, each with one request
that stands for it.

Two requests belong together where every match of every route of either build holds for both or for neither, and every
hostname covers both or neither: then no mixture of old and new routes can answer them differently.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from itertools import islice, product

from msgspec import Struct
from msgspec.structs import replace

from gateshift.traffic.candidate_index import CandidateIndex
from gateshift.traffic.hostnames import covers
from gateshift.traffic.match import Call, Candidate, Path, Procedure, candidates
from gateshift.traffic.request import Protocol, Request
from gateshift.traffic.routes import EXACT, GRPC, HTTP, PREFIX
from gateshift.transition.entry_points import EntryPoint
from gateshift.transition.request_shape import ANY_METHOD, ANY_SERVICE, RequestShape, request_shape_of

_MOST_PRODUCTS = 512
_MOST_MERGED = 4096
_MOST_REQUESTS = 32768
_VERBS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT")
_ELSEWHERE = "/gateshift-elsewhere"


class RequestClass(Struct, frozen=True, eq=False):
    """Requests that are alike to every route of both builds. `holds` are the candidates, of either build, that match
    them; `shape` tells the one request that stands for all."""

    entry_point: EntryPoint
    shape: RequestShape
    request: Request
    holds: tuple[Candidate, ...]


class RequestClasses(Struct, frozen=True):
    """The classes of one entry point, the plainest first. `unseen` are regular expressions for which no request was
    found that they match, so that their requests are not followed; `complete` is false where there were too many
    combinations to try them all."""

    classes: tuple[RequestClass, ...]
    unseen: tuple[str, ...]
    complete: bool


def request_classes_at(entry_point: EntryPoint) -> RequestClasses:
    """The classes of requests at the entry point."""
    index = CandidateIndex.of(candidate for route in entry_point.routes for candidate in candidates(route))
    ways, complete = _ways_with_hosts(entry_point, index.listed)
    patterns = tuple(
        dict.fromkeys((*entry_point.hostnames, *(name for route in entry_point.routes for name in route.hostnames)))
    )
    known: dict[tuple[bool, tuple[int, ...], tuple[str, ...]], RequestClass] = {}
    covered: dict[str, tuple[str, ...]] = {}
    for shape in sorted(ways, key=lambda way: (way.count - bool(way.host), str(replace(way, host="")), way.host)):
        request = _request(entry_point, shape)
        places = index.holding(Call(request))
        if shape.host not in covered:
            covered[shape.host] = tuple(pattern for pattern in patterns if covers(pattern, shape.host))
        signature = (shape.grpc, places, covered[shape.host])
        if signature not in known:
            holds = tuple(index.listed[place] for place in places)
            known[signature] = RequestClass(entry_point, shape, request, holds)
    ordered = sorted(known.values(), key=lambda known_class: (known_class.shape.count, str(known_class.shape)))
    return RequestClasses(tuple(ordered), tuple(_unseen(index.listed)), complete)


def _request(entry_point: EntryPoint, shape: RequestShape) -> Request:
    return Request(
        entry_point.parent,
        Protocol.GRPC if shape.grpc else entry_point.protocol,
        host=shape.host,
        method="POST" if shape.grpc else shape.method or "GET",
        path=shape.path or "/",
        query=shape.query,
        headers=shape.headers,
        port=entry_point.port,
        listener=entry_point.listener,
        from_namespace=entry_point.from_namespace,
        scheme="https" if entry_point.protocol is Protocol.HTTPS else "",
    )


def _ways_with_hosts(entry_point: EntryPoint, listed: Sequence[Candidate]) -> tuple[Collection[RequestShape], bool]:
    """Requests to look at, each with its host: every way with every host, or where those are too many, each host with
    the ways of the routes that answer for it."""
    hosts = _hosts(entry_point)
    ways, complete = _ways(entry_point, listed)
    if len(ways) * len(hosts) <= _MOST_MERGED or len(hosts) == 1:
        return [replace(way, host=host) for way in ways for host in hosts], complete
    shapes: list[RequestShape] = []
    complete = True
    for host in hosts:
        answering = [
            candidate for candidate in listed if _answers(candidate.route.hostnames, entry_point.hostnames, host)
        ]
        own, all_of_them = _ways(entry_point, answering)
        shapes += [replace(way, host=host) for way in own]
        complete = complete and all_of_them
        if len(shapes) > _MOST_REQUESTS:
            return shapes, False
    return shapes, complete


def _answers(hostnames: Sequence[str], listeners: Sequence[str], host: str) -> bool:
    return any(covers(pattern, host) for pattern in hostnames or listeners or ("",))


def _hosts(entry_point: EntryPoint) -> tuple[str, ...]:
    """One host for every hostname in sight, and one for none of them. A mesh does not look at the host."""
    if entry_point.parent.kind == "Service":
        return ("",)
    patterns = {name for route in entry_point.routes for name in route.hostnames} | set(entry_point.hostnames)
    exact = {pattern for pattern in patterns if pattern and not pattern.startswith("*.")}
    wild = {_under(pattern, exact) for pattern in patterns if pattern.startswith("*.")}
    return ("", *sorted(exact | wild))


def _under(pattern: str, taken: Set[str]) -> str:
    host = "any" + pattern[1:]
    while host in taken:
        host = f"any-{host}"
    return host


def _ways(entry_point: EntryPoint, listed: Sequence[Candidate]) -> tuple[Collection[RequestShape], bool]:
    """Combinations of what the candidates look at: all of them where there are few, else each candidate's own request,
    those of each two together, and those that lack one condition."""
    kinds = {route.kind for route in entry_point.routes} or {HTTP}
    own = list(dict.fromkeys(shape for shape in map(request_shape_of, listed) if shape is not None))
    plain = [RequestShape(grpc=kind == GRPC) for kind in sorted(kinds)]
    every = [way for grpc in {shape.grpc for shape in plain} for way in _products(own, listed, grpc=grpc)]
    if len(every) <= _MOST_PRODUCTS:
        return {*plain, *every}, True
    merged = {*plain, *own, *_elsewhere(listed)}
    for shape, other in _pairs(own):
        both = shape.merged(other)
        if both is not None:
            merged.add(both)
        if len(merged) > _MOST_MERGED:
            break
    return merged | {less for shape in own for less in _lessened(shape)}, False


def _pairs(own: Sequence[RequestShape]) -> Iterator[tuple[RequestShape, RequestShape]]:
    """Every two requests whose paths do not contradict each other."""
    places: dict[str, list[int]] = {}
    for place, shape in enumerate(own):
        places.setdefault(shape.path, []).append(place)
    for place, shape in enumerate(own):
        others = sorted({*places[shape.path], *places.get("", ())}) if shape.path else range(place + 1, len(own))
        yield from ((shape, own[other]) for other in others if other > place)


def _products(own: Sequence[RequestShape], listed: Sequence[Candidate], *, grpc: bool) -> list[RequestShape]:
    """Every combination, or one more than are wanted."""
    here = [shape for shape in own if shape.grpc is grpc]
    paths = list(dict.fromkeys(["", *(shape.path for shape in (*here, *_elsewhere(listed)))]))
    methods = [""] if grpc else list(dict.fromkeys(["", *(shape.method for shape in here), *_other_verb(here)]))
    headers = _choices(shape.headers for shape in here)
    query = _choices(shape.query for shape in here)
    shapes: list[RequestShape] = []
    for path, method, header_values, query_values in product(paths, methods, _assigned(headers), _assigned(query)):
        shapes.append(RequestShape("", path, method, header_values, query_values, grpc))
        if len(shapes) > _MOST_PRODUCTS:
            break
    return shapes


def _assigned(choices: Mapping[str, Sequence[str | None]]) -> list[tuple[tuple[str, str], ...]]:
    """Every way to give each name one of its values, or none; one more than are wanted where there are many."""
    ways = islice(product(*choices.values()), _MOST_PRODUCTS + 1)
    return [
        tuple(sorted((name, value) for name, value in zip(choices, way, strict=True) if value is not None))
        for way in ways
    ]


def _choices(lists: Iterable[tuple[tuple[str, str], ...]]) -> Mapping[str, list[str | None]]:
    """The values of each name, and its absence."""
    choices: dict[str, list[str | None]] = {}
    for pairs in lists:
        for name, value in pairs:
            values = choices.setdefault(name, [None])
            if value not in values:
                values.append(value)
    return choices


def _other_verb(own: Sequence[RequestShape]) -> Iterator[str]:
    """A method that no match names, where some name GET."""
    named = {shape.method for shape in own}
    if "GET" in named:
        yield next((verb for verb in _VERBS if verb not in named), "GATESHIFT")


def _elsewhere(listed: Sequence[Candidate]) -> Iterator[RequestShape]:
    """Paths other than those that are named: below each prefix and exact path, and somewhere else."""
    paths = [condition for candidate in listed for condition in candidate.conditions if isinstance(condition, Path)]
    if paths:
        yield RequestShape(path=_ELSEWHERE)
    for path in paths:
        if path.type in (EXACT, PREFIX) and path.value:
            yield RequestShape(path=path.value.rstrip("/") + _ELSEWHERE)
    if any(isinstance(condition, Procedure) for candidate in listed for condition in candidate.conditions):
        yield RequestShape(path=f"/{ANY_SERVICE}/{ANY_METHOD}", grpc=True)


def _lessened(shape: RequestShape) -> Iterator[RequestShape]:
    """The request without one of its headers or parameters."""
    for name, _ in shape.headers:
        kept = tuple(pair for pair in shape.headers if pair[0] != name)
        yield RequestShape(shape.host, shape.path, shape.method, kept, shape.query, shape.grpc)
    for name, _ in shape.query:
        kept = tuple(pair for pair in shape.query if pair[0] != name)
        yield RequestShape(shape.host, shape.path, shape.method, shape.headers, kept, shape.grpc)


def _unseen(listed: Sequence[Candidate]) -> Iterator[str]:
    return (str(candidate) for candidate in listed if request_shape_of(candidate) is None)
