"""What runs today, as the manifests say: Services, the workloads behind them, the route, and what goes with them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from gateshift.app.adopt.controllers import TrafficController, controller_in, service_of
from gateshift.app.adopt.family import (
    Split,
    distinct,
    family,
    has_parent,
    is_service,
    names,
    routes_of,
    split_of,
    workloads_of,
)
from gateshift.app.adopt.version_names import common_name, of_pods, order_of, version_names
from gateshift.errors import Exit, UserError
from gateshift.model.resource import Build, Resource
from gateshift.traffic.cluster import Cluster, same_namespace
from gateshift.traffic.endpoints import replicas, template_of
from gateshift.traffic.routes import Route
from gateshift.traffic.selectors import Selector, selector_at
from gateshift.traffic.services import Autoscaler, Service, ServicePort, Workload
from gateshift.yamldoc.data import JsonObject, list_at, look_up, object_at, text_at

_WEB = ("http", "grpc", "h2c", "web")


class RunningVersion(Struct, frozen=True):
    """A version that runs: its Service, the workloads behind it, the objects that are these workloads' alone, and its
    weight in what a route, or the Service that callers know, shares out today."""

    name: str
    service: Service
    workloads: tuple[Workload, ...]
    goes_with: tuple[Resource, ...]
    weight: int


class RunningService(Struct, frozen=True):
    """A service that runs, its versions from the oldest. `service` is the Service that callers know, which may be a
    version's own; `split` is the rule that sends requests to the versions, None where there is none; `routes` send
    requests to any of its Services or steer calls to them."""

    cluster: Cluster
    name: str
    service: Service
    versions: tuple[RunningVersion, ...]
    split: Split | None
    routes: tuple[Route, ...]
    controller: TrafficController | None = None

    @property
    def made_by_controller(self) -> bool:
        """Whether a controller makes the Service that callers know, and the route."""
        return self.controller is not None and self.controller.owns_everything

    @property
    def workloads(self) -> tuple[Workload, ...]:
        """What runs the newest version, the first of them the model for a candidate."""
        return self.versions[-1].workloads

    @property
    def autoscaler(self) -> Autoscaler | None:
        """What scales the newest version."""
        return next((scaler for scaler in self.cluster.autoscalers if _is_of(scaler, self.workloads)), None)

    @property
    def template(self) -> JsonObject:
        """The pod template of the model."""
        return object_at(template_of(self.cluster, self.workloads[0]).resource.data, "spec", "template")

    @property
    def objects(self) -> tuple[Resource, ...]:
        """What the service is made of."""
        parts = [self.service.resource, *(route.resource for route in self.routes)]
        for version in self.versions:
            parts += [version.service.resource, *(one.resource for one in version.workloads), *version.goes_with]
        return tuple({id(part): part for part in parts}.values())

    @property
    def steered(self) -> bool:
        """Whether a rule decides on every call to the Service that callers know, whichever pods that one selects."""
        own = all(version.service is not self.service for version in self.versions)
        return own and self.split is not None and has_parent(self.split.route, self.service) and self.split.takes_all

    def selects(self, labels: Mapping[str, str], but: Service | None = None) -> bool:
        """Whether a Service of today's, other than `but`, or a workload would select pods with these labels."""
        services = (service for service in self.cluster.services if service is not but)
        selectors = [Selector(service.selector) for service in services if service.selector]
        selectors += [workload.selector for workload in self.cluster.workloads if workload.selector]
        return any(selector.selects(labels) for selector in selectors)

    @property
    def port(self) -> ServicePort:
        """The port that a route names, else the one that speaks HTTP by its name, else the first for TCP."""
        service = self.versions[0].service
        ports = [port for port in service.ports if port.protocol == "TCP"] or list(service.ports)
        named = {port for route in self.routes for port in _ports_named(route, service)}
        web = [port for port in ports if port.name.startswith(_WEB)]
        return next(iter([port for port in ports if port.port in named] or web or ports))


def read_running(build: Build, wanted: str) -> RunningService:
    """The service in what was built, of that name where one is given. Raises UserError where there is none, or where
    several could be meant."""
    controller = controller_in(build)
    cluster = Cluster.of((*build.resources, *_made_by(controller, build)))
    members = family(cluster, _chosen(cluster, wanted))
    split = split_of(cluster, [member for member in members if workloads_of(cluster, member)])
    known = _known_to_callers(members, split)
    found = dict(distinct(cluster, sorted(members, key=lambda member: _rank(member, split, known))))
    services = tuple(found)
    name = known.name if known else common_name(services)
    service = known or next((service for service in services if service.name == name), services[0])
    versions = _versions(cluster, found, version_names(services, name), split)
    routes = tuple(route for route in routes_of(cluster) if any(names(route, member) for member in members))
    return RunningService(cluster, name, service, versions, split, routes, controller)


def _made_by(controller: TrafficController | None, build: Build) -> Iterator[Resource]:
    """The Service that the controller makes for callers, unless it is among the manifests."""
    if controller is None or not controller.owns_everything:
        return
    target = text_at(controller.resource.data, "spec", "targetRef", "name")
    for resource in build.resources:
        if (resource.kind, resource.id.name) == ("Deployment", target):
            selector = object_at(resource.data, "spec", "selector", "matchLabels")
            service = Resource.of(service_of(controller.resource, selector), controller.resource.origin)
            if not any(one.id == service.id for one in build.resources):
                yield service


