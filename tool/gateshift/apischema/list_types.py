"""Lists whose entries must differ: x-kubernetes-list-type set and map.

Source: apiextensions-apiserver, pkg/apiserver/schema/listtype/validation.go.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from msgspec import Struct

from gateshift.apischema.schema_tree import LISTS, SchemaNode
from gateshift.yamldoc.data import FieldPath, Json


class RepeatedEntry(Struct, frozen=True):
    """An entry that repeats an earlier one. `value` is the entry of a set, or the keys of a map's entry."""

    pointer: FieldPath
    first: FieldPath
    value: Json


def repeated(node: SchemaNode | None, data: Json, at: FieldPath = ()) -> Iterator[RepeatedEntry]:
    """Every entry that repeats an earlier one of its list, at any depth; a third occurrence is not told again."""
    if node is None or LISTS not in node.below:
        return
    if isinstance(data, dict):
        for key, value in data.items():
            yield from repeated(node.child(key), value, (*at, key))
    elif isinstance(data, list):
        if node.list_type != "atomic":
            yield from _in_list(node, data, at)
        for index, entry in enumerate(data):
            yield from repeated(node.items, entry, (*at, index))


def _in_list(node: SchemaNode, entries: list[Json], at: FieldPath) -> Iterator[RepeatedEntry]:
    seen: dict[str, list[int]] = {}
    for index, entry in enumerate(entries):
        value = _keys(node, entry) if node.list_type == "map" else entry
        earlier = seen.setdefault(json.dumps(value, sort_keys=True), [])
        if len(earlier) == 1:
            yield RepeatedEntry((*at, index), (*at, earlier[0]), value)
        earlier.append(index)


def _keys(node: SchemaNode, entry: Json) -> Json:
    """The keys that tell a map's entries apart; an absent key is equal to another absent key."""
    if not isinstance(entry, dict):
        return {}
    return {key: entry[key] for key in node.list_keys if key in entry}
