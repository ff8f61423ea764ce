"""How CEL spells the names of a schema's fields, and which names a rule reads.

Source: Kubernetes, "Common Expression Language in Kubernetes", section on escaping.
"""

from __future__ import annotations

import re

_NAME = r"[a-zA-Z_][a-zA-Z0-9_./-]*\Z"
_RESERVED = frozenset(
    {
        "true",
        "false",
        "null",
        "in",
        "as",
        "break",
        "const",
        "continue",
        "else",
        "for",
        "function",
        "if",
        "import",
        "let",
        "loop",
        "package",
        "namespace",
        "return",
        "var",
        "void",
        "while",
    }
)
_ESCAPES = {"__": "__underscores__", ".": "__dot__", "-": "__dash__", "/": "__slash__"}
_TO_ESCAPE = r"__|[./-]"
_OLD = r"\boldSelf\b"


def escape(name: str) -> str | None:
    """The field's name as a rule writes it; None where no rule can name the field."""
    if name in _RESERVED:
        return f"__{name}__"
    if name.isalnum() and name.isascii() and not name[0].isdigit():  # nearly every name, without a pattern
        return name
    if not re.match(_NAME, name):
        return None
    return re.sub(_TO_ESCAPE, lambda part: _ESCAPES[part[0]], name)


def reads_old(rule: str) -> bool:
    """Whether the rule compares with the object as it was before."""
    return re.search(_OLD, rule) is not None
