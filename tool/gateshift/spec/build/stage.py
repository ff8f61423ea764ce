"""A faultless stage -> the model's Stage."""

from __future__ import annotations

from gateshift.documents.data import Json, JsonObject, list_at, object_at, text_at
from gateshift.model.place import Place
from gateshift.model.rollout import ExtraRule, Match, MatchType, Mirror, Share, Stage, ValueMatch
from gateshift.spec.draft import Draft, matches_of, mirror_of, number, objects


def stage_of(draft: Draft, data: JsonObject, place: Place) -> Stage:
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


def _values(data: JsonObject) -> tuple[ValueMatch, ...]:
    return tuple(_value(name, value) for name, value in data.items())


def _value(name: str, data: Json) -> ValueMatch:
    if isinstance(data, dict):
        [(way, value)] = data.items()
        return ValueMatch(name, str(value), _WAYS[way])
    return ValueMatch(name, str(data))
