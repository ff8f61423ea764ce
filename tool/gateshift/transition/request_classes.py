"""Classes of requests: all that either build, or any state between the two, could tell apart, each with one request
that stands for it.

Two requests belong together where every match of every route of either build holds for both or for neither, and every
hostname covers both or neither: then no mixture of old and new routes can answer them differently.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations, islice, product

from msgspec import Struct

from gateshift.traffic.hostnames import covers
from gateshift.traffic.match import Call, Candidate, Path, Procedure, candidates
from gateshift.traffic.request import Protocol, Request
from gateshift.traffic.routes import EXACT, GRPC, HTTP, PREFIX
from gateshift.transition.entry_points import EntryPoint
from gateshift.transition.request_shape import ANY_METHOD, ANY_SERVICE, RequestShape, request_shape_of

_MOST_PRODUCTS = 512
_MOST_MERGED = 4096
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
    listed = tuple(candidate for route in entry_point.routes for candidate in candidates(route))
    hosts = _hosts(entry_point)
    ways, complete = _ways(entry_point, listed)
    known: dict[tuple[bool, ...], RequestClass] = {}
    for shape in sorted(ways, key=lambda shape: (shape.count, str(shape))):
        for host in hosts:
            signature, request_class = _class_of(entry_point, shape, host, listed)
            known.setdefault(signature, request_class)
    ordered = sorted(known.values(), key=lambda known_class: (known_class.shape.count, str(known_class.shape)))
    return RequestClasses(tuple(ordered), tuple(_unseen(listed)), complete)


def _class_of(
    entry_point: EntryPoint, shape: RequestShape, host: str, listed: Sequence[Candidate]
) -> tuple[tuple[bool, ...], RequestClass]:
    request = Request(
        entry_point.parent,
        Protocol.GRPC if shape.grpc else entry_point.protocol,
        host=host,
        method="POST" if shape.grpc else shape.method or "GET",
        path=shape.path or "/",
        query=shape.query,
        headers=shape.headers,
        port=entry_point.port,
        listener=entry_point.listener,
        from_namespace=entry_point.from_namespace,
        scheme="https" if entry_point.protocol is Protocol.HTTPS else "",
    )
    call = Call(request)
    held = tuple(bool(candidate.holds(call)) for candidate in listed)
    patterns = dict.fromkeys(
        (*entry_point.hostnames, *(name for route in entry_point.routes for name in route.hostnames))
    )
    covered = tuple(covers(pattern, host) for pattern in patterns)
    shown = RequestShape(host, shape.path, shape.method, shape.headers, shape.query, shape.grpc)
    holds = tuple(candidate for candidate, holding in zip(listed, held, strict=True) if holding)
    return (shape.grpc, *held, *covered), RequestClass(entry_point, shown, request, holds)


def _hosts(entry_point: EntryPoint) -> tuple[str, ...]:
    """One host for every hostname in sight, and one for none of them. A mesh does not look at the host."""
    if entry_point.parent.kind == "Service":
        return ("",)
    patterns = {name for route in entry_point.routes for name in route.hostnames} | set(entry_point.hostnames)
    exact = {pattern for pattern in patterns if pattern and not pattern.startswith("*.")}
    wild = {_under(pattern, exact) for pattern in patterns if pattern.startswith("*.")}
    return ("", *sorted(exact | wild))


def _under(pattern: str, taken: Iterable[str]) -> str:
    host = "any" + pattern[1:]
    while host in set(taken):
        host = f"any-{host}"
    return host


def _ways(entry_point: EntryPoint, listed: Sequence[Candidate]) -> tuple[Iterable[RequestShape], bool]:
    """Combinations of what the candidates look at: all of them where there are few, else each candidate's own request,
    those of each two together, and those that lack one condition."""
    kinds = {route.kind for route in entry_point.routes} or {HTTP}
    own = [shape for shape in map(request_shape_of, listed) if shape is not None]
    plain = [RequestShape(grpc=kind == GRPC) for kind in sorted(kinds)]
    every = [way for grpc in {shape.grpc for shape in plain} for way in _products(own, listed, grpc=grpc)]
    if len(every) <= _MOST_PRODUCTS:
        return {*plain, *every}, True
    merged = {*plain, *own, *_elsewhere(listed)}
    for shape, other in combinations(own, 2):
        both = shape.merged(other)
        if both is not None:
            merged.add(both)
        if len(merged) > _MOST_MERGED:
            break
    return merged | {less for shape in own for less in _lessened(shape)}, False


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
