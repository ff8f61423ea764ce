"""The Kubernetes objects in a YAML document: one, or the items of a list."""

from __future__ import annotations

from collections.abc import Iterator

from gateshift.documents.data import Json, JsonObject, Pointer, text_at

_DEEPEST_LIST = 20


def objects_in(data: Json, pointer: Pointer = ()) -> Iterator[tuple[Pointer, JsonObject]]:
    """Each object of a document with its pointer: `kind: SomethingList` with `items` stands for its items, as
    Kustomize's resource factory (inlineAnyEmbeddedLists) and kubectl take it."""
    if not isinstance(data, dict):
        return
    if text_at(data, "kind").endswith("List") and "items" in data and len(pointer) < _DEEPEST_LIST:
        items = data["items"]
        for index, item in enumerate(items if isinstance(items, list) else ()):
            yield from objects_in(item, (*pointer, "items", index))
    elif data:
        yield pointer, data
