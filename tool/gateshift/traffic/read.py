"""Fields of an object read leniently: what is missing or of another type becomes the default, nothing raises.

A null is absent, as the API server has it for a field with a default.
"""

from __future__ import annotations

from collections.abc import Iterator

from gateshift.model.resource import Resource
from gateshift.yamldoc.data import Json, JsonObject, look_up, object_at, text_at

GATEWAY_API = "gateway.networking.k8s.io"


def text(data: JsonObject, key: str, default: str = "") -> str:
    """The string under the key."""
    value = data.get(key)
    return value if isinstance(value, str) else default


def number(data: JsonObject, key: str) -> int | None:
    """The whole number under the key; a boolean is none, `80.0` is one, as JSON has it."""
    value = data.get(key)
    if isinstance(value, bool):
        return None
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int) else None


def members(data: Json, *pointer: str | int) -> Iterator[tuple[int, JsonObject]]:
    """The mappings in the list at the pointer, each with its index in the list as written."""
    items = look_up(data, pointer)
    for index, item in enumerate(items if isinstance(items, list) else ()):
        if isinstance(item, dict):
            yield index, item


def texts(data: Json, *pointer: str | int) -> tuple[str, ...]:
    """The strings in the list at the pointer."""
    items = look_up(data, pointer)
    return tuple(item for item in items if isinstance(item, str)) if isinstance(items, list) else ()


def pairs(data: Json, *pointer: str | int) -> tuple[tuple[str, str], ...]:
    """The mapping at the pointer as pairs of strings, such as labels; values that are no strings are left out."""
    values = object_at(data, *pointer)
    return tuple((key, value) for key, value in values.items() if isinstance(value, str))


def labels_of(resource: Resource) -> tuple[tuple[str, str], ...]:
    """The object's labels."""
    return pairs(resource.data, "metadata", "labels")


def created(resource: Resource) -> str:
    """The creation timestamp (RFC 3339, sorts as text), "" in a manifest that was never applied."""
    return text_at(resource.data, "metadata", "creationTimestamp")
