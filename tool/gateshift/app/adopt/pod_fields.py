"""A pod template as the fields of gateshift.yaml's `workload`, and what these do not have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct

from gateshift.app.adopt.fitting import fitting, says_nothing
from gateshift.app.adopt.running import RunningService, containers_of
from gateshift.config.schema.pod import CONTAINER_KEYS, DEPLOYMENT_KEYS, POD_KEYS
from gateshift.config.schema.schema_types import SchemaType
from gateshift.config.schema.workload import WORKLOAD
from gateshift.model.adoption import Left
from gateshift.yamldoc.data import Json, JsonObject, list_at, object_at, text_at

_CONTAINER = ("imagePullPolicy", "env", "resources", "readinessProbe", "livenessProbe", "startupProbe")
_POD_NAMES = {"podSecurityContext": "securityContext"}
_SET_BY_THE_ROLLOUT = ("name", "image", "containers", "serviceAccountName", "serviceAccount", "replicas")
_NOT_THE_CANDIDATES = ("selector", "template", "serviceName", "volumeClaimTemplates", "updateStrategy", "workloadRef")


class PodFields(Struct, frozen=True):
    """The fields, the image of the service's own container, and what has no field."""

    fields: JsonObject
    image: str
    left: tuple[Left, ...]


def pod_fields(running: RunningService, followed: frozenset[str]) -> PodFields:
    """The fields for a candidate that runs as today's first workload does. Labels in `followed` are left to it: some
    selector of today's follows them."""
    template = running.template
    pod = object_at(template, "spec")
    main = _main(running, containers_of(template))
    workload = running.workloads[0]
    spec = object_at(workload.resource.data, "spec") if workload.kind == "Deployment" else {}
    fields: JsonObject = {"container": text_at(main, "name")}
    account = text_at(pod, "serviceAccountName") or text_at(pod, "serviceAccount")
    if account:
        fields["serviceAccount"] = account
    fields |= {key: main[key] for key in (*_CONTAINER, *CONTAINER_KEYS) if not says_nothing(key, main.get(key))}
    sidecars: list[Json] = [other for other in containers_of(template) if other is not main]
    if sidecars:
        fields["sidecars"] = sidecars
    fields |= _renamed(pod, POD_KEYS)
    fields |= {key: spec[key] for key in DEPLOYMENT_KEYS if not says_nothing(key, spec.get(key))}
    labels: JsonObject = {
        key: value for key, value in object_at(template, "metadata", "labels").items() if key not in followed
    }
    for key, value in (("podLabels", labels), ("podAnnotations", object_at(template, "metadata", "annotations"))):
        if value:
            fields[key] = value
    left = [
        *_unknown(main, {*_CONTAINER, *CONTAINER_KEYS}, f"container {text_at(main, 'name')}"),
        *_unknown(pod, {_POD_NAMES.get(key, key) for key in POD_KEYS}, "the pods"),
        *_unknown(spec, {*DEPLOYMENT_KEYS, *_NOT_THE_CANDIDATES}, str(workload.resource.id)),
    ]
    taken, refused = fitting(fields, WORKLOAD.keys, "the pods")
    return PodFields(taken, text_at(main, "image"), (*left, *refused))


def _main(running: RunningService, containers: tuple[JsonObject, ...]) -> JsonObject:
    """The container behind the port that the route splits, else the first."""
    target = running.port.target
    for container in containers:
        ports = list_at(container, "ports")
        if any(target in (object_at(port).get("name"), object_at(port).get("containerPort")) for port in ports):
            return container
    return containers[0] if containers else {}


def _renamed(pod: JsonObject, keys: Mapping[str, SchemaType]) -> JsonObject:
    named = {key: pod.get(_POD_NAMES.get(key, key)) for key in keys}
    return {key: value for key, value in named.items() if not says_nothing(key, value)}


def _unknown(data: JsonObject, known: set[str], of: str) -> Iterator[Left]:
    for key, value in data.items():
        if key not in known and key not in _SET_BY_THE_ROLLOUT and not says_nothing(key, value):
            yield Left(f"`{key}` of {of}", "gateshift.yaml has no field for it, so that the candidate runs without it")
