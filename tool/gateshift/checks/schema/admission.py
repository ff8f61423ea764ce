"""What the API server refuses, or drops silently, although the object's plain schema passes it."""

from __future__ import annotations

import json
from collections.abc import Iterator

from gateshift.apischema.cel.engine import NEXT_STEP, available
from gateshift.apischema.cel.rules import NotEvaluated, Violation, field_path, violations
from gateshift.apischema.defaulting import Completed, blocked, complete
from gateshift.apischema.kinds import is_built_in
from gateshift.apischema.list_types import repeated
from gateshift.apischema.schema_tree import CEL, LISTS, SchemaNode, node_of
from gateshift.checks.schema.constraints import refused_fields
from gateshift.checks.subject import Subject
from gateshift.model.finding import FieldRef, Finding, Level, Related
from gateshift.model.nearest import nearest
from gateshift.model.report import Gap
from gateshift.model.resource import Resource
from gateshift.model.rule import Rule, check
from gateshift.model.schema_verdict import FaultKind, SchemaVerdict
from gateshift.yamldoc.data import FieldPath, JsonObject, look_up
from gateshift.yamldoc.once import once_for_each

SCHEMA_VIOLATION = Rule(
    "GS201",
    "schema-violation",
    "An object does not fit the schema of its kind.",
    "The API server refuses the object, and a sync engine that applies the root stops half way or not at all.",
    "Kubernetes OpenAPI and the installed CRDs, checked with kubeconform",
)
UNKNOWN_FIELD = Rule(
    "GS206",
    "unknown-field",
    "An object holds a field that the schema of its kind does not know.",
    "kubectl and Flux refuse the object; Argo CD's client-side apply drops the field silently, so that what the"
    " file says is not what the cluster does.",
    "Kubernetes, Field validation (Strict); apiextensions-apiserver, pkg/apiserver/schema/pruning/algorithm.go",
)
EXPERIMENTAL_FIELD = Rule(
    "GS207",
    "experimental-field",
    "An object uses a field, or a value of one, of the Gateway API's experimental channel, and the schemas in use are"
    " the standard ones.",
    "On a cluster with the standard channel both ways of applying refuse the object; only where validation is"
    " switched off the field is dropped, and retries or sticky sessions that the file promises do not exist.",
    "Gateway API v1.6, config/crd/standard and config/crd/experimental",
)

_MOST_SHOWN = 1000
"""The most characters of a CEL rule, and of why it could not be judged, that are told."""


def completed(node: SchemaNode, resource: Resource) -> Completed:
    """The object as the API server completes it; made once for each object, however many roots hold it."""
    return _completed(node, resource.data)[0]


@once_for_each
def _completed(node: SchemaNode, data: JsonObject) -> tuple[Completed]:
    return (complete(node, data),)


_violations = once_for_each(violations)
_repeated = once_for_each(repeated)


def _structured(subject: Subject) -> tuple[tuple[Resource, SchemaNode, Completed], ...]:
    """The objects whose schema says more than JSON schema can, as the API server completes them."""
    return subject.cluster.once("structured", lambda: tuple(_structure(subject)))


def _structure(subject: Subject) -> Iterator[tuple[Resource, SchemaNode, Completed]]:
    for resource in subject.build.resources:
        schema = subject.schema(resource)
        node = node_of(schema) if schema is not None else None
        if node is not None and node.below & {CEL, LISTS}:
            yield resource, node, completed(node, resource)


def _judged(subject: Subject) -> tuple[tuple[Resource, Violation | NotEvaluated], ...]:
    """The outcome of every CEL rule that does not hold or could not be evaluated; asked for once by each root."""
    return subject.cluster.once("cel", lambda: tuple(_judge(subject)))


def _judge(subject: Subject) -> Iterator[tuple[Resource, Violation | NotEvaluated]]:
    for resource, node, done in _structured(subject):
        if CEL in node.below and not blocked(node, done.data):
            for outcome in _violations(node, done.data):
                if resource.is_wholly_known(_scope(outcome)):
                    yield resource, outcome


def _scope(outcome: Violation | NotEvaluated) -> FieldPath:
    """The value that the rule looks at."""
    below = len(outcome.rule.field_path) if isinstance(outcome, Violation) else 0
    return outcome.pointer[: len(outcome.pointer) - below]


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
            yield Finding(Level.ERROR, message, FieldRef(resource, outcome.pointer), outcome.cluster_says)


