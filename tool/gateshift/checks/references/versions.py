"""Services that are meant to tell versions apart and do not.

Source: Kubernetes, Service (selector); Kustomize, labels and commonLabels with includeSelectors.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from gateshift.checks.subject import Subject
from gateshift.engines.pods import images
from gateshift.model.finding import FieldRef, Finding, Level, Related
from gateshift.model.resource import Resource
from gateshift.model.rollout import LiveObject, LiveWorkload
from gateshift.model.rule import check
from gateshift.traffic.cluster import same_namespace
from gateshift.traffic.endpoints import selected_workloads, template_of, version_of
from gateshift.traffic.routes import Route, RouteRule
from gateshift.traffic.services import Service, Workload

_LABELLERS = frozenset({"LabelTransformer"})


def _split_rules(subject: Subject) -> Iterator[tuple[Route, RouteRule, list[Service]]]:
    """Every rule that splits its requests over several Services of the build."""
    for route in subject.cluster.routes:
        for rule in route.rules:
            services: dict[Resource, Service] = {}
            for backend in rule.backends:
                service = subject.cluster.service(backend.ref.namespace, backend.ref.name)
                if (backend.ref.group, backend.ref.kind) == ("", "Service") and service is not None:
                    services[service.resource] = service
            if len(services) > 1:
                yield route, rule, list(services.values())


def _level(subject: Subject) -> Level:
    """What a rollout's own Services must satisfy is an error; elsewhere only the intent is doubtful."""
    return Level.ERROR if subject.declared is not None else Level.WARNING


def _labelled(service: Service) -> str:
    passed = {transformer.kind for transformer in service.resource.origin.transformers}
    return " (a labels transformer changed its selector)" if passed & _LABELLERS else ""


@check("GS341", source="kubernetes#35028, argo-rollouts#5006: a selector that both versions satisfy")
def backend_selects_several_versions(subject: Subject) -> Iterator[Finding]:
    """A rule splits requests over Services, and one of them selects pods of more than one version.

    The share that is meant for one version is spread over all of them by the number of pods, so the versions' shares
    are not what the weights say.
    """
    seen: set[Resource] = set()
    for route, rule, services in _split_rules(subject):
        for service in services:
            selected = selected_workloads(subject.cluster, service)
            versions = {version_of(subject.cluster, workload) for workload in selected} - {""}
            if len(versions) < 2 or service.resource in seen or _is_one_version(subject, selected):
                continue
            seen.add(service.resource)
            selector = ", ".join(f"{key}={value}" for key, value in service.selector or ())
            yield Finding(
                _level(subject),
                f"{service.resource.id} gets a share of {route}, but selects the versions"
                f" {', '.join(sorted(versions))} alike ({selector}){_labelled(service)}",
                FieldRef(service.resource, ("spec", "selector")),
                "its share goes to every version, by the number of pods",
                "Add the version's label to the selector.",
                (Related("the split", FieldRef(route.resource, (*rule.pointer, "backendRefs"))),),
            )


def _is_one_version(subject: Subject, workloads: Sequence[Workload]) -> bool:
    """Whether the rollout declares all of these to be one version that ran before it."""
    versions = subject.declared.rollout.versions if subject.declared else ()
    live = [version.workload.objects for version in versions if isinstance(version.workload, LiveWorkload)]
    return any(all(LiveObject(one.kind, one.name) in objects for one in workloads) for objects in live)


def _are_told_by_labels(subject: Subject, service: Service) -> bool:
    """Whether labels in Git tell the pods of this Service from others. Argo Rollouts writes its pods' hash into the
    selectors of its two Services, so those are the same in Git; and of pods outside the build nothing is known."""
    selected = selected_workloads(subject.cluster, service)
    return bool(selected) and not any(workload.kind == "Rollout" for workload in selected)


def _share_pods_of_several_images(subject: Subject, first: Service, second: Service) -> bool:
    """Whether some pods are behind both Services, although the two differ in what they run and in no version label."""
    ours, theirs = (selected_workloads(subject.cluster, service) for service in (first, second))
    both = {workload.resource for workload in ours} & {workload.resource for workload in theirs}
    labelled = {version_of(subject.cluster, workload) for workload in (*ours, *theirs)} - {""}
    programs = {images(template_of(subject.cluster, workload).resource) for workload in (*ours, *theirs)}
    return bool(both) and len(labelled) < 2 and len(programs) > 1


@check("GS348", source="Kustomize, commonLabels and labels with includeSelectors (measured); kustomize#1009")
def split_over_same_pods(subject: Subject) -> Iterator[Finding]:
    """A rule splits requests over two Services that select the same pods.

    The weights mean nothing: every request may reach every pod. The usual cause is a `labels` or `commonLabels` entry
    with selectors, which gives all versions one value of the label that should tell them apart.
    """
    seen: set[frozenset[Resource]] = set()
    for route, rule, services in _split_rules(subject):
        for first, second in combinations(services, 2):
            pair = frozenset((first.resource, second.resource))
            same = first.selector is not None and dict(first.selector) == dict(second.selector or ())
            mixed = not same and _share_pods_of_several_images(subject, first, second)
            if pair in seen or not (same or mixed) or not same_namespace(first.namespace, second.namespace):
                continue
            if not _are_told_by_labels(subject, second):
                continue
            seen.add(pair)
            selector = ", ".join(f"{key}={value}" for key, value in first.selector or ())
            yield Finding(
                _level(subject),
                f"{first.resource.id} and {second.resource.id} share the requests of {route}, but select "
                f"{'some of ' if mixed else ''}the same pods ({selector}){_labelled(second)}",
                FieldRef(second.resource, ("spec", "selector")),
                "every request may reach every pod, whatever the weights",
                "Give each Service the label of its version; keep labels that differ out of commonLabels.",
                (
                    Related("the other Service", FieldRef(first.resource, ("spec", "selector"))),
                    Related("the split", FieldRef(route.resource, (*rule.pointer, "backendRefs"))),
                ),
            )


@check("GS349", source="the rollout's own declaration of its versions")
def version_service_selects_other_pods(subject: Subject) -> Iterator[Finding]:
    """The Service of one version selects pods of another, by what gateshift.yaml declares.

    Requests that a stage sends to v2 reach v1, or the other way round.
    """
    if subject.declared is None:
        return
    rollout = subject.declared.rollout
    home = subject.declared.environment.namespace or rollout.service.namespace
    for version in rollout.versions:
        if version.live:
            continue
        service = subject.cluster.service(home, version.service)
        for workload in selected_workloads(subject.cluster, service) if service is not None else ():
            label = template_of(subject.cluster, workload).labels.get(rollout.service.version_label, "")
            if label and label != version.name and service is not None:
                yield Finding(
                    Level.ERROR,
                    f"{service.resource.id} is the Service of {version.name}, but selects {workload.resource.id}, whose"
                    f" pods are {rollout.service.version_label}={label}",
                    FieldRef(service.resource, ("spec", "selector")),
                    f"requests for {version.name} reach {label}",
                    f"Select {rollout.service.version_label}: {version.name}.",
                )
