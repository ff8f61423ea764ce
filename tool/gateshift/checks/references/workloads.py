"""Services, the pods they select, and the objects that run those pods.

Source: Kubernetes, Service (selectors, targetPort) and Deployment (selector).
"""

from __future__ import annotations

from collections.abc import Iterator

from gateshift.checks.references.backend_refs import Use, uses
from gateshift.checks.references.selectors import labels_at, nearly_selects
from gateshift.checks.subject import Subject
from gateshift.model.finding import FieldRef, Finding, Level, Related
from gateshift.model.nearest import nearest
from gateshift.model.rule import check
from gateshift.model.shares import percent
from gateshift.traffic.cluster import same_namespace
from gateshift.traffic.endpoints import container_ports, replicas, selected_workloads, template_of
from gateshift.traffic.services import Service, Workload

_GROUPING = frozenset(
    {"app.kubernetes.io/part-of", "app.kubernetes.io/managed-by", "environment", "env", "team", "tier"}
)
"""Labels that many unrelated workloads share, so that a selector they fit in part was not meant for them."""

_SHOWN = 5
_NO_ENDPOINTS = "no endpoints: the data plane answers 503"


def _uses_of(subject: Subject, service: Service) -> list[Use]:
    return [use for use in uses(subject) if use.resolved.service is service]


def _most_used(subject: Subject, service: Service) -> Use | None:
    """The reference to the Service with the largest share of any rule; None where no route names it."""
    return max(_uses_of(subject, service), key=lambda use: use.share, default=None)


def _awaits_pods(subject: Subject, service: Service) -> bool:
    """Whether gateshift.yaml itself says that the version behind this Service is not deployed in the stage."""
    if subject.declared is None:
        return False
    rollout, stage = subject.declared.rollout, subject.declared.stage
    return any(version.service == service.name and version.name not in stage.deployed for version in rollout.versions)


@check("GS340", source="Kubernetes, Service: without endpoints; openkruise/rollouts#241, flagger#685")
def service_selects_no_pods(subject: Subject) -> Iterator[Finding]:
    """The selector of a Service fits the pods of no workload in the build.

    The Service has no endpoints, and requests to it get 503. It is an error where a route gives it a share and a
    workload of the build fits the selector in part, and a warning where one would but for a slip in a value; elsewhere
    the pods may come from another root, a chart or an operator, and it is a note.
    """
    for service in subject.cluster.services:
        if service.selector is None or service.type == "ExternalName" or selected_workloads(subject.cluster, service):
            continue
        use = _most_used(subject, service)
        near, misspelt = _selected_in_part(subject, service), _misspelt(subject, service)
        if _awaits_pods(subject, service) or (use is None and not near and not misspelt):
            continue
        has_share = use is not None and use.share > 0
        certain = has_share and (near or subject.declared)
        level = Level.ERROR if certain else Level.WARNING if misspelt else Level.NOTE
        near = near or misspelt
        selector = ", ".join(f"{key}={value}" for key, value in service.selector)
        share = f", and {use.route} gives it {percent(use.share)}" if use is not None and has_share else ""
        yield Finding(
            level,
            f"{service.resource.id} selects {selector}, which no pod in this build has{share}",
            FieldRef(service.resource, ("spec", "selector")),
            _NO_ENDPOINTS,
            _selector_help(near),
            tuple(Related(f"{workload.resource.id} has other labels", labels_at(workload)) for workload in near[:3]),
        )


def _selected_in_part(subject: Subject, service: Service) -> list[Workload]:
    """The workloads that the selector fits in part: one of its labels has the same value, another does not."""
    wanted = dict(service.selector or ())
    workloads = []
    for workload in subject.cluster.workloads:
        labels = template_of(subject.cluster, workload).labels
        shared = any(labels.get(key) == value for key, value in wanted.items() if key not in _GROUPING)
        if shared and same_namespace(workload.namespace, service.namespace):
            workloads.append(workload)
    return workloads


def _misspelt(subject: Subject, service: Service) -> list[Workload]:
    """The workloads that the selector would fit but for a slip in a value."""
    wanted = dict(service.selector or ())
    return [
        workload
        for workload in subject.cluster.workloads
        if same_namespace(workload.namespace, service.namespace)
        and nearly_selects(wanted, template_of(subject.cluster, workload).labels)
    ]


def _selector_help(near: list[Workload]) -> str:
    if near:
        return "Make the selector fit the labels in the pod template, or the other way round."
    return "Add the workload, or make sure that another root provides it."


