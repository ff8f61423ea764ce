"""The nearest right word to a wrong one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from difflib import get_close_matches

from gateshift.spec.forms import Text

_LONGEST = 100


def nearest(word: str, words: Iterable[str]) -> str:
    """The known word most like this one, whatever its case and joints; "" where none is like it."""
    if len(word) > _LONGEST:
        return ""
    known = {_bare(known): known for known in words}
    found = get_close_matches(_bare(word), known, n=1, cutoff=0.6)
    return known[found[0]] if found else ""


def _bare(word: str) -> str:
    return re.sub(r"[-_ .]", "", word).lower()


def did_you_mean(word: str, words: Iterable[str]) -> str:
    """The question to ask, or "" where no known word is near."""
    found = nearest(word, words)
    return f"did you mean `{found}`?" if found else ""


def _slug(value: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", value.lower()).strip("-")


def _host(value: str) -> str:
    return re.sub(r"(:[0-9]+|/.*|\.)$", "", re.sub(r"^[a-z]+://", "", value.strip().lower()))


_MENDS: tuple[Callable[[str], str], ...] = (
    str.strip,
    lambda value: re.sub(r"\s+", "", value),
    str.lower,
    str.upper,
    lambda value: f"/{value.strip()}",
    lambda value: value.strip("/"),
    lambda value: value.removeprefix("./"),
    lambda value: re.sub(r"/{2,}", "/", value),
    lambda value: re.sub(r"^[a-z]+://", "", value.strip()),
    lambda value: re.sub(r"^[a-z]+://", "", value.strip()).lower(),
    _host,
    _slug,
    lambda value: _slug(value).lstrip("0123456789-"),
    lambda value: value.rstrip(":"),
    lambda value: re.sub(r"\s*min(ute)?s?$", "m", value),
    lambda value: re.sub(r"\s*sec(ond)?s?$", "s", value),
    lambda value: re.sub(r"\s*hours?$", "h", value),
)


def mended(value: str, form: Text) -> str:
    """The nearest text of the form that a small slip would explain; "" where none is found."""
    if len(value) > max(_LONGEST, form.most):
        return ""
    if form.choices:
        return nearest(value, form.choices)
    for mend in _MENDS:
        candidate = mend(value)
        if candidate != value and fits(candidate, form):
            return candidate
    return ""


def fits(value: str, form: Text) -> bool:
    """Whether the text has the form. A pattern's `$` means the very end here, as ECMAScript has it."""
    if form.choices:
        return value in form.choices
    if not form.least <= len(value) <= form.most:
        return False
    return not form.pattern or re.search(form.pattern.removesuffix("$") + r"\Z", value) is not None
