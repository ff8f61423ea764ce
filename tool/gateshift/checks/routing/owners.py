"""Other controllers that write the weights of a route which Git also writes.

Source: Flagger, gateway.networking.k8s.io provider; Argo Rollouts, the Gateway API traffic router plugin.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from gateshift.checks.subject import Subject
from gateshift.model.finding import FieldRef, Finding, Level, Related
from gateshift.model.resource import Resource
from gateshift.model.rule import check
from gateshift.traffic.cluster import same_namespace
from gateshift.traffic.routes import Route
from gateshift.yamldoc.data import Json, list_at, object_at, text_at

_PLUGIN = "gatewayAPI"


class _Owner(Struct, frozen=True):
    """A controller's object and the routes that it writes: by their name, or by labels that all must have."""

    resource: Resource
    name: str = ""
    labels: tuple[tuple[str, str], ...] = ()

    def writes(self, route: Route) -> bool:
        """Whether the route is one of them."""
        if not same_namespace(self.resource.id.namespace, route.namespace):
            return False
        labels = object_at(route.resource.data, "metadata", "labels")
        by_labels = bool(self.labels) and all(labels.get(key) == value for key, value in self.labels)
        return self.name == route.name or by_labels


@check("GS417", source="flagger#1857, flagger#1889, rollouts-plugin-trafficrouter-gatewayapi#190, #208")
def route_has_other_owner(subject: Subject) -> Iterator[Finding]:
    """A Flagger Canary, an Argo Rollout or a Kruise Rollout in the build writes the same route as Git does.

    Flagger creates and overwrites the route of its target's name; Argo Rollouts and Kruise change its weights. Each
    sync sets the weights back, and a controller in the middle of an analysis loses control of its own split.
    """
    for route in subject.cluster.routes:
        for owner in _owners(subject):
            if not owner.writes(route):
                continue
            resource = owner.resource
            if resource.kind == "Rollout" and not (_is_declared(subject, route) or _splits(route)):
                continue  # the controller needs the route to exist; only weights in Git dispute its own
            yield Finding(
                Level.WARNING,
                f"{route} is also written by {resource.kind} {resource.id.name}",
                FieldRef(route.resource, ("metadata", "name")),
                "the weights change back and forth between the controller and each sync",
                "Let one of the two own the weights: delete the other, or give it a route of its own.",
                (Related(f"{resource.id}", FieldRef(resource, ("spec",))),),
            )


def _is_declared(subject: Subject, route: Route) -> bool:
    if subject.declared is None:
        return False
    declared = subject.declared.rollout.route
    return (declared.kind.value, declared.name) == (route.kind, route.name)


def _splits(route: Route) -> bool:
    """Whether Git gives a split of its own: several backends of a rule with a share, not only the stable one."""
    return any(sum(backend.weight > 0 for backend in rule.backends) > 1 for rule in route.rules)


def _owners(subject: Subject) -> Iterator[_Owner]:
    """Each controller's object with the routes that it writes."""
    for canary in subject.of_kind("flagger.app", "Canary"):
        if text_at(canary.data, "spec", "provider").startswith("gatewayapi"):
            service = text_at(canary.data, "spec", "service", "name")
            yield _Owner(canary, service or text_at(canary.data, "spec", "targetRef", "name"))
    for rollout in subject.of_kind("argoproj.io", "Rollout"):
        plugins = object_at(rollout.data, "spec", "strategy", "canary", "trafficRouting", "plugins")
        for name, plugin in plugins.items():
            if name.endswith(_PLUGIN):
                yield from _of_plugin(rollout, plugin)
    for rollout in subject.of_kind("rollouts.kruise.io", "Rollout"):
        for routing in list_at(rollout.data, "spec", "strategy", "canary", "trafficRoutings"):
            yield _Owner(rollout, text_at(routing, "gateway", "httpRouteName"))


def _of_plugin(rollout: Resource, plugin: Json) -> Iterator[_Owner]:
    for key in ("httpRoute", "grpcRoute"):
        if text_at(plugin, key):
            yield _Owner(rollout, text_at(plugin, key))
    for key in ("httpRoutes", "grpcRoutes"):
        for entry in list_at(plugin, key):
            yield _Owner(rollout, text_at(entry, "name"))
    for key in ("httpRouteSelector", "grpcRouteSelector"):
        labels = object_at(plugin, key, "matchLabels")
        if labels:
            yield _Owner(rollout, labels=tuple((label, str(value)) for label, value in labels.items()))
