"""Today's Service as gateshift.yaml's `service`: what the rollout's own one says when it takes its place."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from gateshift.app.adopt.fitting import fitting, says_nothing
from gateshift.app.adopt.running import RunningService
from gateshift.config.schema.schema_types import Raw
from gateshift.config.schema.service import SERVICE, SERVICE_SPEC
from gateshift.model.adoption import Left
from gateshift.yamldoc.data import Json, JsonObject, list_at, object_at

_OF_A_PORT = ("name", "port", "targetPort", "protocol", "appProtocol", "nodePort")
_THE_CLUSTERS = ("clusterIP", "clusterIPs", "healthCheckNodePort")
"""What the API server gives, and keeps where an update leaves it out."""
_LONGEST_LABEL = 63
_OURS = "-rollout"
_NAMES = ("app.kubernetes.io/name", "app", "k8s-app", "name", "app.kubernetes.io/instance")
"""The labels that usually name the service alone."""


class ServiceFields(Struct, frozen=True):
    """The fields, and what of today's Service has none."""

    data: JsonObject
    left: tuple[Left, ...]


def service_fields(running: RunningService) -> ServiceFields:
    """The service's fields."""
    service, port = running.service, running.port
    spec = object_at(service.resource.data, "spec")
    data: JsonObject = {"name": service.name}
    if service.namespace:
        data["namespace"] = service.namespace
    data["port"] = port.port
    ports = [_port(item) for item in list_at(spec, "ports") if isinstance(item, dict)]
    data |= _only_port(ports[0]) if len(ports) == 1 and _is_plain(ports[0]) else {"ports": list[Json](ports)}
    data |= {key: spec[key] for key in SERVICE_SPEC if _is_written(key, spec.get(key))}
    for key in ("labels", "annotations"):
        value = object_at(service.resource.data, "metadata", key)
        if value:
            data[key] = value
    taken, refused = fitting(data, SERVICE.keys, str(service.resource.id))
    return ServiceFields(taken | {"selector": _selector(running)}, (*_left(running, spec), *refused))


def _port(item: JsonObject) -> JsonObject:
    port: JsonObject = {key: item[key] for key in _OF_A_PORT if item.get(key) is not None}
    return {key: value for key, value in port.items() if (key, value) != ("protocol", "TCP")}


def _is_plain(port: JsonObject) -> bool:
    return "name" in port and not {"protocol", "nodePort"} & port.keys()


def _only_port(port: JsonObject) -> JsonObject:
    named: JsonObject = {"targetPort": port.get("targetPort", port["port"]), "portName": port["name"]}
    return named | ({"appProtocol": port["appProtocol"]} if "appProtocol" in port else {})


def _is_written(key: str, value: Json) -> bool:
    address = key == "clusterIP" and value != "None"
    return not says_nothing(key, value) and not address and _default(key) != value


def _default(key: str) -> Json:
    form = SERVICE_SPEC[key]
    return None if isinstance(form, Raw) else form.default


def _left(running: RunningService, spec: JsonObject) -> Iterator[Left]:
    for key, value in spec.items():
        if key not in (*SERVICE_SPEC, *_THE_CLUSTERS, "ports", "selector") and value not in (None, {}, []):
            yield Left(f"`{key}` of {running.service.resource.id}", "gateshift.yaml has no field for it")


def _selector(running: RunningService) -> JsonObject:
    """Labels for the pods of every version to come, which no Service and no workload of today's selects by: today's,
    but for the values that it takes."""
    today = dict(running.service.selector or {"app": running.service.name})
    order = sorted(today, key=lambda key: _NAMES.index(key) if key in _NAMES else len(_NAMES))
    for count in range(1, len(order) + 1):
        labels = {key: _renamed(value) if key in order[:count] else value for key, value in today.items()}
        if not running.selects(labels):
            break
    return {**labels}


def _renamed(value: str) -> str:
    return f"{value[: _LONGEST_LABEL - len(_OURS)]}{_OURS}"
