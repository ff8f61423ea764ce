"""What objects were called in their files, before Kustomize's transformers and generators renamed or moved them."""

from __future__ import annotations

import re
from functools import cache

from msgspec import Struct

from gateshift.checks.subject import Subject
from gateshift.model.resource import Resource, objects_in
from gateshift.traffic.cluster import same_namespace
from gateshift.yamldoc.data import FieldPath, list_at, text_at

RENAMERS = frozenset({"PrefixTransformer", "SuffixTransformer", "PrefixSuffixTransformer"})
MOVERS = frozenset({"NamespaceTransformer"})
_GENERATORS = {"ConfigMap": "configMapGenerator", "Secret": "secretGenerator"}


class WrittenName(Struct, frozen=True):
    """The namespace and name that an object's own file, or the entry of its generator, gives it."""

    namespace: str
    name: str


def written_name(subject: Subject, resource: Resource) -> WrittenName:
    """What stands in the object's own file or generator; what it is built as where no file tells."""
    return _in_file(subject, resource) or _generated(subject, resource) or _as_built(resource)


def _as_built(resource: Resource) -> WrittenName:
    return WrittenName(resource.id.namespace, resource.id.name)


def _in_file(subject: Subject, resource: Resource) -> WrittenName | None:
    file = subject.tree.files.get(resource.origin.file) if subject.tree else None
    if file is None or resource.origin.generated_by or resource.origin.document >= len(file.documents):
        return None
    for _, data in objects_in(file.documents[resource.origin.document].data):
        name = text_at(data, "metadata", "name")
        if text_at(data, "kind") == resource.kind and name and name in resource.id.name:
            return WrittenName(text_at(data, "metadata", "namespace"), name)
    return None


def _generated(subject: Subject, resource: Resource) -> WrittenName | None:
    """The name of the generator's entry: what is built has a hash behind it, and may have a prefix and a suffix."""
    entries = _GENERATORS.get(resource.kind)
    file = (
        subject.tree.files.get(resource.origin.generated_by) if subject.tree and resource.origin.generated_by else None
    )
    if entries is None or file is None:
        return None
    bare = _hash().sub("", resource.id.name)
    named = [
        WrittenName(text_at(entry, "namespace"), text_at(entry, "name"))
        for document in file.documents
        for entry in list_at(document.data, entries)
        if text_at(entry, "name") and text_at(entry, "name") in bare
    ]
    return max(named, key=lambda written: len(written.name), default=None)


@cache
def _hash() -> re.Pattern[str]:
    """The hash that Kustomize appends: ten characters of its own alphabet."""
    return re.compile(r"-[24-9bcdfghkmt]{10}(?=\Z|-)")


def moved(
    subject: Subject, group: str, kind: str, namespace: str, name: str, home: str | None = None
) -> Resource | None:
    """The object that a reference meant before a transformer gave it another name or namespace; None where there is
    none. `home`: where the reference names no namespace, the one that stands in the referrer's own file."""
    for resource in subject.of_kind(group, kind):
        passed = {transformer.kind for transformer in resource.origin.transformers}
        if not passed & (RENAMERS | MOVERS):
            continue
        written = written_name(subject, resource)
        if written.name != name or not same_namespace(written.namespace, namespace if home is None else home):
            continue
        if (written.name, written.namespace or namespace) != (resource.id.name, resource.id.namespace):
            return resource
    return None


def home_of(subject: Subject, referrer: Resource, entry: FieldPath) -> str | None:
    """The namespace that the referrer's own file implies for a reference; None where the entry names one itself."""
    if text_at(referrer.data, *entry, "namespace"):
        return None
    return written_name(subject, referrer).namespace


def transformer_of(resource: Resource, before_name: str) -> str:
    """The field of the kustomization that changed the object: `namePrefix or nameSuffix`, or `namespace`."""
    return "namespace" if resource.id.name == before_name else "namePrefix or nameSuffix"
