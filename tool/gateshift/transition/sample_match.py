"""A value that a regular expression matches, so that a request can stand for all that it would match.

Handles what routes write: literals, escapes, classes, groups, alternatives and repeats. What it finds is checked with
the engine that decides matches; an expression beyond it has no witness.
"""

from __future__ import annotations

from gateshift.traffic.regex import matcher

_CLASSES = {"d": "1", "w": "a", "s": " ", "D": "a", "W": "-", "S": "a", "t": "\t", "n": "\n", "r": "\r"}
_NOTHING = frozenset("AzZbB")
_FILLERS = "ax1-_/"


def sample_match(pattern: str) -> str | None:
    """A value that the pattern matches as a whole; None where none was found."""
    holds = matcher(pattern)
    if holds is None:
        return None
    return next((value for value in (_sample(pattern), "") if holds(value)), None)


def _sample(pattern: str) -> str:
    try:
        return _Sampler(pattern).whole()
    except (IndexError, ValueError):
        return ""


class _Sampler:
    """Reads a pattern once, from left to right, taking the first alternative and the fewest repeats."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.at = 0

    def whole(self) -> str:
        found = self._alternatives()
        if self.at != len(self.pattern):
            raise ValueError("unbalanced")
        return found

    def _alternatives(self) -> str:
        found = self._sequence()
        while self._take("|"):
            self._sequence()
        return found

    def _sequence(self) -> str:
        found = ""
        while self.at < len(self.pattern) and self.pattern[self.at] not in "|)":
            piece = self._piece()
            found += piece * self._repeats()
        return found

    def _piece(self) -> str:
        character = self.pattern[self.at]
        self.at += 1
        if character == "(":
            self._group_head()
            found = self._alternatives()
            if not self._take(")"):
                raise ValueError("an open group")
            return found
        if character == "[":
            return self._class()
        if character == "\\":
            return self._escape()
        if character == ".":
            return "a"
        return "" if character in "^$" else character

    def _group_head(self) -> None:
        if not self._take("?"):
            return
        if self._take("P<") or self._take("<"):
            self.at = self.pattern.index(">", self.at) + 1
            return
        end = min(index for index in (self.pattern.find(":", self.at), self.pattern.find(")", self.at)) if index >= 0)
        self.at = end + 1 if self.pattern[end] == ":" else end

    def _escape(self) -> str:
        character = self.pattern[self.at]
        self.at += 1
        if character in _NOTHING:
            return ""
        return _CLASSES.get(character, character)

    def _class(self) -> str:
        negated = self._take("^")
        members: list[str] = []
        first = True
        while first or self.pattern[self.at] != "]":
            first = False
            character = self.pattern[self.at]
            self.at += 1
            members.append(self._escape() if character == "\\" else character)
        self.at += 1
        if not negated:
            return members[0]
        return next((filler for filler in _FILLERS if filler not in members), "")

    def _repeats(self) -> int:
        count = 1
        if self._take("*") or self._take("?"):
            count = 0
        elif self._take("+"):
            count = 1
        elif self._take("{"):
            end = self.pattern.index("}", self.at)
            count = int(self.pattern[self.at : end].split(",")[0] or "0")
            self.at = end + 1
        self._take("?")
        return min(count, 256)

    def _take(self, text: str) -> bool:
        found = self.pattern.startswith(text, self.at)
        self.at += len(text) if found else 0
        return found
