"""Whether pods can become Ready, and leave without losing requests: probes, grace periods, disruption budgets.

Source: Kubernetes v1.37 core/v1 Probe (a named port is one of the container's), pkg/probe/http.
"""

from __future__ import annotations

from collections.abc import Iterator

from gateshift.apischema.object_references import pod_spec_path
from gateshift.checks.references.backend_refs import uses
from gateshift.checks.subject import Subject
from gateshift.model.finding import FieldRef, Finding, Level, Related
from gateshift.model.nearest import nearest
from gateshift.model.resource import Resource
from gateshift.model.rule import check
from gateshift.traffic.cluster import same_namespace
from gateshift.traffic.endpoints import selected_workloads
from gateshift.traffic.services import Workload
from gateshift.yamldoc.data import FieldPath, list_at, look_up, object_at, text_at

_PROBES = ("readinessProbe", "livenessProbe", "startupProbe")
_DEFAULT_GRACE = 30


@check("GS326", source="Kubernetes v1.37 core/v1 HTTPGetAction.port: a number, or the name of a port of the container")
def probe_port_not_on_container(subject: Subject) -> Iterator[Finding]:
    """A probe names a port that its container does not have.

    The kubelet cannot resolve the name, so the probe fails for ever: the pod is never Ready, or is restarted again and
    again. It is an error where a route gives the pods a share, since that share gets a 503.
    """
    shared = {workload.resource for workload in _split_or_shared(subject)}
    for resource in subject.build.resources:
        path = pod_spec_path(resource)
        for kind in ("containers", "initContainers") if path else ():
            for index, container in enumerate(list_at(resource.data, *path, kind)):
                ports = [text_at(port, "name") for port in list_at(container, "ports")]
                for at, name in _named_ports(container):
                    if name in ports:
                        continue
                    near = nearest(name, [port for port in ports if port])
                    known = ", ".join(port for port in ports if port) or "none with a name"
                    yield Finding(
                        Level.ERROR if resource in shared else Level.WARNING,
                        f"{resource.id}: {at[0]} of container {text_at(container, 'name')} names port {name}, "
                        f"which the container does not have (its ports: {known})",
                        FieldRef(resource, (*path, kind, index, *at)),
                        f"Unhealthy: couldn't find port: {name}",
                        f"Write {near}." if near else "Give the port that name in the container, or write its number.",
                    )


def _named_ports(container: object) -> Iterator[tuple[FieldPath, str]]:
    if not isinstance(container, dict):
        return
    for probe in _PROBES:
        for action in ("httpGet", "tcpSocket"):
            name = look_up(container, (probe, action, "port"))
            if isinstance(name, str) and name and not name.isdigit():
                yield (probe, action, "port"), name
    for hook in ("postStart", "preStop"):
        for action in ("httpGet", "tcpSocket"):
            name = look_up(container, ("lifecycle", hook, action, "port"))
            if isinstance(name, str) and name and not name.isdigit():
                yield ("lifecycle", hook, action, "port"), name


@check("GS327", source="Kubernetes, Configure probes: a container without a readiness probe is Ready when it runs")
def split_without_readiness_probe(subject: Subject) -> Iterator[Finding]:
    """A route splits requests between versions, and the pods of one have no readiness probe.

    They count as Ready as soon as the process runs, so the first requests of its share may meet a version that is
    still starting. Of a rollout it is told where another version has one: the owner wrote down what all of them need.
    """
    split = _split(subject)
    probed = {workload.resource for workload in split if _is_probed(workload)}
    for workload in split if probed or subject.declared is None else ():
        path = pod_spec_path(workload.resource)
        if path and workload.resource not in probed:
            yield Finding(
                Level.NOTE,
                f"{workload.resource.id} gets a share and has no readinessProbe",
                FieldRef(workload.resource, (*path, "containers", 0, "name")),
                help="Add a readinessProbe that answers when the version can serve.",
            )


def _is_probed(workload: Workload) -> bool:
    path = pod_spec_path(workload.resource)
    containers = list_at(workload.resource.data, *path, "containers") if path else []
    return any(object_at(container, "readinessProbe") for container in containers)


@check("GS328", source="Kubernetes, Pod lifecycle: preStop counts against terminationGracePeriodSeconds")
def pre_stop_longer_than_grace_period(subject: Subject) -> Iterator[Finding]:
    """A preStop hook sleeps as long as the pod's grace period or longer.

    The kubelet kills the container at the end of the grace period, in the middle of the hook: requests in flight are
    cut off at every roll-out.
    """
    for workload in _split(subject):
        resource, path = workload.resource, pod_spec_path(workload.resource)
        grace = look_up(resource.data, (*path, "terminationGracePeriodSeconds")) if path else None
        limit = grace if isinstance(grace, int) else _DEFAULT_GRACE
        for index, container in enumerate(list_at(resource.data, *path, "containers") if path else []):
            seconds = look_up(container, ("lifecycle", "preStop", "sleep", "seconds"))
            if isinstance(seconds, int) and seconds >= limit:
                yield Finding(
                    Level.NOTE,
                    f"{resource.id}: preStop sleeps {seconds} s, and the pod is killed after {limit} s",
                    FieldRef(resource, (*path, "containers", index, "lifecycle", "preStop", "sleep", "seconds")),
                    help="Raise terminationGracePeriodSeconds above the hook and the longest request.",
                )


@check("GS329", source="Kubernetes, PodDisruptionBudget: minAvailable and maxUnavailable")
def disruption_budget_without_headroom(subject: Subject) -> Iterator[Finding]:
    """A PodDisruptionBudget lets no pod of a version go.

    A node cannot be drained while it is in force, so the cluster's upgrade stops at this version's pods.
    """
    split = list(_split(subject))
    for budget in subject.of_kind("policy", "PodDisruptionBudget"):
        labels = object_at(budget.data, "spec", "selector", "matchLabels")
        least, most = look_up(budget.data, ("spec", "minAvailable")), look_up(budget.data, ("spec", "maxUnavailable"))
        for workload in split:
            if not labels or not same_namespace(workload.namespace, budget.id.namespace):
                continue
            replicas = 1 if workload.replicas is None else workload.replicas
            covered = all(workload.labels.get(key) == value for key, value in labels.items())
            stuck = (
                most in (0, "0%") or least == "100%" or (isinstance(least, int) and least >= replicas > 0)
            ) and not _is_scaled(subject, workload)
            if covered and stuck:
                yield Finding(
                    Level.NOTE,
                    f"{budget.id} lets no pod of {workload.resource.id} go: it has {replicas} replicas",
                    FieldRef(budget, ("spec",)),
                    help="Leave room for at least one pod, or run one more.",
                    related=(Related("the workload", FieldRef(workload.resource, ("spec", "replicas"))),),
                )


def _is_scaled(subject: Subject, workload: Workload) -> bool:
    return any(scaler.target == (workload.kind, workload.name) for scaler in subject.cluster.autoscalers)


def _split_or_shared(subject: Subject) -> Iterator[Workload]:
    """The workloads that a route gives any share."""
    for use in uses(subject):
        if use.share and use.resolved.service is not None:
            yield from selected_workloads(subject.cluster, use.resolved.service)


def _split(subject: Subject) -> tuple[Workload, ...]:
    """The workloads of rules whose requests several backends share."""
    workloads: dict[Resource, Workload] = {}
    for use in uses(subject):
        if 0 < use.share < 1 and use.resolved.service is not None:
            for workload in selected_workloads(subject.cluster, use.resolved.service):
                workloads.setdefault(workload.resource, workload)
    return tuple(workloads.values())
