"""The templates of an ApplicationSet: which values fill them, and where those values stand.

Only plain placeholders are understood, `{{name}}` and with goTemplate `{{ .name }}`: a function's result stands in no
scalar that could be edited.
Source: Argo CD documentation, ApplicationSet: Generators, Go Template.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from gateshift.documents.data import Json, Pointer
from gateshift.model.pointer import Slot

ParameterFiles = Callable[[str], Mapping[str, Json]]
"""The data of the repository's files that match a glob such as `clusters/*/config.json`, by path from the top."""

_PLACEHOLDER = re.compile(r"\{\{-?\s*(.*?)\s*-?\}\}")
_FAST = re.compile(r"[\w.\[\]/-]+\Z")
_GO = re.compile(r"(?:\.[A-Za-z_]\w*)+\Z")


class Unfilled(Exception):  # noqa: N818 -- what became of the template
    """A template that cannot be filled in from files; the text says why."""


def no_files(_: str) -> Mapping[str, Json]:
    """The files of someone who looks at no repository."""
    return {}


@dataclass(frozen=True, slots=True)
class Value:
    """A parameter's text and the scalar it stands in; `at` None where it stands in none."""

    text: str
    at: Pointer | None = None
    file: str = ""


Parameters = Mapping[str, Value]
"""Values by the name that a template uses, nested ones with dots between the keys."""


def parameters_of(data: Json, at: Pointer = (), file: str = "", prefix: str = "") -> Iterator[tuple[str, Value]]:
    """Every scalar below the data as a parameter."""
    if isinstance(data, dict):
        for key, value in data.items():
            name = f"{prefix}.{key}" if prefix else key
            yield from parameters_of(value, (*at, key), file, name)
    elif isinstance(data, str):
        yield prefix, Value(data, at, file)
    elif isinstance(data, (bool, int, float)):
        yield prefix, Value(str(data).lower() if isinstance(data, bool) else str(data))


def fill(template: str, at: Pointer, parameters: Parameters, *, go: bool) -> tuple[str, tuple[Slot, ...]]:
    """The template's text filled in, and the scalars its change could be made in, the last placeholder first.

    A template without placeholders is a slot of its own. Raises Unfilled.
    """
    parts = list(_parts(template, parameters, go=go))
    if all(isinstance(part, str) for part in parts):
        return template, (Slot(at, template),)
    texts = [part if isinstance(part, str) else part.text for part in parts]
    used = [part.at for part in parts if isinstance(part, Value)]
    slots = [
        Slot(part.at, part.text, "".join(texts[:index]), "".join(texts[index + 1 :]), part.file)
        for index, part in enumerate(parts)
        if isinstance(part, Value) and part.at is not None and used.count(part.at) == 1
    ]
    return "".join(texts), tuple(reversed(slots))


def _parts(template: str, parameters: Parameters, *, go: bool) -> Iterator[str | Value]:
    end = 0
    for found in _PLACEHOLDER.finditer(template):
        if found.start() > end:
            yield template[end : found.start()]
        yield _value(found[1], parameters, go=go)
        end = found.end()
    if end < len(template):
        yield template[end:]


def _value(expression: str, parameters: Parameters, *, go: bool) -> Value:
    if not (_GO if go else _FAST).match(expression):
        raise Unfilled(f"`{{{{{expression}}}}}` is more than a parameter")
    name = expression.removeprefix(".") if go else expression
    if name not in parameters:
        raise Unfilled(f"the generator gives no parameter `{name}`")
    return parameters[name]
