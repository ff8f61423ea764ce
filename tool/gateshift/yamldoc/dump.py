"""Plain data -> YAML text: block style, keys in the order given, the same bytes every time.

ruamel.yaml lays the text out; this module chooses how each scalar is written. Every YAML reader in a cluster's reach
must take a string for a string: YAML 1.1 (go-yaml, PyYAML) and YAML 1.2 differ in what a bare `on`, `0o7`, `1:20` or
`1_000` is. So a string stands bare only where no reader could take it for anything else, as a literal block where its
lines survive one, and else in double quotes.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

from gateshift.yamldoc.data import FieldPath, Json, Scalar

_WORDS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf"})
_BARE = r"(?:[A-Za-z_/]|\.{1,2}/|[0-9]+[a-zA-Z](?<![eExXoObB]))[\w./@+=,;'()%~:-]*(?: [\w(][\w./@+=,;'()%~:-]*)*\Z"
_ESCAPES = {"\0": "\\0", "\t": "\\t", "\n": "\\n", "\r": "\\r", '"': '\\"', "\\": "\\\\"}
_SPECIAL_IN_FLOW = frozenset(",[]{}")

Comments = Mapping[FieldPath, str]
"""Comments by the path of the value they stand above; the path () is the top of the document."""


def dump(data: Json, comments: Comments | None = None) -> str:
    """The document's text, ending in a line break, without a `---` line.

    Raises ValueError for a lone surrogate, which no encoding of YAML can hold.
    """
    from gateshift.yamldoc.emitter import comment_line, emit  # ruamel is for writers only

    notes = comments or {}
    top = "".join(f"{comment_line(line)}\n" for line in notes.get((), "").splitlines())
    if isinstance(data, dict | list):
        return top + emit(data, _in_block, notes, flow=False)
    return f"{top}{scalar(data)}\n"


def dump_all(*documents: str) -> str:
    """Documents that were dumped, as one text with `---` between them."""
    return "---\n".join(documents)


def flow(data: Json) -> str:
    """The data on one line: `{a: [1, 2]}`."""
    if not isinstance(data, dict | list):
        return _in_flow(data)
    from gateshift.yamldoc.emitter import emit

    return emit(data, lambda value, _: (_in_flow(value), ""), {}, flow=True).removesuffix("\n")


def _in_block(value: Scalar, on_one_line: bool) -> tuple[str, str]:  # noqa: FBT001 -- as the emitter calls it
    if isinstance(value, str) and not on_one_line and _fits_block(value):
        return value, "|"
    return scalar(value), ""


def _fits_block(text: str) -> bool:
    """Whether a literal block gives the text back: several lines that print, the first one flush left, none that
    ends in a space, and at most one line break at the end."""
    lines = text.removesuffix("\n").split("\n")
    if len(lines) < 2 or not lines[0] or not lines[-1] or lines[0][0] == " ":
        return False
    return all(line.isprintable() and not line.endswith(" ") for line in lines)


def scalar(value: Scalar) -> str:
    """One scalar on one line."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float():
            return _float(value)
        case str():
            return value if _stands_bare(value) else quoted(value)


def _in_flow(value: Scalar) -> str:
    """The scalar where commas and brackets have a meaning."""
    text = scalar(value)
    return quoted(value) if text == value and not _SPECIAL_IN_FLOW.isdisjoint(text) else text


def quoted(text: str) -> str:
    """The text in double quotes, with everything escaped that does not print. Raises ValueError for a surrogate."""
    return '"' + "".join(map(_escaped, text)) + '"'


def _escaped(char: str) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    if char.isprintable():
        return char
    code = ord(char)
    if 0xD800 <= code <= 0xDFFF:
        raise ValueError(f"the lone surrogate U+{code:04X} cannot be written as YAML")
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def _stands_bare(text: str) -> bool:
    return bool(re.match(_BARE, text, re.ASCII)) and text[-1] != ":" and ": " not in text and text.lower() not in _WORDS


def _float(value: float) -> str:
    if math.isnan(value):
        return ".nan"
    if math.isinf(value):
        return ".inf" if value > 0 else "-.inf"
    text = repr(value)
    mantissa, exponent, power = text.partition("e")
    # YAML 1.1 knows an exponent only behind a decimal point.
    return f"{mantissa}.0e{power}" if exponent and "." not in mantissa else text
