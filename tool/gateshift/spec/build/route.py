"""The route of a faultless draft -> the model's Route."""

from __future__ import annotations

from gateshift.documents.data import Json, JsonObject, list_at, object_at, text_at
from gateshift.model.rollout import GatewayParent, Parent, Route, ServiceParent
from gateshift.spec.draft import Draft, number, objects
from gateshift.spec.sense.routes import parent_identity


def route_of(draft: Draft) -> Route:
    """The route, with the parts it keeps as written."""
    route = object_at(draft.data, "route")
    return Route(
        kind=draft.kind,
        name=text_at(route, "name") or draft.service,
        parents=parents_of(route, draft.namespace),
        hostnames=texts_at(route, "hostnames"),
        matches=_mappings(route, "matches"),
        filters=_mappings(route, "filters"),
        timeouts=object_at(route, "timeouts"),
        other_rules=_mappings(route, "rules"),
    )


def parents_of(data: JsonObject, namespace: str) -> tuple[Parent, ...]:
    """The parents listed in a mapping; one without a namespace stands in the one given."""
    return tuple(_parent(item, namespace) for _, item in objects(list_at(data, "parents")))


def _parent(data: JsonObject, namespace: str) -> Parent:
    port = number(data.get("port"), 0) or None
    if "service" in data:
        return ServiceParent(port)
    kind, found, name = parent_identity(data, namespace)
    return GatewayParent(found, name, text_at(data, "section"), port, kind)


def texts_at(data: Json, *at: str | int) -> tuple[str, ...]:
    """The texts of the list at the pointer."""
    return tuple(item for item in list_at(data, *at) if isinstance(item, str))


def _mappings(data: Json, *at: str | int) -> tuple[JsonObject, ...]:
    return tuple(item for _, item in objects(list_at(data, *at)))
