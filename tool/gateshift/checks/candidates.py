"""What the rules about precedence share: a route's candidates, their words and places, and what a rule answers."""

from __future__ import annotations

from gateshift.checks.subject import Subject
from gateshift.model.finding import Spot
from gateshift.traffic.match import Candidate, Condition, candidates
from gateshift.traffic.routes import Route, RouteRule

Conditions = frozenset[Condition]


def candidates_of(subject: Subject, route: Route) -> tuple[Candidate, ...]:
    """Every match of every rule of the route; read once for all rules."""
    return subject.cluster.once(("candidates", route), lambda: candidates(route))


def spot_of(candidate: Candidate) -> Spot:
    """The match in the file, or the rule where the match is the default."""
    rule = candidate.route.rules[candidate.rule]
    written = candidate.match >= 0 and len(rule.pointer) > 2 and bool(rule.matches)
    return Spot(candidate.route.resource, rule.matches[candidate.match].pointer if written else rule.pointer)


def in_words(conditions: Conditions) -> str:
    """`path PathPrefix /a and header x Exact 1`, or `every request`."""
    shown = sorted(str(each) for each in conditions if str(each) != "gRPC Exact any service/any method")
    return " and ".join(shown) or "every request"


def answer_of(rule: RouteRule) -> object:
    """What is equal for two rules that send their requests to the same backends with the same weights."""
    backends = [(each.ref.group, each.ref.kind, each.ref.namespace, each.ref.name, each.port) for each in rule.backends]
    return backends, [each.weight for each in rule.backends], bool(rule.filters)
