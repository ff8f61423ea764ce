"""Equal parts of a schema, written once.

A schema repeats itself a lot: a Deployment's names three kinds of containers, an HTTPRoute's has every filter twice.
Written once and referred to, it is read and compiled several times faster.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import cast

from gateshift.apischema.structural import rebuild
from gateshift.yamldoc.data import Json, JsonObject

_REF = "$ref"
_PREFIX = "#/definitions/"
_WORTH_SHARING = 160
"""Characters from which a part that occurs twice gets a definition of its own."""


def share(schema: JsonObject, recursive: dict[str, JsonObject] | None = None) -> JsonObject:
    """The schema with its repeated parts under `definitions`. `recursive` holds definitions that it refers to already,
    by name, because they contain themselves."""
    sharing = _Sharing()
    top = sharing.fold(schema)
    named = {name: sharing.fold(part) for name, part in (recursive or {}).items()}
    result = rebuild(top, sharing.unfold)
    definitions: dict[str, Json] = {name: rebuild(part, sharing.unfold) for name, part in named.items()}
    definitions.update(sharing.definitions)
    return {**result, "definitions": definitions} if definitions else result


class _Sharing:
    """Folds each distinct part into one value, counts who refers to it, and unfolds those worth it as references."""

    def __init__(self) -> None:
        self.texts: dict[int, str] = {}
        self.alive: list[JsonObject] = []
        self.parts: dict[str, JsonObject] = {}
        self.weight: dict[str, int] = {}
        self.count: Counter[str] = Counter()
        self.names: dict[str, str] = {}
        self.definitions: dict[str, Json] = {}

    def fold(self, schema: JsonObject) -> JsonObject:
        """The schema with every part replaced by the one value that stands for all its equals."""
        text = self.texts.get(id(schema))
        if text is None:
            folded = rebuild(schema, self.fold)
            children: list[str] = []
            text = json.dumps(rebuild(folded, lambda part: self._token(part, children)), sort_keys=True)
            self._remember(schema, text)
            if text not in self.parts:
                self.parts[text] = folded
                self.weight[text] = len(text) + sum(self.weight[child] for child in children)
                self.count.update(children)
                self._remember(folded, text)
        return self.parts[text]

    def _remember(self, schema: JsonObject, text: str) -> None:
        self.texts[id(schema)] = text
        self.alive.append(schema)  # an identity is only good while its object lives

    def _token(self, part: JsonObject, children: list[str]) -> JsonObject:
        children.append(self.texts[id(part)])
        return {"=": id(part)}

    def unfold(self, schema: JsonObject) -> JsonObject:
        """The folded schema with a reference wherever a part occurs twice and is worth it."""
        text = self.texts[id(schema)]
        if text in self.names:
            return {_REF: _PREFIX + self.names[text]}
        if self.count[text] < 2 or self.weight[text] < _WORTH_SHARING or _REF in schema:
            return rebuild(schema, self.unfold)
        name = self.names[text] = str(len(self.names))
        self.definitions[name] = rebuild(schema, self.unfold)
        return {_REF: _PREFIX + name}


def unshare(schema: JsonObject) -> JsonObject:
    """The schema without references: equal parts are one and the same value in memory. It must not be recursive."""
    definitions = schema.get("definitions")
    if not isinstance(definitions, dict):
        return schema
    done: dict[str, JsonObject] = {}

    def resolve(part: JsonObject) -> JsonObject:
        ref = part.get(_REF)
        if not isinstance(ref, str):
            return rebuild(part, resolve)
        name = ref.removeprefix(_PREFIX)
        if name not in done:
            done[name] = resolve(cast("JsonObject", definitions[name]))
        return done[name]

    return resolve({key: value for key, value in schema.items() if key != "definitions"})
