"""Flux's substitution of variables in what was built: `${name}` with its operators, `$$` for `$`, all else as it is.

Source: Flux documentation, Post build variable substitution; fluxcd/pkg, envsubst/parse (parse.go, scan.go) and
envsubst/funcs.go. An operator that has no meaning there is refused, and so is the whole sync.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from fnmatch import translate

from msgspec import Struct

from gateshift.model.unknown_values import marked

_NAME = r"[^\W]+"
_DEFAULT_OPERATORS = (":=", ":-", ":?", ":+")
_DEEPEST = 100
_VALID_NAME = r"[_A-Za-z][_A-Za-z0-9]*"


class BadSubstitution(Exception):  # noqa: N818 -- what the text is
    """The text holds a `${` that Flux refuses; the text of the exception says why."""


class Substituted(Struct, frozen=True):
    """A text with its variables filled in. `empty` are the names without any value, which became nothing; `unknown`
    those whose value only the cluster knows, with a mark in their place. `dollars`: two dollar signs became one, where
    no brace says that this is meant."""

    text: str
    empty: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    dollars: bool = False


def substitute(text: str, values: Mapping[str, str], *, more: bool) -> Substituted:
    """Fill the variables in. With `more` there are values that only the cluster knows. Raises BadSubstitution."""
    return _Reader(text, values, more=more).all()


def is_valid_name(name: str) -> bool:
    """Whether Flux takes a variable of this name."""
    return re.fullmatch(_VALID_NAME, name) is not None


class _Reader:
    """Reads a text from left to right, as Flux's scanner does, and writes what it comes to."""

    def __init__(self, text: str, values: Mapping[str, str], *, more: bool) -> None:
        self.text = text
        self.values = values
        self.more = more
        self.at = 0
        self.depth = 0
        self.empty: list[str] = []
        self.unknown: list[str] = []
        self.dollars = False

    def all(self) -> Substituted:
        parts: list[str] = []
        while self.at < len(self.text):
            start = self.text.find("$", self.at)
            if start < 0:
                start = len(self.text)
            parts.append(self.text[self.at : start])
            self.at = start
            if self._takes("${"):
                parts.append(self._variable())
            elif self._takes("$$"):
                parts.append("$")
                self.dollars |= not self.text.startswith("{", self.at)
            elif self.at < len(self.text):
                parts.append("$")
                self.at += 1
        empty, unknown = (tuple(dict.fromkeys(names)) for names in (self.empty, self.unknown))
        return Substituted("".join(parts), empty, unknown, self.dollars)

    def _takes(self, word: str) -> bool:
        if not self.text.startswith(word, self.at):
            return False
        self.at += len(word)
        return True

    def _name(self) -> str:
        name = re.compile(_NAME).match(self.text, self.at)
        if name is None:
            raise BadSubstitution("a `${` without the name of a variable")
        self.at = name.end()
        return name[0]

    def _closed(self, name: str) -> None:
        if not self._takes("}"):
            raise BadSubstitution(f"`${{{name}` with something else than a closing brace after it")

    def _variable(self) -> str:
        """What a variable comes to; its `${` is behind."""
        if self._takes("#"):
            name = self._name()
            self._closed(f"#{name}")
            return self._value(name, lambda value: str(len(value.encode())))
        name = self._name()
        for operator in _DEFAULT_OPERATORS:
            if self._takes(operator):
                return self._defaulted(name)
        if self._takes("="):
            return self._defaulted(name)
        if self._takes(":"):
            return self._cut(name)
        if self._takes("//"):
            return self._replaced(name, "//")
        for operator in ("/#", "/%", "/"):
            if self._takes(operator):
                return self._replaced(name, operator)
        for operator in ("##", "#", "%%", "%"):
            if self._takes(operator):
                return self._trimmed(name, operator)
        for operator, change in _CASES:
            if self._takes(operator):
                self._closed(name + operator)
                return self._value(name, change)
        self._closed(name)
        return self._value(name, lambda value: value)

    def _value(self, name: str, change: Callable[[str], str]) -> str:
        if name in self.values:
            return change(self.values[name])
        if self.more:
            self.unknown.append(name)
            return marked(name)
        self.empty.append(name)
        return change("")

    def _defaulted(self, name: str) -> str:
        parts: list[str] = []
        while not self._takes("}"):
            parts.append(self._part(name, "}"))
        if name not in self.values and self.more:
            return marked(name)
        return self.values.get(name, "") or "".join(parts)

    def _part(self, name: str, ends: str, *, escapes: bool = False) -> str:
        """One argument: a variable, or the text up to the next one or to a character that ends it."""
        if self._takes("${"):
            self.depth += 1
            if self.depth > _DEEPEST:
                raise BadSubstitution(f"more than {_DEEPEST} variables in one another, which gateshift does not follow")
            value = self._variable()
            self.depth -= 1
            return value
        letters: list[str] = []
        while self.at < len(self.text) and not self.text.startswith("${", self.at):
            if escapes and self.text[self.at : self.at + 2] in ("$$", "\\/", "\\\\"):
                self.at += 1
            elif self.text[self.at] in ends:
                break
            letters.append(self.text[self.at])
            self.at += 1
        if not letters:
            raise BadSubstitution(f"`${{{name}` with an operator that lacks its argument")
        return "".join(letters)

    def _cut(self, name: str) -> str:
        start = self._part(name, ":}")
        length: str | None = None
        if not self._takes("}"):
            if not self._takes(":"):
                raise BadSubstitution(f"`${{{name}:` with more than a position and a length")
            while self._takes(":"):
                pass
            length = self._part(name, "}")
            self._closed(name)
        return self._value(name, lambda value: _cut(value, start, length))

    def _replaced(self, name: str, operator: str) -> str:
        old = "" if self.text.startswith("/", self.at) else self._part(name, "/", escapes=True)
        if not self._takes("/"):
            raise BadSubstitution(f"`${{{name}/` without a second slash")
        while self._takes("/"):
            pass
        new = "" if self.text.startswith("}", self.at) else self._part(name, "}", escapes=True)
        self._closed(name)
        return self._value(name, lambda value: _replaced(value, operator, old, new))

    def _trimmed(self, name: str, operator: str) -> str:
        pattern = self._part(name, "}")
        self._closed(name)
        return self._value(name, lambda value: _trimmed(value, operator, pattern))


