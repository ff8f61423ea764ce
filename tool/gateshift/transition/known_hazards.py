"""Steps that are known to lose requests on some data planes though every state between the two builds is sound."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from gateshift.engines.changes import Change
from gateshift.model.finding import FieldRef, Finding, Level, Related
from gateshift.traffic.cluster import Cluster, may_be_same
from gateshift.traffic.filters import RequestMirror
from gateshift.traffic.references import BackendRef
from gateshift.traffic.routes import HTTPMatch, Match, Route, RouteRule, is_route, read_route
from gateshift.transition import rules
from gateshift.yamldoc.data import look_up


def hazard_findings(changes: Sequence[Change], before: Cluster) -> Iterator[Finding]:
    """The known hazards of the step, whichever engine makes it."""
    warm = tuple(_warm(before.routes))
    for change in changes:
        yield from _replicas_unset(change)
        if change.before is not None and change.after is not None and is_route(change.after):
            old, new = read_route(change.before), read_route(change.after)
            pairs = list(_counterparts(old, new))
            yield from _moved(old, new, pairs)
            yield from _swapped(old, new, pairs, warm)
    yield from _replaced_routes(changes, warm)


def _replicas_unset(change: Change) -> Iterator[Finding]:
    at = ("spec", "replicas")
    if change.before is None or change.after is None or change.id.kind not in ("Deployment", "StatefulSet", "Rollout"):
        return
    before, after = look_up(change.before.data, at), look_up(change.after.data, at)
    if isinstance(before, int) and after is None and before != 1:
        yield _unset(
            change, f"{change.id} no longer sets `replicas`. The API server fills in 1: {before} replicas become 1."
        )
    elif before is not None and after is None:
        yield _unset(change, f"{change.id} no longer sets `replicas`. The API server fills in 1.")


def _unset(change: Change, message: str) -> Finding:
    assert change.after is not None
    assert change.before is not None
    return rules.REPLICAS_UNSET.finding(
        Level.ERROR,
        message,
        FieldRef(change.after, ("spec",), key=True),
        help="Keep `replicas`, or hand the field over to the autoscaler in the cluster before it leaves the files.",
        related=(Related("written here before", FieldRef(change.before, ("spec", "replicas"))),),
    )


def _counterparts(old: Route, new: Route) -> Iterator[tuple[int, int]]:
    """Which rule of the old route is which of the new one: by name, else by matches, else, where both are left over,
    by place."""
    left = dict(enumerate(old.rules))
    unpaired: list[int] = []
    for index, rule in enumerate(new.rules):
        counterpart = next((place for place, known in left.items() if _same_rule(known, rule)), None)
        if counterpart is None:
            unpaired.append(index)
        else:
            del left[counterpart]
            yield counterpart, index
    yield from ((index, index) for index in unpaired if index in left)


def _same_rule(rule: RouteRule, other: RouteRule) -> bool:
    if rule.name or other.name:
        return rule.name == other.name
    return _matches(rule) == _matches(other)


def _matches(rule: RouteRule) -> frozenset[tuple[object, ...]]:
    return frozenset(_of_match(match) for match in rule.matches)


def _of_match(match: Match) -> tuple[object, ...]:
    headers = frozenset((header.name.lower(), header.type, header.value) for header in match.headers)
    if isinstance(match, HTTPMatch):
        query = frozenset((parameter.name, parameter.type, parameter.value) for parameter in match.query)
        return match.path_type, match.path, match.method, headers, query
    return match.type, match.service, match.method, headers


def _moved(old: Route, new: Route, pairs: Iterable[tuple[int, int]]) -> Iterator[Finding]:
    for before, after in pairs:
        if before != after:
            name = new.rules[after].name
            yield rules.RULE_MOVED.finding(
                Level.WARNING,
                f"Rule {name or before} of {new} moves from index {before} to {after}. Some data planes answer 503 "
                "while an index moves.",
                FieldRef(new.resource, new.rules[after].pointer),
                help="Append new rules after the existing ones: which rule answers does not depend on their order.",
                related=(Related("where it was", FieldRef(old.resource, old.rules[before].pointer)),),
            )


def _warm(routes: Iterable[Route]) -> Iterator[BackendRef]:
    """The backends that carry requests, copies of requests among them."""
    for route in routes:
        for rule in route.rules:
            yield from _carrying(rule)
            for filters in (rule.filters, *rule.backend_filters):
                for mirror in filters:
                    if isinstance(mirror, RequestMirror) and mirror.share:
                        yield mirror.backend


def _carrying(rule: RouteRule) -> list[BackendRef]:
    return [backend for backend in rule.backends if backend.weight]


def _is_among(backend: BackendRef, others: Iterable[BackendRef]) -> bool:
    return any(backend.port == other.port and may_be_same(backend.ref, other.ref) for other in others)


def _swapped(
    old: Route, new: Route, pairs: Iterable[tuple[int, int]], warm: Collection[BackendRef]
) -> Iterator[Finding]:
    for before, after in pairs:
        left, right = _carrying(old.rules[before]), _carrying(new.rules[after])
        if left and right and not any(_is_among(backend, (*left, *warm)) for backend in right):
            yield _swap(old, before, new, after)


def _swap(old: Route, before: int, new: Route, after: int) -> Finding:
    left, right = (_names(route.rules[index]) for route, index in ((old, before), (new, after)))
    return rules.BACKEND_SWAPPED.finding(
        Level.ERROR,
        f"Rule {new.rules[after].name or after} of {new} moves all its requests at once from {left} to {right}, "
        "which had none before. Some data planes answer 503 until the new backend is warm.",
        FieldRef(new.resource, (*new.rules[after].pointer, "backendRefs")),
        cluster_says="503 between the end of the old backend and the first health check of the new one",
        help=f"Give {right} a share next to {left} first, and take {left} out in a later commit.",
        related=(Related("what answers before", FieldRef(old.resource, (*old.rules[before].pointer, "backendRefs"))),),
    )


def _names(rule: RouteRule) -> str:
    return " and ".join(dict.fromkeys(backend.ref.name for backend in rule.backends if backend.weight))


def _replaced_routes(changes: Iterable[Change], warm: Collection[BackendRef]) -> Iterator[Finding]:
    """The same for a route that gives way to one of another name with the same parents."""
    routes = [change for change in changes if is_route(change.resource)]
    gone = [read_route(change.before) for change in routes if change.before is not None and change.after is None]
    come = [read_route(change.after) for change in routes if change.after is not None and change.before is None]
    for old in gone:
        for new in come:
            if any(may_be_same(parent, other) for parent in old.parents for other in new.parents):
                yield from _swapped(old, new, list(_counterparts(old, new)), warm)
