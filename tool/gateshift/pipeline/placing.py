"""Turns what checks point at into files, lines and columns, with the source lines around them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gateshift.external.sources import Sources
from gateshift.model.finding import Finding, Spot
from gateshift.model.located import Located
from gateshift.model.place import Place
from gateshift.model.report import SourceLine
from gateshift.pipeline.building import BuiltRoot

_MOST_LINES = 3


class Placer:
    """Places findings of one run; files are read once."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources

    def placed(self, findings: Iterable[Finding], root: BuiltRoot) -> Iterator[Located]:
        """The findings of one root with their places."""
        for finding in findings:
            place, explained = self._where(finding.at)
            related = [(each.message, self._where(each.at)[0]) for each in finding.related]
            yield Located(finding, place, (root.path,), (*related, *explained))

    def alone(self, finding: Finding) -> Located:
        """A finding that belongs to no root, with the place it already has."""
        assert isinstance(finding.at, Place)
        return Located(finding, finding.at, ())

    def excerpt(self, place: Place) -> tuple[SourceLine, ...]:
        """The source lines of a place, at most three."""
        lines = self._sources.read(place.file.resolve()).text.splitlines()
        last = min(max(place.end_line - (place.end_column == 1), place.line), place.line + _MOST_LINES - 1, len(lines))
        return tuple(SourceLine(number, lines[number - 1]) for number in range(place.line, last + 1))

    def _where(self, at: Spot | Place) -> tuple[Place, tuple[tuple[str, Place], ...]]:
        if isinstance(at, Place):
            return at, ()
        origin = at.resource.origin
        return self._sources.read(origin.file).place(at.pointer, origin.document, key=at.key), ()
