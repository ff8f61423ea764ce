"""The transformers that set single values: images, replicas, namespace, names, labels, annotations, replacements.

Each takes an object's traced data and the entry that configures it, and marks what it may have written with the place
in the entry. Where a transformer may or may not reach a field, the mark is laid on top: whoever looks a field up
compares with the value that was built and goes back to the mark whose value it is.
"""

from __future__ import annotations

import re

from msgspec.structs import replace

from gateshift.kustomize.trace.replacement_paths import parts, pointers
from gateshift.kustomize.trace.selectors import Passing, selects
from gateshift.kustomize.trace.traced_node import TracedNode, walk
from gateshift.yamldoc.data import FieldPath

_IMAGE = r"(?P<name>[^@]+?)(?::(?P<tag>[\w.-]+))?(?:@(?P<digest>[\w:]+))?\Z"
_LABEL_FIELDS = frozenset({"labels", "matchLabels", "selector"})
_LABEL_PATHS: tuple[FieldPath, ...] = (
    ("metadata", "labels"),
    ("spec", "template", "metadata", "labels"),
    ("spec", "jobTemplate", "metadata", "labels"),
    ("spec", "jobTemplate", "spec", "template", "metadata", "labels"),
    ("spec", "selector", "matchLabels"),
)
_ANNOTATION_PATHS: tuple[FieldPath, ...] = (
    ("metadata", "annotations"),
    ("spec", "template", "metadata", "annotations"),
    ("spec", "jobTemplate", "metadata", "annotations"),
    ("spec", "jobTemplate", "spec", "template", "metadata", "annotations"),
)


def image_set(node: TracedNode, entry: TracedNode) -> TracedNode:
    """The entry's new name, tag or digest in every image of its name."""
    name = entry.text("name")
    for pointer, value in list(walk(node)):
        match = re.match(_IMAGE, value.scalar) if pointer[-1:] == ("image",) and isinstance(value.scalar, str) else None
        if match and match["name"] == name:
            new = _new_image(match, entry)
            if new is not None:
                node = node.put(pointer, new)
    return node


def _new_image(image: re.Match[str], entry: TracedNode) -> TracedNode | None:
    name, tag, digest = (entry.at(key) for key in ("newName", "newTag", "digest"))
    mark = digest or tag or name
    if mark is None:
        return None
    text = str(name.scalar) if name else image["name"]
    if digest:
        kept = f":{tag.scalar}" if tag else ""
        return replace(mark, scalar=f"{text}{kept}@{digest.scalar}")
    if tag:
        return replace(mark, scalar=f"{text}:{tag.scalar}")
    rest = (f":{image['tag']}" if image["tag"] else "") + (f"@{image['digest']}" if image["digest"] else "")
    return replace(mark, scalar=text + rest)


def replicas_set(passing: Passing, entry: TracedNode) -> TracedNode:
    """The entry's count in a workload of its name."""
    count = entry.at("count")
    if count is None or entry.text("name") not in passing.names:
        return passing.node
    return passing.node.put(("spec", "replicas"), count)


def namespace_set(node: TracedNode, namespace: TracedNode) -> TracedNode:
    """The namespace in the object, and in the subjects of a binding."""
    subjects = node.at("subjects")
    for index in range(len(subjects.items or ()) if subjects else 0):
        node = node.put(("subjects", index, "namespace"), namespace)
    return node.put(("metadata", "namespace"), namespace)


def name_set(node: TracedNode, prefix: TracedNode | None, suffix: TracedNode | None) -> TracedNode:
    """A name with what is put before and behind it."""
    name = node.text("metadata", "name")
    for affix, new in ((prefix, "{affix}{name}"), (suffix, "{name}{affix}")):
        if affix is not None and affix.scalar:
            name = new.format(affix=affix.scalar, name=name)
            node = node.put(("metadata", "name"), replace(affix, scalar=name))
    return node


def labels_set(node: TracedNode, pairs: TracedNode) -> TracedNode:
    """Each pair wherever a label of a workload, Service or selector may stand."""
    named = (pointer for pointer, value in walk(node) if value.fields and pointer)
    present = tuple(pointer for pointer in named if pointer[-1] in _LABEL_FIELDS)
    selector: tuple[FieldPath, ...] = ()
    if node.text("kind") in ("Service", "ReplicationController"):
        selector = (("spec", "selector"),)
    return _pairs_set(node, pairs, tuple(dict.fromkeys((*_LABEL_PATHS, *selector, *present))))


def annotations_set(node: TracedNode, pairs: TracedNode) -> TracedNode:
    """Each pair wherever annotations of the object or its pods may stand."""
    return _pairs_set(node, pairs, _ANNOTATION_PATHS)


def _pairs_set(node: TracedNode, pairs: TracedNode, paths: tuple[FieldPath, ...]) -> TracedNode:
    for key, value in (pairs.fields or {}).items():
        for path in paths:
            if len(path) <= 2 or node.find(path[:-2]) is not None:
                node = node.put((*path, key), value)
    return node


def replaced(passing: Passing, replacements: TracedNode) -> TracedNode:
    """The fields that replacements may write in the object; their values come from other objects."""
    node = passing.node
    for entry in replacements.items or ():
        targets = entry.at("targets")
        for target in (targets.items or ()) if targets else ():
            if _is_target(target, passing):
                paths = target.at("fieldPaths")
                for path in (paths.items or ()) if paths else ():
                    node = _written(node, path)
    return node


def _written(node: TracedNode, path: TracedNode) -> TracedNode:
    for pointer in list(pointers(node, parts(str(path.scalar)))):
        node = node.put(pointer, replace(path, scalar=None, unknown=True))
    return node


def _is_target(target: TracedNode, passing: Passing) -> bool:
    select, reject = target.at("select"), target.at("reject")
    rejected = any(selects(selector, passing) for selector in (reject.items or ())) if reject else False
    return select is not None and selects(select, passing) and not rejected
