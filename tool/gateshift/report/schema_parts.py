"""What the published JSON Schemas are put together from."""

from __future__ import annotations

from gateshift.documents.data import JsonObject


def an_object(description: str, **properties: JsonObject) -> JsonObject:
    """An object that has all of these properties, and may have others."""
    return {
        "description": description,
        "type": "object",
        "properties": dict(properties),
        "required": list(properties),
    }


def a_text(description: str) -> JsonObject:
    """A string."""
    return {"type": "string", "description": description}


def a_list(items: JsonObject, description: str) -> JsonObject:
    """A list of such items."""
    return {"type": "array", "items": items, "description": description}
