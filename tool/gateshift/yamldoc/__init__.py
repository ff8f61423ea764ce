"""YAML text <-> data with places; edits of one span that keep every other byte; the stable dump.

The parser is imported when it is first asked for: a run that is told of data alone parses nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateshift.yamldoc.bounds import ReadLimits, UnreadableYaml, bytes_like, text_of
from gateshift.yamldoc.dump import dump, dump_all

if TYPE_CHECKING:
    from gateshift.yamldoc.parse import Document, DuplicateKey, Span, load_all, parse_all

__all__ = [
    "Document",
    "DuplicateKey",
    "ReadLimits",
    "Span",
    "UnreadableYaml",
    "bytes_like",
    "dump",
    "dump_all",
    "load_all",
    "parse_all",
    "text_of",
]


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from gateshift.yamldoc import parse

    return getattr(parse, name)
