"""Today's route as gateshift.yaml's `route`; where there is none, a mesh route for the Service itself."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from gateshift.app.adopt.controllers import route_of
from gateshift.app.adopt.running import RunningService, named
from gateshift.app.adopt.version_names import free_name
from gateshift.model.adoption import Left
from gateshift.model.resource import Resource
from gateshift.traffic.routes import HTTP, Route, RouteParent
from gateshift.yamldoc.data import Json, JsonObject, list_at, object_at

_OF_A_RULE = ("matches", "filters", "timeouts")


class RouteFields(Struct, frozen=True):
    """The fields, the route that they are from, None where the rollout brings the first one, and what they leave."""

    data: JsonObject
    resource: Resource | None = None
    left: tuple[Left, ...] = ()


def route_fields(running: RunningService) -> RouteFields:
    """The route's fields."""
    split = running.split
    controller = running.controller
    if split is None:
        name = free_name(running.name, named(running, HTTP))
        data: JsonObject = {} if name == running.name else {"name": name}
        if controller is not None and controller.owns_everything:
            return RouteFields(data | route_of(controller.resource, running.name))
        return RouteFields(data | {"parents": [{"service": running.name}]})
    route = split.route
    raw = [item for item in list_at(route.resource.data, "spec", "rules") if isinstance(item, dict)]
    rule = raw[split.index]
    data = {"kind": route.kind} if route.kind != HTTP else {}
    if route.name != running.name:
        data["name"] = route.name
    data["parents"] = [_parent(parent) for parent in route.parents]
    if route.hostnames:
        data["hostnames"] = list(route.hostnames)
    data |= {key: rule[key] for key in _OF_A_RULE if rule.get(key)}
    others: list[Json] = [item for at, item in enumerate(raw) if at != split.index]
    if others:
        data["rules"] = others
    if split.index:
        data["position"] = split.index
    for key in ("labels", "annotations"):
        value = object_at(route.resource.data, "metadata", key)
        if value:
            data[key] = value
    return RouteFields(data, route.resource, tuple(_left(route, rule)))


def _parent(parent: RouteParent) -> JsonObject:
    port: JsonObject = {} if parent.port is None else {"port": parent.port}
    if parent.is_service:
        return {"service": parent.name} | port
    where = f"{parent.namespace}/{parent.name}" if parent.namespace else parent.name
    kind = "listenerSet" if parent.kind == "ListenerSet" else "gateway"
    section: JsonObject = {"section": parent.section_name} if parent.section_name else {}
    return {kind: where} | section | port


def _left(route: Route, rule: JsonObject) -> Iterator[Left]:
    for key, value in rule.items():
        if key not in (*_OF_A_RULE, "backendRefs") and value not in (None, {}, []):
            yield Left(f"`{key}` of the rule of {route} that is split", "gateshift.yaml has no field for it")
    for index, backend in enumerate(list_at(rule, "backendRefs")):
        if list_at(backend, "filters"):
            yield Left(
                f"`filters` of backend {index} of the rule of {route} that is split",
                "gateshift.yaml has no field for them: the route loses them when the rollout writes it",
            )
