"""What of today's goes on as it is, and what that means for the version to come."""

from __future__ import annotations

from collections.abc import Iterator

from gateshift.app.adopt.controllers import hand_over
from gateshift.app.adopt.family import conditions, is_service, workloads_of
from gateshift.app.adopt.route_fields import RouteFields
from gateshift.app.adopt.running import RunningService, autoscaling
from gateshift.model.adoption import Left
from gateshift.model.resource import Resource
from gateshift.traffic.cluster import same_namespace
from gateshift.traffic.routes import Route
from gateshift.yamldoc.data import Json, JsonObject

_GUARDS = ("NetworkPolicy", "ServiceMonitor", "PodMonitor", "PodDisruptionBudget")
_STEERS = (
    "Ingress",
    "IngressRoute",
    "HTTPProxy",
    "VirtualService",
    "DestinationRule",
    "TrafficSplit",
    "ServiceProfile",
    "TLSRoute",
    "TCPRoute",
)
"""Kinds that send requests to a Service, or decide on calls to it, by other words than an HTTPRoute's."""
_PODS = ("Deployment", "ReplicaSet")


def left_alone(
    running: RunningService, route: RouteFields, target: str, *, fresh: bool, labels: JsonObject
) -> Iterator[Left]:
    """Everything that the stages do not touch although it concerns the service. `fresh` says that the version to come
    does not run yet; `labels` are those of its pods where they have none by which today's are selected, else none."""
    if running.controller is not None:
        yield hand_over(running.controller, running.name)
        yield from running.controller.left
    if not running.made_by_controller:
        yield from _routes(running, route)
    yield from _other_ways_in(running)
    if labels:
        yield from _guards(running, target)
        yield from _second_services(running, target, labels)
    yield from _workloads(running, fresh=fresh)


def _routes(running: RunningService, route: RouteFields) -> Iterator[Left]:
    names = " and ".join(version.name for version in running.versions)
    if route.resource is None:
        yield Left(
            "the way from a Gateway",
            f"no route among these manifests sends to {running.name}, so that the rollout brings a mesh route for the "
            "Service: without a mesh, write the Gateway into `route.parents` before the stage with the route",
        )
    for other in running.routes:
        if other.resource is not route.resource:
            yield Left(str(other), f"{_why_not_ours(running, other)}: all it gets stays with {names}")
    if running.split is None or route.resource is None:
        return
    services = [version.service for version in running.versions]
    for index, rule in enumerate(running.split.route.rules):
        sent = [backend for backend in rule.backends if any(is_service(backend.ref, service) for service in services)]
        if index != running.split.index and sent and conditions(rule) >= conditions(running.split.rule):
            where = ", ".join(dict.fromkeys(backend.ref.name for backend in sent))
            yield Left(
                f"rule {index} of {running.split.route}",
                f"it sends its requests to {where} in every stage: only rule {running.split.index}, the broadest, is "
                "split",
            )


def _why_not_ours(running: RunningService, route: Route) -> str:
    services = [version.service for version in running.versions]
    if not same_namespace(route.namespace, services[0].namespace):
        return "it stands in another namespace than the Service, next to which the rollout's route stands"
    backends = [backend.ref for rule in route.rules for backend in rule.backends]
    others = [ref.name for ref in backends if not any(is_service(ref, service) for service in services)]
    if running.split is None and others:
        return f"it also sends to {others[0]}, behind which nothing of the service is known to run"
    return "a second route to the service, which stays as it is"


def _other_ways_in(running: RunningService) -> Iterator[Left]:
    services = {running.service.name, *(version.service.name for version in running.versions)}
    for resource in running.cluster.resources:
        if resource.kind in _STEERS and _mentions(resource.data.get("spec"), services):
            yield Left(
                str(resource.id),
                "it steers requests by its own words, which the stages neither read nor change: what goes through it "
                "is not split",
            )


def _mentions(value: Json, names: set[str]) -> bool:
    if isinstance(value, dict):
        return any(_mentions(item, names) for item in value.values())
    if isinstance(value, list):
        return any(_mentions(item, names) for item in value)
    return isinstance(value, str) and value.split(".")[0] in names


def _guards(running: RunningService, target: str) -> Iterator[Left]:
    kept = "it stays as it is and guards or watches today's pods only"
    for resource in running.cluster.resources:
        if resource.kind in _GUARDS and not _covers_all(resource):
            yield Left(str(resource.id), f"{kept}; write one for the pods of {target} where they need it")
    if running.autoscaler is not None and not autoscaling(running):
        yield Left(
            str(running.autoscaler.resource.id),
            f"it scales by more than the CPU, so that {target} has a fixed number of replicas",
        )


def _second_services(running: RunningService, target: str, labels: JsonObject) -> Iterator[Left]:
    """Other Services of today's pods alone, which would lead nowhere without them."""
    known = [running.service, *(version.service for version in running.versions)]
    going = [resource for version in running.versions for resource in version.goes_with]
    today = {workload for version in running.versions for workload in version.workloads}
    wanted = ", ".join(f"{key}: {value}" for key, value in labels.items())
    for service in running.cluster.services:
        followed = service in known or service.resource in going
        selected = set() if followed else set(workloads_of(running.cluster, service))
        if selected and selected <= today:
            yield Left(
                str(service.resource.id),
                "it leads to today's pods past the stages, which therefore end before these are gone: when "
                f"{target} has every request, give it the selector `{wanted}` in a commit of its own, and a last stage "
                f"that deploys {target} alone is safe then",
            )


def _covers_all(resource: Resource) -> bool:
    """Whether it selects every pod there is."""
    spec = resource.data.get("spec")
    return isinstance(spec, dict) and {} in (spec.get("podSelector"), spec.get("selector"))


def _workloads(running: RunningService, *, fresh: bool) -> Iterator[Left]:
    for version in running.versions:
        if len(version.workloads) > 1:
            names = ", ".join(str(workload.resource.id) for workload in version.workloads)
            yield Left(
                f"the split between {names}",
                f"one Service selects them all, so that together they are {version.name}, and go together",
            )
    for workload in running.workloads if fresh else ():
        if workload.kind not in _PODS:
            yield Left(
                f"the kind of {workload.resource.id}",
                f"a version to come runs as a Deployment: what only a {workload.kind} does (stable names, volumes of "
                "its own, steps) is not carried",
            )
