"""Single matches, hostnames and filters that do something else than they look like.

Source: Gateway API v1.6, apis/v1/httproute_types.go.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import ip_address

from gateshift.apischema.regex import matcher
from gateshift.checks.subject import Subject
from gateshift.model.finding import FieldRef, Finding, Level, Related
from gateshift.model.resource import Resource
from gateshift.model.rule import check
from gateshift.traffic.filters import PREFIX_MATCH, RequestRedirect, URLRewrite
from gateshift.traffic.routes import EXACT, PREFIX, REGEX, HTTPMatch, Match, Route, RouteRule
from gateshift.yamldoc.data import FieldPath, list_at

_GLOB = r"\*|\.\+|\$\Z"
_ENCODED_DOTS = r"(?i)/(?:\.|%2e){1,2}(?:/|\Z)"


def _matches(subject: Subject) -> Iterator[tuple[Route, Match]]:
    for route in subject.cluster.routes:
        for rule in route.rules:
            for match in rule.matches:
                yield route, match


@check("GS408", source="Gateway API v1.6, HTTPHeaderMatch.name: of equivalent names only the first counts")
def header_named_twice(subject: Subject) -> Iterator[Finding]:
    """A match names one header twice, in different capitals.

    Header names know no case. The API server takes the two for different ones, and the data plane ignores the second:
    the rule matches more requests than meant.
    """
    for route, match in _matches(subject):
        first: dict[str, str] = {}
        for header in match.headers:
            known = first.setdefault(header.name.lower(), header.name)
            if known != header.name:
                yield Finding(
                    Level.WARNING,
                    f"{route}: the header {header.name} is the same as {known} before it, and is ignored",
                    FieldRef(route.resource, (*header.pointer, "name")),
                    f"{header.name} is not looked at; only {known} decides",
                    "Keep one of the two. To ask for either of two values, write two matches.",
                )


@check("GS410", source="Gateway API v1.6, RegularExpression: dialect of the implementation; RE2 syntax")
def regular_expression_malformed(subject: Subject) -> Iterator[Finding]:
    """A regular expression cannot be read as RE2, which most data planes use.

    The controller refuses the route or leaves the rule out, and the API server does not notice. Look-ahead and
    back-references, which other dialects have, do not exist in RE2.
    """
    for route, pointer, pattern in _patterns(subject):
        if matcher(pattern) is None:
            yield Finding(
                Level.WARNING,
                f"{route}: {pattern!r} is not a regular expression of RE2",
                FieldRef(route.resource, pointer),
                "Accepted: False, UnsupportedValue on most data planes",
                "Correct the expression; escape what is meant literally, such as `\\(`.",
            )


def _patterns(subject: Subject) -> Iterator[tuple[Route, FieldPath, str]]:
    for route, match in _matches(subject):
        if isinstance(match, HTTPMatch):
            if match.path_type == REGEX:
                yield route, (*match.pointer, "path", "value"), match.path
            for parameter in match.query:
                if parameter.type == REGEX:
                    yield route, (*parameter.pointer, "value"), parameter.value
        elif match.type == REGEX:
            if match.service:
                yield route, (*match.pointer, "method", "service"), match.service
            if match.method:
                yield route, (*match.pointer, "method", "method"), match.method
        for header in match.headers:
            if header.type == REGEX:
                yield route, (*header.pointer, "value"), header.value


@check("GS411", source="Gateway API v1.6, HTTPPathModifier.replacePrefixMatch; the CEL rule counts with exists_one")
def prefix_replaced_without_prefix(subject: Subject) -> Iterator[Finding]:
    """Several backends of a rule replace the matched prefix, and the rule does not have exactly one PathPrefix match.

    There is no prefix to replace. The API server refuses it for one backend but overlooks it for two; the controller
    then refuses the rule, or the path is rewritten wrongly.
    """
    for route in subject.cluster.routes:
        for rule in route.rules:
            using = [at for at in _prefix_filters(rule) if at[: len(rule.pointer) + 1][-1] == "backendRefs"]
            one_prefix = len(rule.matches) == 1 and _is_prefix(rule.matches[0])
            if len(using) > 1 and not one_prefix:
                yield Finding(
                    Level.WARNING,
                    f"{route}: {len(using)} backends replace the matched prefix, but the rule does not have exactly one"
                    " PathPrefix match",
                    FieldRef(route.resource, using[0]),
                    "Accepted: False, UnsupportedValue, or a wrong path at the backend",
                    "Use ReplaceFullPath, or match one PathPrefix.",
                )


def _is_prefix(match: Match) -> bool:
    return isinstance(match, HTTPMatch) and match.path_type == PREFIX


def _prefix_filters(rule: RouteRule) -> Iterator[FieldPath]:
    for filters in (rule.filters, *rule.backend_filters):
        for route_filter in filters:
            if (
                isinstance(route_filter, URLRewrite | RequestRedirect)
                and route_filter.path
                and route_filter.path.type == PREFIX_MATCH
            ):
                yield (*route_filter.pointer, "path")


@check("GS412", source="Gateway API v1.6, Hostname: IP addresses are not allowed")
def hostname_is_address(subject: Subject) -> Iterator[Finding]:
    """A route or listener has an IP address as its hostname.

    The specification forbids it, but the pattern in the schema lets an IPv4 address through. Clients that dial an
    address send it as Host, and what a data plane does with it is up to the implementation.
    """
    for resource, pointer, host in _hostnames(subject):
        if _is_address(host):
            yield Finding(
                Level.WARNING,
                f"{resource.id}: {host} is an IP address, which is not a hostname",
                FieldRef(resource, pointer),
                "implementation-specific: the route may never match",
                "Leave the hostname out to take every host.",
            )


def _hostnames(subject: Subject) -> Iterator[tuple[Resource, FieldPath, str]]:
    """Every hostname of a route or listener as its file has it, with its place."""
    for route in subject.cluster.routes:
        for index, host in enumerate(list_at(route.resource.data, "spec", "hostnames")):
            if isinstance(host, str):
                yield route.resource, ("spec", "hostnames", index), host
    for gateway in subject.cluster.gateways:
        for listener in gateway.listeners:
            if listener.hostname:
                yield listener.owner, (*listener.pointer, "hostname"), listener.hostname


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


@check(
    "GS413", source="Gateway API v1.6, HTTPPathMatch: Exact and PathPrefix compare characters; section on normalisation"
)
def path_is_no_pattern(subject: Subject) -> Iterator[Finding]:
    """An Exact or PathPrefix path holds what looks like a pattern, or dots written as %2e.

    `/api/*` matches only the path with a star in it: prefixes need no star. And whether `%2e%2e` is taken for `..`
    depends on how the data plane normalises paths.
    """
    for route, match in _matches(subject):
        if not isinstance(match, HTTPMatch) or match.path_type not in (EXACT, PREFIX):
            continue
        encoded = re.search(_ENCODED_DOTS, match.path) and "%" in match.path
        if not encoded and not re.search(_GLOB, match.path):
            continue
        what = "depends on how the data plane normalises it" if encoded else "is compared character by character"
        plain = match.path.rstrip("*").rstrip("/") or "/"
        star = match.path.endswith("/*") and "*" not in plain
        hint = f"Write type PathPrefix with {plain}." if star else "Use RegularExpression for a pattern."
        yield Finding(
            Level.WARNING,
            f"{route}: the {match.path_type} path {match.path} {what}",
            FieldRef(route.resource, (*match.pointer, "path", "value")),
            help="Write the path without encoded dots." if encoded else hint,
        )


@check("GS414", source="Gateway API v1.6, PathPrefix: a trailing slash is ignored; contour#3906, kthena#1117")
def prefix_ends_in_slash(subject: Subject) -> Iterator[Finding]:
    """A PathPrefix ends in a slash.

    The slash is ignored: `/shop/` also matches `/shop`, and does not match `/shopping` in either form. Some data planes
    compare it as a string.
    """
    for route, match in _matches(subject):
        if _is_prefix(match) and isinstance(match, HTTPMatch) and match.path.endswith("/") and match.path != "/":
            yield Finding(
                Level.NOTE,
                f"{route}: the slash at the end of the prefix {match.path} is ignored",
                FieldRef(route.resource, (*match.pointer, "path", "value")),
                help=f"Write {match.path.rstrip('/')}.",
            )


@check("GS419", source="Gateway API v1.6, HTTPRouteRule.name: must be unique within the route (GEP-995)")
def rule_name_twice(subject: Subject) -> Iterator[Finding]:
    """Two rules of a route have the same name.

    Names must be unique, but the standard channel does not enforce it. A policy or a patch that finds a rule by its
    name then finds either of the two.
    """
    for route in subject.cluster.routes:
        first: dict[str, RouteRule] = {}
        for rule in route.rules:
            earlier = first.setdefault(rule.name, rule) if rule.name else rule
            if earlier is not rule:
                yield Finding(
                    Level.WARNING,
                    f"{route}: two rules are named {rule.name}",
                    FieldRef(route.resource, (*rule.pointer, "name")),
                    help="Give each rule a name of its own.",
                    related=(Related("the other rule", FieldRef(route.resource, (*earlier.pointer, "name"))),),
                )
