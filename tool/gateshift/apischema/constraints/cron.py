"""Cron schedules as the CronJob controller reads them: five fields, or one of a few words.

Source: github.com/robfig/cron/v3, parser.go (ParseStandard), which Kubernetes vendors.
"""

from __future__ import annotations

import re

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_FIELDS: tuple[tuple[str, int, int, dict[str, int]], ...] = (
    ("minute", 0, 59, {}),
    ("hour", 0, 23, {}),
    ("day of the month", 1, 31, {}),
    ("month", 1, 12, {name: number for number, name in enumerate(_MONTHS, 1)}),
    ("day of the week", 0, 6, {name: number for number, name in enumerate(_DAYS)}),
)
_WORDS = frozenset({"@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"})
_DURATION = r"[-+]?(0|(([0-9]+\.?[0-9]*|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h))+)"

_LONGEST = 1000


def schedule_fault(text: str) -> str:
    """What is wrong with a schedule; "" where it is right."""
    if len(text) > _LONGEST:
        return f"a schedule of {len(text):,} characters is not one"
    if text.startswith("@"):
        every = text.startswith("@every ") and re.fullmatch(_DURATION, text.removeprefix("@every "))
        return "" if text in _WORDS or every else f"{text} is not one of {', '.join(sorted(_WORDS))} and @every"
    fields = text.split()
    if len(fields) != len(_FIELDS):
        return f"a schedule has five fields, and this has {len(fields)}"
    for field, (name, least, most, words) in zip(fields, _FIELDS, strict=True):
        for part in field.split(","):
            if fault := _part_fault(part, least, most, words):
                return f"the {name} {field} {fault}"
    return ""


def _part_fault(part: str, least: int, most: int, words: dict[str, int]) -> str:
    """What is wrong with one part of a field, such as `1-5/2`."""
    if not part:
        return ""  # the parser leaves out what is empty between commas
    span, slash, step = part.partition("/")
    if "/" in step or (slash and not step.isdecimal()):
        return "has a step that is not a number"
    if slash and int(step) == 0:
        return "has a step of 0"
    if span in ("*", "?"):
        return ""
    low, dash, high = span.partition("-")
    first, last = _number(low, words), _number(high if dash else low, words)
    if first is None or last is None:
        return "is not a number" + (" or a name" if words else "")
    if first < least or last > most:
        return f"is outside {least} to {most}"
    return "runs backwards" if first > last else ""


def _number(text: str, words: dict[str, int]) -> int | None:
    return words.get(text.lower()) if not text.isascii() or not text.isdecimal() else int(text)
