"""Routes and rules between which the specification does not decide.

Source: Gateway API v1.6, HTTPRouteRule.matches: ties go to the oldest route; regular expressions have no fixed place.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from gateshift.checks.routing.precedence import answer_of, candidates_of, field_ref_of, in_words
from gateshift.checks.subject import Subject
from gateshift.model.finding import Finding, Level, Related
from gateshift.model.rule import check
from gateshift.traffic.attach import Attachment, AttachmentStatus, attachments
from gateshift.traffic.cluster import same_namespace
from gateshift.traffic.match import Candidate, Condition, Header, Path, Query
from gateshift.traffic.routes import REGEX, Route


@check("GS409", source="Gateway API v1.6, HTTPRouteRule.matches: ties go to the oldest route; gateway-api#303, #613")
def routes_tie(subject: Subject) -> Iterator[Finding]:
    """Two routes of one parent have the same match for the same hosts, and send it to different backends.

    The older route wins, and after that the one that is first by name. Manifests have no age: which one answers depends
    on when each was applied, and changes when one is recreated.
    """
    seen: set[tuple[Route, int, Route, int]] = set()
    for attachment, rival in _rivals(subject):
        older, younger = sorted((attachment.route, rival.route), key=lambda route: route.age)
        for first, second in _ties(subject, older, younger):
            key = (older, first.rule, younger, second.rule)
            if key not in seen:
                seen.add(key)
                yield _tie(first, second, attachment)


def _rivals(subject: Subject) -> Iterator[tuple[Attachment, Attachment]]:
    """Every two routes of one kind that some request can both reach."""
    by_parent: dict[tuple[str, str, str], list[Attachment]] = {}
    for attachment in attachments(subject.cluster):
        if attachment.status is not AttachmentStatus.REFUSED:
            by_parent.setdefault((attachment.route.kind, attachment.parent.kind, attachment.parent.name), []).append(
                attachment
            )
    for attached in by_parent.values():
        for attachment, rival in combinations(attached, 2):
            if attachment.route is not rival.route and _meet(attachment, rival):
                yield attachment, rival


def _ties(subject: Subject, older: Route, younger: Route) -> Iterator[tuple[Candidate, Candidate]]:
    known = {frozenset(candidate.conditions): candidate for candidate in reversed(candidates_of(subject, older))}
    for candidate in candidates_of(subject, younger):
        first = known.get(frozenset(candidate.conditions))
        if first is not None and older.rules[first.rule].backends != younger.rules[candidate.rule].backends:
            same = answer_of(older.rules[first.rule]) == answer_of(younger.rules[candidate.rule])
            if not same:
                yield first, candidate


def _tie(first: Candidate, second: Candidate, attachment: Attachment) -> Finding:
    words = in_words(frozenset(second.conditions))
    return Finding(
        Level.WARNING,
        f"{second.route} and {first.route} both match {words} on {attachment.parent} and send it to different backends",
        field_ref_of(second),
        f"the older route answers; {first.route} where both are applied together",
        "Put the rules into one route, or tell the matches apart.",
        (Related(str(first.route), field_ref_of(first)),),
    )


def _meet(attachment: Attachment, rival: Attachment) -> bool:
    """Whether both attachments answer for the same parent and hostname, so that no hostname decides between them."""
    if attachment.parent.group != rival.parent.group:
        return False
    if attachment.bindings and rival.bindings:
        return any(
            left.listener is right.listener and set(left.hostnames) & set(right.hostnames)
            for left in attachment.bindings
            for right in rival.bindings
        )
    named = attachment.parent.name == rival.parent.name and same_namespace(
        attachment.parent.namespace, rival.parent.namespace
    )
    sections = (attachment.parent.section_name, attachment.parent.port) == (
        rival.parent.section_name,
        rival.parent.port,
    )
    if attachment.parent.is_service:
        ports = bool(set(attachment.ports) & set(rival.ports)) if attachment.ports and rival.ports else sections
        return named and ports and same_namespace(attachment.route.namespace, rival.route.namespace)
    return named and sections and _hosts(attachment.route) == _hosts(rival.route)


def _hosts(route: Route) -> frozenset[str]:
    return frozenset(route.hostnames)


@check("GS418", source="Gateway API v1.6, RegularExpression: precedence is implementation-specific; envoy-gateway#5736")
def precedence_of_regular_expression(subject: Subject) -> Iterator[Finding]:
    """Two rules can match the same request, and only a regular expression decides which of them goes first.

    The specification does not say where a regular expression stands among exact and prefix matches, so which backend
    answers differs from one data plane to the next.
    """
    for route in subject.cluster.routes:
        every = candidates_of(subject, route)
        if not any(candidate.regex for candidate in every):
            continue
        for first, second in combinations(every, 2):
            regex, plain = (first, second) if first.regex else (second, first)
            meets = regex.regex and not plain.regex and first.rule != second.rule and _meets(regex, plain)
            if meets and answer_of(route.rules[first.rule]) != answer_of(route.rules[second.rule]):
                yield Finding(
                    Level.WARNING,
                    f"{route}: rule {regex.rule} ({in_words(frozenset(regex.conditions))}) and rule {plain.rule}"
                    f" ({in_words(frozenset(plain.conditions))}) match the same requests",
                    field_ref_of(regex),
                    "which of the two answers depends on the data plane",
                    "Tell the two apart by more than a regular expression.",
                    (Related(f"rule {plain.rule}", field_ref_of(plain)),),
                )


def _meets(regex: Candidate, plain: Candidate) -> bool:
    """Whether a value that `plain` asks for also satisfies the regular expressions, all else being equal.

    A path by regular expression is compared with an exact path, or with the prefix itself; a header or query parameter
    by regular expression with one of the same name.
    """
    wanted = {_key(condition): condition for condition in plain.conditions}
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
