"""Regular expressions as RE2 reads them, matched against a whole value in time linear in its length.

The specification leaves the dialect to the implementation; most data planes use RE2. The engine is the one inside the
CEL evaluator; where that wheel does not exist, Python's engine serves for patterns that cannot run away.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from typing import Protocol

Matcher = Callable[[str], "bool | None"]
"""Whether a value matches as a whole; None where this machine cannot say."""

LONGEST_PATTERN = 4096

_PLAIN = re.compile("[A-Za-z0-9_-]*")
"""A pattern that only its own text matches, which needs no engine."""


class _Engine(Protocol):
    def __call__(self, pattern: str) -> Matcher | None: ...


@functools.lru_cache(maxsize=1024)
def matcher(pattern: str) -> Matcher | None:
    """The pattern ready to match; None where it is malformed."""
    if len(pattern) > LONGEST_PATTERN:
        return None
    if _PLAIN.fullmatch(pattern):
        return pattern.__eq__
    return engine()(pattern)


@functools.lru_cache(maxsize=1)
def engine() -> _Engine:
    """The engine of this machine: RE2, or Python's where there is no RE2."""
    try:
        return _re2()
    except ImportError:
        return python_engine


def _re2() -> _Engine:
    from cel_expr_python import cel

    environment = cel.NewEnv(variables={"value": cel.Type.STRING})

    def compiled(pattern: str) -> Matcher:
        expression = environment.compile(f'value.matches("{_escaped(pattern)}")')

        def matches(value: str) -> bool | None:
            verdict = expression.eval(data={"value": value})
            return bool(verdict.plain_value()) if verdict.type() == cel.Type.BOOL else None

        return matches

    def compile_pattern(pattern: str) -> Matcher | None:
        if not _encodable(pattern) or compiled(pattern)("") is None:
            return None
        whole = compiled(f"\\A(?:{pattern})\\z")
        return lambda value: whole(value) if _encodable(value) else None

    return compile_pattern


def _escaped(pattern: str) -> str:
    return "".join(f"\\U{ord(character):08x}" for character in pattern)


def _encodable(value: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in value)


_REPEATED_GROUP = re.compile(r"\)[*+{?]|\\[1-9]|\(\?[^:]")
_REPEAT = re.compile(r"[*+{]")
_MOST_REPEATS = 3
_LONGEST_VALUE = 256


def python_engine(pattern: str) -> Matcher | None:
    """Python's engine, which backtracks: only for patterns that repeat no group and little else, and for short values.
    Of anything else it cannot be said here whether it matches."""
    try:
        compiled = re.compile(pattern)
    except (re.error, OverflowError, RecursionError):
        return None
    tame = not _REPEATED_GROUP.search(pattern) and len(_REPEAT.findall(pattern)) <= _MOST_REPEATS

    def matches(value: str) -> bool | None:
        return compiled.fullmatch(value) is not None if tame and len(value) <= _LONGEST_VALUE else None

    return matches
