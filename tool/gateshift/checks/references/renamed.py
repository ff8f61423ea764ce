"""References that Kustomize's transformers left behind when they renamed or moved what they name."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from gateshift.apischema.kinds import GATEWAY_API
from gateshift.checks.references.backend_refs import uses
from gateshift.checks.references.original_names import home_of, moved, transformer_of
from gateshift.checks.subject import Subject
from gateshift.model.finding import FieldRef, Finding, Level, Related
from gateshift.model.resource import Resource
from gateshift.model.rule import check
from gateshift.traffic.attach import AttachmentStatus, attachments
from gateshift.yamldoc.data import FieldPath, text_at


class _Dangling(Struct, frozen=True):
    """A reference that finds nothing: who holds it, where, what it names, and what the cluster would say."""

    holder: Resource
    pointer: FieldPath
    group: str
    kind: str
    namespace: str
    name: str
    level: Level
    says: str


@check(
    "GS303",
    source="kustomize#5208, kustomize#5119; Kustomize, api/internal/konfig/builtinpluginconsts/namereference.go",
)
def reference_left_behind(subject: Subject) -> Iterator[Finding]:
    """A reference names an object by the name or namespace it has in its file, and Kustomize gave it another.

    namePrefix, nameSuffix and namespace change the Service, the Gateway or the Deployment, but Kustomize does not know
    the references of routes, so they still name what no longer exists: the share of such a backend is answered with
    500, and a route attaches to nothing.
    """
    for reference in _dangling(subject):
        target = moved(
            subject,
            reference.group,
            reference.kind,
            reference.namespace,
            reference.name,
            home_of(subject, reference.holder, reference.pointer[:-1]),
        )
        if target is None:
            continue
        yield Finding(
            reference.level,
            f"{reference.holder.id} names {reference.kind} {reference.name}, which"
            f" {transformer_of(target, reference.name)} changed to {target.id}",
            FieldRef(reference.holder, reference.pointer),
            reference.says,
            "Write final names in the files and drop the transformer, or patch the reference as well.",
            (Related(f"built as {target.id}", FieldRef(target, ("metadata", "name"))),),
        )


def _dangling(subject: Subject) -> Iterator[_Dangling]:
    for use in uses(subject):
        if use.resolved.reason in ("BackendNotFound", "RefNotPermitted") and use.resolved.service is None:
            ref = use.backend.ref
            if subject.cluster.find(ref.group, ref.kind, ref.namespace, ref.name) is None:
                at = (*use.backend.pointer, "name")
                says = f"ResolvedRefs: False, BackendNotFound; {use.consequence}"
                yield _Dangling(use.route.resource, at, ref.group, ref.kind, ref.namespace, ref.name, use.worst, says)
    for attachment in attachments(subject.cluster):
        parent = attachment.parent
        known = subject.cluster.find(parent.group, parent.kind, parent.namespace, parent.name)
        if attachment.status is AttachmentStatus.UNKNOWN and known is None and parent.group in ("", GATEWAY_API):
            yield _Dangling(
                attachment.route.resource,
                (*parent.pointer, "name"),
                parent.group,
                parent.kind,
                parent.namespace,
                parent.name,
                Level.ERROR,
                "no status at all: the route attaches to nothing",
            )
    yield from _scaled(subject)


def _scaled(subject: Subject) -> Iterator[_Dangling]:
    for scaler in subject.cluster.autoscalers:
        kind, name = scaler.target
        group = text_at(scaler.resource.data, "spec", "scaleTargetRef", "apiVersion").rpartition("/")[0]
        if subject.cluster.find(group, kind, scaler.namespace, name) is None:
            at = ("spec", "scaleTargetRef", "name")
            says = "AbleToScale: False, FailedGetScale"
            yield _Dangling(scaler.resource, at, group, kind, scaler.namespace, name, Level.ERROR, says)
