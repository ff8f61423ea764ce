"""Amounts as Kubernetes writes them, and ports and counts that are a number or a string.

Source: k8s.io/apimachinery, pkg/api/resource/quantity.go and suffix.go.
"""

from __future__ import annotations

import re
from fractions import Fraction

from gateshift.yamldoc.data import Json

_AMOUNT = r"\s*([+-]?)([0-9]*)(?:\.([0-9]*))?(Ki|Mi|Gi|Ti|Pi|Ei|[numkMGTPE]|[eE][+-]?[0-9]{1,4})?\s*"
_BINARY = {unit: 1024 ** (place + 1) for place, unit in enumerate(("Ki", "Mi", "Gi", "Ti", "Pi", "Ei"))}
_DECIMAL = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_LONGEST = 100


def amount(value: Json) -> Fraction | None:
    """The number that a quantity stands for: `1Gi` and `1024Mi` are the same; None for what is not a quantity."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    text = str(value)
    match = re.fullmatch(_AMOUNT, text) if len(text) <= _LONGEST else None
    if match is None:
        return None
    sign, whole, part, unit = (match[group] or "" for group in range(1, 5))
    number = Fraction(int(f"{whole}{part}" or "0"), 10 ** len(part))
    if unit in _BINARY:
        number *= _BINARY[unit]
    else:
        power = _DECIMAL[unit] if unit in _DECIMAL else max(-1000, min(1000, int(unit[1:])))
        number *= Fraction(10) ** power
    return -number if sign == "-" else number


def percentage(value: Json) -> int | None:
    """The number of a percentage such as `25%`; None for anything else."""
    match = re.fullmatch(r"([0-9]{1,18})%", value) if isinstance(value, str) else None
    return int(match[1]) if match else None
