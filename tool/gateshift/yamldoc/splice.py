"""Edits of one span: text in, text out, every other byte as it was."""

from __future__ import annotations

import re

from gateshift.yamldoc.parse import Span, parse_all
from gateshift.yamldoc.scalars import kubernetes

_PLAIN_SAFE = r"[A-Za-z0-9_./-][A-Za-z0-9_./@:+-]*\Z"


def splice(text: str, span: Span, new: str) -> str:
    """The text with the span replaced."""
    return text[: span.start] + new + text[span.end :]


def replace_scalar(text: str, span: Span, new: str) -> str:
    """The text with the string scalar at the span replaced by `new`, in the same quotes where they can hold it.

    Raises ValueError for a block scalar or a value with a line break, which no single-line span can hold.
    """
    old = text[span.start : span.end]
    if "\n" in old or "\n" in new or old[:1] in ("|", ">"):
        raise ValueError("only a scalar on one line can be replaced in place")
    return splice(text, span, _quoted(new, old[:1]))


def _quoted(value: str, quote: str) -> str:
    if quote == "'":
        return "'" + value.replace("'", "''") + "'"
    plain = bool(re.match(_PLAIN_SAFE, value)) and not value.endswith(":") and isinstance(kubernetes(value), str)
    if quote == '"' or not plain:
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return value


def same_but(before: str, after: str, span: Span) -> bool:
    """Whether `after` is `before` with nothing changed outside the span and as many documents as it had."""
    tail = len(before) - span.end
    untouched = before[: span.start] == after[: span.start] and (tail == 0 or before[-tail:] == after[-tail:])
    return untouched and len(parse_all(before)) == len(parse_all(after))
