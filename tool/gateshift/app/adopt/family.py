"""Which Services lead to versions of one service, as routes and selectors say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from gateshift.traffic.cluster import VERSION_LABELS, Cluster, same_namespace
from gateshift.traffic.endpoints import selected_workloads, template_of
from gateshift.traffic.references import ObjectRef
from gateshift.traffic.routes import GRPC, HTTP, HTTPMatch, Match, Route, RouteRule
from gateshift.traffic.services import Service, Workload

TELLING_LABELS = (*VERSION_LABELS, "v", "track", "slot", "color", "colour")
"""The labels that tell versions of one service apart, and not parts of it."""

_RUN_TO_AN_END = frozenset({"Job", "CronJob", "Pod"})
_NEVER = 1000


class Split(Struct, frozen=True):
    """The rule of a route that sends requests to versions of one service, by its index."""

    route: Route
    index: int

    @property
    def rule(self) -> RouteRule:
        """The rule."""
        return self.route.rules[self.index]

    @property
    def takes_all(self) -> bool:
        """Whether it asks nothing of a request."""
        return conditions(self.rule) == 0


def is_service(ref: ObjectRef, service: Service) -> bool:
    """Whether the reference is to the Service."""
    return (ref.group, ref.kind, ref.name) == ("", "Service", service.name) and same_namespace(
        ref.namespace, service.namespace
    )


def has_parent(route: Route, service: Service) -> bool:
    """Whether the route steers calls made to the Service."""
    return any(
        parent.is_service and parent.name == service.name and same_namespace(parent.namespace, service.namespace)
        for parent in route.parents
    )


def names(route: Route, service: Service) -> bool:
    """Whether the route has the Service among its parents or backends."""
    backends = (backend.ref for rule in route.rules for backend in rule.backends)
    return has_parent(route, service) or any(is_service(ref, service) for ref in backends)


def workloads_of(cluster: Cluster, service: Service) -> tuple[Workload, ...]:
    """What runs the pods that the Service selects for good; not what only lends its pod template."""
    selected = [one for one in selected_workloads(cluster, service) if one.kind not in _RUN_TO_AN_END]
    templates = [template_of(cluster, workload) for workload in selected if workload.template_of is not None]
    return tuple(workload for workload in selected if workload not in templates)


def routes_of(cluster: Cluster) -> tuple[Route, ...]:
    """The routes that a rollout can steer by."""
    return tuple(route for route in cluster.routes if route.kind in (HTTP, GRPC))


def family(cluster: Cluster, seed: Service) -> tuple[Service, ...]:
    """The Service and those that belong to it, in the order of the cluster: named in one rule with it, steered by a
    route of it, or selecting pods that differ from its own in the version alone."""
    members = [seed]
    for member in members:
        for other in cluster.services:
            if other not in members and other.ports and _belong_together(cluster, member, other):
                members.append(other)
    return tuple(service for service in cluster.services if service in members)


def _belong_together(cluster: Cluster, one: Service, other: Service) -> bool:
    if not same_namespace(one.namespace, other.namespace):
        return False
    return _differ_in_the_version(one, other) or any(_joins(route, one, other) for route in routes_of(cluster))


def _differ_in_the_version(one: Service, other: Service) -> bool:
    """Whether the selectors agree but for labels that tell versions apart."""
    if one.selector is None or other.selector is None:
        return False
    common = set(one.selector) & set(other.selector)
    differing = {key for key, _ in set(one.selector) ^ set(other.selector)}
    return bool(common and differing) and differing <= set(TELLING_LABELS)


def _joins(route: Route, one: Service, other: Service) -> bool:
    for rule in route.rules:
        named = [any(is_service(backend.ref, service) for backend in rule.backends) for service in (one, other)]
        if all(named):
            return True
    steered = next((service for service in (one, other) if has_parent(route, service)), None)
    if steered is None or not route.rules:
        return False
    broadest = min(route.rules, key=conditions)
    sent_to = other if steered is one else one
    return any(is_service(backend.ref, sent_to) for backend in broadest.backends)


def split_of(cluster: Cluster, members: Iterable[Service]) -> Split | None:
    """The broadest rule that sends all it matches to the Services; one without conditions before others. A route in
    another namespace than theirs is not one that their rollout could write."""
    services = tuple(members)
    splits = [
        Split(route, index)
        for route in routes_of(cluster)
        for index, rule in enumerate(route.rules)
        if rule.backends
        and same_namespace(route.namespace, services[0].namespace)
        and all(any(is_service(backend.ref, service) for service in services) for backend in rule.backends)
    ]
    return min(splits, key=lambda split: conditions(split.rule), default=None)


def conditions(rule: RouteRule) -> int:
    """How much a rule asks of a request; 0 where it takes every one."""
    return min((_asked(match) for match in rule.matches), default=0)


def _asked(match: Match) -> int:
    if isinstance(match, HTTPMatch):
        path = 0 if (match.path_type, match.path) == ("PathPrefix", "/") else len(match.path)
        return path + _NEVER * (bool(match.method) + len(match.headers) + len(match.query))
    return bool(match.service) + bool(match.method) + _NEVER * len(match.headers)


def distinct(cluster: Cluster, services: Iterable[Service]) -> Iterator[tuple[Service, tuple[Workload, ...]]]:
    """The Services that have workloads which no Service before them has, with these."""
    seen: set[Workload] = set()
    for service in services:
        workloads = tuple(workload for workload in workloads_of(cluster, service) if workload not in seen)
        if workloads:
            seen.update(workloads)
            yield service, workloads
