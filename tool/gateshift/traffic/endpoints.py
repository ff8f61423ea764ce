"""What is behind a Service: how many ready pods of each version, as its selector, ports and endpoint objects say.

Source: Kubernetes' endpoint slice controller: a Service's endpoints are the ready pods that its selector selects in
its namespace; a named target port leaves out pods without a container port of that name.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from gateshift.traffic.cluster import Cluster, same_namespace
from gateshift.traffic.services import Endpoints, Service, ServicePort, Workload


class Pods(Struct, frozen=True):
    """Ready pods of one version behind a Service; the version is "" where no label tells. `workloads` are what runs
    them, as `Deployment/name`."""

    version: str
    count: int
    workloads: tuple[str, ...] = ()


class Backing(Struct, frozen=True):
    """The pods behind a Service port. `known` is false where the build does not say what is behind it: it is taken to
    answer. `why` says why there are none, or why it is not known."""

    pods: tuple[Pods, ...]
    known: bool = True
    why: str = ""

    @property
    def answers(self) -> bool:
        """Whether at least one pod is ready, or may be."""
        return not self.known or any(pods.count for pods in self.pods)


def backing(cluster: Cluster, service: Service, port: ServicePort | None) -> Backing:
    """What is behind the Service on a port; with None, whatever the port."""
    key = ("backing", service.resource, port)
    return cluster.once(key, lambda: _backing(cluster, service, port))


def _backing(cluster: Cluster, service: Service, port: ServicePort | None) -> Backing:
    if service.type == "ExternalName":
        return Backing((), known=False, why="an ExternalName Service: implementation-specific, and discouraged")
    if service.selector is None:
        return _by_hand(cluster, service)
    selected = selected_workloads(cluster, service)
    if not selected:
        return Backing((), why="its selector selects no pod in the build")
    named = port.target if port is not None and isinstance(port.target, str) else ""
    serving = [workload for workload in selected if not named or named in dict(container_ports(cluster, workload))]
    if not serving:
        return Backing((), why=f"no container of the selected pods has a port named {named}")
    pods = _by_version(cluster, serving)
    return Backing(pods, why="" if any(part.count for part in pods) else "every selected workload has 0 ready pods")


def selected_workloads(cluster: Cluster, service: Service) -> tuple[Workload, ...]:
    """The workloads in the Service's namespace whose pods it selects; none for a Service without a selector."""
    if service.selector is None:
        return ()
    return tuple(
        workload
        for workload in cluster.workloads
        if same_namespace(workload.namespace, service.namespace) and _selects(service, cluster, workload)
    )


def _selects(service: Service, cluster: Cluster, workload: Workload) -> bool:
    labels = template_of(cluster, workload).labels
    return all(labels.get(key) == value for key, value in service.selector or ())


def template_of(cluster: Cluster, workload: Workload) -> Workload:
    """The workload whose pod template is used: the workload itself, or the one that a Rollout's workloadRef names."""
    if workload.template_of is None:
        return workload
    templates = (
        other
        for other in cluster.workloads
        if (other.kind, other.name) == workload.template_of and same_namespace(other.namespace, workload.namespace)
    )
    return next(templates, workload)


def container_ports(cluster: Cluster, workload: Workload) -> tuple[tuple[str, int], ...]:
    """The (name, number) pairs of the ports that the workload's containers declare."""
    return template_of(cluster, workload).container_ports


def version_of(cluster: Cluster, workload: Workload) -> str:
    """The version that the labels of the workload's pods name, "" for none."""
    labels = template_of(cluster, workload).labels
    return next((labels[key] for key in cluster.version_labels if key in labels), "")


def replicas(cluster: Cluster, workload: Workload) -> int:
    """How many ready pods the workload has: as was said for this cluster, else its replicas within the bounds of its
    autoscaler; one where nothing is written, as Kubernetes has it."""
    if workload.resource.id in cluster.ready:
        return cluster.ready[workload.resource.id]
    wanted = 1 if workload.replicas is None else workload.replicas
    if wanted == 0:
        return 0
    for scaler in cluster.autoscalers:
        if scaler.target == (workload.kind, workload.name) and same_namespace(scaler.namespace, workload.namespace):
            return max(scaler.least, min(wanted, scaler.most) if scaler.most is not None else wanted)
    return wanted


def _by_version(cluster: Cluster, workloads: Iterable[Workload]) -> tuple[Pods, ...]:
    pods: dict[str, Pods] = {}
    for workload in workloads:
        version = version_of(cluster, workload)
        before = pods.get(version, Pods(version, 0))
        names = (*before.workloads, f"{workload.kind}/{workload.name}")
        pods[version] = Pods(version, before.count + replicas(cluster, workload), names)
    return tuple(pods[version] for version in sorted(pods))


def _by_hand(cluster: Cluster, service: Service) -> Backing:
    """The endpoints written for a Service without a selector; not known where no object in the build lists them."""
    listed = [endpoints for endpoints in cluster.endpoints if _belongs(endpoints, service)]
    if not listed or all(endpoints.endpoints is None for endpoints in listed):
        return Backing((), known=False, why="no selector, and no endpoints in the build")
    counts: dict[str, int] = {}
    for endpoint in (endpoint for endpoints in listed for endpoint in endpoints.endpoints or ()):
        version = _version_of_pod(cluster, service, endpoint.pod)
        counts[version] = counts.get(version, 0) + int(endpoint.ready)
    pods = tuple(Pods(version, count) for version, count in sorted(counts.items()))
    return Backing(pods, why="" if any(part.count for part in pods) else "none of its endpoints is ready")


def _belongs(endpoints: Endpoints, service: Service) -> bool:
    return endpoints.service == service.name and same_namespace(endpoints.namespace, service.namespace)


def _version_of_pod(cluster: Cluster, service: Service, pod: str) -> str:
    for workload in cluster.workloads:
        if workload.kind == "Pod" and workload.name == pod and same_namespace(workload.namespace, service.namespace):
            return version_of(cluster, workload)
    return ""
