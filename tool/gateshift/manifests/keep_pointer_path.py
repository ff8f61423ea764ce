"""The one scalar of a generated pointer that is not the generator's: the path of the stage in force."""

from __future__ import annotations

from gateshift.engines.registry import ENGINES, engine_of
from gateshift.yamldoc import Span, UnreadableYaml, parse_all
from gateshift.yamldoc.data import text_at
from gateshift.yamldoc.splice import splice

_MARK = "\ufeff"
"""A byte order mark: no generated file has one, and libyaml does not count it among the characters."""


def path_spans(text: str) -> list[Span]:
    """Where the paths of pointers stand in the text, in order; empty where it is no YAML or holds no pointer."""
    return [span for span, _ in _paths(text)]


def named_paths(text: str) -> list[str]:
    """The paths that the pointers in the text name, in order."""
    return [path for _, path in _paths(text)]


def keep_pointer_path(expected: str, present: str) -> str:
    """The expected text of a pointer with the paths as the present text writes them. Any other text is given back."""
    ours, theirs = path_spans(expected), path_spans(present)
    if len(ours) == len(theirs):
        for span, kept in reversed(list(zip(ours, theirs, strict=True))):
            expected = splice(expected, span, present[kept.start : kept.end])
    return expected


def _paths(text: str) -> list[tuple[Span, str]]:
    if not any(group in text for engine in ENGINES.values() for group in engine.groups) or text.startswith(_MARK):
        return []
    try:
        text.encode()
        documents = parse_all(text)
    except (UnreadableYaml, UnicodeEncodeError):
        return []
    paths = []
    for document in documents:
        engine = engine_of(document.data)
        at = engine.path_fields.get(text_at(document.data, "kind"), ()) if engine is not None else ()
        span, path = document.span(at), text_at(document.data, *at)
        if span is not None and path and span.line == span.end_line:
            paths.append((span, path))
    return paths