@check("GS344", source="Kubernetes, Service: a targetPort by name is looked up in each pod")
def named_target_port_missing(subject: Subject) -> Iterator[Finding]:
    """A Service's targetPort is a name, and no container of the selected pods has a port of that name.

    The pods are left out of the endpoints of this port, so that requests to it get 503, although everything looks
    healthy.
    """
    for service in subject.cluster.services:
        selected = selected_workloads(subject.cluster, service)
        known = {name for workload in selected for name, _ in container_ports(subject.cluster, workload) if name}
        for port in service.ports if selected else ():
            if not isinstance(port.target, str) or port.target in known:
                continue
            shares = [use.share for use in _uses_of(subject, service) if use.backend.port == port.port]
            near = nearest(port.target, known)
            names = ", ".join(sorted(known)) or "none"
            yield Finding(
                Level.ERROR if any(shares) else Level.WARNING,
                f"{service.resource.id}: port {port.port} goes to the container port {port.target!r}, which no selected"
                f" pod has (named ports: {names})",
                FieldRef(service.resource, (*port.pointer, "targetPort")),
                _NO_ENDPOINTS,
                f"Did you mean {near}?" if near else "Name the container's port, or write its number here.",
                tuple(
                    Related("the pods", FieldRef(workload.resource, ("spec", "template"))) for workload in selected[:1]
                ),
            )


@check("GS345", source="Gateway API v1.6, HTTPRouteRule.backendRefs: a backend without endpoints; envoy-gateway#9075")
def no_replicas_behind_share(subject: Subject) -> Iterator[Finding]:
    """A route gives a share to a Service whose every workload has 0 replicas.

    The share is not spread over the other backends: those requests get 503. A parked workload without a share is fine.
    It is a warning where the whole rule goes to workloads with 0 replicas and no rollout says otherwise: an application
    that was parked on purpose.
    """
    for use in uses(subject):
        service = use.resolved.service
        if service is None or use.mirror or not use.share:
            continue
        selected = selected_workloads(subject.cluster, service)
        if selected and not any(replicas(subject.cluster, workload) for workload in selected):
            names = ", ".join(str(workload.resource.id) for workload in selected)
            verb = "has" if len(selected) == 1 else "have"
            parked = use.share > 1 - 1e-9 and subject.declared is None
            yield Finding(
                Level.WARNING if parked else Level.ERROR,
                f"{use.route} gives {percent(use.share)} to {service.resource.id}, but {names} {verb} 0 replicas",
                FieldRef(use.route.resource, use.backend.pointer),
                f"503 for {percent(use.share)} of the rule's requests",
                "Give the backend weight 0, or the workload replicas.",
                tuple(
                    Related(str(workload.resource.id), FieldRef(workload.resource, ("spec", "replicas")))
                    for workload in selected
                ),
            )


@check("GS342", source="Kubernetes, Deployment: do not overlap selectors; kubernetes#35028, google/nomulus#3046")
def workload_selectors_overlap(subject: Subject) -> Iterator[Finding]:
    """The selector of one workload also fits the pods of another.

    Their controllers count and delete each other's pods: a rollout of one scales the other down. Kubernetes does not
    refuse it.
    """
    controllers = [
        (workload, workload.selector, template_of(subject.cluster, workload).labels)
        for workload in subject.cluster.workloads
        if workload.selector is not None and workload.kind != "Job"
    ]
    for owner, selector, _ in controllers:
        if not selector.labels and not selector.expressions:
            continue
        others = [other for other, _, labels in controllers if _is_foreign(owner, other) and selector.selects(labels)]
        if others:
            more = f" and {len(others) - 1} more" if others[1:] else ""
            yield Finding(
                Level.WARNING,
                f"{owner.resource.id} also selects the pods of {others[0].resource.id}{more}",
                FieldRef(owner.resource, ("spec", "selector")),
                "two controllers fight over the same pods",
                "Give each workload's selector a label of its own, such as `version`. Selectors are immutable: the"
                " workload has to be created anew.",
                tuple(Related(f"the pods of {other.resource.id}", labels_at(other)) for other in others[:_SHOWN]),
            )


def _is_foreign(owner: Workload, other: Workload) -> bool:
    """Whether the other's pods are not the owner's, in the same namespace: an Argo Rollout and the Deployment whose
    template it borrows share theirs."""
    names = {(owner.kind, owner.name), (other.kind, other.name)}
    return (
        other is not owner
        and same_namespace(owner.namespace, other.namespace)
        and not {owner.template_of, other.template_of} & names
    )
