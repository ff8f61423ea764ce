"""What a plain scalar means: to YAML 1.2, and to the YAML 1.1 readers of Kubernetes, which differ."""

from __future__ import annotations

import re
from collections.abc import Callable

from gateshift.yamldoc.data import Scalar

_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_BOOL = {word: value for value in (True, False) for word in (str(value).lower(), str(value), str(value).upper())}
_BOOL_11 = _BOOL | {
    form: value
    for word, value in (("y", True), ("yes", True), ("on", True), ("n", False), ("no", False), ("off", False))
    for form in (word, word.capitalize(), word.upper())
}
_LETTERS = frozenset("yYnN")
_DECIMAL = r"[-+]?[0-9]+\Z"
_FLOAT = r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z"
_SPECIAL = r"([-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))\Z"
_OCTAL_12 = r"0o[0-7]+\Z"
_OCTAL_11 = r"[-+]?0[oO]?[0-7]+\Z"
_BINARY_11 = r"[-+]?0[bB][01]+\Z"
_SIGN_OR_DIGIT = frozenset("+-0123456789")
_START_OF_NUMBER = _SIGN_OR_DIGIT | {"."}
_HEX = r"[-+]?0x[0-9a-fA-F]+\Z"
_HEX_11 = r"[-+]?0X[0-9a-fA-F]+\Z"
_MOST_DIGITS = 400
"""A longer scalar is no number that anybody means, and Python refuses to print one of 4,300 digits."""


def core(text: str) -> Scalar:
    """The scalar's value in YAML 1.2's core schema."""
    if len(text) > _MOST_DIGITS:
        return text
    if text[:2] == "0o" and re.match(_OCTAL_12, text):
        return int(text[2:], 8)
    return _read(text, _BOOL)


def kubernetes(text: str) -> Scalar:
    """The scalar's value as Kubernetes' readers take it: YAML 1.1's `yes`, `on` and `y`, octal and binary numbers,
    and `_` between digits.

    Source: go.yaml.in/yaml/v2 resolve.go, which sigs.k8s.io/yaml uses. Dates stay strings there.
    """
    if len(text) > _MOST_DIGITS:
        return text
    if text[:1] not in _SIGN_OR_DIGIT:
        return _read(text, _BOOL_11)
    digits = text.replace("_", "")
    if len(digits) > 1 and re.match(_OCTAL_11, digits):
        return int(digits.lower().replace("o", ""), 8)
    if re.match(_BINARY_11, digits):
        return int(digits, 2)
    if re.match(_HEX_11, digits):
        return int(digits, 16)
    found = _read(digits, _BOOL_11)
    return text if isinstance(found, str) else found


def kustomize(text: str) -> Scalar:
    """The scalar's value in a file that Kustomize or kubectl may read: single letters stay text, as Kustomize keeps
    them, since a resource called `n` is meant far more often than the boolean of YAML 1.1."""
    return text if text in _LETTERS else kubernetes(text)


def _read(text: str, booleans: dict[str, bool]) -> Scalar:
    if text in _NULL:
        return None
    if text in booleans:
        return booleans[text]
    if text[0] not in _START_OF_NUMBER:
        return text
    if re.match(_DECIMAL, text):
        return int(text)
    if re.match(_HEX, text):
        return int(text, 16)
    if re.match(_FLOAT, text):
        return float(text)
    if re.match(_SPECIAL, text):
        return float(text.lower().replace(".", ""))
    return text


Resolver = Callable[[str], Scalar]
