"""From findings of many roots to a report: the same fault in several roots told once, paths made short."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from msgspec.structs import replace

from gateshift.app.shared.paths import shown_path
from gateshift.model.finding import FieldRef, Finding, Level, PlacedFinding
from gateshift.model.place import Place
from gateshift.model.report import ReportedFinding, ReportedPlace, ReportedRelated, ResourceName, SourceLine
from gateshift.model.rule import Rule
from gateshift.yamldoc.data import json_pointer

_MOST_SAID = 2000

Excerpt = Callable[[Place], tuple[SourceLine, ...]]


def merged(findings: Iterable[PlacedFinding]) -> tuple[PlacedFinding, ...]:
    """Each fault once, with every root it reaches; sorted by file, line, column, rule and message."""
    by_fault: dict[tuple[str, int, int, str, str], PlacedFinding] = {}
    for located in findings:
        place, finding = located.place, located.finding
        key = (str(place.file), place.line, place.column, finding.rule, finding.message)
        known = by_fault.get(key)
        roots = located.roots if known is None else tuple(sorted({*known.roots, *located.roots}))
        by_fault[key] = replace(known or located, roots=roots)
    return tuple(by_fault[key] for key in sorted(by_fault))


def reported(located: PlacedFinding, rules: Mapping[str, Rule], excerpt: Excerpt, base: Path) -> ReportedFinding:
    """The finding as a renderer takes it, its paths relative to `base` (the working directory)."""
    finding = located.finding
    place = _place(located.place, excerpt, base)
    return ReportedFinding(
        rule=finding.rule,
        name=rules[finding.rule].name,
        level=finding.level,
        message=_bounded(finding.message),
        place=place,
        roots=tuple(shown_path(root, base) for root in located.roots),
        resource=_resource(finding),
        pointer=json_pointer(finding.at.pointer) if isinstance(finding.at, FieldRef) else "",
        cluster_says=_bounded(finding.cluster_says),
        help=finding.help,
        related=tuple(ReportedRelated(message, _place(place, excerpt, base)) for message, place in located.related),
        cause=_cause(finding, place),
    )


def _bounded(text: str) -> str:
    """A message without most of a value that nobody can read: it is said once a format, and a thousand findings may
    name it."""
    return text if len(text) <= _MOST_SAID else f"{text[:_MOST_SAID]}... ({len(text):,} characters)"


def _cause(finding: Finding, place: ReportedPlace) -> str:
    """A key that findings of one cause share: errors on one line of a file, and warnings and notes that say the same of
    objects of any name."""
    said = f"{place.file}:{place.line}:{place.column}"
    if finding.level is not Level.ERROR:
        said = finding.message
        if isinstance(finding.at, FieldRef):
            identity = finding.at.resource.id
            said = said.replace(str(identity), identity.kind).replace(identity.name or "\0", "*")
    return hashlib.sha256(f"{finding.rule}\0{said}".encode(errors="surrogatepass")).hexdigest()[:16]


def _place(place: Place, excerpt: Excerpt, base: Path) -> ReportedPlace:
    end = (place.end_line, place.end_column)
    end_line, end_column = end if end > (place.line, place.column) else (place.line, place.column)
    file = shown_path(place.file, base)
    return ReportedPlace(file, place.line, place.column, end_line, end_column, excerpt(place), place.focus)


def _resource(finding: Finding) -> ResourceName | None:
    if not isinstance(finding.at, FieldRef):
        return None
    identity = finding.at.resource.id
    return ResourceName(identity.kind, identity.namespace, identity.name)
