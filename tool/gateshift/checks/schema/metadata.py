"""Names and labels that the API server refuses although their schema is any string."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gateshift.apischema.constraints.formats import FORMATS
from gateshift.apischema.constraints.object_names import name_fault
from gateshift.apischema.constraints.predicates import is_label
from gateshift.checks.subject import Subject
from gateshift.model.finding import FieldRef, Finding, Level
from gateshift.model.resource import Resource
from gateshift.model.rule import check
from gateshift.yamldoc.data import FieldPath, Json, look_up, object_at, text_at

_VARIABLE = "${"
"""A variable that Flux puts a value in for, after the build."""

_SUBDOMAIN = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\Z"
_QUALIFIED = r"[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?\Z"

LABELS: tuple[FieldPath, ...] = (
    ("metadata", "labels"),
    ("spec", "selector"),
    ("spec", "selector", "matchLabels"),
    ("spec", "template", "metadata", "labels"),
    ("spec", "jobTemplate", "spec", "template", "metadata", "labels"),
)


@check("GS210", source="Kubernetes, Object Names and IDs (RFC 1123); apimachinery, pkg/api/validation/name.go")
def invalid_name(subject: Subject) -> Iterator[Finding]:
    """An object's name or namespace is not one that Kubernetes allows for its kind.

    The API server refuses the object: names are lower-case letters, digits, hyphens and, for most kinds, dots.
    """
    for resource in subject.build.resources:
        fault = _name_fault(resource)
        if fault:
            at = ("metadata", "name")
            says = f'metadata.name: Invalid value: "{resource.id.name}": {fault}'
            yield Finding(Level.ERROR, f"{resource.id}: the name {fault}", FieldRef(resource, at), says)
        namespace = resource.id.namespace
        if namespace and _VARIABLE not in namespace and not is_label(namespace):
            fault = f"is not {FORMATS['label'].words}"
            says = f'metadata.namespace: Invalid value: "{namespace}": {fault}'
            at = ("metadata", "namespace")
            yield Finding(Level.ERROR, f"{resource.id}: the namespace {fault}", FieldRef(resource, at), says)


def _name_fault(resource: Resource) -> str:
    name = resource.id.name
    if _VARIABLE in name:
        return ""
    if not name:
        return "" if text_at(resource.data, "metadata", "generateName") else "is missing"
    return name_fault(resource.id.group, resource.kind, name)


@check("GS211", source="Kubernetes, Labels and Selectors; apimachinery, pkg/util/validation/validation.go")
def invalid_label(subject: Subject) -> Iterator[Finding]:
    """A label's key or value is not one that Kubernetes allows.

    The API server refuses the object. Values hold at most 63 letters, digits, hyphens, underscores and dots: an image
    tag with a digest, a URL or a sentence belongs in an annotation.
    """
    for resource in subject.build.resources:
        for at in LABELS:
            for key, value in object_at(resource.data, *at).items():
                if isinstance(look_up(resource.data, (*at, key)), dict | list):
                    continue  # spec.selector of a workload, whose matchLabels come next
                fault = _label_fault(key, value)
                if fault:
                    message = f"{resource.id}: the label {key!r} {fault}"
                    says = f'{".".join(map(str, at))}: Invalid value: "{key if "key" in fault else value}": {fault}'
                    yield Finding(Level.ERROR, message, FieldRef(resource, (*at, key)), says)


def _label_fault(key: str, value: Json) -> str:
    if _VARIABLE in key:
        return ""
    prefix, slash, name = key.rpartition("/")
    if slash and not (re.match(_SUBDOMAIN, prefix) and len(prefix) <= 253):
        return f"has the key prefix {prefix!r}, which is not a lower-case DNS subdomain"
    if not (re.match(_QUALIFIED, name) and len(name) <= 63):
        return "has a key that is not a name of at most 63 letters, digits, '-', '_' and '.'"
    if (
        isinstance(value, str)
        and value
        and _VARIABLE not in value
        and not (re.match(_QUALIFIED, value) and len(value) <= 63)
    ):
        return f"has the value {value!r}: at most 63 letters, digits, '-', '_' and '.' are allowed"
    return ""
