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

    @property
    def met(self) -> tuple[RepositorySettings, ...]:
        """All that were read, by path."""
        return tuple(settings for _, settings in sorted(self._read.items()) if settings is not None)

    def above(self, path: Path) -> tuple[RepositorySettings, ...]:
        """The settings that hold for a path, those of the nearest directory first, up to the top of its repository.

        Raises UserError, such as ConfigError, for a file with mistakes.
        """
        real = real_path(path)
        top = repository_of(path)
        found = [self._of(folder) for folder in (real, *real.parents) if folder.is_relative_to(top)]
        return tuple(settings for settings in found if settings is not None)

    def excludes(self, path: Path) -> bool:
        """Whether settings leave the path out of a validation."""
        real = real_path(path)
        return any(pattern.matches(real) for settings in self.above(real) for pattern in settings.exclude)

    def is_unsynced(self, folder: Path) -> bool:
        """Whether settings say that no engine syncs the folder."""
        real = real_path(folder)
        return any(pattern.matches(real) for settings in self.above(real) for pattern in settings.unsynced)

    def take_notice(self, paths: Iterable[Path]) -> None:
        """Read what holds for the paths."""
        for path in paths:
            self.above(path)

    def _of(self, folder: Path) -> RepositorySettings | None:
        file = folder / FILE_NAME
        if folder not in self._read:
            self._read[folder] = self._counting(file) if is_settings_file(file) else None
        return self._read[folder]

    def _counting(self, file: Path) -> RepositorySettings:
        from gateshift.config.read_settings import open_settings  # plain roots need not pay its start-up

        settings = open_settings(file)
        return settings if self._base is None else self._base.settings(settings)
