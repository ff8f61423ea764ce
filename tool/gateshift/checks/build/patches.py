"""Patches of routes that do something else than their author expects.

Source: Kustomize v5.8 (measured): a custom resource has no merge keys, so a strategic merge replaces whole lists; and
JSON 6902 finds a rule by its index alone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from gateshift.apischema.kinds import GATEWAY_API
from gateshift.checks.build.scope import Known
from gateshift.checks.build.targets import fits, scoped
from gateshift.checks.subject import Subject
from gateshift.model.finding import Finding, Level
from gateshift.model.kustomization import FileRole, Kustomization, Reference
from gateshift.model.resource import objects_in
from gateshift.model.rule import check
from gateshift.model.source import SourceFile
from gateshift.traffic.routes import ROUTE_KINDS
from gateshift.yamldoc.data import Json, JsonObject, list_at, look_up, object_at, text_at

_RULE_PATH = r"/spec/rules/(\d+)(?:/|\Z)"


_ANY: Json = {"path": {"type": "PathPrefix", "value": "/"}}
_ANY_FORMS: tuple[Json, ...] = (_ANY, {}, {"path": {}}, {"path": {"value": "/"}}, {"path": {"type": "PathPrefix"}})
"""The match of every request, and the forms in which its defaults may be left out."""


def _patches(node: Kustomization) -> Iterator[tuple[Reference, SourceFile, JsonObject]]:
    """Each patch of the kustomization: the reference, its YAML, and its target (empty where it names none)."""
    for reference in node.refers_to(FileRole.PATCH):
        if isinstance(reference.target, SourceFile):
            entry = look_up(node.file.data(reference.document), reference.pointer[:2])
            yield reference, reference.target, object_at(entry, "target")


def _is_route(data: JsonObject) -> bool:
    group = text_at(data, "apiVersion").rpartition("/")[0]
    return group == GATEWAY_API and text_at(data, "kind") in ROUTE_KINDS


@check("GS365", source="kustomize#2825, #4613 (measured): lists of a custom resource are replaced, not merged")
def merge_patch_drops_rules(subject: Subject) -> Iterator[Finding]:
    """A strategic merge patch of a route names some of its rules or backends, and so removes the others.

    Kustomize knows no keys for the lists of a custom resource: the patch's list takes the place of the whole list, and
    what it does not repeat is gone, and Kustomize reports nothing.
    """
    for node, scope in scoped(subject):
        for _, file, target in _patches(node):
            for index, document in enumerate(file.documents):
                for at, patch in objects_in(document.data):
                    for known in scope.objects if _is_route(patch) else ():
                        if not _is_meant(patch, target, known):
                            continue
                        lost = _lost(known.data, patch)
                        if lost:
                            yield Finding(
                                Level.WARNING,
                                f"this patch replaces all rules of {known.kind} {known.name}, and {lost} not in it",
                                file.place((*at, "spec", "rules"), index, key=True),
                                "the route is built without what the patch leaves out",
                                "Repeat the whole list, or write the overlay's route whole.",
                            )
                            break


def _is_meant(patch: JsonObject, target: JsonObject, known: Known) -> bool:
    if not _is_route(known.data) or known.kind != text_at(patch, "kind"):
        return False
    return fits(target, known) if target else known.name == text_at(patch, "metadata", "name")


def _lost(before: JsonObject, patch: JsonObject) -> str:
    """What the route has and the patch's list of rules does not repeat, in words; "" for nothing."""
    if "rules" not in object_at(patch, "spec"):
        return ""
    old, new = list_at(before, "spec", "rules"), list_at(patch, "spec", "rules")
    kept = [_key(rule) for rule in new]
    gone = [index for index, rule in enumerate(old) if _key(rule) not in kept]
    if gone and len(new) < len(old):
        numbers = " and ".join(map(str, gone))
        return f"rule {numbers} is" if len(gone) == 1 else f"rules {numbers} are"
    fields = {key for rule in old for key in object_at(rule)} - {key for rule in new for key in object_at(rule)}
    backends = {text_at(entry, "name") for rule in old for entry in list_at(rule, "backendRefs")}
    named = {text_at(entry, "name") for rule in new for entry in list_at(rule, "backendRefs")}
    if named and len(named) < len(backends) and named < backends:
        missing = sorted(backends - named)
        return f"backend {missing[0]} is" if len(missing) == 1 else f"backends {' and '.join(missing)} are"
    lost = sorted(fields - {"name"})
    return f"what the rules say under {' and '.join(lost)} is" if lost else ""


def _key(rule: Json) -> tuple[str, str]:
    """What tells the rules of a route apart: the name, and the matches with their default written out."""
    matches = [_ANY if match in _ANY_FORMS else match for match in list_at(rule, "matches")] or [_ANY]
    return text_at(rule, "name"), json.dumps(matches, sort_keys=True)


@check("GS366", source="Kustomize v5.8 (measured): a JSON 6902 path by index lands on another rule after an insertion")
def json_patch_by_index(subject: Subject) -> Iterator[Finding]:
    """A JSON patch changes a rule of a route by its index, and does not test which rule that is.

    When somebody inserts a rule before it, the same patch changes another rule, and Kustomize builds without an error.
    An `op: test` on the rule's name first turns that into a failure.
    """
    for node, scope in scoped(subject):
        for _, file, target in _patches(node):
            route = next(
                (known for known in scope.objects if target and _is_route(known.data) and fits(target, known)), None
            )
            if route is None or len(list_at(route.data, "spec", "rules")) < 2:
                continue
            for index, document in enumerate(file.documents):
                operations = document.data if isinstance(document.data, list) else []
                tested: set[str] = set()
                for number, operation in enumerate(operations):
                    path = re.match(_RULE_PATH, text_at(operation, "path"))
                    if path is None:
                        continue
                    if text_at(operation, "op") == "test":
                        tested.add(path[1])
                    elif path[1] not in tested:
                        tested.add(path[1])
                        yield Finding(
                            Level.NOTE,
                            f"this patch finds rule {path[1]} of {route.kind} {route.name} by its index alone",
                            file.place((number, "path"), index),
                            "after an insertion the patch changes another rule",
                            f"Put `op: test` on /spec/rules/{path[1]}/name before it.",
                        )
