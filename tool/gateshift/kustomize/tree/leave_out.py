"""Kustomizations without their charts and remote entries: what is built of a root that has some.

With a remote base go the patches, replacements and counts that act upon its objects: Kustomize refuses those that
find nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from gateshift.kustomize.tree.field_names import member
from gateshift.model.kustomization import (
    LEFT_OUT,
    FileRole,
    Kind,
    Kustomization,
    KustomizationTree,
    Problem,
    Reference,
    Refused,
)
from gateshift.model.place import Place
from gateshift.model.resource import objects_in
from gateshift.model.source import EmbeddedSource, SourceFile
from gateshift.yamldoc.data import FieldPath, Json, JsonObject, list_at, object_at, text_at

HELM_FIELDS = ("helmCharts", "helmChartInflationGenerator")
_OF_HELM = (*HELM_FIELDS, "helmGlobals")
_GENERATORS = {"configMapGenerator": "ConfigMap", "secretGenerator": "Secret"}
_CONFIGURED = (FileRole.GENERATOR, FileRole.TRANSFORMER, FileRole.VALIDATOR)
_DEPTH = {"openapi": 1, "configMapGenerator": 4, "secretGenerator": 4}
"""How many steps of a reference's pointer are what is taken out; two, a list and its item, where nothing is said."""

_Known = frozenset[tuple[str, str]]


def left_out_in(tree: KustomizationTree) -> Iterator[tuple[Place, Refused]]:
    """The charts and remote entries of a tree, each with the place that names it."""
    for node in tree.kustomizations:
        for pointer, refusal in node.problems:
            if refusal.problem in LEFT_OUT:
                yield node.file.place(pointer, key=True), refusal
        for reference in node.references:
            if isinstance(reference.target, Refused) and reference.target.problem in LEFT_OUT:
                yield reference.place, reference.target


def rewritten(nodes: Iterable[Kustomization]) -> Mapping[Path, str]:
    """The text, as it is built, of each kustomization that cannot be built as it stands, by the path of its file."""
    listed = tuple(nodes)
    lacking = {id(node) for node in listed if _lacks(node)}
    if not lacking:
        return {_file(node): node.file.text for node in listed if node.file is not node.file.original}
    for node in reversed(listed):  # a parent stands before its bases
        children = (reference.target for reference in node.references)
        if node.kind is Kind.COMPONENT or any(id(child) in lacking for child in children):
            lacking.add(id(node))
    known = frozenset(_objects(listed))
    texts: dict[Path, str] = {}
    for node in listed:
        if id(node) in lacking:
            rest = rest_of(node, known)
            if rest != node.data or node.file is not node.file.original:
                texts[_file(node)] = json.dumps(rest, ensure_ascii=False)
    return texts


def _file(node: Kustomization) -> Path:
    """The path of its file by which Kustomize's annotations name it."""
    return node.key / node.file.path.name


def _lacks(node: Kustomization) -> bool:
    problems = [refusal.problem for _, refusal in node.problems]
    targets = [reference.target for reference in node.references]
    problems += [target.problem for target in targets if isinstance(target, Refused)]
    return any(problem in LEFT_OUT for problem in problems)


def rest_of(node: Kustomization, known: _Known) -> JsonObject:
    """The fields of a kustomization without what is left out, and without what needs an object that is not known."""
    gone = {at for reference in node.references for at in _taken_out(node, reference)}
    data = {field: value for field, value in node.data.items() if field not in _OF_HELM}
    without = object_at(_without(data, (), gone))
    acting = {field: _finding_something(node, field, known) for field in _ACTING if field in without}
    return {**without, **{field: kept for field, kept in acting.items() if kept is not None}}


def _taken_out(node: Kustomization, reference: Reference) -> Iterator[FieldPath]:
    """The entry to take out for a reference: itself, or the entry that names the configuration it stands in."""
    if not isinstance(reference.target, Refused) or reference.target.problem not in LEFT_OUT:
        return
    spelled = {written: field for field, written in node.spelled.items()}
    if reference.file is node.file:
        field = spelled.get(str(reference.pointer[0]), str(reference.pointer[0]))
        yield (field, *reference.pointer[1 : _DEPTH.get(field, 2)])
        return
    for other in node.references:
        if other.role in _CONFIGURED and other.file is node.file and _leads_to(other, reference.file):
            yield (spelled.get(str(other.pointer[0]), str(other.pointer[0])), *other.pointer[1:2])


