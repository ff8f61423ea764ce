"""Settings of a repository, or of a part of it: what a gateshift.yaml without a `service` says."""

from __future__ import annotations

from datetime import date
from fnmatch import fnmatch
from pathlib import Path

from msgspec import Struct

from gateshift.model.finding import FieldRef, Level, PlacedFinding
from gateshift.model.place import Place
from gateshift.model.rollout import SchemaChoice, Suppression


class PathPattern(Struct, frozen=True):
    """Files and directories below a gateshift.yaml: a name with all that is below it; `*` stands for any characters.

    `place` is where the pattern is written.
    """

    text: str
    place: Place

    def matches(self, path: Path) -> bool:
        """Whether the real path is meant."""
        return is_below(path, self.place.file.parent, self.text)


def is_below(path: Path, folder: Path, pattern: str) -> bool:
    """Whether the path is one that the pattern means, seen from the folder, or lies below one."""
    if not path.is_relative_to(folder):
        return False
    name, plain = path.relative_to(folder).as_posix(), pattern.removeprefix("./").rstrip("/")
    return fnmatch(name, plain) or fnmatch(name, f"{plain}/*")


class LevelSetting(Struct, frozen=True):
    """The level of a rule's findings, of one kind, name or path where these are not "", and until a day if there is
    one."""

    rule: str
    level: Level
    place: Place
    kind: str = ""
    name: str = ""
    path: str = ""
    until: date | None = None

    def means(self, located: PlacedFinding) -> bool:
        """Whether the finding is one it speaks of."""
        at, folder = located.finding.at, self.place.file.parent
        if located.finding.rule != self.rule or not located.place.file.is_relative_to(folder):
            return False
        if self.kind or self.name:
            identity = at.resource.id if isinstance(at, FieldRef) else None
            if identity is None or self.kind not in ("", identity.kind) or self.name not in ("", identity.name):
                return False
        return not self.path or is_below(located.place.file, folder, self.path)


class RepositorySettings(Struct, frozen=True):
    """What one gateshift.yaml without a `service` says, of its directory and all below it.

    `exclude` is what validation leaves out, `unsynced` what no engine syncs.
    """

    file: Path
    exclude: tuple[PathPattern, ...] = ()
    unsynced: tuple[PathPattern, ...] = ()
    levels: tuple[LevelSetting, ...] = ()
    suppressions: tuple[Suppression, ...] = ()
    schemas: SchemaChoice = SchemaChoice()

    @property
    def folder(self) -> Path:
        """The directory of which it speaks."""
        return self.file.parent
