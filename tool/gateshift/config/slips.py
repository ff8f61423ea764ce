"""What a wrong value was probably meant to be: a word that is known, or the value without a small slip."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from gateshift.config.schema.schema_types import Text
from gateshift.model.nearest import nearest_word

_LONGEST = 100


def suggestion(word: str) -> str:
    """The question whether the word was meant; "" for none."""
    return f"did you mean `{word}`?" if word else ""


def did_you_mean(word: str, words: Iterable[str]) -> str:
    """The question to ask, or "" where no known word is near."""
    return suggestion(nearest_word(word, words))


def _slug(value: str) -> str:
    """A name without dots or stars, its parts joined by `-`."""
    return "" if re.search(r"[.*]", value) else re.sub(r"[^a-z0-9]+", "-", value.lower()).strip("-")


def _dotted_slug(value: str) -> str:
    parts = (re.sub(r"[^a-z0-9]+", "-", part).strip("-") for part in value.lower().split("."))
    return "" if "*" in value else ".".join(part for part in parts if part)


def _host(value: str) -> str:
    return re.sub(r"(:[0-9]+|/.*|\.)$", "", re.sub(r"^[a-z]+://", "", value.strip().lower()))


def _plain_duration(value: str) -> str:
    """`1.5h`, `90 minutes` and a bare `30` (seconds) as a duration of whole numbers."""
    found = re.fullmatch(r"([0-9]{1,6}(?:\.[0-9]{1,3})?)\s*(h|m|s|ms|[a-z]{3,12})?", value.strip().lower())
    if found is None:
        return ""
    if found[2] is None and re.fullmatch("[0-9]{1,5}", found[1]):
        return f"{found[1]}s"
    unit = {"hou": "h", "min": "m", "sec": "s", "mil": "ms"}.get((found[2] or "s")[:3], found[2] or "s")
    seconds = {"h": 3600, "m": 60, "s": 1, "ms": 0.001}.get(unit)
    if seconds is None:
        return ""
    left = round(float(found[1]) * seconds * 1000)
    parts = []
    for name, size in (("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)):
        count, left = divmod(left, size)
        parts.append(f"{count}{name}" if count else "")
    return "".join(parts) or "0s"


_MENDS: tuple[Callable[[str], str], ...] = (
    str.strip,
    lambda value: re.sub(r"\s+", "-", value.strip()),
    lambda value: re.sub(r"\s+", "", value),
    str.lower,
    str.upper,
    lambda value: f"/{value.strip()}",
    lambda value: value.strip("/"),
    lambda value: value.removeprefix("./"),
    lambda value: re.sub(r"/{2,}", "/", value),
    lambda value: re.sub(r"^[a-z]+://", "", value.strip()),
    lambda value: re.sub(r"^[a-z]+://", "", value.strip()).lower(),
    lambda value: f"https://{value.strip()}",
    lambda value: value.rstrip(":"),
    _plain_duration,
    _host,
    _slug,
    lambda value: _slug(value).lstrip("0123456789-"),
    _dotted_slug,
)


def mended(value: str, form: Text) -> str:
    """The nearest text of the form that a small slip would explain; "" where none is found."""
    if form.choices:
        return nearest_word(value, form.choices)
    if len(value) > _LONGEST:
        return ""
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
