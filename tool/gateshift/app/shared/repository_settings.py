"""The settings files of a repository: those above a path, the nearest first, as far as they count in this run."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from gateshift.app.shared.merge_base import MergeBase
from gateshift.app.shared.rollouts import is_settings_file
from gateshift.model.rollout import FILE_NAME
from gateshift.model.settings import RepositorySettings
from gateshift.system.repositories import repository_of
from gateshift.system.source_files import real_path


class SettingsFiles:
    """Reads each settings file once. With a merge base, what a change adds by itself does not count."""

    def __init__(self, base: MergeBase | None = None) -> None:
        self._base = base
        self._read: dict[Path, RepositorySettings | None] = {}
        self._folders: dict[Path, Path] = {}
        self._above: dict[Path, tuple[RepositorySettings, ...]] = {}

    @property
    def met(self) -> tuple[RepositorySettings, ...]:
        """All that were read, by path."""
        return tuple(settings for _, settings in sorted(self._read.items()) if settings is not None)

    def above(self, path: Path) -> tuple[RepositorySettings, ...]:
        """The settings that hold for a path, those of the nearest directory first, up to the top of its repository.

        Raises UserError, such as ConfigError, for a file with mistakes.
        """
        return self._around(self._real(path))

    def excludes(self, path: Path) -> bool:
        """Whether settings leave the path out of a validation."""
        real = self._real(path)
        return any(pattern.matches(real) for settings in self._around(real) for pattern in settings.exclude)

    def is_unsynced(self, folder: Path) -> bool:
        """Whether settings say that no engine syncs the folder."""
        real = self._real(folder)
        return any(pattern.matches(real) for settings in self._around(real) for pattern in settings.unsynced)

    def take_notice(self, paths: Iterable[Path]) -> None:
        """Read what holds for the paths."""
        for path in paths:
            self.above(path)

    def _real(self, path: Path) -> Path:
        """The path with all links resolved; the way to a directory is followed once for all that is in it."""
        if path.name in ("", ".."):
            return real_path(path)
        folder = self._folders.get(path.parent)
        if folder is None:
            folder = self._folders[path.parent] = real_path(path.parent)
        real = folder / path.name
        return real_path(real) if real.is_symlink() else real

    def _around(self, real: Path) -> tuple[RepositorySettings, ...]:
        return self._from(real if real.is_dir() else real.parent)

    def _from(self, folder: Path) -> tuple[RepositorySettings, ...]:
        """Those of a directory and of all above it in its repository."""
        known = self._above.get(folder)
        if known is None:
            own = self._of(folder)
            higher = () if folder == repository_of(folder) else self._from(folder.parent)
            known = self._above[folder] = higher if own is None else (own, *higher)
        return known

    def _of(self, folder: Path) -> RepositorySettings | None:
        file = folder / FILE_NAME
        if folder not in self._read:
            self._read[folder] = self._counting(file) if is_settings_file(file) else None
        return self._read[folder]

    def _counting(self, file: Path) -> RepositorySettings:
        from gateshift.config.read_settings import open_settings  # plain roots need not pay its start-up

        settings = open_settings(file)
        return settings if self._base is None else self._base.settings(settings)
