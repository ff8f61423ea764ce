"""Every x-kubernetes-validations rule of a schema against one object, as the API server evaluates them.

Source: apiextensions-apiserver, pkg/apiserver/schema/cel/validation.go.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from msgspec import Struct

from gateshift.apischema.cel.data import view
from gateshift.apischema.cel.engine import CelScope, Failed, NotCompiled
from gateshift.apischema.cel.library import NOT_LINEAR
from gateshift.apischema.schema_tree import CEL, CelRule, SchemaNode
from gateshift.yamldoc.data import FieldPath, Json

_OF_THE_EVALUATOR = ("budget exceeded", "budget exhausted", NOT_LINEAR)
"""What a complaint holds that says nothing of the object: the evaluator has gone as far as it goes."""
_REASONS = {
    "FieldValueForbidden": "Forbidden",
    "FieldValueRequired": "Required value",
    "FieldValueDuplicate": "Duplicate value",
}


class Violation(Struct, frozen=True):
    """A rule that does not hold. `pointer` is the field at fault; `detail` the rule's own words;
    `cluster_says` the line with which the API server refuses the object."""

    pointer: FieldPath
    rule: CelRule
    detail: str
    cluster_says: str


class NotEvaluated(Struct, frozen=True):
    """A rule that this evaluator could not judge, and why."""

    pointer: FieldPath
    rule: CelRule
    why: str


class _Before(Struct, frozen=True):
    """What a field was before. `known` is False where there was none, or where nothing tells which entry it was;
    `same` says that the field, or a field around it, has not changed."""

    value: Json = None
    known: bool = False
    same: bool = False


def violations(node: SchemaNode, new: Json, old: Json = None) -> Iterator[Violation | NotEvaluated]:
    """Every rule that the completed object breaks.

    With `old`, the completed object as it was before, rules that read oldSelf are evaluated too, and, as in the API
    server, other rules forgive a field that has not changed.
    """
    before = _Before() if old is None else _Before(old, known=True, same=old == new)
    return _walk(node, new, before, ())


def _walk(node: SchemaNode | None, data: Json, before: _Before, at: FieldPath) -> Iterator[Violation | NotEvaluated]:
    if node is None or data is None or CEL not in node.below:
        return
    if node.rules:
        yield from _at_scope(node, data, before, at)
    if isinstance(data, dict):
        for key, value in data.items():
            yield from _walk(node.child(key), value, _field_before(before, key, value), (*at, key))
    elif isinstance(data, list):
        for index, entry in enumerate(data):
            yield from _walk(node.items, entry, _entry_before(node, before, entry), (*at, index))


def _field_before(before: _Before, key: str, value: Json) -> _Before:
    if before.known and isinstance(before.value, dict) and before.value.get(key) is not None:
        old = before.value[key]
        return _Before(old, known=True, same=before.same or old == value)
    return _Before(same=before.same)


def _entry_before(node: SchemaNode, before: _Before, entry: Json) -> _Before:
    """An entry's past; only the keys of a list of type map tell which entry it was."""
    if before.known and node.list_type == "map" and isinstance(before.value, list) and isinstance(entry, dict):
        for old in before.value:
            if isinstance(old, dict) and all(old.get(key) == entry.get(key) for key in node.list_keys):
                return _Before(old, known=True, same=before.same or old == entry)
    return _Before(same=before.same)


def _at_scope(node: SchemaNode, data: Json, before: _Before, at: FieldPath) -> Iterator[Violation | NotEvaluated]:
    scope = CelScope(view(node, data), old=view(node, before.value), existed=before.known)
    for rule in node.rules:
        if (rule.reads_old and not before.known and not rule.optional_old) or (not rule.reads_old and before.same):
            continue
        try:
            result = scope.evaluate(rule.rule, optional_old=rule.optional_old)
        except NotCompiled as error:
            yield NotEvaluated(at, rule, str(error))
            continue
        if isinstance(result, Failed):
            yield _failed(node, rule, result, at)
        elif result is not True:
            yield _violation(rule, scope, data, at)


def _failed(node: SchemaNode, rule: CelRule, failure: Failed, at: FieldPath) -> Violation | NotEvaluated:
    if any(word in failure.why for word in _OF_THE_EVALUATOR):
        return NotEvaluated(at, rule, failure.why)
    if failure.why.startswith("No matching overloads"):
        # The API server checks a rule's types when the CRD is installed: it never fails there for this reason, only
        # here, where a date is text and not every function of Kubernetes exists.
        return NotEvaluated(at, rule, failure.why)
    says = f'{field_path(at)}: Invalid value: "{node.type}": {failure.why} evaluating rule: {rule.text}'
    return Violation(at, rule, rule.text, says)


def _violation(rule: CelRule, scope: CelScope, data: Json, at: FieldPath) -> Violation:
    detail = _detail(rule, scope)
    pointer = (*at, *rule.field_path)
    reason = _REASONS.get(rule.reason, "Invalid value")
    value = "" if isinstance(data, dict | list) else json.dumps(data, ensure_ascii=False) + ": "
    if reason in ("Forbidden", "Required value"):
        value = ""
    return Violation(pointer, rule, detail, f"{field_path(pointer)}: {reason}: {value}{detail}")


def _detail(rule: CelRule, scope: CelScope) -> str:
    """The rule's message: what its messageExpression says, where that gives one line of text, else its fixed one."""
    if rule.message_expression:
        try:
            said = scope.evaluate(rule.message_expression, optional_old=rule.optional_old)
        except NotCompiled:
            said = None
        if isinstance(said, str) and said.strip() and "\n" not in said.strip():
            return said.strip()
    return rule.message or f"failed rule: {rule.rule.strip()}"


def field_path(pointer: FieldPath) -> str:
    """The pointer as the API server writes a field's path: `spec.rules[0].matches[1].path`."""
    path = ""
    for step in pointer:
        if isinstance(step, int):
            path += f"[{step}]"
        else:
            path += f".{step}" if path else step
    return path
