"""The route of a faultless draft -> the model's Route.

A faultless stage -> the model's Stage.
"""

from __future__ import annotations

from gateshift.config.draft import Draft, matches_of, mirror_of, number, objects
from gateshift.config.semantics.routes import parent_identity
from gateshift.model.place import Place
from gateshift.model.rollout import (
    DeclaredRoute,
    DeclaredValueMatch,
    ExtraRule,
    GatewayParent,
    Match,
    MatchType,
    Mirror,
    OwnFile,
    Pairs,
    Parent,
    ServiceParent,
    Share,
    Stage,
)
from gateshift.yamldoc.data import Json, JsonObject, list_at, object_at, text_at


def route_of(draft: Draft) -> DeclaredRoute:
    """The route, with the parts it keeps as written."""
    route = object_at(draft.data, "route")
    return DeclaredRoute(
        kind=draft.kind,
        name=text_at(route, "name") or draft.service,
        parents=parents_of(draft, route, draft.namespace),
        hostnames=texts_at(route, "hostnames"),
        matches=_mappings(route, "matches"),
        filters=_mappings(route, "filters"),
        timeouts=object_at(route, "timeouts"),
        other_rules=_mappings(route, "rules"),
        position=number(route.get("position"), 0),
        labels=pairs_at(route, "labels"),
        annotations=pairs_at(route, "annotations"),
    )


def parents_of(draft: Draft, data: JsonObject, namespace: str) -> tuple[Parent, ...]:
    """The parents listed in a mapping; one without a namespace stands in the one given. Of a Service with several ports
    the route takes the calls to the one that it splits, and leaves those to the others alone."""
    split = draft.port if len(list(draft.ports())) > 1 else None
    return tuple(_parent(item, namespace, split) for _, item in objects(list_at(data, "parents")))


def _parent(data: JsonObject, namespace: str, split: int | None) -> Parent:
    port = number(data.get("port"), 0) or None
    if "service" in data:
        return ServiceParent(port or split)
    kind, found, name = parent_identity(data, namespace)
    return GatewayParent(found, name, text_at(data, "section"), port, kind)


def texts_at(data: Json, *at: str | int) -> tuple[str, ...]:
    """The texts of the list at the pointer."""
    return tuple(item for item in list_at(data, *at) if isinstance(item, str))


def pairs_at(data: Json, *at: str | int) -> Pairs:
    """The labels or annotations at the pointer."""
    return tuple((key, value) for key, value in object_at(data, *at).items() if isinstance(value, str))


def _mappings(data: Json, *at: str | int) -> tuple[JsonObject, ...]:
    return tuple(item for _, item in objects(list_at(data, *at)))


def stage_of(draft: Draft, data: JsonObject, place: Place, own: tuple[OwnFile, ...]) -> Stage:
    """The stage, its shares in the order of the versions."""
    shares = object_at(data, "shares")
    version, percent = mirror_of(data)
    return Stage(
        name=text_at(data, "name"),
        description=" ".join(text_at(data, "description").split()),
        deployed=draft.deployed(data),
        services=draft.services(data),
        shares=tuple(Share(name, number(shares[name], 0)) for name in draft.versions if name in shares),
        rules=tuple(_rule(rule) for _, rule in objects(list_at(data, "rules"))),
        mirror=Mirror(version, percent) if version else None,
        soak=text_at(data, "soak"),
        approval=data.get("approval") is True,
        objects=own,
        place=place,
    )


def _rule(data: JsonObject) -> ExtraRule:
    matches = tuple(_match(match) for match, _ in matches_of(data, ()))
    return ExtraRule(name=text_at(data, "name"), matches=matches, version=text_at(data, "to"))


def _match(data: JsonObject) -> Match:
    grpc = object_at(data, "grpc")
    return Match(
        path=_path(data.get("path")),
        method=text_at(data, "method"),
        headers=_values(object_at(data, "headers")),
        query=_values(object_at(data, "query")),
        cookies=_values(object_at(data, "cookies")),
        grpc_service=text_at(grpc, "service"),
        grpc_method=text_at(grpc, "method"),
        grpc_type=MatchType(text_at(grpc, "type") or MatchType.EXACT.value),
    )


_WAYS = {"prefix": MatchType.PREFIX, "exact": MatchType.EXACT, "regex": MatchType.REGEX}


def _path(data: Json) -> tuple[MatchType, str] | None:
    if isinstance(data, str):
        return MatchType.PREFIX, data
    if isinstance(data, dict):
        [(way, value)] = data.items()
        return _WAYS[way], str(value)
    return None


def _values(data: JsonObject) -> tuple[DeclaredValueMatch, ...]:
    return tuple(_value(name, value) for name, value in data.items())


def _value(name: str, data: Json) -> DeclaredValueMatch:
    if isinstance(data, dict):
        [(way, value)] = data.items()
        return DeclaredValueMatch(name, str(value), _WAYS[way])
    return DeclaredValueMatch(name, str(data))
