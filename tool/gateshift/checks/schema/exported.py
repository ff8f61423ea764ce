"""Fields that the API server writes itself, left in by `kubectl get -o yaml`.

Source: Kubernetes v1.37 staging/src/k8s.io/apiserver/pkg/endpoints/handlers/patch.go (managedFields must be nil under
server-side apply), pkg/registry/rest/update.go (resourceVersion and uid are preconditions of an update).
"""

from __future__ import annotations

from collections.abc import Iterator

from gateshift.checks.subject import Subject
from gateshift.model.finding import FieldRef, Finding, Level
from gateshift.model.rule import check
from gateshift.yamldoc.data import list_at, look_up, object_at

_PRECONDITIONS = ("uid", "resourceVersion")


@check("GS220", source="Kubernetes v1.37, server-side apply: metadata.managedFields must be nil (400)")
def managed_fields_in_the_file(subject: Subject) -> Iterator[Finding]:
    """An object has `metadata.managedFields`, which belongs to the API server.

    Server-side apply refuses it. It came along when the object was exported from a cluster.
    """
    for resource in subject.build.resources:
        if list_at(resource.data, "metadata", "managedFields"):
            yield Finding(
                Level.ERROR,
                f"{resource.id} has metadata.managedFields, which the API server writes itself",
                FieldRef(resource, ("metadata", "managedFields"), key=True),
                "metadata.managedFields must be nil",
                "Delete the field; `gateshift adopt` writes manifests without what an export adds.",
            )


@check("GS221", source="Kubernetes v1.37, optimistic concurrency: resourceVersion and uid as preconditions")
def exported_identity_in_the_file(subject: Subject) -> Iterator[Finding]:
    """An object has the uid or the resourceVersion of the one it was exported from.

    Both are preconditions of an update: once the object has changed, or was created anew, each sync ends in a conflict.
    """
    for resource in subject.build.resources:
        for name in _PRECONDITIONS:
            if look_up(resource.data, ("metadata", name)) not in (None, ""):
                yield Finding(
                    Level.WARNING,
                    f"{resource.id} has metadata.{name}, which belongs to one object in one cluster",
                    FieldRef(resource, ("metadata", name), key=True),
                    f"Conflict: the {name} in the precondition does not match",
                    "Delete the field.",
                )


@check("GS222", source="Kubernetes, API conventions: status is written by controllers and dropped on apply")
def status_in_the_file(subject: Subject) -> Iterator[Finding]:
    """An object has a status, which controllers write and the API server drops on apply.

    It says nothing about the cluster, and Argo CD may show the object as changed.
    """
    for resource in subject.build.resources:
        if object_at(resource.data, "status") and resource.kind != "CustomResourceDefinition":
            yield Finding(
                Level.NOTE,
                f"{resource.id} has a status, which only controllers write",
                FieldRef(resource, ("status",), key=True),
                help="Delete the field.",
            )
