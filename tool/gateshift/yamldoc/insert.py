"""New fields in a mapping of someone's YAML, in the style that stands there; every other byte stays.

Keys that say what an entry is (`group`, `kind`, `type`, `path`, `matches`) go first, others last.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping

from msgspec import Struct

from gateshift.yamldoc.data import FieldPath, Json, look_up
from gateshift.yamldoc.dump import dump, flow, scalar
from gateshift.yamldoc.parse import Document, Span

_FIRST = ("group", "kind", "type", "path", "matches")
_BEFORE = {"matches": ("name",)}
"""Keys that stay before one that goes first: a rule's name stands above its matches."""

_PROPERTIES = r"(?:[&!]\S*\s+)+"


class Insertion(Struct, frozen=True, order=True):
    """Text to put in at an offset; of two at the same offset the one of smaller `rank` goes first."""

    offset: int
    rank: int
    text: str


class CannotInsert(Exception):  # noqa: N818 -- what the text refuses
    """The mapping is written in a way that no field can be put into safely, such as behind an alias."""


def insert_fields(document: Document, mapping: FieldPath, fields: Mapping[str, Json]) -> list[Insertion]:
    """The insertions that add the fields to the mapping at the pointer. Raises CannotInsert."""
    span = document.span(mapping)
    if span is None:
        raise CannotInsert
    ordered = sorted(fields, key=lambda key: (_rank(key), key))
    brace = _content(document.text, span)
    if document.text[brace : brace + 1] == "{":
        if not look_up(document.data, mapping):
            whole = ", ".join(f"{scalar(key)}: {flow(fields[key])}" for key in ordered)
            return [Insertion(brace + 1, 0, whole)]
        return [_in_flow(document, mapping, key, fields[key]) for key in ordered]
    return [_in_block(document, mapping, key, fields[key]) for key in ordered]


def apply(text: str, insertions: Iterable[Insertion]) -> str:
    """The text with every insertion made; the same one twice, as aliases bring it about, is made once."""
    for insertion in sorted(set(insertions), reverse=True):
        text = text[: insertion.offset] + insertion.text + text[insertion.offset :]
    return text


def _rank(key: str) -> int:
    return _FIRST.index(key) if key in _FIRST else len(_FIRST)


def _in_block(document: Document, mapping: FieldPath, key: str, value: Json) -> Insertion:
    spans = [(name, span) for name, span, _ in document.keys(mapping)]
    if not spans:
        raise CannotInsert
    text, line_break = document.text, "\r\n" if "\r\n" in document.text else "\n"
    indent = " " * (spans[0][1].column - 1)
    lines = [line for line in dump({key: value}).split("\n") if line]
    before = next((span for name, span in spans if name not in _BEFORE.get(key, ())), None)
    if key in _FIRST and before is not None:
        return Insertion(before.start, _rank(key), "".join(line + line_break + indent for line in lines))
    offset = _line_end(text, _end(document, mapping, spans[-1]))
    added = "".join(indent + line + line_break for line in lines)
    if offset == len(text) and not text.endswith("\n"):
        added = line_break + added.removesuffix(line_break)
    return Insertion(offset, _rank(key), added)


def _content(text: str, span: Span) -> int:
    """Where the value itself starts, behind an anchor or a tag."""
    properties = re.match(_PROPERTIES, text[span.start : span.end])
    return span.start + (properties.end() if properties else 0)


def _in_flow(document: Document, mapping: FieldPath, key: str, value: Json) -> Insertion:
    keys = list(document.keys(mapping))
    if not keys:
        raise CannotInsert
    as_json = document.text[keys[0][1].start] == '"'
    field = f"{json.dumps(key)}: {json.dumps(value)}" if as_json else f"{scalar(key)}: {flow(value)}"
    if key in _FIRST and keys[0][0] not in _BEFORE.get(key, ()):
        return Insertion(keys[0][1].start, _rank(key), f"{field}, ")
    last = keys[-1]
    return Insertion(_end(document, mapping, (last[0], last[1])), _rank(key), f", {field}")


def _end(document: Document, mapping: FieldPath, last: tuple[str, Span]) -> int:
    """Where the last value of a mapping ends, comments and blank lines after it left out."""
    name, key = last
    at: FieldPath = (*mapping, name)
    while True:
        span, value = document.span(at), look_up(document.data, at)
        if span is None or span.start < key.end:
            raise CannotInsert  # an alias, or a merged value: it stands elsewhere
        start = _content(document.text, span)
        if document.text[start : start + 1] in ("{", "[", '"', "'") or not isinstance(value, dict | list):
            return span.end if span.end > key.end else _colon(document.text, key.end)
        if not value:
            raise CannotInsert
        if isinstance(value, list):
            at = (*at, len(value) - 1)
        else:
            name, key, _ = list(document.keys(at))[-1]
            at = (*at, name)


def _colon(text: str, offset: int) -> int:
    """The end of the colon behind a key without a value."""
    colon = text.find(":", offset)
    return len(text) if colon < 0 else colon + 1


def _line_end(text: str, offset: int) -> int:
    """The start of the next line, unless the offset is at the start of a line already, as after a block scalar."""
    if offset and text[offset - 1] == "\n":
        return offset
    line_break = text.find("\n", offset)
    return len(text) if line_break < 0 else line_break + 1
