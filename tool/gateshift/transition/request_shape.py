"""What sets one request apart from a plain GET of `/`, and the request that a match asks for.

A regular expression is stood for by a value that it matches. Literals, escapes, classes, groups, alternatives and
repeats are understood; the value is checked with the engine that decides matches, and an expression beyond that has no
sample.
"""

from __future__ import annotations

from msgspec import Struct

from gateshift.apischema.regex import matcher
from gateshift.traffic.match import Candidate, Condition, Header, Method, Path, Procedure, Query
from gateshift.traffic.routes import GRPC, REGEX

ANY_SERVICE = "gateshift.Elsewhere"
ANY_METHOD = "Any"
_CLASSES = {"d": "1", "w": "a", "s": " ", "D": "a", "W": "-", "S": "a", "t": "\t", "n": "\n", "r": "\r"}
_NOTHING = frozenset("AzZbB")
_FILLERS = "ax1-_/"


class RequestShape(Struct, frozen=True):
    """What sets one request apart: whatever differs from a plain GET of `/`."""

    host: str = ""
    path: str = ""
    method: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    query: tuple[tuple[str, str], ...] = ()
    grpc: bool = False

    @property
    def count(self) -> int:
        """How many parts it has; the request with the fewest stands for its class."""
        return bool(self.host) + bool(self.path) + bool(self.method) + len(self.headers) + len(self.query)

    def merged(self, other: RequestShape) -> RequestShape | None:
        """A request with the parts of both, None where they contradict each other."""
        headers, query = dict(self.headers), dict(self.query)
        alone = (
            (self.host, other.host),
            (self.path, other.path),
            (self.method, other.method),
            *((headers.get(name, ""), value) for name, value in other.headers),
            *((query.get(name, ""), value) for name, value in other.query),
        )
        if any(left and right and left != right for left, right in alone):
            return None
        return RequestShape(
            self.host or other.host,
            self.path or other.path,
            self.method or other.method,
            tuple(sorted({**headers, **dict(other.headers)}.items())),
            tuple(sorted({**query, **dict(other.query)}.items())),
            self.grpc or other.grpc,
        )

    def __str__(self) -> str:
        words = [f"host {self.host}"] if self.host else []
        words += [f"method {self.method}"] if self.method else []
        words += [f"path {self.path}"] if self.path else []
        words += [f"header {name}: {value}" for name, value in self.headers]
        words += [f"query {name}={value}" for name, value in self.query]
        return ", ".join(words)


def request_shape_of(candidate: Candidate) -> RequestShape | None:
    """What a request must have for the candidate to match it; None where a regular expression has no sample."""
    shape: RequestShape | None = RequestShape(grpc=candidate.route.kind == GRPC)
    for condition in candidate.conditions:
        part = _shape_of(condition)
        shape = None if part is None or shape is None else shape.merged(part)
    return shape


def _shape_of(condition: Condition) -> RequestShape | None:
    match condition:
        case Procedure():
            path = _call_path(condition)
            return None if path is None else RequestShape(path=path, grpc=True)
        case Method(value=value):
            return RequestShape(method=value)
    wanted = sample_match(condition.value) if condition.type == REGEX else condition.value
    if wanted is None:
        return None
    match condition:
        case Path():
            return RequestShape(path=wanted)
        case Header(name=name):
            return RequestShape(headers=((name, wanted),))
        case Query(name=name):
            return RequestShape(query=((name, wanted),))


def _call_path(procedure: Procedure) -> str | None:
    regex = procedure.type == REGEX
    names = [sample_match(name) if regex and name else name for name in (procedure.service, procedure.method)]
    service, method = names
    if service is None or method is None:
        return None
    return f"/{service or ANY_SERVICE}/{method or ANY_METHOD}" if service or method else ""


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
        text = self._alternatives()
        if self.at != len(self.pattern):
            raise ValueError("unbalanced")
        return text

    def _alternatives(self) -> str:
        text = self._sequence()
        while self._take("|"):
            self._sequence()
        return text

    def _sequence(self) -> str:
        text = ""
        while self.at < len(self.pattern) and self.pattern[self.at] not in "|)":
            piece = self._piece()
            text += piece * self._repeats()
        return text

    def _piece(self) -> str:
        character = self.pattern[self.at]
        self.at += 1
        if character == "(":
            self._group_head()
            text = self._alternatives()
            if not self._take(")"):
                raise ValueError("an open group")
            return text
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
        follows = self.pattern.startswith(text, self.at)
        self.at += len(text) if follows else 0
        return follows
