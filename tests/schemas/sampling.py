"""Values made at random along a schema, right in most places."""

from __future__ import annotations

import random
from typing import Any

from gateshift.yamldoc.data import JsonObject

_TEXTS = (
    "a",
    "http",
    "80",
    "10.0.0.1",
    "YQ==",
    "500m",
    "2024-01-01T00:00:00Z",
    "example.com",
    "/path",
    "A b",
    "it's",
    "",
)
_ANYTHING: tuple[Any, ...] = (None, True, 0, -1, 1.5, 2**40, "", "text", [], {}, [None], {"unknown": 1})


def sample(schema: JsonObject, rng: random.Random) -> JsonObject:
    """An object with the schema's own apiVersion and kind."""
    made = _Sampler(schema.get("definitions") or {}, rng).value(schema, 0)
    properties: Any = schema["properties"]
    fixed = {name: properties[name]["enum"][0] for name in ("apiVersion", "kind")}
    return {**(made if isinstance(made, dict) else {}), **fixed, "metadata": {"name": "x"}}


class _Sampler:
    def __init__(self, definitions: Any, rng: random.Random) -> None:
        self.definitions = definitions
        self.rng = rng

    def value(self, schema: Any, depth: int) -> Any:
        rng = self.rng
        if rng.random() < 0.01:
            return rng.choice(_ANYTHING)
        if "$ref" in schema:
            return self.value(self.definitions[schema["$ref"].rpartition("/")[2]], depth)
        if "anyOf" in schema and "type" not in schema:
            return self.value(rng.choice(schema["anyOf"]), depth)
        if "enum" in schema:
            return rng.choice(schema["enum"])
        types = schema.get("type", "string")
        kind = types if isinstance(types, str) else rng.choice([one for one in types if one != "null"] or ["null"])
        match kind:
            case "object":
                return self._object(schema, depth)
            case "array":
                items = schema.get("items", {"type": "string"})
                least = schema.get("minItems", 0)
                return [self.value(items, depth + 1) for _ in range(rng.randint(least, least + 1))]
            case "integer" | "number":
                return rng.choice([max(schema.get("minimum", 0), 1), rng.randint(0, 70000)])
            case "boolean":
                return rng.random() < 0.5
            case "null":
                return None
            case _:
                return rng.choice(_TEXTS)

    def _object(self, schema: Any, depth: int) -> Any:
        rng = self.rng
        required = schema.get("required", ())
        likely = 0.5 / (depth + 1)
        made = {
            name: self.value(part, depth + 1)
            for name, part in schema.get("properties", {}).items()
            if (name in required and rng.random() > 0.02) or (depth < 8 and rng.random() < likely)
        }
        extra = schema.get("additionalProperties")
        if isinstance(extra, dict) and rng.random() < likely:
            made[rng.choice(["a", "x/y", "it's"])] = self.value(extra, depth + 1)
        if rng.random() < 0.02:
            made["unknown"] = 1
        return made
