"""How a rule divides its requests.

Source: Gateway API v1.6, BackendRef.weight: a backend's share is its weight by the sum of all weights of the rule.
"""

from __future__ import annotations

from collections.abc import Iterator

from gateshift.checks.subject import Subject
from gateshift.model.finding import FieldRef, Finding, Level
from gateshift.model.rule import check
from gateshift.model.shares import percent
from gateshift.traffic.filters import ExtensionFilter, RequestRedirect, UnknownFilter
from gateshift.traffic.resolve import fractions
from gateshift.traffic.routes import GRPC, HTTP, Route, RouteRule

_NEARLY_ALL = range(90, 111)
"""Sums of weights so close to 100 that percentages were meant."""


def _rules(subject: Subject) -> Iterator[tuple[Route, RouteRule]]:
    for route in subject.cluster.routes:
        for rule in route.rules:
            yield route, rule


def _where(rule: RouteRule) -> str:
    return f"rule {rule.name}" if rule.name else f"rule {rule.pointer[-1]}"


@check("GS401", source="Gateway API v1.6, BackendRef.weight; gateway-api#596, kgateway#13833")
def no_weight_above_zero(subject: Subject) -> Iterator[Finding]:
    """Every backend of a rule has weight 0.

    No backend gets a request. The specification does not say what the client gets instead: most data planes answer 500,
    some have sent everything to the first backend.
    """
    for route, rule in _rules(subject):
        redirects = any(isinstance(route_filter, RequestRedirect) for route_filter in rule.filters)
        if rule.backends and not redirects and not any(backend.weight for backend in rule.backends):
            count = "its only backend has" if len(rule.backends) == 1 else f"all {len(rule.backends)} backends have"
            at = (*rule.backends[0].pointer, "weight") if len(rule.backends) == 1 else (*rule.pointer, "backendRefs")
            yield Finding(
                Level.ERROR,
                f"{route}, {_where(rule)}: {count} weight 0, so no request is answered",
                FieldRef(route.resource, at),
                "500 for every request of the rule on most data planes, although its conditions are healthy",
                "Give at least one backend a weight above 0.",
            )


@check("GS402", source="Gateway API v1.6, BackendRef.weight (default 1); argo-rollouts#4569")
def weight_left_out(subject: Subject) -> Iterator[Finding]:
    """A rule has several backends, and some or all of their weights are left out.

    A weight that is left out is 1. Beside a weight of 90 that is one request in ninety-one; where all are left out,
    every backend gets the same share from the first second. It is a warning where other weights of the rule are larger
    than 1, and else a note.
    """
    for route, rule in _rules(subject):
        without = [backend for backend in rule.backends if not backend.weighted]
        if len({backend.ref.name for backend in rule.backends}) < 2 or not without:
            continue
        doubtful = any(backend.weight > 1 for backend in rule.backends)
        shares = dict(zip(rule.backends, fractions([backend.weight for backend in rule.backends]), strict=True))
        shown = ", ".join(f"{backend.ref.name} {percent(share)}" for backend, share in shares.items())
        names = ", ".join(backend.ref.name for backend in without)
        left_out = f"the weight of {names} is left out and counts"
        if len(without) > 1:
            left_out = f"the weights of {names} are left out and count"
        yield Finding(
            Level.WARNING if doubtful else Level.NOTE,
            f"{route}, {_where(rule)}: {left_out} as 1 ({shown})",
            FieldRef(route.resource, without[0].pointer),
            help="Write every weight out, 0 for a backend that is to get nothing.",
        )


@check("GS403", source="Gateway API v1.6, BackendRef.weight: not a percentage; contour#3560, istio/api#2192")
def weights_nearly_percentages(subject: Subject) -> Iterator[Finding]:
    """The weights of a rule look like percentages, but their sum is not 100.

    Weights are relative: 90 and 20 make 81.8 % and 18.2 %. Sums far from 100, such as 8 and 2, are fine; a sum close to
    it is mostly a slip in one of the numbers.
    """
    for route, rule in _rules(subject):
        weights = [backend.weight for backend in rule.backends]
        total = sum(weights)
        if (
            len(weights) > 1
            and total != 100
            and total in _NEARLY_ALL
            and all(backend.weighted for backend in rule.backends)
        ):
            parts = [
                f"{backend.ref.name} {backend.weight} is {percent(share)}"
                for backend, share in zip(rule.backends, fractions(weights), strict=True)
            ]
            yield Finding(
                Level.WARNING,
                f"{route}, {_where(rule)}: the weights add up to {total}, not 100: {', '.join(parts)}",
                FieldRef(route.resource, (*rule.pointer, "backendRefs")),
                help="Make the weights add up to 100, or write them as small ratios such as 9 and 1.",
            )


@check("GS405", source="Gateway API v1.6, HTTPRouteRule.backendRefs: 500 where there are none")
def rule_without_backends(subject: Subject) -> Iterator[Finding]:
    """A rule has no backendRefs, and no filter that answers in their place.

    Every request that it matches gets 500 (UNAVAILABLE for gRPC), and the route's conditions may still be healthy.
    """
    for route, rule in _rules(subject):
        answers = any(
            isinstance(route_filter, RequestRedirect | ExtensionFilter | UnknownFilter) for route_filter in rule.filters
        )
        if route.kind in (HTTP, GRPC) and not rule.backends and not answers:
            yield Finding(
                Level.ERROR,
                f"{route}, {_where(rule)}: it has no backendRefs and no redirect, so its requests get 500",
                FieldRef(route.resource, rule.pointer),
                "500 for every request of the rule",
                "Add backendRefs, or a RequestRedirect filter.",
            )
