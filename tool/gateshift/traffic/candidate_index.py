"""Candidates by what they ask for, so that a call is tried against a few of them however many there are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from gateshift.traffic.match import Call, Candidate, Condition, Header, Method, Path, Query
from gateshift.traffic.routes import EXACT, PREFIX

_Key = tuple[str, str, str]
"""A kind of condition, the name of a header or query parameter, and the value."""

_ANYTHING: _Key = ("", "", "")


class CandidateIndex(Struct, frozen=True, eq=False):
    """Candidates in order, and the places of those that ask for a certain path, method, header or query parameter.

    Each stands under the rarest thing that it asks for, or under nothing where only regular expressions tell.
    """

    listed: tuple[Candidate, ...]
    places: Mapping[_Key, tuple[int, ...]]

    @staticmethod
    def of(listed: Iterable[Candidate]) -> CandidateIndex:
        """The index of these candidates."""
        kept = tuple(listed)
        keys = [tuple(key for condition in candidate.conditions for key in _asked(condition)) for candidate in kept]
        common = Counter(key for own in keys for key in own)
        places: dict[_Key, list[int]] = {}
        for place, own in enumerate(keys):
            places.setdefault(min(own, key=lambda key: common[key], default=_ANYTHING), []).append(place)
        return CandidateIndex(kept, {key: tuple(listed_places) for key, listed_places in places.items()})

    def possible(self, call: Call) -> list[int]:
        """The places of the candidates that may hold for the call, in order."""
        places: list[int] = []
        for key in _offered(call):
            places += self.places.get(key, ())
        places.sort()
        return places

    def holding(self, call: Call) -> tuple[int, ...]:
        """The places of the candidates that hold for the call, in order."""
        return tuple(place for place in self.possible(call) if self.listed[place].holds(call))


def _asked(condition: Condition) -> Iterator[_Key]:
    """What a call must have for the condition to hold, as far as it is one value."""
    match condition:
        case Path(type="Exact" | "PathPrefix" as kind, value=value):
            yield kind, "", value
        case Method(value=value):
            yield "method", "", value
        case Header(name=name, type="Exact", value=value):
            yield "header", name, value
        case Query(name=name, type="Exact", value=value):
            yield "query", name, value


def _offered(call: Call) -> Iterator[_Key]:
    """What a call has."""
    yield _ANYTHING
    yield EXACT, "", call.path
    yield PREFIX, "", call.path
    end = call.path.rfind("/")
    while end >= 0:
        yield PREFIX, "", call.path[:end]
        end = call.path.rfind("/", 0, end)
    yield "method", "", call.method
    yield from (("header", name, value) for name, value in call.headers.items())
    yield from (("query", name, value) for name, value in call.query.items())