_CASES: tuple[tuple[str, Callable[[str], str]], ...] = (
    (",,", str.lower),
    (",", lambda value: value[:1].lower() + value[1:]),
    ("^^", str.upper),
    ("^", lambda value: value[:1].upper() + value[1:]),
)


def _cut(value: str, start: str, length: str | None) -> str:
    """A part of the value; the whole of it where a position is no number. Positions count bytes."""
    numbers = [start] if length is None else [start, length]
    if not all(re.fullmatch(r"[+-]?[0-9]+", number) for number in numbers):
        return value
    raw = value.encode()
    first = int(start) if int(start) >= 0 else max(0, len(raw) + int(start))
    if length is None:
        return raw[first:].decode(errors="replace")
    end = first + int(length) if int(length) >= 0 else len(raw) + int(length)
    return raw[first : max(first, end)].decode(errors="replace")


def _replaced(value: str, operator: str, old: str, new: str) -> str:
    match operator:
        case "//":
            return value.replace(old, new)
        case "/#":
            return new + value.removeprefix(old) if value.startswith(old) else value
        case "/%":
            return value.removesuffix(old) + new if value.endswith(old) else value
        case _:
            return value.replace(old, new, 1)


def _trimmed(value: str, operator: str, pattern: str) -> str:
    """The value without the shortest or longest part that fits the pattern, at its beginning or at its end."""
    fits = re.compile(translate(pattern).replace(".*", "[^/]*")).match
    lengths = range(1, len(value) + 1) if len(operator) == 1 else range(len(value), 0, -1)
    for length in lengths:
        if operator[0] == "#" and fits(value[:length]):
            return value[length:]
        if operator[0] == "%" and fits(value[-length:]):
            return value[:-length]
    return value
