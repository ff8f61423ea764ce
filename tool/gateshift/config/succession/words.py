"""Versions' names where they stand in sentences, names and paths."""

from __future__ import annotations

import re
from collections.abc import Mapping

from gateshift.yamldoc.data import Json

_LONGEST_NAME = 63
"""Characters of a stage's name, which is a DNS label (RFC 1123)."""


def renamed(name: Json, renames: Mapping[str, str]) -> Json:
    """A version's new name; anything else as it is."""
    return renames.get(name, name) if isinstance(name, str) else name


def retold(sentence: str, renames: Mapping[str, str]) -> str:
    """The sentence with the versions' names moved on, each where it stands as a word of its own."""
    return _replaced(sentence, r"(?<![\w.-]){}(?![\w-]|\.\w)", renames)


def renamed_part(name: str, renames: Mapping[str, str]) -> str:
    """A name or path with the versions' names moved on, each where it is a part of its own: `dark-v2` -> `dark-v3`."""
    return _replaced(name, r"(?<![A-Za-z0-9]){}(?![A-Za-z0-9]|\.[0-9])", renames)


def _replaced(text: str, form: str, renames: Mapping[str, str]) -> str:
    words = "|".join(sorted(map(re.escape, renames), key=len, reverse=True))
    return re.sub(form.format(f"(?:{words})"), lambda word: renames[word[0]], text) if words else text


def unique_name(name: str, addition: str, taken: list[str]) -> str:
    """The name, or one with the addition where another stage has it already."""
    number = 1
    candidate = name
    while candidate in taken:
        end = addition if number == 1 else f"{addition}-{number}"
        candidate = f"{name[: _LONGEST_NAME - len(end) - 1].rstrip('-')}-{end}"
        number += 1
    return candidate
