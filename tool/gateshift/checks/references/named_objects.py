"""References between objects of all kinds: ConfigMaps, Secrets, ServiceAccounts, claims, roles, issuers, Services.

What is not in the build is taken to be elsewhere: only a build that holds the object under another name, or one of
almost that name, makes a reference doubtful.

Source: Kubernetes v1.37 (pods wait in ContainerCreating or CreateContainerConfigError for a ConfigMap or Secret);
Kustomize v5.8 api/internal/konfig/builtinpluginconsts/namereference.go.
"""

from __future__ import annotations

from collections.abc import Iterator

from gateshift.apischema.object_references import Need, ObjectReference, references_of
from gateshift.checks.references.original_names import WrittenName, written_name
from gateshift.checks.subject import Subject
from gateshift.model.finding import FieldRef, Finding, Level, Related
from gateshift.model.nearest import differ_in_digits, nearest
from gateshift.model.resource import Resource
from gateshift.model.rule import check
from gateshift.traffic.cluster import same_namespace

_SAYS = {
    Need.POD: "the pod does not start: FailedMount or CreateContainerConfigError, {kind} {name} not found",
    Need.CERTIFICATE: "ResolvedRefs: False, InvalidCertificateRef",
    Need.OTHER: "",
}


@check("GS324", source="kustomize#5208, kustomize#1301; Kustomize, api/internal/konfig/builtinpluginconsts")
def named_object_left_behind(subject: Subject) -> Iterator[Finding]:
    """A field names an object by the name or namespace it has in its file, and Kustomize built it under another.

    Kustomize follows the references it knows, and only where both objects are in one namespace. The others still name
    what does not exist: pods wait for a ConfigMap, a listener has no certificate. It is a warning where only a
    namespace is left open, since the sync engine may fill in the same one.
    """
    for reference in _unresolved(subject):
        target = meant_object(subject, reference)
        if target is None:
            continue
        certain = target.id.name != reference.name and same_namespace(
            target.id.namespace, reference.namespace or reference.holder.id.namespace
        )
        certain = certain or bool(target.id.namespace and reference.holder.id.namespace)
        yield Finding(
            Level.ERROR if certain and not reference.optional else Level.WARNING,
            f"{reference.holder.id} names {reference}, which is built as {target.id}"
            + ("" if target.id.namespace or not reference.holder.id.namespace else " without a namespace"),
            FieldRef(reference.holder, reference.path),
            _SAYS[reference.need].format(kind=reference.kind, name=reference.name),
            "Set one `namespace` for both and keep them in one kustomization, or write the final name.",
            (Related(f"built as {target.id}", FieldRef(target, ("metadata", "name"))),),
        )


@check("GS325", source="Kubernetes v1.37, a pod that names a missing ConfigMap or Secret does not start")
def named_object_almost_in_the_build(subject: Subject) -> Iterator[Finding]:
    """A field names an object that is not in the build, which holds one of that kind and almost that name.

    Most of the time it is a slip: the pods, the Ingress or the binding that names it waits for an object that nobody
    writes.
    """
    for reference in _unresolved(subject):
        if meant_object(subject, reference) is not None:
            continue
        names = {
            written_name(subject, resource).name: resource
            for resource in subject.of_kind(reference.group, reference.kind)
            if _same_place(subject, reference, resource)
        }
        near = nearest(reference.name, names)
        if near is not None and not differ_in_digits(reference.name, near):
            yield Finding(
                Level.WARNING,
                f"{reference.holder.id} names {reference}, which is not in this build; {names[near].id} is",
                FieldRef(reference.holder, reference.path),
                _SAYS[reference.need].format(kind=reference.kind, name=reference.name),
                f"Write {near} if that is what is meant.",
                (Related("the nearest name", FieldRef(names[near], ("metadata", "name"))),),
            )


def _unresolved(subject: Subject) -> Iterator[ObjectReference]:
    """The references to nothing that the build holds under that name."""
    for resource in subject.build.resources:
        for reference in references_of(resource):
            if not any(
                target.id.name == reference.name and _reaches(reference, target)
                for target in subject.of_kind(reference.group, reference.kind)
            ):
                yield reference


def _reaches(reference: ObjectReference, target: Resource) -> bool:
    """Whether the reference finds an object in this namespace. Where the holder names its namespace and the target
    names none, they are one only if the engine fills in that very namespace: it is taken to."""
    return reference.cluster or same_namespace(
        target.id.namespace, reference.namespace or reference.holder.id.namespace
    )


def meant_object(subject: Subject, reference: ObjectReference) -> Resource | None:
    """The object that the reference meant before it was built under another name or in another namespace."""
    home = written_name(subject, reference.holder).namespace
    for target in subject.of_kind(reference.group, reference.kind):
        written = written_name(subject, target)
        if written.name != reference.name:
            continue
        if reference.cluster or _was_there(reference, home, written):
            return target
    return None


def _was_there(reference: ObjectReference, home: str, written: WrittenName) -> bool:
    return same_namespace(written.namespace, reference.namespace or home)


def _same_place(subject: Subject, reference: ObjectReference, target: Resource) -> bool:
    """Whether the object is in the namespace that the reference means, as built or as written."""
    return _reaches(reference, target) or _was_there(
        reference, written_name(subject, reference.holder).namespace, written_name(subject, target)
    )
