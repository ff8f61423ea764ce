"""The known name that a misspelt one was probably meant to be."""

from __future__ import annotations

import re
from collections.abc import Iterable

FURTHEST = 2
"""The most edits by which two names may differ and still be taken for one."""

_LONGEST = 100


def edits(left: str, right: str, most: int = FURTHEST) -> int:
    """How many characters to insert, delete or replace, or neighbours to swap; `most` + 1 where it is more than `most`.

    This is the optimal string alignment distance.
    """
    if abs(len(left) - len(right)) > most:
        return most + 1
    before: list[int] = []
    last = list(range(len(right) + 1))
    for row, character in enumerate(left, 1):
        line = [row]
        for column, counterpart in enumerate(right, 1):
            cost = min(last[column] + 1, line[column - 1] + 1, last[column - 1] + (character != counterpart))
            if row > 1 and column > 1 and character == right[column - 2] and left[row - 2] == counterpart:
                cost = min(cost, before[column - 2] + 1)
            line.append(cost)
        if min(line) > most:
            return most + 1
        before, last = last, line
    return min(last[-1], most + 1)


def nearest(name: str, known: Iterable[str], most: int = FURTHEST) -> str | None:
    """The known name closest to this one; of equals the first by alphabet, None beyond `most` edits."""
    ranked = sorted((edits(name, other, most), other) for other in set(known) - {name})
    return ranked[0][1] if ranked and ranked[0][0] <= most else None


def nearest_word(word: str, words: Iterable[str]) -> str:
    """The word of a fixed vocabulary most like this one, whatever its case and joints; "" where none is like it.

    Two in five characters may differ, since the words are few and far apart.
    """
    if len(word) > _LONGEST:
        return ""
    known = {_bare(other): other for other in words}
    bare = _bare(word)
    most = {other: max(len(bare), len(other)) * 2 // 5 for other in known}
    ranked = sorted((edits(bare, other, most[other]), other) for other in known)
    return next((known[other] for distance, other in ranked if distance <= most[other]), "")


def differ_in_digits(name: str, other: str) -> bool:
    """Whether two names differ in their digits alone: `config-v1` beside `config-v2` is no slip of the pen."""
    return _letters(name) == _letters(other)


def _letters(name: str) -> str:
    return "".join(character for character in name if not character.isdigit())


def _bare(word: str) -> str:
    return re.sub(r"[-_ .]", "", word).lower()
