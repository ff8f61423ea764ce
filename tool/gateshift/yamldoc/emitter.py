"""YAML laid out by ruamel.yaml: blocks indented by two, no line folded, comments above what they speak of.

Only what writes YAML imports this module, since importing ruamel.yaml takes as long as the start of a command.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from io import StringIO
from typing import TypeAlias

from msgspec import Struct
from ruamel.yaml.emitter import Emitter
from ruamel.yaml.error import CommentMark
from ruamel.yaml.events import (
    DocumentEndEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
    StreamStartEvent,
)
from ruamel.yaml.tokens import CommentToken

from gateshift.yamldoc.data import FieldPath, Json, Scalar

SpellScalar: TypeAlias = Callable[[Scalar, bool], tuple[str, str]]
"""A scalar, and whether it has to stand on one line -> its text and its style: "" as it is, "|" for a block."""

_Comment: TypeAlias = "list[list[CommentToken] | None] | None"
_STEP = 2


class _Emitter(Emitter):
    """Takes scalars with the quotes they come in, and indents a list below its key."""

    MAX_SIMPLE_KEY_LENGTH = 1001  # a reader may look no further than 1,024 characters for the colon of a simple key
    use_version = None  # which the serializer would know, where there is one

    def choose_scalar_style(self) -> str:
        style: str = self.event.style
        return style

    def expect_block_sequence(self) -> None:
        self.increase_indent(sequence=True)
        self.state = self.expect_first_block_sequence_item


class _Events(Struct, frozen=True):
    """Data as the events of which ruamel.yaml's emitter makes text."""

    spell: SpellScalar
    comments: Mapping[FieldPath, str]
    flow: bool

    def of(self, data: Json, at: FieldPath, comment: _Comment) -> Iterator[Event]:
        if isinstance(data, dict):
            yield MappingStartEvent(None, None, True, flow_style=self.flow, comment=comment, nr_items=len(data))
            for key, value in data.items():
                yield self.scalar(key, self.comment((*at, key)), on_one_line=True)
                yield from self.of(value, (*at, key), None)
            yield MappingEndEvent()
        elif isinstance(data, list):
            yield SequenceStartEvent(None, None, True, flow_style=self.flow, comment=comment)
            for index, item in enumerate(data):
                yield from self.of(item, (*at, index), self.comment((*at, index)))
            yield SequenceEndEvent()
        else:
            yield self.scalar(data, comment, on_one_line=self.flow)

    def scalar(self, value: Scalar, comment: _Comment, *, on_one_line: bool) -> Event:
        text, style = self.spell(value, on_one_line)
        return ScalarEvent(None, None, (True, True), text, style=style, comment=comment)

    def comment(self, at: FieldPath) -> _Comment:
        """The comment above the value at the path, as the emitter takes it: behind nothing, and before it a token."""
        lines = self.comments.get(at, "").splitlines()
        if not lines:
            return None
        column = _STEP * (len(at) - 1)
        text = "".join(f"{' ' * column}{comment_line(line)}\n" for line in lines)
        return [None, [CommentToken(text.lstrip(" "), CommentMark(column), None)]]


def emit(data: Json, spell: SpellScalar, comments: Mapping[FieldPath, str], *, flow: bool) -> str:
    """The text of a mapping or list, ending in a line break: in blocks, or with `flow` on one line."""
    stream = StringIO()
    emitter = _Emitter(stream, width=sys.maxsize, brace_single_entry_mapping_in_flow_sequence=True)
    events = _Events(spell, comments, flow)
    for event in (
        StreamStartEvent(),
        DocumentStartEvent(),
        *events.of(data, (), None),
        DocumentEndEvent(),
        StreamEndEvent(),
    ):
        emitter.emit(event)
    return stream.getvalue()


def comment_line(line: str) -> str:
    """The line as a comment, without what does not print."""
    return f"# {''.join(char if char.isprintable() else ' ' for char in line)}".rstrip()
