"""The strings of a kustomization's entries that name files."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from gateshift.documents.data import Json, Pointer
from gateshift.external.spelling import keys_of

Text = tuple[Pointer, str]
"""A string, and the pointer that leads to it."""


def texts_at(name: str) -> Callable[[Json, Pointer], Iterator[Text]]:
    """Finds the strings of a field that holds one string or a list of them."""

    def find(entry: Json, at: Pointer) -> Iterator[Text]:
        for key in keys_of(entry, name):
            value = entry[key] if isinstance(entry, dict) else None
            if isinstance(value, str) and value:
                yield (*at, key), value
            for index, item in enumerate(value if isinstance(value, list) else ()):
                if isinstance(item, str):
                    yield (*at, key, index), item

    return find


def data_paths(entry: Json, at: Pointer) -> Iterator[Text]:
    """The files of a generator; those of `files` may be written as `key=path` (ParseFileSource)."""
    for pointer, text in texts_at("files")(entry, at):
        yield pointer, text.partition("=")[2] or text
    yield from texts_at("envs")(entry, at)
    yield from texts_at("env")(entry, at)
