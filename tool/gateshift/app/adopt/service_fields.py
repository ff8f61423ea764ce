"""Today's Service as gateshift.yaml's `service`: what the rollout's own one says when it takes its place."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from gateshift.app.adopt.family import TELLING_LABELS, has_parent
from gateshift.app.adopt.fitting import fitting, says_nothing
from gateshift.app.adopt.running import RunningService
from gateshift.app.adopt.version_names import LONGEST, OURS
from gateshift.config.schema.schema_types import Raw
from gateshift.config.schema.service import SERVICE, SERVICE_SPEC
from gateshift.model.adoption import Left
from gateshift.traffic.selectors import Selector
from gateshift.yamldoc.data import Json, JsonObject, list_at, object_at

_OF_A_PORT = ("name", "port", "targetPort", "protocol", "appProtocol", "nodePort")
_THE_CLUSTERS = ("clusterIP", "clusterIPs", "healthCheckNodePort")
"""What the API server gives, and keeps where an update leaves it out."""
_NAMES = ("app.kubernetes.io/name", "app", "k8s-app", "name", "app.kubernetes.io/instance")
"""The labels that usually name the service alone."""


class ServiceFields(Struct, frozen=True):
    """The fields, and what of today's Service has none."""

    data: JsonObject
    left: tuple[Left, ...]


def service_fields(running: RunningService, target: str) -> ServiceFields:
    """The service's fields; the pods of `target` are to be selected by labels of their own, "" where they run."""
    service, port = running.service, running.port
    spec = object_at(service.resource.data, "spec")
    data: JsonObject = {"name": running.name}
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
    return ServiceFields(
        taken | {"selector": _selector(running, target), **_version_label(running)}, (*_left(running, spec), *refused)
    )


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


def _version_label(running: RunningService) -> JsonObject:
    """The label that tells today's versions apart, where it is not the one that is taken anyway."""
    selectors = [dict(version.service.selector or ()) for version in running.versions]
    told = (key for key in TELLING_LABELS if len({selector.get(key) for selector in selectors}) == len(selectors) > 1)
    key = next(told, "version")
    return {} if key == "version" else {"versionLabel": key}


def _selector(running: RunningService, target: str) -> JsonObject:
    """Labels for the pods of every version: those that today's have in common, where the versions to come run already
    or a route decides on every call; else such that nothing of today's selects by them."""
    selectors = [set(version.service.selector or ()) for version in running.versions]
    common = {key: value for key, value in sorted(set.intersection(*selectors)) if key not in TELLING_LABELS}
    today = common or {"app": running.name}
    if not target or (running.steered and not running.selects({**today, "version": target}, but=running.service)):
        return {**today}
    return _labels_of_our_own(running, today, target)


def joins_the_service(running: RunningService, target: str) -> bool:
    """Whether pods with today's labels may come next to a twin of what runs: a mesh route decides on every call, so
    that it does not matter that today's Service selects them too, and no other Service of today's does."""
    split = running.split
    decides = split is None or (split.takes_all and has_parent(split.route, running.service))
    labels = dict(running.service.selector or ()) | {"version": target}
    others = [one for one in running.cluster.services if one is not running.service and one.selector]
    return decides and not any(Selector(one.selector).selects(labels) for one in others if one.selector)


def labels_of_today(running: RunningService, version: str) -> JsonObject:
    """The labels of a twin's pods, which today's Service selects."""
    today = {key: value for key, value in running.service.selector or () if key not in TELLING_LABELS}
    return {**today, "version": version}


def _labels_of_our_own(running: RunningService, today: dict[str, str], target: str) -> JsonObject:
    """Today's labels with values by which nothing of today's selects."""
    order = sorted(today, key=lambda key: _NAMES.index(key) if key in _NAMES else len(_NAMES))
    for count in range(1, len(order) + 1):
        labels = {key: _renamed(value) if key in order[:count] else value for key, value in today.items()}
        if not running.selects({**labels, "version": target}):
            break
    return {**labels}


def _renamed(value: str) -> str:
    return f"{value[: LONGEST - len(OURS)]}{OURS}"
