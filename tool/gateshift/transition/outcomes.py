"""What a class of requests gets in one state, reduced to what can be lost: which versions answer, and what fails."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum

from msgspec import Struct, field

from gateshift.engines.pods import images
from gateshift.engines.references import named_in
from gateshift.model.resource import Resource, ResourceId
from gateshift.traffic.cluster import Cluster
from gateshift.traffic.decide import decide
from gateshift.traffic.decision import BackendAnswer, Decision
from gateshift.traffic.endpoints import selected_workloads, template_of, version_of
from gateshift.traffic.request import Request
from gateshift.traffic.services import Workload
from gateshift.transition.target_ports import NO_PORTS, KnownPorts, closed_part

ServiceName = tuple[str, str]
"""A Service's namespace and name."""


class FailureCause(Enum):
    """Why a request fails, or reaches a version that nobody declared."""

    MISSING = "a Service that does not exist"
    INVALID = "a reference that is not valid"
    NO_ENDPOINTS = "a Service without a Ready pod"
    UNREADY = "a pod that is not Ready"
    NO_ROUTE = "no route"
    UNDECLARED = "a version that nobody declared"
    CLOSED_PORT = "a port that the pods do not listen on"
    DANGLING = "a reference without a share to a Service that does not exist"


class Failure(Struct, frozen=True):
    """One way in which requests fail: the Service at fault ("" and "" where no Service is), the status the client
    sees, and the reason as the route's condition would give it."""

    cause: FailureCause
    service: ServiceName
    status: int
    reason: str


class TrafficOutcome(Struct, frozen=True):
    """What requests get. `failures` have the share of requests each takes; `reached` the versions behind each Service
    that answers; `dangling` the Services that the route names and that do not exist."""

    decision: Decision
    failures: Mapping[Failure, float] = field(default_factory=dict)
    reached: Mapping[ServiceName, frozenset[str]] = field(default_factory=dict)
    dangling: frozenset[ServiceName] = frozenset()

    @property
    def failing(self) -> float:
        """The share of requests that fail, 0 to 1."""
        return sum(self.failures.values())

    @property
    def answered(self) -> bool:
        """Whether any request is answered."""
        return self.failing < 1


def traffic_outcome(
    cluster: Cluster,
    request: Request,
    unready: frozenset[ResourceId] = frozenset(),
    known_ports: KnownPorts = NO_PORTS,
) -> TrafficOutcome:
    """What the request gets. `unready` are workloads some of whose pods are not Ready, `known_ports` the ports on which
    the pods of workloads listen in one state or another."""
    decision = decide(cluster, request, trace=False)
    failures: dict[Failure, float] = {}
    reached: dict[ServiceName, set[str]] = {}
    for backend in decision.backends:
        if not backend.share:
            continue
        service = (backend.namespace, backend.name)
        if backend.status == 200:
            reached.setdefault(service, set()).update(_versions(cluster, backend))
            closed = backend.share * closed_part(cluster, backend, known_ports)
            if closed:
                failure = Failure(FailureCause.CLOSED_PORT, service, 503, "")
                failures[failure] = failures.get(failure, 0.0) + closed
        else:
            failure = Failure(_cause(cluster, backend), service, backend.status, backend.reason)
            failures[failure] = failures.get(failure, 0.0) + backend.share
    if not failures and decision.status >= 400:
        failures[_unanswered(cluster, decision)] = 1.0
    for service in _publishing(cluster, reached, unready):
        failures[Failure(FailureCause.UNREADY, service, 503, "")] = _share_of(decision, service)
    versions = {service: frozenset(names) for service, names in reached.items()}
    return TrafficOutcome(decision, failures, versions, frozenset(_dangling(cluster, decision)))


def _cause(cluster: Cluster, backend: BackendAnswer) -> FailureCause:
    if backend.status == 503:
        return FailureCause.NO_ENDPOINTS
    gone = cluster.service(backend.namespace, backend.name) is None
    return FailureCause.MISSING if gone and backend.reason == "BackendNotFound" else FailureCause.INVALID


def _unanswered(cluster: Cluster, decision: Decision) -> Failure:
    """Why nothing answers at all."""
    parent = decision.request.parent
    here = (parent.namespace, parent.name)
    if decision.route is None and parent.kind == "Service":
        if cluster.service(*here) is None:
            return Failure(FailureCause.MISSING, here, decision.status, "")
        if decision.status == 503:
            return Failure(FailureCause.NO_ENDPOINTS, here, decision.status, "")
    cause = FailureCause.NO_ROUTE if decision.route is None else FailureCause.INVALID
    return Failure(cause, ("", ""), decision.status, "")


def _publishing(
    cluster: Cluster, reached: Mapping[ServiceName, set[str]], unready: frozenset[ResourceId]
) -> Iterator[ServiceName]:
    """The Services that answer and that send requests to pods which are not Ready (publishNotReadyAddresses)."""
    for name in reached if unready else ():
        service = cluster.service(*name)
        spec = service.resource.data.get("spec") if service is not None else None
        if service is None or not isinstance(spec, dict) or spec.get("publishNotReadyAddresses") is not True:
            continue
        if any(workload.resource.id in unready for workload in selected_workloads(cluster, service)):
            yield name


def _share_of(decision: Decision, service: ServiceName) -> float:
    return sum(backend.share for backend in decision.backends if (backend.namespace, backend.name) == service)


def _dangling(cluster: Cluster, decision: Decision) -> Iterator[ServiceName]:
    if decision.route is None:
        return
    for named in named_in(cluster.route(decision.route)):
        if cluster.service(named.namespace, named.name) is None and not cluster.assumes(
            "", "Service", named.namespace, named.name
        ):
            yield named.namespace, named.name


def _versions(cluster: Cluster, backend: BackendAnswer) -> Iterator[str]:
    """The versions behind a backend: by the label of their pods, else by their images."""
    if backend.version or not backend.workloads:
        yield backend.version
        return
    wanted = set(backend.workloads)
    for workload in cluster.workloads:
        if f"{workload.kind}/{workload.name}" in wanted:
            yield version_name(cluster, workload)


def version_name(cluster: Cluster, workload: Workload) -> str:
    """The workload's version: by the label of its pods, else by its images."""
    return version_of(cluster, workload) or " ".join(images(template_of(cluster, workload).resource))


def version_in(cluster: Cluster, resource: Resource) -> str:
    """The version of the pods that the object runs; "" where it runs none."""
    workload = cluster.workload(resource)
    return "" if workload is None else version_name(cluster, workload)
