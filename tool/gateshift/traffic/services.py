"""Services, the endpoints written for them by hand, and the workloads whose pods they select.

Source: Kubernetes core/v1 Service and Endpoints, discovery/v1 EndpointSlice; any object with a pod template that holds
containers counts as a workload, and Argo Rollouts' `workloadRef` names another object's template.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from msgspec import Struct

from gateshift.model.resource import Resource
from gateshift.traffic.read import labels_of, members, number, pairs, text
from gateshift.traffic.selectors import Selector, selector_at
from gateshift.yamldoc.data import FieldPath, Json, JsonObject, list_at, look_up, object_at, text_at

SERVICE_NAME = "kubernetes.io/service-name"
NO_LABELS: Mapping[str, str] = MappingProxyType({})


class ServicePort(Struct, frozen=True):
    """A port of a Service; `target` is a container port's number or name, the port itself where none is written."""

    name: str
    port: int
    protocol: str
    target: int | str
    pointer: FieldPath


class Service(Struct, frozen=True, eq=False):
    """A Service. `selector` is None where there is none: its endpoints are written by hand or by another controller."""

    resource: Resource
    namespace: str
    name: str
    type: str
    headless: bool
    selector: tuple[tuple[str, str], ...] | None
    ports: tuple[ServicePort, ...]

    def port(self, wanted: int) -> ServicePort | None:
        """The port of that number, a TCP one before others."""
        ports = [port for port in self.ports if port.port == wanted]
        return next((port for port in ports if port.protocol == "TCP"), ports[0] if ports else None)


class Endpoint(Struct, frozen=True):
    """An address behind a Service that was written by hand, ready or not, with the pod it names, if any."""

    ready: bool
    pod: str


class Endpoints(Struct, frozen=True, eq=False):
    """An EndpointSlice or Endpoints object. `endpoints` is None where the list is absent: somebody else fills it."""

    resource: Resource
    namespace: str
    service: str
    endpoints: tuple[Endpoint, ...] | None


class Workload(Struct, frozen=True, eq=False):
    """Something that runs pods. `replicas` is None where the manifest does not say (one pod, unless an autoscaler
    decides); `container_ports` are (name, number) pairs; `template_of` names the (kind, name) whose template a Rollout
    borrows."""

    resource: Resource
    kind: str
    namespace: str
    name: str
    labels: Mapping[str, str]
    selector: Selector | None
    replicas: int | None
    container_ports: tuple[tuple[str, int], ...]
    template_of: tuple[str, str] | None = None


class Autoscaler(Struct, frozen=True, eq=False):
    """A HorizontalPodAutoscaler: the (kind, name) it scales and its bounds; the least is 1 where none is written."""

    resource: Resource
    namespace: str
    target: tuple[str, str]
    least: int
    most: int | None


def read_service(resource: Resource) -> Service:
    """The Service's typed view."""
    spec = object_at(resource.data, "spec")
    selector = spec.get("selector")
    return Service(
        resource=resource,
        namespace=resource.id.namespace,
        name=resource.id.name,
        type=text(spec, "type", "ClusterIP"),
        headless=text(spec, "clusterIP") == "None",
        selector=pairs(spec, "selector") if isinstance(selector, dict) and selector else None,
        ports=tuple(_port(item, ("spec", "ports", index)) for index, item in members(spec, "ports")),
    )


def _port(item: JsonObject, pointer: FieldPath) -> ServicePort:
    port = number(item, "port") or 0
    return ServicePort(
        name=text(item, "name"),
        port=port,
        protocol=text(item, "protocol", "TCP"),
        target=number(item, "targetPort") or text(item, "targetPort") or port,
        pointer=pointer,
    )


def read_endpoint_slice(resource: Resource) -> Endpoints:
    """The EndpointSlice's typed view."""
    listed = isinstance(resource.data.get("endpoints"), list)
    return Endpoints(
        resource=resource,
        namespace=resource.id.namespace,
        service=dict(labels_of(resource)).get(SERVICE_NAME, ""),
        endpoints=tuple(_slice_endpoints(resource.data)) if listed else None,
    )


def _slice_endpoints(data: JsonObject) -> list[Endpoint]:
    endpoints = []
    for _, item in members(data, "endpoints"):
        ready = object_at(item, "conditions").get("ready") is not False
        pod = _pod_of(item.get("targetRef"))
        endpoints += [Endpoint(ready, pod)] * max(len(list_at(item, "addresses")), 1)
    return endpoints


def read_endpoints(resource: Resource) -> Endpoints:
    """The view of an Endpoints object, which belongs to the Service of its name."""
    endpoints = []
    for _, subset in members(resource.data, "subsets"):
        endpoints += [Endpoint(True, _pod_of(item.get("targetRef"))) for _, item in members(subset, "addresses")]
        endpoints += [
            Endpoint(False, _pod_of(item.get("targetRef"))) for _, item in members(subset, "notReadyAddresses")
        ]
    listed = isinstance(resource.data.get("subsets"), list)
    return Endpoints(resource, resource.id.namespace, resource.id.name, tuple(endpoints) if listed else None)


def _pod_of(reference: Json) -> str:
    return text(reference, "name") if isinstance(reference, dict) and text(reference, "kind") == "Pod" else ""


def read_workload(resource: Resource) -> Workload | None:
    """The view of an object that runs pods; None for one that runs none."""
    is_pod = resource.id.kind == "Pod" and resource.id.group == ""
    top = () if is_pod else ("spec", "template")
    containers = look_up(resource.data, (*top, "spec", "containers"))
    reference = object_at(resource.data, "spec", "workloadRef")
    borrowed = (
        (text(reference, "kind"), text(reference, "name")) if resource.id.kind == "Rollout" and reference else None
    )
    if not isinstance(containers, list) and borrowed is None:
        return None
    replicas = number(object_at(resource.data, "spec"), "replicas")
    return Workload(
        resource=resource,
        kind=resource.id.kind,
        namespace=resource.id.namespace,
        name=resource.id.name,
        labels=dict(pairs(resource.data, *top, "metadata", "labels")),
        selector=None if is_pod else selector_at(resource.data, "spec", "selector"),
        replicas=1 if is_pod else replicas,
        container_ports=_container_ports(resource.data, top),
        template_of=borrowed,
    )


def _container_ports(data: JsonObject, top: tuple[str, ...]) -> tuple[tuple[str, int], ...]:
    """The named ports of every container; a sidecar is an init container that keeps running."""
    ports = []
    for key in ("containers", "initContainers"):
        for _, container in members(data, *top, "spec", key):
            if key == "containers" or text(container, "restartPolicy") == "Always":
                ports += [
                    (text(port, "name"), number(port, "containerPort") or 0) for _, port in members(container, "ports")
                ]
    return tuple(ports)


def read_autoscaler(resource: Resource) -> Autoscaler:
    """The HorizontalPodAutoscaler's typed view."""
    spec = object_at(resource.data, "spec")
    least = number(spec, "minReplicas")
    return Autoscaler(
        resource=resource,
        namespace=resource.id.namespace,
        target=(text_at(spec, "scaleTargetRef", "kind"), text_at(spec, "scaleTargetRef", "name")),
        least=1 if least is None else least,
        most=number(spec, "maxReplicas"),
    )
