"""The objects that run a version: Deployment, HorizontalPodAutoscaler, ServiceAccount."""

from __future__ import annotations

from collections.abc import Iterator

from gateshift.manifests.metadata import metadata, selector
from gateshift.model.rollout import Autoscaling, DeclaredWorkload, ManifestWorkload, Rollout, Version
from gateshift.yamldoc import UnreadableYaml, load_all
from gateshift.yamldoc.data import Json, JsonObject, look_up

PROGRESS_DEADLINE = 600
"""Seconds after which Kubernetes gives up on a Deployment that names no progressDeadlineSeconds.

Source: Kubernetes API reference, DeploymentSpec.progressDeadlineSeconds.
"""


def deployment(rollout: Rollout, version: Version, workload: DeclaredWorkload) -> JsonObject:
    """The version's Deployment; without `replicas` where an autoscaler sets them."""
    labels = selector(rollout, version)
    spec: JsonObject = {}
    if version.autoscaling is None and version.replicas is not None:
        spec["replicas"] = version.replicas
    spec |= {
        **workload.spec,
        "selector": {"matchLabels": labels},
        "template": {"metadata": _pod_metadata(workload, labels), "spec": _pod(rollout, workload)},
    }
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": metadata(
            rollout,
            version.deployment,
            wave=0,
            labels=labels | dict(workload.labels),
            annotations=workload.annotations,
        ),
        "spec": spec,
    }


def _pod_metadata(workload: DeclaredWorkload, labels: JsonObject) -> JsonObject:
    data: JsonObject = {"labels": labels | dict(workload.pod_labels)}
    return data | {"annotations": dict(workload.pod_annotations)} if workload.pod_annotations else data


def _pod(rollout: Rollout, workload: DeclaredWorkload) -> JsonObject:
    pod: JsonObject = {}
    if workload.service_account:
        pod["serviceAccountName"] = workload.service_account
    return pod | workload.pod | {"containers": [_container(rollout, workload), *workload.sidecars]}


def _container(rollout: Rollout, workload: DeclaredWorkload) -> JsonObject:
    container: JsonObject = {"name": workload.container, "image": workload.image}
    if workload.image_pull_policy:
        container["imagePullPolicy"] = workload.image_pull_policy
    container["ports"] = list(_container_ports(rollout))
    fields: tuple[tuple[str, Json], ...] = (
        ("env", list(workload.env)),
        ("resources", workload.resources),
        ("livenessProbe", workload.liveness_probe),
        ("readinessProbe", workload.readiness_probe),
        ("startupProbe", workload.startup_probe),
    )
    container.update((name, value) for name, value in fields if value)
    return container | workload.own_container


def _container_ports(rollout: Rollout) -> Iterator[JsonObject]:
    """The ports the Service targets, each once, under the name by which it does."""
    service = rollout.service
    yield _container_port(service.target_port, service.named_port or service.port)
    seen = [service.target_port]
    for port in service.ports:
        number = port["port"]
        target = port.get("targetPort", number)
        if isinstance(target, int | str) and isinstance(number, int) and target not in seen:
            seen.append(target)
            protocol: JsonObject = {"protocol": port["protocol"]} if "protocol" in port else {}
            yield _container_port(target, number) | protocol


def _container_port(target: int | str, named: int) -> JsonObject:
    return {"containerPort": target} if isinstance(target, int) else {"name": target, "containerPort": named}


def autoscaler(rollout: Rollout, version: Version, scaling: Autoscaling) -> JsonObject:
    """The autoscaler of the version's Deployment, by the pods' average CPU use."""
    cpu: JsonObject = {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": scaling.cpu}}
    return {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": metadata(rollout, version.deployment, wave=0, labels=selector(rollout, version)),
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": version.deployment},
            "minReplicas": scaling.min_replicas,
            "maxReplicas": scaling.max_replicas,
            "metrics": [{"type": "Resource", "resource": cpu}],
        },
    }


def service_account(rollout: Rollout, name: str) -> JsonObject:
    """A ServiceAccount for the pods of every version that names it."""
    return {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": metadata(rollout, name, wave=0, labels=selector(rollout)),
    }


def slowest_progress(rollout: Rollout) -> int:
    """The longest that any of the Deployments may take to make progress, in seconds."""
    return max(PROGRESS_DEADLINE, *(_declared_deadline(version) for version in rollout.versions))


def _declared_deadline(version: Version) -> int:
    if isinstance(version.workload, DeclaredWorkload):
        seconds = version.workload.spec.get("progressDeadlineSeconds")
        return seconds if isinstance(seconds, int) else 0
    if not isinstance(version.workload, ManifestWorkload):
        return 0
    try:
        documents = load_all(version.workload.text)
    except UnreadableYaml:
        return 0
    declared = (look_up(document, ("spec", "progressDeadlineSeconds")) for document in documents)
    return max((seconds for seconds in declared if isinstance(seconds, int)), default=0)
