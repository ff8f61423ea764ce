"""Which traced item an item of a built list is: lists are merged, reordered and cut on their way."""

from __future__ import annotations

from collections.abc import Sequence

from gateshift.documents.data import Json
from gateshift.provenance.traced import Node

_KEYS = ("name", "containerPort", "port", "mountPath", "key", "type", "ip", "topologyKey", "kind", "host", "path")


def partner(items: Sequence[Node], built: Sequence[Json], index: int) -> Node | None:
    """The item that became `built[index]`: the equal one, else the one with the same key, else the one in its place."""
    wanted = built[index]
    equal = [position for position, item in enumerate(items) if item.data == wanted]
    if index in equal:
        return items[index]
    if equal:
        earlier = sum(other == wanted for other in built[:index])
        return items[equal[min(earlier, len(equal) - 1)]]
    keyed = _by_key(items, wanted)
    if keyed is not None:
        return keyed
    return items[index] if len(items) == len(built) else None


def _by_key(items: Sequence[Node], wanted: Json) -> Node | None:
    for key in _KEYS if isinstance(wanted, dict) else ():
        assert isinstance(wanted, dict)
        value = wanted.get(key)
        if value is not None:
            same = [item for item in items if (found := item.at(key)) is not None and found.scalar == value]
            if len(same) == 1:
                return same[0]
    return None