def _leads_to(reference: Reference, file: SourceFile) -> bool:
    if isinstance(reference.target, Kustomization):
        return any(_leads_to(below, file) for below in reference.target.references)
    return reference.target is file


def _without(value: Json, at: FieldPath, gone: set[FieldPath]) -> Json:
    if isinstance(value, dict):
        return {key: _without(item, (*at, key), gone) for key, item in value.items() if (*at, key) not in gone}
    if isinstance(value, list):
        return [_without(item, (*at, index), gone) for index, item in enumerate(value) if (*at, index) not in gone]
    return value


_ACTING = ("patchesStrategicMerge", "patches", "patchesJson6902", "replacements", "replicas", *_GENERATORS)


def _finding_something(node: Kustomization, field: str, known: _Known) -> Json:
    """The entries of a field that act upon an object that is known; of generators, none merges into an unknown one."""
    kept: list[Json] = []
    for index, entry in enumerate(list_at(node.data, field)):
        if field in _GENERATORS:
            kept.append(_creating(object_at(entry), _GENERATORS[field], known))
        elif field == "replicas":
            kept += [entry] if any(name == text_at(entry, "name") for _, name in known) else []
        elif all(_is_known(wanted, known) for wanted in _wanted(node, field, index, entry)):
            kept.append(entry)
    if field in _GENERATORS:
        gone = {at for reference in node.references for at in _taken_out(node, reference)}
        return _without(kept, (field,), gone)
    return kept


def _creating(entry: JsonObject, kind: str, known: _Known) -> JsonObject:
    if text_at(entry, "behavior") in ("merge", "replace") and (kind, text_at(entry, "name")) not in known:
        return {key: value for key, value in entry.items() if key != "behavior"}
    return entry


def _wanted(node: Kustomization, field: str, index: int, entry: Json) -> Iterator[tuple[str, str]]:
    """The kinds and names that Kustomize must find for the entry; "" for a part that is not said."""
    files = [
        reference.target
        for reference in node.references
        if reference.file is node.file and reference.pointer[:2] == node.pointer(field, index)
    ]
    if any(isinstance(file, Refused) and file.problem is Problem.REMOTE for file in files):
        yield "", "\0"  # it goes whatever it acts upon
    if field == "replacements":
        source = object_at(entry, "source")
        yield text_at(source, "kind"), text_at(source, "name")
    elif field == "patchesJson6902":
        yield text_at(entry, "target", "kind"), text_at(entry, "target", "name")
    elif not member(entry, "target")[1]:
        for file in files:
            for document in file.documents if isinstance(file, SourceFile) else ():
                for _, data in objects_in(document.data):
                    yield text_at(data, "kind"), text_at(data, "metadata", "name")


def _is_known(wanted: tuple[str, str], known: _Known) -> bool:
    """Whether an object of that kind and name is known; prefixes and suffixes may have been added to its name."""
    kind, name = wanted
    return not (kind or name) or any(
        (not kind or kind == other) and (not name or there == name or (there and there in name))
        for other, there in known
    )


def _objects(nodes: Iterable[Kustomization]) -> Iterator[tuple[str, str]]:
    """The kinds and names of the objects that the files of these kustomizations hold or make."""
    for node in nodes:
        for field, kind in _GENERATORS.items():
            for entry in list_at(node.data, field):
                if text_at(entry, "behavior") not in ("merge", "replace"):
                    yield kind, text_at(entry, "name")
        for reference in node.refers_to(FileRole.RESOURCE):
            if isinstance(reference.target, SourceFile) and not isinstance(reference.target, EmbeddedSource):
                for document in reference.target.documents:
                    for _, data in objects_in(document.data):
                        yield text_at(data, "kind"), text_at(data, "metadata", "name")
