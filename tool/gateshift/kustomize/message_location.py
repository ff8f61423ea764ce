"""The place that a message of Kustomize speaks of, as far as its words tell."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from gateshift.kustomize.messages import OBJECT_ID, PATCH_SOURCE, UNKNOWN_FIELD, WRONG_TYPE, field_path
from gateshift.model.kustomization import FileRole, Kustomization, KustomizationTree
from gateshift.model.place import Place
from gateshift.model.resource import objects_in
from gateshift.model.source import SourceFile
from gateshift.yamldoc.data import Json, text_at, walk

_LINE = r"\byaml: (?:unmarshal errors:\s+)?line (\d+): "
_TOKENS = (
    r"(?:path: |missing key: |testing value |path )['\"]?(/[^\s':\"]*)",
    r'field "([^"]+)" in replacement',
    r"resource with name (\S+) does not match",
    r"invalid literal source ([^,]+),",
    r"unable to load builtin ([A-Za-z]+)",
    r'ResId\{.*Name:"([^"]+)"',
    r"(?:configmap|secret) (\S+) illegally repeats",
    r"Unexpected kind: (\S+)",
    r"fieldPath `([^`]+)` is missing",
    r"error parsing regexp: .*`\^\(\?:(.*)\)\$`",
    r"nothing selected by \w+\.[^/]*/([^\s:]+)\.(?:\[noNs\]|[\w-]+):",
)
_FIELDS = (
    (r"\AapiVersion for ", "apiVersion"),
    (r"\Akind should be ", "kind"),
    (r"the field 'sortOptions", "sortOptions"),
    (r"builtin PatchTransformer with config", "patches"),
    (r"builtin PatchJson6902Transformer with config", "patchesJson6902"),
    (r"builtin PatchStrategicMergeTransformer with config", "patchesStrategicMerge"),
    (r"builtin ReplacementTransformer with config", "replacements"),
    (r"builtin ImageTagTransformer with config", "images"),
    (r"builtin LabelTransformer with config", "labels"),
    (r"\Avar '", "vars"),
    (r"\Anamespace transformation", "namespace"),
)
_OPERATION = r"operation does not apply|\Aerror in \w+ for path"
_GO_KINDS: dict[str, type | tuple[type, ...]] = {
    "number": (int, float),
    "string": str,
    "bool": bool,
    "array": list,
    "object": dict,
}


def place_in_file(message: str, file: SourceFile) -> Place | None:
    """The line that the message names, or the object that lacks what it misses or has an id it names."""
    line = re.search(_LINE, message)
    if line:
        return Place(file.path, int(line[1]))
    identity = re.search(OBJECT_ID, message)
    for document in file.documents:
        for pointer, data in objects_in(document.data):
            kind, name = text_at(data, "kind"), text_at(data, "metadata", "name")
            missing = ("missing kind" in message and not kind) or ("missing metadata.name" in message and not name)
            if missing or (identity and (kind, name) == (identity["kind"], identity["name"])):
                return file.place(pointer, document.index)
    return None


def place_in_kustomization(message: str, node: Kustomization) -> Place | None:
    """The unknown field, or the value of the wrong type, in a kustomization file."""
    unknown, wrong = re.search(UNKNOWN_FIELD, message), re.search(WRONG_TYPE, message)
    if unknown:
        pointers = (pointer for pointer, _ in walk(node.file.data()) if pointer[-1:] == (unknown["field"],))
        pointer = next(pointers, None)
        return None if pointer is None else node.file.place(pointer, key=True)
    if wrong:
        for pointer, value in walk(node.file.data()):
            names = tuple(step for step in pointer if isinstance(step, str))
            if names[: len(field_path(wrong))] == field_path(wrong) and _is_kind(value, wrong["found"]):
                return node.file.place(pointer)
    line = re.search(_LINE, message)
    field = next((field for pattern, field in _FIELDS if re.search(pattern, message) and field in node.data), None)
    return Place(node.file.path, int(line[1])) if line else node.place(field, key=True) if field else None


def place_of_token(message: str, tree: KustomizationTree) -> Place | None:
    """The first patch, replacement or entry of a kustomization that holds what the message names."""
    files = list(_directives(tree))
    for token in _tokens(message):
        for file in files:
            for document in file.documents:
                for pointer, value in walk(document.data):
                    if isinstance(value, str) and value.strip() == token:
                        return file.place(pointer, document.index)
    identity = re.search(OBJECT_ID, message)
    for file in files if identity else ():
        place = place_in_file(message, file)
        if place:
            return place
    patching = (node for node in tree.kustomizations if re.search(_OPERATION, message) and "patches" in node.data)
    return next((node.place("patches", key=True) for node in patching), None)


def _tokens(message: str) -> Iterator[str]:
    """The values that the message names, the most telling first: a patch as its file or its text."""
    if patch := re.search(PATCH_SOURCE, message):
        yield patch["path"] or _unquoted(patch["text"])
    for match in filter(None, (re.search(token, message) for token in _TOKENS)):
        yield match[1]


def _unquoted(text: str) -> str:
    try:
        return str(json.loads(text))
    except ValueError:
        return text


def _directives(tree: KustomizationTree) -> Iterator[SourceFile]:
    for node in tree.kustomizations:
        yield node.file
        for reference in node.references:
            if isinstance(reference.target, SourceFile) and reference.role not in (FileRole.RESOURCE, FileRole.DATA):
                yield reference.target


def _is_kind(value: Json, kind: str) -> bool:
    expected = _GO_KINDS.get(kind, object)
    return isinstance(value, expected) and (kind == "bool" or not isinstance(value, bool))
