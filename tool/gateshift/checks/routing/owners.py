"""Other controllers that write the weights of a route which Git also writes.

Source: Flagger, gateway.networking.k8s.io provider; Argo Rollouts, the Gateway API traffic router plugin.
"""

from __future__ import annotations

from collections.abc import Iterator

from gateshift.checks.subject import Subject
from gateshift.model.finding import FieldRef, Finding, Level, Related
from gateshift.model.resource import Resource
from gateshift.model.rule import check
from gateshift.traffic.cluster import same_namespace
from gateshift.traffic.routes import Route
from gateshift.yamldoc.data import list_at, object_at, text_at

_PLUGIN = "gatewayAPI"


@check("GS417", source="flagger#1857, flagger#1889, rollouts-plugin-trafficrouter-gatewayapi#190, #208")
def route_has_other_owner(subject: Subject) -> Iterator[Finding]:
    """A Flagger Canary or an Argo Rollout in the build writes the same route as Git does.

    Flagger creates and overwrites the route of its target's name; Argo Rollouts changes its weights. Each sync sets the
    weights back, and a controller in the middle of an analysis loses control of its own split.
    """
    for route in subject.cluster.routes:
        for owner, name in _owners(subject):
            if name != route.name or not same_namespace(owner.id.namespace, route.namespace):
                continue
            if owner.kind == "Rollout" and not _is_declared(subject, route):
                continue  # Argo Rollouts needs the route to exist; only a rollout of ours disputes its weights
            yield Finding(
                Level.WARNING,
                f"{route} is also written by {owner.kind} {owner.id.name}",
                FieldRef(route.resource, ("metadata", "name")),
                "the weights change back and forth between the controller and each sync",
                "Let one of the two own the weights: delete the other, or give it a route of its own.",
                (Related(f"{owner.id}", FieldRef(owner, ("spec",))),),
            )


def _is_declared(subject: Subject, route: Route) -> bool:
    if subject.declared is None:
        return False
    declared = subject.declared.rollout.route
    return (declared.kind.value, declared.name) == (route.kind, route.name)


def _owners(subject: Subject) -> Iterator[tuple[Resource, str]]:
    """Each controller's object with the name of a route that it writes."""
    for canary in subject.of_kind("flagger.app", "Canary"):
        if text_at(canary.data, "spec", "provider").startswith("gatewayapi"):
            yield (
                canary,
                text_at(canary.data, "spec", "service", "name") or text_at(canary.data, "spec", "targetRef", "name"),
            )
    for rollout in subject.of_kind("argoproj.io", "Rollout"):
        plugins = object_at(rollout.data, "spec", "strategy", "canary", "trafficRouting", "plugins")
        for name, plugin in plugins.items():
            if name.endswith(_PLUGIN):
                for key in ("httpRoute", "grpcRoute"):
                    yield rollout, text_at(plugin, key)
                for key in ("httpRoutes", "grpcRoutes"):
                    for entry in list_at(plugin, key):
                        yield rollout, text_at(entry, "name")
