"""Rules that lose their requests to another rule of the same route.

Source: Gateway API v1.6, HTTPRouteRule.matches: the most specific match wins, whatever the order of the rules.
"""

from __future__ import annotations

from collections.abc import Iterator

from gateshift.checks.subject import Subject
from gateshift.model.finding import FieldRef, Finding, Level, Related
from gateshift.model.rule import check
from gateshift.traffic.match import Candidate, Condition, Header, Path, Procedure, Query, candidates
from gateshift.traffic.routes import EXACT, PREFIX, Route, RouteRule

Conditions = frozenset[Condition]
"""What a match asks for, in no order."""


MOST_MATCHES = 1024
"""Sixteen rules of 64 matches: what the schema of an HTTPRoute lets through, of which its CEL rules take fewer."""


def candidates_of(subject: Subject, route: Route) -> tuple[Candidate, ...]:
    """Every match of every rule of the route; read once for all rules. None of a route that the schema refuses for
    their number."""
    listed = subject.cluster.once(("candidates", route), lambda: candidates(route))
    return listed if len(listed) <= MOST_MATCHES else ()


def field_ref_of(candidate: Candidate) -> FieldRef:
    """The match in the file, or the rule where the match is the default."""
    rule = candidate.route.rules[candidate.rule]
    written = candidate.match >= 0 and len(rule.pointer) > 2 and bool(rule.matches)
    return FieldRef(candidate.route.resource, rule.matches[candidate.match].pointer if written else rule.pointer)


def in_words(conditions: Conditions) -> str:
    """`path PathPrefix /a and header x Exact 1`, or `every request`."""
    shown = sorted(str(condition) for condition in conditions if str(condition) != "gRPC Exact any service/any method")
    return " and ".join(shown) or "every request"


def answer_of(rule: RouteRule) -> object:
    """What is equal for two rules that send their requests to the same backends with the same weights."""
    backends = [
        (backend.ref.group, backend.ref.kind, backend.ref.namespace, backend.ref.name, backend.port)
        for backend in rule.backends
    ]
    return backends, [backend.weight for backend in rule.backends], bool(rule.filters)


def _services(rule: RouteRule) -> frozenset[tuple[str, str]]:
    return frozenset((backend.ref.namespace, backend.ref.name) for backend in rule.backends if backend.weight)


@check("GS406", source="Gateway API v1.6, HTTPRouteRule.matches: ties go to the first rule; gateway-api#613")
def rule_never_reached(subject: Subject) -> Iterator[Finding]:
    """A match of a rule is the same as one of an earlier rule of the route.

    Of two equal matches the first rule wins, so this one never gets a request. Some data planes take the last instead.
    """
    for route in subject.cluster.routes:
        first: dict[Conditions, Candidate] = {}
        told: set[tuple[int, int]] = set()
        for candidate in candidates_of(subject, route):
            earlier = first.setdefault(frozenset(candidate.conditions), candidate)
            if earlier.rule != candidate.rule and (earlier.rule, candidate.rule) not in told:
                told.add((earlier.rule, candidate.rule))
                yield Finding(
                    Level.WARNING,
                    f"{route}: rule {candidate.rule} matches {in_words(frozenset(candidate.conditions))}, which"
                    f" rule {earlier.rule} already takes",
                    field_ref_of(candidate),
                    f"rule {earlier.rule} answers these requests, rule {candidate.rule} never does",
                    "Remove one of the two, or make this match more specific.",
                    (Related(f"rule {earlier.rule}", field_ref_of(earlier)),),
                )


@check("GS407", source="Gateway API v1.6, HTTPRouteRule.matches: path goes before headers; gateway-api#1370, #1381")
def rule_beaten_by_longer_path(subject: Subject) -> Iterator[Finding]:
    """A rule for a header or query parameter loses part of its requests to a rule with a longer path.

    The path decides first, so a request with the header goes to the rule with the longer path, which sends it to the
    same backends as everybody else's: the tester with the header reaches the old version.
    """
    for route in subject.cluster.routes:
        every = _Places(candidates_of(subject, route))
        for special in every.special:
            for winner in every.plain:
                if _takes_from(special, winner, every):
                    yield Finding(
                        Level.WARNING,
                        f"{route}: rule {special.rule} ({in_words(frozenset(special.conditions))}) loses"
                        f" {in_words(frozenset(winner.conditions))} to rule {winner.rule}",
                        field_ref_of(special),
                        f"rule {winner.rule} answers these requests even where {_extra_words(special)}",
                        f"Add a match to rule {special.rule} with the path of rule {winner.rule}.",
                        (Related(f"rule {winner.rule}", field_ref_of(winner)),),
                    )


def _special(candidate: Candidate) -> Conditions:
    return frozenset(condition for condition in candidate.conditions if isinstance(condition, Header | Query))


def _place(candidate: Candidate) -> Conditions:
    return frozenset(candidate.conditions) - _special(candidate)


def _extra_words(candidate: Candidate) -> str:
    return " and ".join(sorted(str(condition) for condition in _special(candidate))) + " holds"


class _Places:
    """The candidates of a route with and without a header or parameter, and by what else they ask for."""

    def __init__(self, every: tuple[Candidate, ...]) -> None:
        self.special = tuple(candidate for candidate in every if _special(candidate))
        self.plain = tuple(candidate for candidate in every if not _special(candidate)) if self.special else ()
        self.services: dict[Conditions, set[tuple[str, str]]] = {}
        self.extras: dict[Conditions, list[Conditions]] = {}
        for candidate in self.plain:
            services = self.services.setdefault(_place(candidate), set())
            services |= _services(candidate.route.rules[candidate.rule])
        for candidate in self.special:
            self.extras.setdefault(_place(candidate), []).append(_special(candidate))


def _takes_from(special: Candidate, winner: Candidate, every: _Places) -> bool:
    """Whether requests meant for `special` go to `winner`: a longer path below its own, for the same Services as those
    that everybody else reaches at the path of `special`, and no rule that joins the two conditions."""
    if special.rule == winner.rule or not _is_below(special, winner):
        return False
    rules = special.route.rules
    backends = _services(rules[winner.rule])
    usual = every.services.get(_place(special), set())
    if not usual & backends or backends == _services(rules[special.rule]):
        return False
    return not any(extra <= _special(special) for extra in every.extras.get(_place(winner), ()))


def _is_below(special: Candidate, winner: Candidate) -> bool:
    """Whether the winner's path lies below that of the special rule, and is more specific."""
    if any(isinstance(condition, Procedure) for condition in winner.conditions):
        return _is_procedure_below(special, winner)
    wide, narrow = _path(special), _path(winner)
    if narrow is None or (wide is not None and wide.type != PREFIX) or narrow.type not in (EXACT, PREFIX):
        return False
    above = wide.value if wide else ""
    return winner.specificity[:3] < special.specificity[:3] and (
        narrow.value == above or narrow.value.startswith(above + "/")
    )


def _path(candidate: Candidate) -> Path | None:
    return next((condition for condition in candidate.conditions if isinstance(condition, Path)), None)


def _is_procedure_below(special: Candidate, winner: Candidate) -> bool:
    wide = next((condition for condition in special.conditions if isinstance(condition, Procedure)), None)
    narrow = next((condition for condition in winner.conditions if isinstance(condition, Procedure)), None)
    if wide is None or narrow is None or wide.type != EXACT or narrow.type != EXACT:
        return False
    fits = wide.service in ("", narrow.service) and wide.method in ("", narrow.method)
    return fits and winner.specificity < special.specificity
