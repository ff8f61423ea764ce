"""Turns what checks point at into files, lines and columns, with the source lines around them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from msgspec.structs import replace

from gateshift.app.shared.build_roots import BuiltRoot
from gateshift.kustomize.trace import Locator, PlacedField
from gateshift.model.finding import FieldRef, Finding, PlacedFinding
from gateshift.model.place import Place
from gateshift.model.report import SourceLine
from gateshift.system.repositories import repository_of
from gateshift.system.source_files import Sources, link_out

_MOST_LINES = 3
_WIDEST = 500


class Placer:
    """Places findings of one run; files are read once, and an object is followed once however many findings it has."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._locators: dict[int, Locator] = {}

    def placed(self, findings: Iterable[Finding], root: BuiltRoot) -> Iterator[PlacedFinding]:
        """The findings of one root with their places."""
        for finding in findings:
            yield replace(self.placed_in(finding, lambda _: root), roots=(root.path,))

    def placed_in(self, finding: Finding, root_of: Callable[[FieldRef], BuiltRoot]) -> PlacedFinding:
        """A finding whose objects may be of several roots, with their places; its root is that of its first object."""
        roots = (root_of(finding.at).path,) if isinstance(finding.at, FieldRef) else ()
        found = self._where(finding.at, root_of)
        related = [(each.message, self._where(each.at, root_of).place) for each in finding.related]
        return PlacedFinding(finding, found.place, roots, (*related, *found.related))

    def alone(self, finding: Finding) -> PlacedFinding:
        """A finding that belongs to no root, with the place it already has."""
        assert isinstance(finding.at, Place)
        return PlacedFinding(finding, finding.at, ())

    def excerpt(self, place: Place) -> tuple[SourceLine, ...]:
        """The source lines of a place, at most three, those of its focus where it has one; none where one is too long
        to be read, and none of a file that a link reaches outside the repository."""
        real = self._sources.real(place.file)
        if real != place.file and _leaves(place.file, real):
            return ()
        lines = self._sources.read(real).text.splitlines()
        end = max(place.end_line - (place.end_column == 1), place.line)
        first = max(place.line, place.focus.line - _MOST_LINES + 1)
        last = min(place.focus.line or end, first + _MOST_LINES - 1, len(lines))
        shown = tuple(SourceLine(number, lines[number - 1]) for number in range(first, last + 1))
        return shown if all(len(line.text) <= _WIDEST for line in shown) else ()

    def _where(self, at: FieldRef | Place, root_of: Callable[[FieldRef], BuiltRoot]) -> PlacedField:
        if isinstance(at, Place):
            return PlacedField(at)
        root = root_of(at)
        return self._locators.setdefault(id(root), Locator(root.tree)).point_out(at)


def _leaves(path: Path, real: Path) -> bool:
    return link_out(path) is not None or not real.is_relative_to(repository_of(path.parent))