@check("GS203", source="apiextensions-apiserver, pkg/apiserver/schema/listtype/validation.go")
def duplicate_list_entry(subject: Subject) -> Iterator[Finding]:
    """A list whose entries must differ holds the same key or value twice.

    The API server refuses a custom resource with it; an object of Kubernetes' own kinds is refused by server-side
    apply, which Flux uses, and quietly keeps one of the two elsewhere. Plain schema validators pass it, because JSON
    schema does not know `x-kubernetes-list-type`.
    """
    refused = {resource: [refusal.at for refusal in refusals] for resource, refusals in refused_fields(subject)}
    for resource, node, done in _structured(subject):
        built_in = is_built_in(resource.id.group)
        if (resource.id.group, resource.kind) == ("", "Service"):
            continue  # GS212 knows more about the ports of a Service
        for entry in _repeated(node, done.data):
            if any(at[: len(entry.pointer)] == entry.pointer for at in refused.get(resource, ())):
                continue  # GS213 tells what is refused however it is applied
            value = json.dumps(entry.value, ensure_ascii=False, separators=(",", ":"))
            where = field_path(entry.pointer)
            yield Finding(
                Level.WARNING if built_in else Level.ERROR,
                f"{resource.id}: {where} repeats {field_path(entry.first)}, and each entry must differ: {value}",
                FieldRef(resource, entry.pointer),
                f"server-side apply: duplicate entries for key {value}"
                if built_in
                else f"{where}: Duplicate value: {value}",
                "Keep one of the two entries.",
                (Related("the first of them", FieldRef(resource, entry.first)),),
            )


def schema_findings(subject: Subject, resource: Resource, verdict: SchemaVerdict) -> Iterator[Finding]:
    """What kubeconform's verdict on an object comes to."""
    for fault in verdict.faults:
        if not (resource.is_wholly_known if fault.kind is FaultKind.VALUE else resource.is_known)(fault.pointer):
            continue
        where = field_path(fault.pointer) or "the object"
        at = FieldRef(resource, fault.pointer, key=fault.at_key)
        if fault.kind is not FaultKind.UNKNOWN:
            says = f"{where}: Invalid value: {fault.message}"
            if _is_experimental_value(subject, resource, fault.pointer):
                word = f"{where}: the value {look_up(resource.data, fault.pointer)}"
                yield _experimental(subject, resource, word, at, says)
            else:
                yield SCHEMA_VIOLATION.finding(Level.ERROR, f"{resource.id}: {where}: {fault.message}", at, says)
        elif _is_experimental(subject, resource, fault.pointer):
            says = f'strict decoding error: unknown field "{where}"; field not declared in schema'
            yield _experimental(subject, resource, where, at, says)
        else:
            message = f"{resource.id}: {where} is not a field of {resource.kind} {resource.api_version}"
            message += _project(subject, resource)
            says = f'strict decoding error: unknown field "{where}"'
            yield UNKNOWN_FIELD.finding(Level.ERROR, message, at, says, _near(subject, resource, fault.pointer))


def _experimental(subject: Subject, resource: Resource, what: str, at: FieldRef, says: str) -> Finding:
    """A field, or a value of one, that the standard channel does not have."""
    channel = f"the experimental channel of the Gateway API{_release(subject)}"
    hint = "Remove it, or validate with the channel `experimental` where the cluster has those CRDs."
    return EXPERIMENTAL_FIELD.finding(Level.ERROR, f"{resource.id}: {what} exists only in {channel}", at, says, hint)


def _is_experimental_value(subject: Subject, resource: Resource, at: FieldPath) -> bool:
    value, kind = look_up(resource.data, at), (resource.id.group, resource.version, resource.kind)
    return subject.catalog is not None and subject.catalog.experimental_value(*kind, at, value)


def _is_experimental(subject: Subject, resource: Resource, at: FieldPath) -> bool:
    catalog = subject.catalog
    return catalog is not None and catalog.experimental_only(resource.id.group, resource.version, resource.kind, at)


def _release(subject: Subject) -> str:
    """` v1.6.0`, the release of the schemas in use; "" where they are not known."""
    release = subject.catalog.release if subject.catalog is not None else ""
    return f" {release}" if release else ""


def _project(subject: Subject, resource: Resource) -> str:
    """` (Argo CD 3.6.1)`, the release of the project whose schema was asked; "" for Kubernetes and the Gateway API."""
    release = subject.catalog.release_of(resource.id.group, resource.kind) if subject.catalog is not None else ""
    return f" ({release})" if release else ""


def _near(subject: Subject, resource: Resource, at: FieldPath) -> str:
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
        what = "the CEL rules of CRDs"  # the same words for every root, so that the run says it once
        return (Gap(what, "the CEL evaluator cel-expr-python is not installed; not every platform has it", NEXT_STEP),)
    unjudged = {
        (resource.kind, outcome.rule.text, outcome.why)
        for resource, outcome in (_judged(subject) if concerned else ())
        if isinstance(outcome, NotEvaluated)
    }
    return tuple(
        Gap(
            f"the CEL rule of {kind}: {text[:_MOST_SHOWN]}",
            why[:_MOST_SHOWN],
            "Run with `--without-cel` to leave the CEL rules out.",
        )
        for kind, text, why in sorted(unjudged)
    )
