"""The rules of a stage's route, in an order in which no rule ever changes its index.

The production rule is first, the owner's other rules follow, the stage's extra rules stand last: which rule answers is
decided by how specific a match is, not by its place, but some data planes answer 503 while an index moves
(envoyproxy/gateway#9029).
"""

from __future__ import annotations

from collections.abc import Iterator

from gateshift.manifests.defaults import with_defaults
from gateshift.manifests.matches import combined
from gateshift.model.rollout import ExtraRule, Mirror, Rollout, RouteKind, Share, Stage
from gateshift.yamldoc.data import Json, JsonObject


def rules(rollout: Rollout, stage: Stage) -> Iterator[JsonObject]:
    """Every rule of the stage's route, with its defaults written out."""
    http = rollout.route.kind is RouteKind.HTTP
    yield with_defaults(_production(rollout, stage), http=http)
    for rule in rollout.route.other_rules:
        yield with_defaults(rule, http=http)
    for extra in stage.rules:
        yield with_defaults(_extra(rollout, extra), http=http)


def notes(rollout: Rollout, stage: Stage) -> Iterator[str]:
    """What each rule is for, in the order of `rules`."""
    yield "The production rule."
    for _ in rollout.route.other_rules:
        yield "A rule of the service's own, the same in every stage."
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
