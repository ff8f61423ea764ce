"""What runs today, as the manifests say: the Service, the workloads behind it, its route, and what goes with them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from gateshift.errors import Exit, UserError
from gateshift.model.resource import Build, Resource
from gateshift.traffic.cluster import Cluster, same_namespace
from gateshift.traffic.endpoints import selected_workloads, template_of
from gateshift.traffic.references import ObjectRef
from gateshift.traffic.routes import GRPC, HTTP, Route
from gateshift.traffic.selectors import Selector, selector_at
from gateshift.traffic.services import Autoscaler, Service, ServicePort, Workload
from gateshift.yamldoc.data import JsonObject, list_at, object_at, text_at

_RUN_TO_AN_END = frozenset({"Job", "CronJob", "Pod"})
_WEB = ("http", "grpc", "h2c", "web")


class RunningService(Struct, frozen=True):
    """A service that runs. `workloads` are those that its Service selects, the first of them the model for a candidate;
    `routes` send requests to it or steer calls to it; `goes_with` are objects of the workloads alone."""

    cluster: Cluster
    service: Service
    workloads: tuple[Workload, ...]
    routes: tuple[Route, ...]
    autoscaler: Autoscaler | None
    goes_with: tuple[Resource, ...]

    @property
    def template(self) -> JsonObject:
        """The pod template of the first workload."""
        return object_at(template_of(self.cluster, self.workloads[0]).resource.data, "spec", "template")

    def selects(self, labels: Mapping[str, str]) -> bool:
        """Whether a Service or a workload of today's would select pods with these labels."""
        selectors = [Selector(service.selector) for service in self.cluster.services if service.selector]
        selectors += [workload.selector for workload in self.cluster.workloads if workload.selector]
        return any(selector.selects(labels) for selector in selectors)

    @property
    def port(self) -> ServicePort:
        """The port that a route names, else the one that speaks HTTP by its name, else the first for TCP."""
        ports = [port for port in self.service.ports if port.protocol == "TCP"] or list(self.service.ports)
        named = {ref for route in self.routes for _, ref in _ports_named(route, self.service)}
        web = [port for port in ports if port.name.startswith(_WEB)]
        return next(iter([port for port in ports if port.port in named] or web or ports))


def read_running(build: Build, wanted: str) -> RunningService:
    """The service in what was built, of that name where one is given. Raises UserError where there is none, or where
    several could be meant."""
    cluster = Cluster.of(build.resources)
    service = _chosen(cluster, wanted)
    workloads = _workloads(cluster, service)
    scaler = next((scaler for scaler in cluster.autoscalers if _is_of(scaler, workloads)), None)
    return RunningService(
        cluster,
        service,
        workloads,
        tuple(route for route in cluster.routes if route.kind in (HTTP, GRPC) and names(route, service)),
        scaler,
        tuple(item for item in _companions(cluster, workloads) if item is not service.resource),
    )


def names(route: Route, service: Service) -> bool:
    """Whether the route has the Service among its parents or backends."""
    backends = (backend.ref for rule in route.rules for backend in rule.backends)
    return any(is_service(ref, service) for ref in backends) or any(
        parent.is_service and parent.name == service.name and same_namespace(parent.namespace, service.namespace)
        for parent in route.parents
    )


def is_service(ref: ObjectRef, service: Service) -> bool:
    """Whether the reference is to the Service."""
    return (ref.group, ref.kind, ref.name) == ("", "Service", service.name) and same_namespace(
        ref.namespace, service.namespace
    )


def _ports_named(route: Route, service: Service) -> Iterator[tuple[Route, int | None]]:
    for rule in route.rules:
        for backend in rule.backends:
            if is_service(backend.ref, service):
                yield route, backend.port


def _workloads(cluster: Cluster, service: Service) -> tuple[Workload, ...]:
    selected = selected_workloads(cluster, service)
    return tuple(workload for workload in selected if workload.kind not in _RUN_TO_AN_END)


def _chosen(cluster: Cluster, wanted: str) -> Service:
    serving = [service for service in cluster.services if service.ports and _workloads(cluster, service)]
    named = [service for service in serving if not wanted or service.name == wanted]
    for narrowed in (named, _routed(cluster, named), [service for service in named if not service.headless]):
        if len(narrowed) == 1:
            return narrowed[0]
    known = ", ".join(sorted(service.name for service in serving))
    if named:
        raise UserError(
            f"there are several Services with workloads behind them: {known}", next_step="Choose one with --service."
        )
    if wanted and serving:
        raise UserError(f"there is no Service {wanted} with a workload behind it; there are {known}")
    raise UserError(
        "no Service there has ports and selects a workload, so that nothing serves requests",
        next_step="Name what holds both, such as the Kustomize root that is deployed.",
        exit_code=Exit.NOTHING_FOUND,
    )


def _routed(cluster: Cluster, services: Iterable[Service]) -> list[Service]:
    return [service for service in services if any(names(route, service) for route in cluster.routes)]


def _is_of(scaler: Autoscaler, workloads: Iterable[Workload]) -> bool:
    return any(
        scaler.target == (workload.kind, workload.name) and same_namespace(scaler.namespace, workload.namespace)
        for workload in workloads
    )


def _companions(cluster: Cluster, workloads: tuple[Workload, ...]) -> Iterator[Resource]:
    """Autoscalers of the workloads, and budgets for disruptions of their pods and no others'."""
    for resource in cluster.resources:
        kind = resource.kind
        target = object_at(resource.data, "spec", "targetRef") or object_at(resource.data, "spec", "scaleTargetRef")
        if kind == "Service" and any(_governs(resource, workload) for workload in workloads):
            yield resource
        elif kind in ("HorizontalPodAutoscaler", "VerticalPodAutoscaler", "ScaledObject"):
            name = (text_at(target, "kind") or "Deployment", text_at(target, "name"))
            if any(name == (workload.kind, workload.name) for workload in workloads):
                yield resource
        elif kind == "PodDisruptionBudget" and _guards(cluster, resource, workloads):
            yield resource


def _governs(service: Resource, workload: Workload) -> bool:
    """Whether the Service gives the pods of a StatefulSet their names."""
    return workload.kind == "StatefulSet" and service.id.name == text_at(workload.resource.data, "spec", "serviceName")


def _guards(cluster: Cluster, budget: Resource, workloads: tuple[Workload, ...]) -> bool:
    selector = selector_at(budget.data, "spec", "selector")
    if selector is None:
        return False
    guarded = [workload for workload in cluster.workloads if selector.selects(template_of(cluster, workload).labels)]
    return bool(guarded) and all(workload in workloads for workload in guarded)


def containers_of(template: JsonObject) -> tuple[JsonObject, ...]:
    """The containers of a pod template."""
    return tuple(item for item in list_at(template, "spec", "containers") if isinstance(item, dict))