def _known_to_callers(members: tuple[Service, ...], split: Split | None) -> Service | None:
    """The Service whose calls the route steers, else the one that selects the pods of all others too."""
    steered = [member for member in members if split is not None and has_parent(split.route, member)]
    labels = {member: set(member.selector or ()) for member in members if member.selector}
    widest = [member for member in labels if all(labels[member] <= labels[other] for other in labels)]
    return next(iter(steered or widest), None)


def _rank(member: Service, split: Split | None, known: Service | None) -> tuple[int, bool, int]:
    """Which Service is a version's own: one that the route names, else one that selects by the most labels."""
    backends = split.rule.backends if split else ()
    at = next((at for at, backend in enumerate(backends) if is_service(backend.ref, member)), len(backends))
    return at, member is known, -len(member.selector or ())


def _versions(
    cluster: Cluster, found: Mapping[Service, tuple[Workload, ...]], called: Mapping[Service, str], split: Split | None
) -> tuple[RunningVersion, ...]:
    versions = (
        RunningVersion(
            called[service] if len(found) > 1 else of_pods(template_of(cluster, workloads[0]).labels),
            service,
            workloads,
            tuple(item for item in _companions(cluster, workloads) if item is not service.resource),
            _weight(cluster, workloads, split),
        )
        for service, workloads in found.items()
    )
    return tuple(sorted(versions, key=lambda version: order_of(version.name)))


def _weight(cluster: Cluster, workloads: tuple[Workload, ...], split: Split | None) -> int:
    """The weight of the Services of these workloads in the rule; without one, as many as there are pods."""
    if split is None:
        return sum(replicas(cluster, workload) for workload in workloads)
    services = [service for service in cluster.services if set(workloads_of(cluster, service)) & set(workloads)]
    backends = [backend for backend in split.rule.backends if any(is_service(backend.ref, one) for one in services)]
    return sum(backend.weight for backend in backends)


def _ports_named(route: Route, service: Service) -> Iterator[int | None]:
    for rule in route.rules:
        for backend in rule.backends:
            if is_service(backend.ref, service):
                yield backend.port


def _chosen(cluster: Cluster, wanted: str) -> Service:
    serving = [service for service in cluster.services if service.ports and workloads_of(cluster, service)]
    named = [service for service in serving if not wanted or service.name == wanted]
    for narrowed in (named, _routed(cluster, named), [service for service in named if not service.headless]):
        if narrowed and set(narrowed) <= set(family(cluster, narrowed[0])):
            return narrowed[0]
    known = ", ".join(sorted({service.name for service in serving}))
    if len(named) > 1 and len({service.name for service in named}) == 1:
        namespaces = ", ".join(sorted(service.namespace or "none" for service in named))
        raise UserError(
            f"there are several Services {named[0].name} with workloads behind them, in the namespaces {namespaces}",
            next_step="Name the files, or the root, that hold one of them.",
        )
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
        if any(_serves(resource, workload) for workload in workloads):
            yield resource
        elif kind in ("HorizontalPodAutoscaler", "VerticalPodAutoscaler", "ScaledObject", "Canary"):
            name = (text_at(target, "kind") or "Deployment", text_at(target, "name"))
            if any(name == (workload.kind, workload.name) for workload in workloads):
                yield resource
        elif kind == "PodDisruptionBudget" and _guards(cluster, resource, workloads):
            yield resource


def _serves(resource: Resource, workload: Workload) -> bool:
    """Whether the object is there for the workload: a Service that gives the pods of a StatefulSet their names or leads
    to the new pods of a Rollout, or a Deployment that lends it the pod template."""
    spec = object_at(workload.resource.data, "spec")
    of_rollout = object_at(spec, "strategy", "canary").get("canaryService")
    services = {"StatefulSet": spec.get("serviceName"), "Rollout": of_rollout}
    name = (resource.kind, resource.id.name)
    return name in (("Service", services.get(workload.kind)), workload.template_of)


def _guards(cluster: Cluster, budget: Resource, workloads: tuple[Workload, ...]) -> bool:
    selector = selector_at(budget.data, "spec", "selector")
    if selector is None:
        return False
    guarded = [workload for workload in cluster.workloads if selector.selects(template_of(cluster, workload).labels)]
    return bool(guarded) and all(workload in workloads for workload in guarded)


def named(running: RunningService, *kinds: str) -> list[str]:
    """The names of today's objects of these kinds."""
    return [resource.id.name for resource in running.cluster.resources if resource.kind in kinds]


def autoscaling(running: RunningService) -> JsonObject:
    """The limits of the newest version's autoscaler where it goes by the CPU alone."""
    scaler = running.autoscaler
    if scaler is None or scaler.most is None:
        return {}
    metrics = list_at(scaler.resource.data, "spec", "metrics")
    cpu = look_up(scaler.resource.data, ("spec", "targetCPUUtilizationPercentage"))
    if len(metrics) == 1 and text_at(metrics[0], "resource", "name") == "cpu":
        cpu = look_up(metrics[0], ("resource", "target", "averageUtilization"))
    return {"min": scaler.least, "max": scaler.most, "cpu": cpu} if isinstance(cpu, int) else {}


def containers_of(template: JsonObject) -> tuple[JsonObject, ...]:
    """The containers of a pod template."""
    return tuple(item for item in list_at(template, "spec", "containers") if isinstance(item, dict))
