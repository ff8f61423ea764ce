"""Fields of Kubernetes' own kinds, and of pod templates in others, that the API server refuses although their schema
passes them."""

from __future__ import annotations

from collections.abc import Iterator

from gateshift.apischema.cel.rules import field_path
from gateshift.apischema.constraints.compiled import POD_TEMPLATE, Constraints
from gateshift.apischema.constraints.evaluate import FieldRefusal
from gateshift.apischema.go_types import ANY_OBJECT, type_name
from gateshift.checks.schema.metadata import LABELS
from gateshift.checks.subject import Subject
from gateshift.model.finding import FieldRef, Finding, Level
from gateshift.model.resource import Resource
from gateshift.model.rule import check
from gateshift.yamldoc.data import FieldPath, JsonObject, look_up, text_at
from gateshift.yamldoc.once import once_for_each

_TEMPLATES: dict[tuple[str, str], FieldPath] = {
    ("argoproj.io", "Rollout"): ("spec", "template"),
    ("apps.kruise.io", "DaemonSet"): ("spec", "template"),
}
"""Kinds of other groups whose pods are made from a template that Kubernetes' own validation decides on."""


@check("GS213", source="Kubernetes v1.37, pkg/apis/*/validation; k8s.io/api, types.go (+enum)")
def invalid_field(subject: Subject) -> Iterator[Finding]:
    """A field holds a value, or is missing, or stands next to another, as the API server does not allow it.

    The API server refuses the object, so that a sync stops at it. Schemas know the types of fields, and not which
    words an enumeration has, which numbers are ports, which name must be a DNS label, or which fields exclude each
    other: all that is written in the server's own code.
    """
    for resource, refusals in refused_fields(subject):
        for refusal in refusals:
            where = field_path(refusal.at) or "the object"
            yield Finding(
                Level.ERROR,
                f"{resource.id}: {where} {refusal.words}",
                FieldRef(resource, _present(resource, refusal.at)),
                f"{where}: {refusal.says}",
                f"Did you mean {refusal.near}?" if refusal.near else "",
            )


def refused_fields(subject: Subject) -> tuple[tuple[Resource, tuple[FieldRefusal, ...]], ...]:
    """The objects of the build with refused fields; looked for once in each root."""
    return subject.cluster.once("refused fields", lambda: tuple(_refused_fields(subject)))


def _refused_fields(subject: Subject) -> Iterator[tuple[Resource, tuple[FieldRefusal, ...]]]:
    if subject.catalog is None:
        return
    constraints = subject.catalog.constraints()
    for resource in subject.build.resources:
        first: dict[FieldPath, FieldRefusal] = {}
        for refusal in refusals_of(constraints, resource):
            if not (refusal.format and refusal.at[:-1] in LABELS):  # GS211 tells these
                first.setdefault(refusal.at, refusal)
        if first:
            yield resource, tuple(first.values())


def refusals_of(constraints: Constraints, resource: Resource) -> tuple[FieldRefusal, ...]:
    """What the API server refuses in one object; looked for once in each, however many roots hold it."""
    return _refusals(constraints, resource.data)


@once_for_each
def _refusals(constraints: Constraints, data: JsonObject) -> Iterator[FieldRefusal]:
    group, _, version = text_at(data, "apiVersion").rpartition("/")
    kind = text_at(data, "kind")
    yield from constraints.of(type_name(group, version, kind) or ANY_OBJECT).refusals(data)
    template = _TEMPLATES.get((group, kind))
    if template is not None:
        yield from constraints.of(POD_TEMPLATE).refusals(look_up(data, template), template)


def _present(resource: Resource, at: FieldPath) -> FieldPath:
    """The field, or what is nearest above it where it is missing."""
    while at and look_up(resource.data, at) is None:
        at = at[:-1]
    return at
