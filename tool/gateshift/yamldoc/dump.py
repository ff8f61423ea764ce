"""Plain data -> YAML text: block style, keys in the order given, the same bytes every time.

Every YAML reader in a cluster's reach must take a string for a string: YAML 1.1 (go-yaml, PyYAML) and YAML 1.2 differ
in what a bare `on`, `0o7`, `1:20` or `1_000` is. So a string stands bare only where no reader could take it for
anything else, as a literal block where its lines survive one, and else in double quotes.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping

from gateshift.yamldoc.data import FieldPath, Json, Scalar

_WORDS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf"})
_BARE = re.compile(
    r"(?:[A-Za-z_/]|\.{1,2}/|[0-9]+[a-zA-Z](?<![eExXoObB]))[\w./@+=,;'()%~:-]*(?: [\w(][\w./@+=,;'()%~:-]*)*\Z",
    re.ASCII,
)
_SIMPLE_KEY = 1000
_ESCAPES = {"\0": "\\0", "\t": "\\t", "\n": "\\n", "\r": "\\r", '"': '\\"', "\\": "\\\\"}
_STEP = "  "

Comments = Mapping[FieldPath, str]
"""Comments by the pointer of the value they stand above; the pointer () is the top of the document."""


def dump(data: Json, comments: Comments | None = None) -> str:
    """The document's text, ending in a line break, without a `---` line.

    Raises ValueError for a lone surrogate, which no encoding of YAML can hold.
    """
    notes = comments or {}
    lines = [*_comment(notes, (), ""), *_block(data, notes, (), "")]
    return "\n".join(lines) + "\n"


def dump_all(*documents: str) -> str:
    """Documents that were dumped, as one text with `---` between them."""
    return "---\n".join(documents)


def _block(data: Json, notes: Comments, at: FieldPath, indent: str) -> Iterator[str]:
    if isinstance(data, dict) and data:
        yield from _mapping(data, notes, at, indent)
    elif isinstance(data, list) and data:
        yield from _sequence(data, notes, at, indent)
    else:
        first, *rest = _leaf(data, indent)
        yield indent + first
        yield from rest


def _mapping(data: dict[str, Json], notes: Comments, at: FieldPath, indent: str) -> Iterator[str]:
    for key, value in data.items():
        yield from _comment(notes, (*at, key), indent)
        name = scalar(key)
        # A reader may look no further than 1,024 characters for the colon of a simple key.
        opening = f"{name}:" if len(name) <= _SIMPLE_KEY else f"? {name}\n{indent}:"
        if isinstance(value, (dict, list)) and value:
            yield indent + opening
            yield from _block(value, notes, (*at, key), indent + _STEP)
        else:
            first, *rest = _leaf(value, indent)
            yield f"{indent}{opening} {first}"
            yield from rest


def _sequence(data: list[Json], notes: Comments, at: FieldPath, indent: str) -> Iterator[str]:
    for index, value in enumerate(data):
        here = (*at, index)
        yield from _comment(notes, here, indent)
        lines = list(_item(value, notes, here, indent))
        # A comment on the item's first key would stand between the dash and the key.
        if lines[0].lstrip().startswith("#"):
            yield f"{indent}-"
            yield from lines
        else:
            yield f"{indent}- {lines[0][len(indent) + len(_STEP) :]}"
            yield from lines[1:]


def _item(value: Json, notes: Comments, at: FieldPath, indent: str) -> Iterator[str]:
    """The item's lines as they would stand without their dash."""
    if isinstance(value, (dict, list)) and value:
        yield from _block(value, notes, at, indent + _STEP)
    else:
        first, *rest = _leaf(value, indent)
        yield indent + _STEP + first
        yield from rest


def _leaf(data: Json, indent: str) -> list[str]:
    if isinstance(data, dict):
        return ["{}"]
    if isinstance(data, list):
        return ["[]"]
    if isinstance(data, str) and _fits_block(data):
        body, clipped = (data[:-1], "|") if data.endswith("\n") else (data, "|-")
        return [clipped, *(indent + _STEP + line if line else "" for line in body.split("\n"))]
    return [scalar(data)]


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


def flow(data: Json) -> str:
    """The data on one line: `{a: [1, 2]}`."""
    if isinstance(data, dict):
        return "{" + ", ".join(f"{_in_flow(key)}: {flow(value)}" for key, value in data.items()) + "}"
    if isinstance(data, list):
        return "[" + ", ".join(map(flow, data)) + "]"
    return _in_flow(data)


def _in_flow(value: Scalar) -> str:
    """The scalar where commas and brackets have a meaning."""
    text = scalar(value)
    return quoted(value) if isinstance(value, str) and set(text) & set(",[]{}") and text == value else text


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
    return bool(_BARE.match(text)) and text[-1] != ":" and ": " not in text and text.lower() not in _WORDS


def _float(value: float) -> str:
    if math.isnan(value):
        return ".nan"
    if math.isinf(value):
        return ".inf" if value > 0 else "-.inf"
    text = repr(value)
    mantissa, exponent, power = text.partition("e")
    # YAML 1.1 knows an exponent only behind a decimal point.
    return f"{mantissa}.0e{power}" if exponent and "." not in mantissa else text


def _comment(notes: Comments, at: FieldPath, indent: str) -> Iterator[str]:
    note = notes.get(at)
    if note is not None:
        for line in note.splitlines():
            yield f"{indent}# {_printable(line)}".rstrip()


def _printable(line: str) -> str:
    return "".join(char if char.isprintable() else " " for char in line)
