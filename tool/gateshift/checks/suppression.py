"""Findings that their owner accepts: comments in the files, and entries in gateshift.yaml.

A suppression that does nothing is itself a finding, so that none outlives its reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from difflib import get_close_matches
from fnmatch import fnmatch
from pathlib import Path

from msgspec import Struct

from gateshift.model.finding import FieldRef, Finding, Level, PlacedFinding
from gateshift.model.place import Place
from gateshift.model.rollout import Suppression
from gateshift.model.rule import Rule
from gateshift.model.settings import is_below

UNUSED = Rule(
    "GS191",
    "unused-suppression",
    "A suppression silences nothing.",
    "The fault is fixed or the rule's name is misspelt; left in place it would hide the next fault of that kind.",
    "product contract, Suppressing",
)
EXPIRED = Rule(
    "GS192",
    "expired-suppression",
    "A suppression's last day has passed, so it no longer silences anything.",
    "An accepted fault was to be fixed by that day; either it is time to fix it or the day needs a new decision.",
    "product contract, Suppressing",
)
REASONLESS = Rule(
    "GS193",
    "suppression-without-reason",
    "A suppression gives no reason, so it silences nothing.",
    "Whoever reads the file next cannot tell whether the fault is still accepted, or by whom.",
    "product contract, Suppressing",
)

_COMMENT = r"(?:^|\s)#\s*gateshift:\s*ignore\[(?P<rules>[^\]\n]*)\](?P<reason>[^\n]*)"


class Marker(Struct, frozen=True):
    """One rule that a comment or an entry silences: where it says so, and which findings it means.

    A comment means those on `lines` of `file`; an entry of gateshift.yaml those that match its file pattern and object.
    """

    rule: str
    reason: str
    place: Place
    lines: tuple[int, ...] = ()
    until: date | None = None
    file_pattern: str = ""
    resource: str = ""
    kind: str = ""
    name: str = ""
    path: str = ""
    folder: Path | None = None

    def means(self, located: PlacedFinding) -> bool:
        """Whether this finding is one it speaks of."""
        if located.finding.rule != self.rule:
            return False
        if self.lines:
            return located.place.file == self.place.file and located.place.line in self.lines
        return self._in_folder(located) and self._of_resource(located)

    def _in_folder(self, located: PlacedFinding) -> bool:
        if self.folder is None or not located.place.file.is_relative_to(self.folder):
            return False
        path = located.place.file.relative_to(self.folder).as_posix()
        of_file = not self.file_pattern or fnmatch(path, self.file_pattern)
        return of_file and (not self.path or is_below(located.place.file, self.folder, self.path))

    def _of_resource(self, located: PlacedFinding) -> bool:
        at = located.finding.at
        if not isinstance(at, FieldRef):
            return not (self.resource or self.kind or self.name)
        identity = at.resource.id
        of_kind = self.kind in ("", identity.kind) and self.name in ("", identity.name)
        return of_kind and self.resource in (
            "",
            str(identity),
            f"{identity.kind}/{identity.name}",
            f"{identity.kind} {identity.name}",
        )


class Settled(Struct, frozen=True):
    """What is left once suppressions are heard: the findings to report, and how many were silenced."""

    findings: tuple[PlacedFinding, ...]
    suppressed: int


def markers_in(file: Path, text: str) -> Iterator[Marker]:
    """The suppressions in a file's comments: each means its own line, or where it stands alone the next line
    that holds more than a comment."""
    if "gateshift:" not in text:
        return
    lines = text.splitlines()
    for number, line in enumerate(lines, start=1):
        for comment in re.finditer(_COMMENT, line):
            place = Place(file, number, comment.start("rules") + 1, number, comment.end("rules") + 1)
            target = number if line[: comment.start()].strip() else _next_content(lines, number)
            for rule in comment["rules"].split(","):
                yield Marker(rule.strip(), comment["reason"].strip(), place, (target,))


def _next_content(lines: list[str], number: int) -> int:
    for later in range(number, len(lines)):
        if lines[later].strip() and not lines[later].lstrip().startswith("#"):
            return later + 1
    return number


def markers_of(entries: Iterable[Suppression], folder: Path) -> Iterator[Marker]:
    """The suppressions that a gateshift.yaml in `folder` declares."""
    for entry in entries:
        yield Marker(
            entry.rule,
            entry.reason,
            entry.place or Place(folder / "gateshift.yaml"),
            until=entry.until,
            file_pattern=entry.file,
            resource=entry.resource,
            kind=entry.kind,
            name=entry.name,
            path=entry.path,
            folder=folder,
        )


def settle(
    findings: Iterable[PlacedFinding],
    markers: Iterable[Marker],
    rules: Mapping[str, Rule],
    today: date,
    checked: frozenset[str],
    unheard: frozenset[Marker] = frozenset(),
) -> Settled:
    """Silence what the markers accept, and report the markers that silence nothing.

    `checked` are the rules that this run looked for: an unused marker of another rule is not reported. Those that are
    `unheard` must be well written, but silence nothing.
    """
    kept: list[PlacedFinding] = []
    valid: list[Marker] = []
    for marker in dict.fromkeys(markers):
        complaint = _complaint(marker, rules, today)
        if complaint is None and marker not in unheard:
            valid.append(marker)
        elif complaint is not None:
            kept.append(PlacedFinding(complaint, marker.place, ()))
    used: set[Marker] = set()
    suppressed = 0
    for located in findings:
        hits = [marker for marker in valid if marker.means(located)]
        used.update(hits)
        suppressed += bool(hits)
        if not hits:
            kept.append(located)
    kept += [
        PlacedFinding(_unused(marker), marker.place, ())
        for marker in valid
        if marker not in used and marker.rule in checked
    ]
    return Settled(tuple(kept), suppressed)


def _unused(marker: Marker) -> Finding:
    return UNUSED.finding(
        Level.WARNING, f"the suppression of {marker.rule} silences nothing", marker.place, help="Remove it."
    )


def _complaint(marker: Marker, rules: Mapping[str, Rule], today: date) -> Finding | None:
    """What keeps this marker from silencing anything."""
    if marker.rule not in rules:
        near = get_close_matches(marker.rule, rules, n=1)
        hint = f"The nearest rule is {near[0]}." if near else "`gateshift rules` lists them."
        message = f"there is no rule {marker.rule or '(empty)'}"
        return UNUSED.finding(Level.WARNING, message, marker.place, help=hint)
    if not marker.reason:
        message = f"the suppression of {marker.rule} gives no reason and silences nothing"
        return REASONLESS.finding(Level.WARNING, message, marker.place, help="Write the reason after the bracket.")
    if marker.until is not None and marker.until < today:
        message = f"the suppression of {marker.rule} ended on {marker.until} and no longer silences anything"
        return EXPIRED.finding(Level.WARNING, message, marker.place, help="Fix the fault, or set a later `until`.")
    return None
