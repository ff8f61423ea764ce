"""The traffic before and after a step, one row for each kind of request that the change is about."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence, Set

from gateshift.engines.events import Event
from gateshift.model.plan import TrafficRow
from gateshift.model.resource import Resource
from gateshift.traffic.match import Candidate, why_after
from gateshift.transition.outcomes import TrafficOutcome
from gateshift.transition.request_classes import RequestClass
from gateshift.transition.walk import TransitionContext

DEFAULT = "default"
RuleName = Callable[[Resource, int], str]
"""The name that the owner gave a rule of a route (the object, the rule's index), "" for none."""

Shares = tuple[tuple[str, float], ...]


def rows_of(context: TransitionContext, rule_name: RuleName) -> tuple[TrafficRow, ...]:
    """A row for each class at the main entry points; those that are alike in name and shares are one.

    What matches no route before or after is left out. A name that several rows would have is told apart by its match,
    and where that is the same, by its entry point.
    """
    end = _all(context.events)
    rows: dict[tuple[str, str, Shares, Shares], RequestClass] = {}
    for entry_point, classes in context.entry_points:
        usual = {id(resource) for resource in _usual_routes(classes.classes)} if entry_point.main else set()
        for request_class in classes.classes if entry_point.main else ():
            before, after = context.outcome(request_class, 0), context.outcome(request_class, end)
            if not _is_nothing(before, after):
                name, match = _named(request_class, len(classes.classes) > 1, usual, (after, before), rule_name)
                rows.setdefault((name, match, _shares(before), _shares(after)), request_class)
    keys = sorted(rows, key=lambda key: key[0] != DEFAULT)
    return tuple(_row(key, keys, rows[key], rule_name) for key in keys)


def _row(
    key: tuple[str, str, Shares, Shares],
    keys: Sequence[tuple[str, str, Shares, Shares]],
    request_class: RequestClass,
    rule_name: RuleName,
) -> TrafficRow:
    name, match, before, after = key
    alike = [other for other in keys if other[0] == name]
    if not alike or alike[0] == key:
        return TrafficRow(name, match, before, after)
    overlap = _overlap(request_class, name, rule_name) if alike[0][2:] == key[2:] else ""
    distinct = [other for other in alike if other[1] == match] == [key]
    shown = f"{name} ({match})" if distinct else f"{name} ({match}, {request_class.entry_point})"
    return TrafficRow(shown, match, before, after, overlap)


def _overlap(request_class: RequestClass, winner: str, rule_name: RuleName) -> str:
    """`debug + beta -> beta wins: debug is less specific: path length`, of rules that the owner named; "" for less than
    two."""
    named: dict[str, list[Candidate]] = {}
    for candidate in request_class.holds:
        name = rule_name(candidate.route.resource, candidate.rule)
        if name:
            named.setdefault(name, []).append(candidate)
    if len(named) < 2 or winner not in named:
        return ""
    first = named[winner][0]
    losers = ((name, each) for name, found in named.items() for each in found if name != winner)
    why = next((f": {name} is {why_after(each, first)}" for name, each in losers if each.route is first.route), "")
    return f"{' + '.join(named)} -> {winner} wins{why}"


def _all(events: Sequence[Event]) -> int:
    return sum(event.bit for event in events)


def _is_nothing(before: TrafficOutcome, after: TrafficOutcome) -> bool:
    """Whether no route takes the requests on either side."""
    return all(answer.decision.route is None and answer.decision.status == 404 for answer in (before, after))


def _named(
    request_class: RequestClass,
    is_one_of_several: bool,  # noqa: FBT001 -- what the caller counts
    usual: Set[int],
    answers: Sequence[TrafficOutcome],
    rule_name: RuleName,
) -> tuple[str, str]:
    """The class's name, and in words what its requests have. A rule of its own on either side names it."""
    shape = str(request_class.shape)
    match = shape or ("every other request" if is_one_of_several else "every request")
    plain = True
    for answer in answers:
        route, rule = answer.decision.route, answer.decision.rule
        if route is not None and rule is not None and not _is_plain(request_class, answer, usual):
            plain = False
            name = rule_name(route, rule)
            if name:
                return name, match
    return (DEFAULT if plain else shape or DEFAULT), match


def _is_plain(request_class: RequestClass, answer: TrafficOutcome, usual: Set[int]) -> bool:
    """Whether the rule that answers is the one for all requests that no other rule takes: it asks for nothing, or
    where every rule of the route asks for something, it is the route's first."""
    decision = answer.decision
    winners = [
        candidate
        for candidate in request_class.holds
        if candidate.route.resource is decision.route and candidate.rule == decision.rule
    ]
    if any(not candidate.conditions for candidate in winners):
        return True
    return decision.rule == 0 and id(decision.route) not in usual


def _usual_routes(classes: Iterable[RequestClass]) -> Iterator[Resource]:
    """The routes with a rule that asks for nothing."""
    for request_class in classes:
        for candidate in request_class.holds:
            if not candidate.conditions:
                yield candidate.route.resource


def _shares(answer: TrafficOutcome) -> Shares:
    """The share of each version; what fails or redirects has its status as key, what has no version its Service."""
    shares: dict[str, float] = {}
    for key, share in _parts(answer):
        shares[key] = shares.get(key, 0.0) + share
    return tuple((key, round(share, 9)) for key, share in sorted(shares.items()) if share)


def _parts(answer: TrafficOutcome) -> Iterator[tuple[str, float]]:
    decision = answer.decision
    for backend in decision.backends:
        answers = backend.status == 200
        yield ((backend.version or backend.name) if answers else str(backend.status)), backend.share
    if not decision.backends:
        parent = decision.request.parent.name
        yield (parent if decision.status == 200 else str(decision.status)), 1.0
