"""What settings make of findings: other levels; and the settings that do nothing, which are findings themselves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from msgspec import Struct
from msgspec.structs import replace

from gateshift.app.validate.targets import ValidationTargets
from gateshift.checks.suppression import EXPIRED, UNUSED
from gateshift.model.finding import Level, PlacedFinding
from gateshift.model.place import Place
from gateshift.model.settings import LevelSetting, RepositorySettings
from gateshift.system.source_files import real_path


class Leveled(Struct, frozen=True):
    """Findings with the levels that settings give them, and the entries that gave one."""

    findings: tuple[PlacedFinding, ...]
    used: frozenset[LevelSetting]


def with_levels(findings: Iterable[PlacedFinding], settings: Iterable[RepositorySettings], today: date) -> Leveled:
    """The findings with their levels: the first entry that fits counts, of the settings nearest to the file. One whose
    last day has passed gives none, and is a finding."""
    nearest = sorted(settings, key=lambda each: len(each.folder.parts), reverse=True)
    entries = [entry for each in nearest for entry in each.levels]
    expired = [entry for entry in entries if entry.until is not None and entry.until < today]
    entries = [entry for entry in entries if entry not in expired]
    used: set[LevelSetting] = set()
    leveled: list[PlacedFinding] = []
    for located in findings:
        entry = next((entry for entry in entries if entry.means(located)), None)
        if entry is not None:
            used.add(entry)
            located = replace(located, finding=replace(located.finding, level=entry.level))
        leveled.append(located)
    leveled += [_expired(entry) for entry in expired]
    return Leveled(tuple(leveled), frozenset((*used, *expired)))


def _expired(entry: LevelSetting) -> PlacedFinding:
    message = f"the level of {entry.rule} was for the time until {entry.until}"
    finding = EXPIRED.finding(Level.WARNING, message, entry.place, help="Decide anew, or remove it.")
    return PlacedFinding(finding, entry.place, ())


def idle_settings(targets: ValidationTargets, used: frozenset[LevelSetting]) -> Iterator[PlacedFinding]:
    """The entries that leave nothing out and the levels that no finding gets, of settings whose whole directory was
    looked at."""
    excluded = [real_path(file) for file in targets.excluded]
    for settings in _wholly_seen(targets):
        for pattern in settings.exclude:
            if not any(pattern.matches(file) for file in excluded):
                yield _idle(f"`{pattern.text}` leaves no YAML file out", pattern.place)
        for entry in settings.levels:
            if entry not in used:
                yield _idle(f"no finding of {entry.rule} gets this level", entry.place)


def without_partial(targets: ValidationTargets, findings: Sequence[PlacedFinding]) -> Iterator[PlacedFinding]:
    """The findings without those that a suppression of settings is unused, where only a part of what the settings hold
    for was looked at."""
    whole = {settings.file for settings in _wholly_seen(targets)}
    partial = {settings.file for settings in targets.settings.met} - whole
    return (each for each in findings if each.finding.rule != UNUSED.id or each.place.file not in partial)


def _wholly_seen(targets: ValidationTargets) -> Iterator[RepositorySettings]:
    for settings in targets.settings.met:
        if any(settings.folder.is_relative_to(folder) for folder in targets.searched):
            yield settings


def _idle(message: str, place: Place) -> PlacedFinding:
    finding = UNUSED.finding(Level.WARNING, message, place, help="Remove it.")
    return PlacedFinding(finding, place, ())
