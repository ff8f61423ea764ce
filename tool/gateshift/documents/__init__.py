"""YAML text <-> data with places; edits of one span that keep every other byte; the stable dump."""

from gateshift.documents.bounds import Limits, UnreadableYaml, bytes_like, text_of
from gateshift.documents.dump import dump, dump_all
from gateshift.documents.edit import replace_scalar, splice
from gateshift.documents.parse import Document, DuplicateKey, Span, load_all, parse_all

__all__ = [
    "Document",
    "DuplicateKey",
    "Limits",
    "Span",
    "UnreadableYaml",
    "bytes_like",
    "dump",
    "dump_all",
    "load_all",
    "parse_all",
    "replace_scalar",
    "splice",
    "text_of",
]
