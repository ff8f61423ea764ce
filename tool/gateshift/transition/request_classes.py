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
from gateshift.transition.request_shape import ANY_METHOD, ANY_SERVICE, RequestShape, traits_of

_MOST_PRODUCTS = 512
_MOST_MERGED = 4096
_VERBS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT")
_ELSEWHERE = "/gateshift-elsewhere"


class RequestClass(Struct, frozen=True, eq=False):
    """Requests that are alike to every route of both builds. `holds` are the candidates, of either build, that match
    them; `traits` tell the one request that stands for all."""

    entry_point: EntryPoint
    shape: RequestShape
    request: Request
    holds: tuple[Candidate, ...]


class Classes(Struct, frozen=True):
    """The classes of one entrance, the plainest first. `unseen` are regular expressions for which no request was found
    that they match, so that their requests are not followed; `complete` is false where there were too many
    combinations to try them all."""

    found: tuple[RequestClass, ...]
    unseen: tuple[str, ...]
    complete: bool


def classes_of(entry_point: EntryPoint) -> Classes:
    """The classes of requests at the entrance."""
    listed = tuple(candidate for route in entry_point.routes for candidate in candidates(route))
    hosts = _hosts(entry_point)
    ways, complete = _ways(entry_point, listed)
    known: dict[tuple[bool, ...], RequestClass] = {}
    for shape in sorted((way for way in ways), key=lambda each: (each.count, str(each))):
        for host in hosts:
            made = _made(entry_point, shape, host, listed)
            known.setdefault(made[0], made[1])
    ordered = sorted(known.values(), key=lambda each: (each.shape.count, str(each.shape)))
    return Classes(tuple(ordered), tuple(_unseen(listed)), complete)


def _made(
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
    own = [each for each in (traits_of(candidate) for candidate in listed) if each is not None]
    plain = [RequestShape(grpc=kind == GRPC) for kind in sorted(kinds)]
    every = [way for grpc in {each.grpc for each in plain} for way in _products(own, listed, grpc=grpc)]
    if len(every) <= _MOST_PRODUCTS:
        return {*plain, *every}, True
    merged = {*plain, *own, *_elsewhere(listed)}
    for one, other in combinations(own, 2):
        both = one.merged(other)
        if both is not None:
            merged.add(both)
        if len(merged) > _MOST_MERGED:
            break
    return merged | {less for each in own for less in _lessened(each)}, False


def _products(own: Sequence[RequestShape], listed: Sequence[Candidate], *, grpc: bool) -> list[RequestShape]:
    """Every combination, or one more than are wanted."""
    here = [each for each in own if each.grpc is grpc]
    paths = list(dict.fromkeys(["", *(each.path for each in here), *(each.path for each in _elsewhere(listed))]))
    methods = [""] if grpc else list(dict.fromkeys(["", *(each.method for each in here), *_other_verb(here)]))
    headers = _choices(each.headers for each in here)
    query = _choices(each.query for each in here)
    found: list[RequestShape] = []
    for path, method, named, asked in product(paths, methods, _assigned(headers), _assigned(query)):
        found.append(RequestShape("", path, method, named, asked, grpc))
        if len(found) > _MOST_PRODUCTS:
            break
    return found


def _assigned(choices: Mapping[str, Sequence[str | None]]) -> list[tuple[tuple[str, str], ...]]:
    """Every way to give each name one of its values, or none; one more than are wanted where there are many."""
    ways = islice(product(*choices.values()), _MOST_PRODUCTS + 1)
    return [
        tuple(sorted((name, value) for name, value in zip(choices, way, strict=True) if value is not None))
        for way in ways
    ]


def _choices(lists: Iterable[tuple[tuple[str, str], ...]]) -> Mapping[str, list[str | None]]:
    """The values of each name, and its absence."""
    found: dict[str, list[str | None]] = {}
    for pairs in lists:
        for name, value in pairs:
            values = found.setdefault(name, [None])
            if value not in values:
                values.append(value)
    return found


def _other_verb(own: Sequence[RequestShape]) -> Iterator[str]:
    """A method that no match names, where some name GET."""
    named = {each.method for each in own}
    if "GET" in named:
        yield next((verb for verb in _VERBS if verb not in named), "GATESHIFT")


def _elsewhere(listed: Sequence[Candidate]) -> Iterator[RequestShape]:
    """Paths beside those that are named: below each prefix and exact path, and somewhere else."""
    paths = [each for candidate in listed for each in candidate.conditions if isinstance(each, Path)]
    if paths:
        yield RequestShape(path=_ELSEWHERE)
    for each in paths:
        if each.type in (EXACT, PREFIX) and each.value:
            yield RequestShape(path=each.value.rstrip("/") + _ELSEWHERE)
    if any(isinstance(each, Procedure) for candidate in listed for each in candidate.conditions):
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
    return (str(candidate) for candidate in listed if traits_of(candidate) is None)
