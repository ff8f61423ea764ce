"""HorizontalPodAutoscalers and the workloads that they scale.

Source: Kubernetes, HorizontalPodAutoscaler.
"""

from __future__ import annotations

from collections.abc import Iterator

from gateshift.checks.references.original_names import moved
from gateshift.checks.subject import Subject
from gateshift.model.finding import FieldRef, Finding, Level, Related
from gateshift.model.nearest import nearest
from gateshift.model.rule import check
from gateshift.traffic.cluster import same_namespace
from gateshift.yamldoc.data import text_at


@check("GS346", source="Kubernetes, HorizontalPodAutoscaler: migrating; argo-cd#1603, argo-rollouts#3689")
def replicas_beside_autoscaler(subject: Subject) -> Iterator[Finding]:
    """A workload that a HorizontalPodAutoscaler scales also sets its number of replicas.

    Every sync sets the number back to the one in Git, and the autoscaler changes it again: the workload loses pods
    under load at each commit.
    """
    for scaler in subject.cluster.autoscalers:
        for workload in subject.cluster.workloads:
            named = (workload.kind, workload.name) == scaler.target
            if named and same_namespace(workload.namespace, scaler.namespace) and workload.replicas:
                yield Finding(
                    Level.WARNING,
                    f"{workload.resource.id} sets replicas: {workload.replicas}, but {scaler.resource.id} scales it",
                    FieldRef(workload.resource, ("spec", "replicas")),
                    "each sync sets the replicas back to the number in Git",
                    "Remove replicas from the workload; the autoscaler's minReplicas counts.",
                    (Related("the autoscaler", FieldRef(scaler.resource, ("spec", "scaleTargetRef"))),),
                )


@check("GS347", source="Kubernetes, HorizontalPodAutoscaler: AbleToScale with reason FailedGetScale")
def autoscaler_without_target(subject: Subject) -> Iterator[Finding]:
    """A HorizontalPodAutoscaler scales a workload that is not in the build.

    If it is not in the cluster either, nothing scales. It is a warning where the build has a workload of almost that
    name.
    """
    for scaler in subject.cluster.autoscalers:
        kind, name = scaler.target
        group = text_at(scaler.resource.data, "spec", "scaleTargetRef", "apiVersion").rpartition("/")[0]
        if subject.cluster.find(group, kind, scaler.namespace, name) or moved(
            subject, group, kind, scaler.namespace, name
        ):
            continue
        near = nearest(name, (workload.id.name for workload in subject.of_kind(group, kind)))
        yield Finding(
            Level.WARNING if near else Level.NOTE,
            f"{scaler.resource.id} scales {kind} {name}, which is not in this build",
            FieldRef(scaler.resource, ("spec", "scaleTargetRef", "name")),
            "AbleToScale: False, FailedGetScale, unless it is in the cluster",
            f"Did you mean {near}?" if near else "Make sure that another root provides it.",
        )
