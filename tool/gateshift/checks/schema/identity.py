"""Objects that no cluster serves, knows or keeps as the build has them: API versions, kinds, doubles."""

from __future__ import annotations

from collections.abc import Iterator

from gateshift.checks.subject import Subject
from gateshift.model.finding import FieldRef, Finding, Level, Related
from gateshift.model.resource import Resource, ResourceId
from gateshift.model.rule import check

_REMOVED = {
    ("extensions", "Deployment"): "apps/v1",
    ("extensions", "DaemonSet"): "apps/v1",
    ("extensions", "ReplicaSet"): "apps/v1",
    ("extensions", "Ingress"): "networking.k8s.io/v1",
    ("extensions", "NetworkPolicy"): "networking.k8s.io/v1",
    ("extensions", "PodSecurityPolicy"): "",
    ("policy", "PodSecurityPolicy"): "",
    ("networking.x-k8s.io", "GatewayClass"): "gateway.networking.k8s.io/v1",
    ("networking.x-k8s.io", "Gateway"): "gateway.networking.k8s.io/v1",
    ("networking.x-k8s.io", "HTTPRoute"): "gateway.networking.k8s.io/v1",
    ("networking.x-k8s.io", "TLSRoute"): "gateway.networking.k8s.io/v1",
    ("networking.x-k8s.io", "TCPRoute"): "gateway.networking.k8s.io/v1",
    ("networking.x-k8s.io", "UDPRoute"): "gateway.networking.k8s.io/v1",
    ("networking.x-k8s.io", "BackendPolicy"): "",
    ("gateway.networking.k8s.io", "ReferencePolicy"): "gateway.networking.k8s.io/v1 of kind ReferenceGrant",
    ("gateway.networking.x-k8s.io", "XListenerSet"): "gateway.networking.k8s.io/v1 of kind ListenerSet",
}
"""Kinds that no supported cluster has any more in that group, and where they went ("" where nowhere)."""


@check("GS204", source="product contract: a check that cannot be made is never silent")
def no_schema_for_kind(subject: Subject) -> Iterator[Finding]:
    """No schema is installed for the kind of an object, so its fields are not checked.

    A misspelt field of such an object reaches the cluster. Give its CRD with `--crds`, or in gateshift.yaml under
    `schemas`, and it is checked like any other; `gateshift tools install --crds-of` has those of well-known projects.
    """
    if subject.catalog is None:
        return
    seen: set[tuple[str, str]] = set()
    for resource in subject.build.resources:
        key = (resource.api_version, resource.kind)
        known = subject.catalog.served(resource.id.group, resource.kind) or subject.schema(resource)
        if not known and key not in seen and (resource.id.group, resource.kind) not in _REMOVED:
            seen.add(key)
            yield Finding(
                Level.NOTE,
                f"{resource.kind} {resource.api_version} has no schema here, so its fields are not checked",
                FieldRef(resource, ("kind",)),
                help=_way_to_schema(subject.catalog.installable(resource.id.group, resource.kind)),
            )


def _way_to_schema(project: str) -> str:
    if project:
        return f"`gateshift tools install --crds-of {project}` brings it, in the version that this release pins."
    return "Give its CRD with --crds."


@check("GS205", source="Kubernetes deprecated API migration guide; Gateway API v1.6 config/crd (served versions)")
def api_version_not_served(subject: Subject) -> Iterator[Finding]:
    """An object is written in an API version that the cluster no longer serves.

    The API server answers "no matches for kind", and a sync engine that meets it applies nothing of the root.
    """
    for resource in subject.build.resources:
        served = subject.catalog.served(resource.id.group, resource.kind) if subject.catalog else ()
        gone = (resource.id.group, resource.kind) in _REMOVED
        if not gone and (not served or resource.version in served or subject.own_schema(resource)):
            continue
        group = f"{resource.id.group}/" if resource.id.group else ""
        instead = _REMOVED.get((resource.id.group, resource.kind), "") if gone else f"{group}{served[0]}"
        release = subject.catalog.release_of(resource.id.group, resource.kind) if subject.catalog else ""
        by = f" by {release}" if release else ""
        yield Finding(
            Level.WARNING if release else Level.ERROR,  # nobody says which release of the project the cluster runs
            f"{resource.id} is written in {resource.api_version}, which is not served{by}",
            FieldRef(resource, ("apiVersion",)),
            f'no matches for kind "{resource.kind}" in version "{resource.api_version}"',
            f"Write it in {instead}." if instead else "The kind was removed without a successor; delete the object.",
        )


@check("GS208", source="Kubernetes API conventions: an object's identity is its group, kind, namespace and name")
def object_defined_twice(subject: Subject) -> Iterator[Finding]:
    """One object appears twice in the build.

    The cluster keeps one of them, and which one depends on the order in which the sync engine applies them.
    """
    for first, second in _twice(subject):
        if first.api_version == second.api_version:
            yield Finding(
                Level.WARNING,
                f"{second.id} appears twice in this build; the cluster keeps one of the two",
                FieldRef(second, ("metadata", "name")),
                help="Delete one of them, or give it a name of its own.",
                related=(Related("the other one", FieldRef(first, ("metadata", "name"))),),
            )


@check("GS209", source="Kubernetes API concepts: the versions of one kind are views of the same object")
def object_in_two_versions(subject: Subject) -> Iterator[Finding]:
    """One object appears in the build in two API versions.

    Kustomize takes them for two objects; the cluster knows one, and the version applied last overwrites the other.
    """
    for first, second in _twice(subject):
        if first.api_version != second.api_version:
            yield Finding(
                Level.WARNING,
                f"{second.id} appears in this build as {first.api_version} and as {second.api_version},"
                " and the cluster keeps one of the two",
                FieldRef(second, ("apiVersion",)),
                help=f"Keep the one in {max(first.api_version, second.api_version, key=_maturity)} alone.",
                related=(Related(f"as {first.api_version}", FieldRef(first, ("apiVersion",))),),
            )


def _maturity(api_version: str) -> tuple[bool, bool, str]:
    """Sorts API versions as Kubernetes prefers them: stable, then beta, then alpha."""
    version = api_version.rpartition("/")[2]
    return "alpha" not in version and "beta" not in version, "alpha" not in version, version


def _twice(subject: Subject) -> Iterator[tuple[Resource, Resource]]:
    seen: dict[ResourceId, Resource] = {}
    for resource in subject.build.resources:
        first = seen.setdefault(resource.id, resource)
        if first is not resource:
            yield first, resource
