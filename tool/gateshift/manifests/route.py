"""The route of one stage, whole, with every field written out that the API server would otherwise default.

No rule ever changes its index: the production rule stands where it is declared to among the owner's other rules, and
the stage's extra rules stand last. Which rule answers is decided by how specific a match is, not by its place, but some
data planes answer 503 while an index moves (envoyproxy/gateway#9029).
"""

from __future__ import annotations

from collections.abc import Iterator

from gateshift.manifests.defaults import with_defaults
from gateshift.manifests.matches import combined
from gateshift.manifests.metadata import metadata
from gateshift.model.rollout import (
    Environment,
    ExtraRule,
    GatewayParent,
    Mirror,
    Parent,
    Rollout,
    RouteKind,
    ServiceParent,
    Share,
    Stage,
)
from gateshift.yamldoc.data import Json, JsonObject

GROUP = "gateway.networking.k8s.io"


def route(rollout: Rollout, stage: Stage, environment: Environment) -> JsonObject:
    """The HTTPRoute or GRPCRoute of the stage in the environment.

    A field left to its default would make Argo CD compare the file with what the API server made of it, and differ.
    """
    parents = rollout.route.parents if environment.parents is None else environment.parents
    hostnames = rollout.route.hostnames if environment.hostnames is None else environment.hostnames
    spec: JsonObject = {"parentRefs": [parent_reference(rollout, parent) for parent in parents]}
    if hostnames:
        spec["hostnames"] = list(hostnames)
    spec["rules"] = list(_rules(rollout, stage))
    return {
        "apiVersion": f"{GROUP}/v1",
        "kind": rollout.route.kind.value,
        "metadata": metadata(
            rollout,
            rollout.route.name,
            wave=1,
            labels=dict(rollout.route.labels),
            namespace=environment.namespace or "",
            annotations=rollout.route.annotations,
        ),
        "spec": spec,
    }


def parent_reference(rollout: Rollout, parent: Parent) -> JsonObject:
    """A Service parent stands in the route's own namespace, so that an overlay's `namespace` moves both."""
    match parent:
        case ServiceParent():
            reference: JsonObject = {"group": "", "kind": "Service", "name": rollout.service.name}
        case GatewayParent():
            reference = {"group": GROUP, "kind": parent.kind}
            if parent.namespace:
                reference["namespace"] = parent.namespace
            reference["name"] = parent.name
            if parent.section_name:
                reference["sectionName"] = parent.section_name
    if parent.port is not None:
        reference["port"] = parent.port
    return reference


def _rules(rollout: Rollout, stage: Stage) -> Iterator[JsonObject]:
    """Every rule of the stage's route, with its defaults written out."""
    http = rollout.route.kind is RouteKind.HTTP
    declared = rollout.route
    for rule in declared.other_rules[: declared.position]:
        yield with_defaults(rule, http=http)
    yield with_defaults(_production(rollout, stage), http=http)
    for rule in declared.other_rules[declared.position :]:
        yield with_defaults(rule, http=http)
    for extra in stage.rules:
        yield with_defaults(_extra(rollout, extra), http=http)


def notes(rollout: Rollout, stage: Stage) -> Iterator[str]:
    """What each rule is for, in the order of the route."""
    others = ["A rule of the service's own, the same in every stage."] * len(rollout.route.other_rules)
    yield from (*others[: rollout.route.position], "The production rule.", *others[rollout.route.position :])
    for extra in stage.rules:
        yield f"{extra.name}: these requests go to {extra.version}."


def _production(rollout: Rollout, stage: Stage) -> JsonObject:
    filters = list(rollout.route.filters)
    if stage.mirror is not None:
        filters.append(_mirror(rollout, stage.mirror))
    backends: list[Json] = [_backend(rollout, share) for share in stage.shares]
    return _rule(rollout, list(rollout.route.matches), filters, backends)


def _extra(rollout: Rollout, extra: ExtraRule) -> JsonObject:
    """An extra rule keeps the production rule's filters and timeouts, and narrows its matches: a rule for a header
    alone would lose to a production rule with a path."""
    matches = [combined(own, match) for own in rollout.route.matches or ({},) for match in extra.matches]
    return _rule(rollout, matches, list(rollout.route.filters), [_backend(rollout, Share(extra.version, 1))])


def _rule(rollout: Rollout, matches: list[JsonObject], filters: list[JsonObject], backends: list[Json]) -> JsonObject:
    rule: JsonObject = {}
    if matches:
        rule["matches"] = list(matches)
    if filters:
        rule["filters"] = list(filters)
    rule["backendRefs"] = backends
    if rollout.route.timeouts:
        rule["timeouts"] = rollout.route.timeouts
    return rule


def _target(rollout: Rollout, version: str) -> JsonObject:
    name = rollout.version(version).service
    return {"group": "", "kind": "Service", "name": name, "port": rollout.service.port}


def _backend(rollout: Rollout, share: Share) -> JsonObject:
    return {**_target(rollout, share.version), "weight": share.weight}


def _mirror(rollout: Rollout, mirror: Mirror) -> JsonObject:
    """A filter without `percent` copies every request, which is the form that the most implementations support."""
    copy: JsonObject = {"backendRef": _target(rollout, mirror.version)}
    if mirror.percent != 100:
        copy["percent"] = mirror.percent
    return {"type": "RequestMirror", "requestMirror": copy}
