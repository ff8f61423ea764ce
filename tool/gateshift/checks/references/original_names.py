"""What objects were called in their files, before Kustomize's transformers renamed or moved them."""

from __future__ import annotations

from collections.abc import Iterator

from gateshift.checks.subject import Subject
from gateshift.model.resource import Resource, objects_in
from gateshift.traffic.cluster import same_namespace
from gateshift.yamldoc.data import text_at

RENAMERS = frozenset({"PrefixTransformer", "SuffixTransformer", "PrefixSuffixTransformer"})
MOVERS = frozenset({"NamespaceTransformer"})


def written_names(subject: Subject, resource: Resource) -> tuple[str, str]:
    """The (namespace, name) that stands in the object's own file; those it has now where no file tells."""
    for namespace, name in _candidates(subject, resource):
        return namespace, name
    return resource.id.namespace, resource.id.name


def _candidates(subject: Subject, resource: Resource) -> Iterator[tuple[str, str]]:
    file = subject.tree.files.get(resource.origin.file) if subject.tree else None
    if file is None or resource.origin.document >= len(file.documents):
        return
    for _, data in objects_in(file.documents[resource.origin.document].data):
        name = text_at(data, "metadata", "name")
        if text_at(data, "kind") == resource.kind and name and name in resource.id.name:
            yield text_at(data, "metadata", "namespace"), name


def moved(subject: Subject, group: str, kind: str, namespace: str, name: str) -> Resource | None:
    """The object that a reference meant before a transformer gave it another name or namespace; None where there is
    none, or where the reference still finds an object."""
    for resource in subject.of_kind(group, kind):
        passed = {transformer.kind for transformer in resource.origin.transformers}
        if not passed & (RENAMERS | MOVERS):
            continue
        before_namespace, before_name = written_names(subject, resource)
        was_meant = before_name == name and same_namespace(before_namespace, namespace)
        if was_meant and (before_name, before_namespace or namespace) != (resource.id.name, resource.id.namespace):
            return resource
    return None


def transformer_of(resource: Resource, before_name: str) -> str:
    """The field of the kustomization that changed the object: `namePrefix or nameSuffix`, or `namespace`."""
    return "namespace" if resource.id.name == before_name else "namePrefix or nameSuffix"
