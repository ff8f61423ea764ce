"""What the API server refuses, or drops without a word, although the object's plain schema passes it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache

from gateshift.checks.cel_engine import available
from gateshift.checks.cel_rules import NotEvaluated, Violation, field_path, violations
from gateshift.checks.list_types import repeated
from gateshift.checks.nearest import nearest
from gateshift.checks.schema_tree import CEL, Node, node_of
from gateshift.checks.structural import Completed, blocked, complete
from gateshift.checks.subject import Subject
from gateshift.documents.data import Pointer
from gateshift.model.finding import Finding, Level, Related, Spot
from gateshift.model.report import Gap
from gateshift.model.resource import Resource
from gateshift.model.rule import Rule, check

_GATEWAY_API = "gateway.networking.k8s.io"
_EXPERIMENTAL = frozenset({"retry", "sessionPersistence", "externalAuth", "useDefaultGateways", "defaultScope"})
"""The fields that only the experimental channel of Gateway API v1.6 has."""

SCHEMA_VIOLATION = Rule(
    "GS201",
    "schema-violation",
    "An object does not fit the schema of its kind.",
    "The API server refuses the object, and a sync engine that applies the root stops half way or not at all.",
    "Kubernetes OpenAPI and the installed CRDs, checked with kubeconform",
)


@lru_cache(maxsize=1024)
def _completed(node: Node, resource: Resource) -> Completed:
    return complete(node, resource.data)


def _structured(subject: Subject) -> Iterator[tuple[Resource, Node, Completed]]:
    """The objects with a structural schema, as the API server completes them."""
    for resource in subject.build.resources:
        schema = subject.schema(resource)
        if schema is not None:
            node = node_of(schema)
            yield resource, node, _completed(node, resource)


def _judged(subject: Subject) -> Iterator[tuple[Resource, Violation | NotEvaluated]]:
    for resource, node, completed in _structured(subject):
        if CEL in node.below and not blocked(node, completed.data):
            for outcome in violations(node, completed.data):
                yield resource, outcome


@check("GS202", source="apiextensions-apiserver, pkg/apiserver/schema/cel/validation.go")
def cel_rule_violated(subject: Subject) -> Iterator[Finding]:
    """An object breaks a validation rule that its CRD writes in CEL.

    The API server refuses the object. Plain schema validators pass it, because the rule stands in
    `x-kubernetes-validations`, which JSON schema does not know.
    """
    if not available():
        return
    for resource, outcome in _judged(subject):
        if isinstance(outcome, Violation):
            where = field_path(outcome.pointer) or "the object"
            message = f"{resource.id}: {where} breaks a rule of its CRD: {outcome.detail}"
            yield Finding("GS202", Level.ERROR, message, Spot(resource, outcome.pointer), outcome.cluster_says)


@check("GS203", source="apiextensions-apiserver, pkg/apiserver/schema/listtype/validation.go")
def duplicate_list_entry(subject: Subject) -> Iterator[Finding]:
    """A list whose entries must differ holds the same key or value twice.

    The API server refuses the object: the list is a set, or a map by its keys. Plain schema validators pass it,
    because JSON schema does not know `x-kubernetes-list-type`.
    """
    for resource, node, completed in _structured(subject):
        for found in repeated(node, completed.data):
            value = json.dumps(found.value, ensure_ascii=False, separators=(",", ":"))
            where = field_path(found.pointer)
            yield Finding(
                "GS203",
                Level.ERROR,
                f"{resource.id}: {where} repeats {field_path(found.first)}, and each entry must differ: {value}",
                Spot(resource, found.pointer),
                f"{where}: Duplicate value: {value}",
                "Keep one of the two entries.",
                (Related("the first of them", Spot(resource, found.first)),),
            )


@check("GS206", source="apiextensions-apiserver, pkg/apiserver/schema/pruning/algorithm.go")
def unknown_field(subject: Subject) -> Iterator[Finding]:
    """A custom resource holds a field that its schema does not know.

    kubectl and Flux refuse the object; Argo CD's client-side apply drops the field without a word, so that what the
    file says is not what the cluster does.
    """
    for resource, at in _unknown(subject):
        if not _is_experimental(resource, at):
            message = f"{resource.id}: {field_path(at)} is not a field of {resource.kind} {resource.api_version}"
            says = f'strict decoding error: unknown field "{field_path(at)}"'
            help_text = _near(subject, resource, at)
            yield Finding("GS206", Level.ERROR, message, Spot(resource, at, key=True), says, help_text)


@check("GS207", source="Gateway API v1.6 config/crd/standard and config/crd/experimental")
def experimental_field(subject: Subject) -> Iterator[Finding]:
    """A route or Gateway uses a field of the Gateway API's experimental channel, and the schemas are the standard ones.

    On a cluster with the standard channel the field is dropped without a word, or the object is refused where the
    client is strict: retries or sticky sessions that the file promises do not exist.
    """
    for resource, at in _unknown(subject):
        if _is_experimental(resource, at):
            yield Finding(
                "GS207",
                Level.WARNING,
                f"{resource.id}: {field_path(at)} exists only in the experimental channel of the Gateway API",
                Spot(resource, at, key=True),
                "the field is dropped before the object is stored",
                "Remove it, or validate with the channel `experimental` where the cluster has those CRDs.",
            )


def _unknown(subject: Subject) -> Iterator[tuple[Resource, Pointer]]:
    for resource, _, completed in _structured(subject):
        for at in completed.unknown:
            yield resource, at


def _is_experimental(resource: Resource, at: Pointer) -> bool:
    return resource.id.group == _GATEWAY_API and at[-1] in _EXPERIMENTAL


def _near(subject: Subject, resource: Resource, at: Pointer) -> str:
    """The field that was probably meant, of those the schema knows in that place."""
    node = node_of(schema) if (schema := subject.schema(resource)) else None
    for step in at[:-1]:
        node = node.child(step) if node else None
    meant = nearest(str(at[-1]), node.properties if node else ())
    return f"Did you mean {meant}?" if meant else "Remove the field, or correct its name or place."


def gaps(subject: Subject) -> tuple[Gap, ...]:
    """What the CEL check could not judge in this root: all of it without the evaluator, else single rules."""
    concerned = [resource for resource, node, _ in _structured(subject) if CEL in node.below]
    if concerned and not available():
        kinds = ", ".join(sorted({resource.kind for resource in concerned}))
        return (
            Gap(
                f"the CEL rules of {kinds}",
                "the CEL evaluator cel-expr-python is not installed, and has no wheel for every platform",
                "Install it with `pip install cel-expr-python`, or run with `--without-cel` and leave these out.",
            ),
        )
    unjudged = {
        (resource.kind, outcome.rule.text, outcome.why)
        for resource, outcome in (_judged(subject) if concerned else ())
        if isinstance(outcome, NotEvaluated)
    }
    return tuple(
        Gap(f"the CEL rule of {kind}: {text}", why, "Run with `--without-cel` to leave the CEL rules out.")
        for kind, text, why in sorted(unjudged)
    )


CHECKS = (cel_rule_violated, duplicate_list_entry, unknown_field, experimental_field)
RULES = (SCHEMA_VIOLATION, *(each.rule for each in CHECKS))
