"""Rules and routes that lose their requests to another one.

Source: Gateway API v1.6, HTTPRouteRule.matches: the most specific match wins, whatever the order of the rules.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from gateshift.checks.subject import Subject
from gateshift.model.finding import Finding, Level, Related, Spot
from gateshift.model.rule import check
from gateshift.traffic.attach import Attachment, Standing, attachments
from gateshift.traffic.cluster import same_namespace
from gateshift.traffic.match import Candidate, Condition, Header, Path, Procedure, Query, candidates
from gateshift.traffic.routes import EXACT, PREFIX, REGEX, Route, RouteRule

Conditions = frozenset[Condition]


def _candidates(subject: Subject, route: Route) -> tuple[Candidate, ...]:
    return subject.cluster.once(("candidates", route), lambda: candidates(route))


def _spot(candidate: Candidate) -> Spot:
    rule = candidate.route.rules[candidate.rule]
    written = candidate.match >= 0 and len(rule.pointer) > 2 and bool(rule.matches)
    return Spot(candidate.route.resource, rule.matches[candidate.match].pointer if written else rule.pointer)


def _words(conditions: Conditions) -> str:
    shown = sorted(str(each) for each in conditions if str(each) != "gRPC Exact any service/any method")
    return " and ".join(shown) or "every request"


def _services(rule: RouteRule) -> frozenset[tuple[str, str]]:
    return frozenset((backend.ref.namespace, backend.ref.name) for backend in rule.backends if backend.weight)


@check("GS406", source="Gateway API v1.6, HTTPRouteRule.matches: ties go to the first rule; gateway-api#613")
def rule_never_reached(subject: Subject) -> Iterator[Finding]:
    """A match of a rule is the same as one of an earlier rule of the route.

    Of two equal matches the first rule wins, so this one never gets a request. Some data planes take the last instead.
    """
    for route in subject.cluster.routes:
        first: dict[Conditions, Candidate] = {}
        for each in _candidates(subject, route):
            earlier = first.setdefault(frozenset(each.conditions), each)
            if earlier.rule != each.rule:
                yield Finding(
                    "GS406",
                    Level.WARNING,
                    f"{route}: rule {each.rule} matches {_words(frozenset(each.conditions))}, which rule {earlier.rule}"
                    " already takes",
                    _spot(each),
                    f"rule {earlier.rule} answers these requests, rule {each.rule} never does",
                    "Remove one of the two, or make this match more specific.",
                    (Related(f"rule {earlier.rule}", _spot(earlier)),),
                )


@check("GS407", source="Gateway API v1.6, HTTPRouteRule.matches: path goes before headers; gateway-api#1370, #1381")
def rule_beaten_by_longer_path(subject: Subject) -> Iterator[Finding]:
    """A rule for a header or query parameter loses part of its requests to a rule with a longer path.

    The path decides first, so a request with the header goes to the rule with the longer path, which sends it to the
    same backends as everybody else's: the tester with the header reaches the old version.
    """
    for route in subject.cluster.routes:
        every = _candidates(subject, route)
        for special in every:
            for winner in every:
                if _takes_from(special, winner, every):
                    yield Finding(
                        "GS407",
                        Level.WARNING,
                        f"{route}: rule {special.rule} ({_words(frozenset(special.conditions))}) loses"
                        f" {_words(frozenset(winner.conditions))} to rule {winner.rule}",
                        _spot(special),
                        f"rule {winner.rule} answers these requests even where {_extra_words(special)}",
                        f"Add a match to rule {special.rule} with the path of rule {winner.rule}.",
                        (Related(f"rule {winner.rule}", _spot(winner)),),
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


@check("GS409", source="Gateway API v1.6, HTTPRouteRule.matches: ties go to the oldest route; gateway-api#303, #613")
def routes_tie(subject: Subject) -> Iterator[Finding]:
    """Two routes of one parent have the same match for the same hosts, and send it to different backends.

    The older route wins, and after that the one that is first by name. Manifests have no age: which one answers depends
    on when each was applied, and changes when one is recreated.
    """
    seen: set[tuple[Route, int, Route, int]] = set()
    for one, other in _rivals(subject):
        older, younger = sorted((one.route, other.route), key=lambda route: route.age)
        for first, second in _ties(subject, older, younger):
            key = (older, first.rule, younger, second.rule)
            if key not in seen:
                seen.add(key)
                yield _tie(first, second, one)


def _rivals(subject: Subject) -> Iterator[tuple[Attachment, Attachment]]:
    """Every two routes of one kind that some request can both reach."""
    by_parent: dict[tuple[str, str, str], list[Attachment]] = {}
    for each in attachments(subject.cluster):
        if each.standing is not Standing.REFUSED:
            by_parent.setdefault((each.route.kind, each.parent.kind, each.parent.name), []).append(each)
    for attached in by_parent.values():
        for one, other in combinations(attached, 2):
            if one.route is not other.route and _meet(one, other):
                yield one, other


def _ties(subject: Subject, older: Route, younger: Route) -> Iterator[tuple[Candidate, Candidate]]:
    known = {frozenset(each.conditions): each for each in reversed(_candidates(subject, older))}
    for each in _candidates(subject, younger):
        first = known.get(frozenset(each.conditions))
        if first is not None and older.rules[first.rule].backends != younger.rules[each.rule].backends:
            same = _answer(older.rules[first.rule]) == _answer(younger.rules[each.rule])
            if not same:
                yield first, each


def _answer(rule: RouteRule) -> object:
    backends = [(each.ref.group, each.ref.kind, each.ref.namespace, each.ref.name, each.port) for each in rule.backends]
    return backends, [each.weight for each in rule.backends], bool(rule.filters)


def _tie(first: Candidate, second: Candidate, attachment: Attachment) -> Finding:
    words = _words(frozenset(second.conditions))
    return Finding(
        "GS409",
        Level.WARNING,
        f"{second.route} and {first.route} both match {words} on {attachment.parent} and send it to different backends",
        _spot(second),
        f"the older route answers; {first.route} where both are applied together",
        "Put the rules into one route, or tell the matches apart.",
        (Related(str(first.route), _spot(first)),),
    )


def _meet(one: Attachment, other: Attachment) -> bool:
    """Whether both attachments answer for the same parent and hostname, so that no hostname decides between them."""
    if one.parent.group != other.parent.group:
        return False
    if one.bindings and other.bindings:
        return any(
            left.listener is right.listener and set(left.hostnames) & set(right.hostnames)
            for left in one.bindings
            for right in other.bindings
        )
    named = one.parent.name == other.parent.name and same_namespace(one.parent.namespace, other.parent.namespace)
    sections = (one.parent.section_name, one.parent.port) == (other.parent.section_name, other.parent.port)
    if one.parent.is_service:
        ports = bool(set(one.ports) & set(other.ports)) if one.ports and other.ports else sections
        return named and ports and same_namespace(one.route.namespace, other.route.namespace)
    return named and sections and _hosts(one.route) == _hosts(other.route)


def _hosts(route: Route) -> frozenset[str]:
    return frozenset(route.hostnames)


@check("GS418", source="Gateway API v1.6, RegularExpression: precedence is implementation-specific; envoy-gateway#5736")
def precedence_of_regular_expression(subject: Subject) -> Iterator[Finding]:
    """Two rules can match the same request, and only a regular expression decides which of them goes first.

    The specification does not say where a regular expression stands among exact and prefix matches, so which backend
    answers differs from one data plane to the next.
    """
    for route in subject.cluster.routes:
        every = _candidates(subject, route)
        for one, other in combinations(every, 2):
            if one.rule != other.rule and _answer(route.rules[one.rule]) != _answer(route.rules[other.rule]):
                regex, plain = (one, other) if one.regex else (other, one)
                if regex.regex and not plain.regex and _meets(regex, plain):
                    yield Finding(
                        "GS418",
                        Level.WARNING,
                        f"{route}: rule {regex.rule} ({_words(frozenset(regex.conditions))}) and rule {plain.rule}"
                        f" ({_words(frozenset(plain.conditions))}) match the same requests",
                        _spot(regex),
                        "which of the two answers depends on the data plane",
                        "Tell the two apart by more than a regular expression.",
                        (Related(f"rule {plain.rule}", _spot(plain)),),
                    )


def _meets(regex: Candidate, plain: Candidate) -> bool:
    """Whether a value that `plain` asks for also satisfies the regular expressions, all else being equal.

    A path by regular expression is compared with an exact path, or with the prefix itself; a header or query parameter
    by regular expression with one of the same name.
    """
    wanted = {_key(each): each for each in plain.conditions}
    differs = False
    for condition in regex.conditions:
        twin = wanted.pop(_key(condition), None)
        if isinstance(condition, Path | Header | Query) and condition.type == REGEX:
            if twin is None or isinstance(condition, Path) is not isinstance(twin, Path) or not _fits(condition, twin):
                return False
            differs = True
        elif twin != condition:
            return False
    return differs and not wanted


def _key(condition: Condition) -> tuple[str, str]:
    name = condition.name if isinstance(condition, Header | Query) else ""
    return type(condition).__name__, name


def _fits(regex: Path | Header | Query, twin: Condition) -> bool:
    if not isinstance(twin, Path | Header | Query) or regex.regex is None:
        return False
    return regex.regex(twin.value) is True


CHECKS = (rule_never_reached, rule_beaten_by_longer_path, precedence_of_regular_expression, routes_tie)
RULES = tuple(each.rule for each in CHECKS)
