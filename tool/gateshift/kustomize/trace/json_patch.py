"""JSON Patch (RFC 6902) on traced data, with the leniencies of Kustomize: an add makes the mappings on its way."""

from __future__ import annotations

from msgspec.structs import replace

from gateshift.kustomize.trace.traced_node import TracedNode
from gateshift.yamldoc.data import FieldPath


def patched(node: TracedNode, operations: TracedNode) -> TracedNode:
    """The data after each operation of the list; one that cannot be done changes nothing."""
    for operation in operations.items or ():
        node = _applied(node, operation)
    return node


def _applied(node: TracedNode, operation: TracedNode) -> TracedNode:
    path, origin = operation.at("path"), operation.text("from")
    kind, value = operation.text("op"), operation.at("value")
    if path is None:
        return node
    pointer = pointer_in(node, operation.text("path"))
    if kind == "remove":
        return node.without(pointer, path.mark)
    if kind in ("add", "replace") and value is not None:
        return _added(node, pointer, value, insert=kind == "add")
    if kind in ("move", "copy"):
        source = pointer_in(node, origin)
        moved = node.find(source)
        if moved is None:
            return node
        node = node.without(source, path.mark) if kind == "move" else node
        return _added(node, pointer_in(node, operation.text("path")), moved, insert=True)
    return node


def _added(node: TracedNode, pointer: FieldPath, value: TracedNode, *, insert: bool) -> TracedNode:
    parent = node.find(pointer[:-1]) if pointer else None
    if parent is not None and parent.items is not None and insert:
        index = pointer[-1]
        place = index if isinstance(index, int) else len(parent.items)
        items = (*parent.items[:place], value, *parent.items[place:])
        return node.swap(pointer[:-1], replace(parent, items=items))
    return node.put(pointer, value)


def pointer_in(node: TracedNode, text: str) -> FieldPath:
    """A JSON pointer's text as a pointer into this data: a step into a list becomes an index, `-` its end."""
    pointer: list[str | int] = []
    current: TracedNode | None = node
    for part in text.split("/")[1:]:
        step: str | int = part.replace("~1", "/").replace("~0", "~")
        if current is not None and current.items is not None:
            size = len(current.items)
            step = size if step == "-" else int(part) if part.isdecimal() else part
        pointer.append(step)
        current = current.at(step) if current is not None else None
    return tuple(pointer)
