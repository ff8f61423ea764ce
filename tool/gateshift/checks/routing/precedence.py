"""Rules that lose their requests to another rule of the same route.

Source: Gateway API v1.6, HTTPRouteRule.matches: the most specific match wins, whatever the order of the rules.

What the rules about precedence share: a route's candidates, their words and places, and what a rule answers.
"""

from __future__ import annotations

from collections.abc import Iterator

from gateshift.checks.subject import Subject
from gateshift.model.finding import FieldRef, Finding, Level, Related
from gateshift.model.rule import check
from gateshift.traffic.match import Candidate, Condition, Header, Path, Procedure, Query, candidates
from gateshift.traffic.routes import EXACT, PREFIX, Route, RouteRule


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
        for each in candidates_of(subject, route):
            earlier = first.setdefault(frozenset(each.conditions), each)
            if earlier.rule != each.rule and (earlier.rule, each.rule) not in told:
                told.add((earlier.rule, each.rule))
                yield Finding(
                    Level.WARNING,
                    f"{route}: rule {each.rule} matches {in_words(frozenset(each.conditions))}, which"
                    f" rule {earlier.rule} already takes",
                    spot_of(each),
                    f"rule {earlier.rule} answers these requests, rule {each.rule} never does",
                    "Remove one of the two, or make this match more specific.",
                    (Related(f"rule {earlier.rule}", spot_of(earlier)),),
                )


@check("GS407", source="Gateway API v1.6, HTTPRouteRule.matches: path goes before headers; gateway-api#1370, #1381")
def rule_beaten_by_longer_path(subject: Subject) -> Iterator[Finding]:
    """A rule for a header or query parameter loses part of its requests to a rule with a longer path.

    The path decides first, so a request with the header goes to the rule with the longer path, which sends it to the
    same backends as everybody else's: the tester with the header reaches the old version.
    """
    for route in subject.cluster.routes:
        every = candidates_of(subject, route)
        for special in every:
            for winner in every:
                if _takes_from(special, winner, every):
                    yield Finding(
                        Level.WARNING,
                        f"{route}: rule {special.rule} ({in_words(frozenset(special.conditions))}) loses"
                        f" {in_words(frozenset(winner.conditions))} to rule {winner.rule}",
                        spot_of(special),
                        f"rule {winner.rule} answers these requests even where {_extra_words(special)}",
                        f"Add a match to rule {special.rule} with the path of rule {winner.rule}.",
                        (Related(f"rule {winner.rule}", spot_of(winner)),),
                    )


def _special(candidate: Candidate) -> Conditions:
    return frozenset(each for each in candidate.conditions if isinstance(each, Header | Query))


def _place(candidate: Candidate) -> Conditions:
    return frozenset(candidate.conditions) - _special(candidate)


def _extra_words(candidate: Candidate) -> str:
    return " and ".join(sorted(str(each) for each in _special(candidate))) + " holds"


def _takes_from(special: Candidate, winner: Candidate, every: tuple[Candidate, ...]) -> bool:
    """Whether requests meant for `special` go to `winner`: a longer path below its own, for the same Services as those
    that everybody else reaches at the path of `special`, and no rule that joins the two conditions."""
    extra = _special(special)
    if special.rule == winner.rule or not extra or _special(winner) or not _is_below(special, winner):
        return False
    rules = special.route.rules
    usual = [each for each in every if _place(each) == _place(special) and not _special(each)]
    backends = _services(rules[winner.rule])
    if not any(_services(rules[each.rule]) & backends for each in usual) or backends == _services(rules[special.rule]):
        return False
    return not any(_place(each) == _place(winner) and _special(each) <= extra and _special(each) for each in every)


def _is_below(special: Candidate, winner: Candidate) -> bool:
    """Whether the winner's path lies below that of the special rule, and is more specific."""
    if any(isinstance(each, Procedure) for each in winner.conditions):
        return _is_procedure_below(special, winner)
    wide, narrow = _path(special), _path(winner)
    if narrow is None or (wide is not None and wide.type != PREFIX) or narrow.type not in (EXACT, PREFIX):
        return False
    above = wide.value if wide else ""
    return winner.specificity[:3] < special.specificity[:3] and (
        narrow.value == above or narrow.value.startswith(above + "/")
    )


def _path(candidate: Candidate) -> Path | None:
    return next((each for each in candidate.conditions if isinstance(each, Path)), None)


def _is_procedure_below(special: Candidate, winner: Candidate) -> bool:
    wide = next((each for each in special.conditions if isinstance(each, Procedure)), None)
    narrow = next((each for each in winner.conditions if isinstance(each, Procedure)), None)
    if wide is None or narrow is None or wide.type != EXACT or narrow.type != EXACT:
        return False
    fits = wide.service in ("", narrow.service) and wide.method in ("", narrow.method)
    return fits and winner.specificity < special.specificity


Conditions = frozenset[Condition]


def candidates_of(subject: Subject, route: Route) -> tuple[Candidate, ...]:
    """Every match of every rule of the route; read once for all rules."""
    return subject.cluster.once(("candidates", route), lambda: candidates(route))


def spot_of(candidate: Candidate) -> FieldRef:
    """The match in the file, or the rule where the match is the default."""
    rule = candidate.route.rules[candidate.rule]
    written = candidate.match >= 0 and len(rule.pointer) > 2 and bool(rule.matches)
    return FieldRef(candidate.route.resource, rule.matches[candidate.match].pointer if written else rule.pointer)


def in_words(conditions: Conditions) -> str:
    """`path PathPrefix /a and header x Exact 1`, or `every request`."""
    shown = sorted(str(each) for each in conditions if str(each) != "gRPC Exact any service/any method")
    return " and ".join(shown) or "every request"


def answer_of(rule: RouteRule) -> object:
    """What is equal for two rules that send their requests to the same backends with the same weights."""
    backends = [(each.ref.group, each.ref.kind, each.ref.namespace, each.ref.name, each.port) for each in rule.backends]
    return backends, [each.weight for each in rule.backends], bool(rule.filters)
