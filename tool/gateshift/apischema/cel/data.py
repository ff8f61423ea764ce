"""Data as a CEL rule sees it."""

from __future__ import annotations

import base64
import binascii
from typing import TypeAlias, cast

from gateshift.apischema.schema_tree import RENAMED, SchemaNode
from gateshift.yamldoc.data import Json

CelData: TypeAlias = "bool | int | float | str | bytes | list[CelData] | dict[str, CelData] | None"
"""What a rule's `self` can be."""


def view(node: SchemaNode | None, data: Json) -> CelData:
    """The value as a rule sees it: fields by their escaped names, numbers by the schema's type, bytes decoded.

    Source: apiserver, pkg/cel/common/values.go.
    """
    if node is None or RENAMED not in node.below:
        return cast(CelData, data)
    if isinstance(data, dict):
        return {node.escaped.get(key, key): view(node.child(key), value) for key, value in data.items()}
    if isinstance(data, list):
        return [view(node.items, entry) for entry in data]
    if node.type == "number" and isinstance(data, int) and not isinstance(data, bool):
        return float(data)
    if node.format == "byte" and isinstance(data, str):
        return _decoded(data)
    return data


def _decoded(text: str) -> bytes | str:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        return text
