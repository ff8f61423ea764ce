"""What a slow question about parsed data came to, asked once for each value in memory: roots share the objects of their
bases."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import TypeVar

from gateshift.yamldoc.data import JsonObject

Context = TypeVar("Context")
Answer = TypeVar("Answer")

_MOST = 1024
"""The most answers that are kept of a question."""


class _Same:
    """A value that is equal to itself alone; as long as this is here, so is the value, and no other has its number."""

    __slots__ = ("value",)

    def __init__(self, value: JsonObject) -> None:
        self.value = value

    def __hash__(self) -> int:
        return id(self.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.value is other.value


def once_for_each(
    ask: Callable[[Context, JsonObject], Iterable[Answer]],
) -> Callable[[Context, JsonObject], tuple[Answer, ...]]:
    """The question with its answers kept. They must follow from the data and the (hashable) context alone."""

    @lru_cache(maxsize=_MOST)
    def answered(context: Context, data: _Same) -> tuple[Answer, ...]:
        return tuple(ask(context, data.value))

    return lambda context, data: answered(context, _Same(data))
