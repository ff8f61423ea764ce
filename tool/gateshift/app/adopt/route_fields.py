"""Today's route as gateshift.yaml's `route`; where there is none, a mesh route for the Service itself."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from gateshift.app.adopt.running import RunningService, is_service, names
from gateshift.model.adoption import Left
from gateshift.model.resource import Resource
from gateshift.traffic.routes import Route, RouteParent, RouteRule
from gateshift.yamldoc.data import Json, JsonObject, list_at, object_at

_OF_A_RULE = ("matches", "filters", "timeouts")


class RouteFields(Struct, frozen=True):
    """The fields, the route that they are from, None where the rollout brings the first one, and what they leave."""

    data: JsonObject
    resource: Resource | None = None
    left: tuple[Left, ...] = ()


def route_fields(running: RunningService) -> RouteFields:
    """The route's fields."""
    service = running.service
    sending = [route for route in running.routes if _splittable(route, running)]
    if not sending:
        return RouteFields({"parents": [{"service": service.name}]})
    route = sending[0]
    index = next(at for at, rule in enumerate(route.rules) if _sends_here(rule, running))
    raw = [item for item in list_at(route.resource.data, "spec", "rules") if isinstance(item, dict)]
    rule = raw[index] if raw else {}
    data: JsonObject = {"kind": route.kind} if route.kind != "HTTPRoute" else {}
    if route.name != service.name:
        data["name"] = route.name
    data["parents"] = [_parent(parent) for parent in route.parents]
    if route.hostnames:
        data["hostnames"] = list(route.hostnames)
    data |= {key: rule[key] for key in _OF_A_RULE if rule.get(key)}
    others: list[Json] = [item for at, item in enumerate(raw) if at != index]
    if others:
        data["rules"] = others
    for key in ("labels", "annotations"):
        value = object_at(route.resource.data, "metadata", key)
        if value:
            data[key] = value
    return RouteFields(data, route.resource, tuple(_left(route, rule)))


def _splittable(route: Route, running: RunningService) -> bool:
    return names(route, running.service) and any(_sends_here(rule, running) for rule in route.rules)


def _sends_here(rule: RouteRule, running: RunningService) -> bool:
    """Whether the rule sends all it matches to the Service."""
    return bool(rule.backends) and all(is_service(backend.ref, running.service) for backend in rule.backends)


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
            yield Left(
                f"`{key}` of the rule of {route} that sends to the Service", "gateshift.yaml has no field for it"
            )
