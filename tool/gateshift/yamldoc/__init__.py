"""YAML text <-> data with places; edits of one span that keep every other byte; the stable dump."""

from gateshift.yamldoc.bounds import ReadLimits, UnreadableYaml, bytes_like, text_of
from gateshift.yamldoc.dump import dump, dump_all
from gateshift.yamldoc.parse import Document, DuplicateKey, Span, load_all, parse_all
from gateshift.yamldoc.splice import replace_scalar, splice

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
    "replace_scalar",
    "splice",
    "text_of",
]
