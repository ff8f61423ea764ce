"""The reference of gateshift.yaml: its JSON Schema as tables that a person reads."""

from __future__ import annotations

import json
from collections.abc import Iterator

from msgspec import Struct, field

from gateshift.report.markdown_text import cell, own_prose
from gateshift.yamldoc.data import Json, JsonObject, list_at, object_at, text_at

_LONGEST_ENUM = 12
_NAMES = {"string": "text", "integer": "whole number", "number": "number", "boolean": "true or false", "null": "null"}


def markdown(rollout: JsonObject, settings: JsonObject) -> str:
    """The page docs/config.md, from the schemas of a gateshift.yaml with and without a `service`."""
    sections = _Sections(object_at(rollout, "$defs"))
    sections.add("gateshift.yaml", rollout)
    alone = _Sections(object_at(settings, "$defs"))
    alone.add("gateshift.yaml", settings)
    told = sections.found.keys() - {"gateshift.yaml"}
    alone.found = {path: schema for path, schema in alone.found.items() if path not in told}
    head = [
        "# gateshift.yaml",
        "Made by `gateshift docs config` from the schema that editors use (`gateshift schema gateshift`); do not edit.",
    ]
    without = ["# gateshift.yaml without a service", *alone.written()]
    return "\n\n".join([*head, *sections.written(), *without]) + "\n"


class _Sections(Struct):
    """The objects met so far, each with its path; those that several places share stand under a name of their own."""

    shared: JsonObject
    found: dict[str, JsonObject] = field(default_factory=dict)

    def add(self, path: str, schema: JsonObject) -> None:
        """Take an object, and every object inside it."""
        if path in self.found:
            return
        self.found[path] = schema
        for name, value in object_at(schema, "properties").items():
            inner = name if path == "gateshift.yaml" else f"{path}.{name}"
            self._inside(inner, object_at(value))

    def _inside(self, path: str, schema: JsonObject) -> None:
        reference = text_at(schema, "$ref").rpartition("/")[2]
        if reference:
            self._inside(reference, object_at(self.shared, reference))
            return
        if object_at(schema, "properties"):
            self.add(path, schema)
        if object_at(schema, "items"):
            self._inside(f"{path}[]", object_at(schema, "items"))
        if object_at(schema, "additionalProperties"):
            self._inside(f"{path}.NAME", object_at(schema, "additionalProperties"))
        for choice in list_at(schema, "anyOf"):
            self._inside(path, object_at(choice))

    def written(self) -> Iterator[str]:
        """Each object as a heading and a table, the top of the file first."""
        for path, schema in self.found.items():
            if path != "gateshift.yaml":
                yield f"## {path}"
            if text_at(schema, "description"):
                yield own_prose(text_at(schema, "description"))
            yield "\n".join(["| field | form | meaning |", "| --- | --- | --- |", *self._rows(schema)])

    def _rows(self, schema: JsonObject) -> Iterator[str]:
        required = list_at(schema, "required")
        for name, value in object_at(schema, "properties").items():
            field_ = object_at(value)
            form = self.form(field_) + (", required" if name in required else "")
            yield f"| {cell(name)} | {form} | {_meaning(field_)} |"

    def form(self, schema: JsonObject) -> str:
        """What may be written there, in words."""
        reference = text_at(schema, "$ref").rpartition("/")[2]
        if reference:
            inner = self.form(object_at(self.shared, reference))
            return f"[{reference}](#{reference})" if inner == "fields" else inner
        choices = [self.form(object_at(choice)) for choice in list_at(schema, "anyOf") if _is_form(choice)]
        if choices:
            return " or ".join(dict.fromkeys(choices))
        if list_at(schema, "enum"):
            return _enumerated(list_at(schema, "enum"))
        match text_at(schema, "type"):
            case "array":
                return f"list of {self.form(object_at(schema, 'items'))}"
            case "object" if object_at(schema, "additionalProperties"):
                return f"names, each with {self.form(object_at(schema, 'additionalProperties'))}"
            case "object":
                return "fields" if object_at(schema, "properties") else "an object as Kubernetes has it"
            case kind:
                return _NAMES.get(kind, kind or "anything") + _bounds(schema)


def _is_form(choice: Json) -> bool:
    """Whether the choice says what may be written, and not only which fields go together."""
    return bool(set(object_at(choice)) & {"type", "$ref", "enum", "anyOf"})


def _enumerated(values: list[Json]) -> str:
    shown = [cell(str(value)) for value in values[:_LONGEST_ENUM]]
    return " or ".join(shown) + (" and more" if len(values) > _LONGEST_ENUM else "")


def _bounds(schema: JsonObject) -> str:
    least, most = schema.get("minimum"), schema.get("maximum")
    if isinstance(least, int) and isinstance(most, int):
        return f", {least} to {most}"
    return ""


def _meaning(schema: JsonObject) -> str:
    text = own_prose(text_at(schema, "description"))
    if "default" in schema:
        text += f" Default: {cell(json.dumps(schema['default'], ensure_ascii=False))}."
    examples = [
        cell(example if isinstance(example, str) else json.dumps(example)) for example in list_at(schema, "examples")
    ]
    return text + (f" For example {', '.join(examples)}." if examples else "")
