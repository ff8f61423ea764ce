"""Turns what checks point at into files, lines and columns, with the source lines around them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gateshift.external.sources import Sources
from gateshift.model.finding import Finding, Spot
from gateshift.model.located import Located
from gateshift.model.place import Place
from gateshift.model.report import SourceLine
from gateshift.pipeline.building import BuiltRoot
from gateshift.provenance import Found, Locator

_MOST_LINES = 3


class Placer:
    """Places findings of one run; files are read once, and an object is followed once however many findings it has."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._locators: dict[int, Locator] = {}

    def placed(self, findings: Iterable[Finding], root: BuiltRoot) -> Iterator[Located]:
        """The findings of one root with their places."""
        for finding in findings:
            found = self._where(finding.at, root)
            related = [(each.message, self._where(each.at, root).place) for each in finding.related]
            yield Located(finding, found.place, (root.path,), (*related, *found.related))

    def alone(self, finding: Finding) -> Located:
        """A finding that belongs to no root, with the place it already has."""
        assert isinstance(finding.at, Place)
        return Located(finding, finding.at, ())

    def excerpt(self, place: Place) -> tuple[SourceLine, ...]:
        """The source lines of a place, at most three."""
        lines = self._sources.read(place.file.resolve()).text.splitlines()
        last = min(max(place.end_line - (place.end_column == 1), place.line), place.line + _MOST_LINES - 1, len(lines))
        return tuple(SourceLine(number, lines[number - 1]) for number in range(place.line, last + 1))

    def _where(self, at: Spot | Place, root: BuiltRoot) -> Found:
        if isinstance(at, Place):
            return Found(at)
        return self._locators.setdefault(id(root), Locator(root.tree)).find(at)
