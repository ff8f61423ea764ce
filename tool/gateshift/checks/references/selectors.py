"""Selectors of objects that guard pods, and the pods that they nearly select.

Source: Kubernetes v1.37, policy/v1 PodDisruptionBudget and networking/v1 NetworkPolicy: a selector that fits no pod is
admitted, and does nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gateshift.checks.subject import Subject
from gateshift.model.finding import FieldRef, Finding, Level, Related
from gateshift.model.nearest import FURTHEST, differ_in_digits, edits
from gateshift.model.resource import Resource
from gateshift.model.rule import check
from gateshift.traffic.cluster import same_namespace
from gateshift.traffic.endpoints import template_of
from gateshift.traffic.selectors import selector_at
from gateshift.traffic.services import Workload
from gateshift.yamldoc.data import FieldPath, list_at, look_up

_LETTERS_AN_EDIT = 3
"""A label's value may differ in one of so many characters to be taken for a slip."""


@check("GS343", source="Kubernetes v1.37, policy/v1 and networking/v1: a selector that fits no pod is admitted")
def selector_almost_fits_pods(subject: Subject) -> Iterator[Finding]:
    """A PodDisruptionBudget or NetworkPolicy selects no pod of the build, and nearly selects those of one workload.

    It guards nothing: a drain takes every pod at once, or a connection is refused that was meant to be let in. Nothing
    says so in the cluster.
    """
    for holder in (
        *subject.of_kind("policy", "PodDisruptionBudget"),
        *subject.of_kind("networking.k8s.io", "NetworkPolicy"),
    ):
        for at in _selectors(holder):
            selector = selector_at(holder.data, *at)
            workloads = [one for one in subject.cluster.workloads if same_namespace(one.namespace, holder.id.namespace)]
            labels = {workload: template_of(subject.cluster, workload).labels for workload in workloads}
            if selector is None or any(selector.selects(own) for own in labels.values()):
                continue
            wanted = dict(selector.labels)
            near = next((workload for workload, own in labels.items() if nearly_selects(wanted, own)), None)
            if near is not None:
                shown = ", ".join(f"{key}={value}" for key, value in wanted.items())
                nearly = f"those of {near.resource.id} nearly do"
                yield Finding(
                    Level.WARNING,
                    f"{holder.id} selects {shown}, which no pod in this build has; {nearly}",
                    FieldRef(holder, (*at, "matchLabels")),
                    help="Write the labels of the pods that are meant.",
                    related=(Related(f"the pods of {near.resource.id}", labels_at(near)),),
                )


def labels_at(workload: Workload) -> FieldRef:
    """Where the labels of a workload's pods stand."""
    top = () if workload.kind == "Pod" else ("spec", "template")
    return FieldRef(workload.resource, (*top, "metadata", "labels"))


def nearly_selects(wanted: Mapping[str, str], labels: Mapping[str, str]) -> bool:
    """Whether every label that is wanted is there, and the values that differ look like slips of the pen."""
    return bool(wanted) and all(
        key in labels and (labels[key] == value or _is_slip(value, labels[key])) for key, value in wanted.items()
    )


def _is_slip(value: str, other: str) -> bool:
    most = min(FURTHEST, max(len(value), len(other)) // _LETTERS_AN_EDIT)
    return edits(value, other, most) <= most and not differ_in_digits(value, other)


def _selectors(holder: Resource) -> Iterator[FieldPath]:
    """Where an object selects pods of its own namespace."""
    if holder.id.kind == "PodDisruptionBudget":
        yield ("spec", "selector")
        return
    yield ("spec", "podSelector")
    for way, peers in (("ingress", "from"), ("egress", "to")):
        for index, rule in enumerate(list_at(holder.data, "spec", way)):
            for place, peer in enumerate(list_at(rule, peers)):
                if look_up(peer, ("namespaceSelector",)) is None:
                    yield ("spec", way, index, peers, place, "podSelector")
