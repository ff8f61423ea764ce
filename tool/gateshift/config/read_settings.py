"""A gateshift.yaml without a `service` -> the settings of a repository, with every mistake in it in one run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from gateshift.config.build.delivery import schemas_of, suppression_of
from gateshift.config.read import as_mistake, only_document, structure_of, text_of_file
from gateshift.config.schema import ROLLOUT, SETTINGS
from gateshift.config.semantics.delivery import check_days, day_of
from gateshift.config.spec_errors import ConfigError, SpecErrors
from gateshift.model.finding import Level
from gateshift.model.place import Place
from gateshift.model.settings import LevelSetting, PathPattern, RepositorySettings
from gateshift.system.source_files import refuse_link_out
from gateshift.yamldoc import Document, UnreadableYaml, load_all
from gateshift.yamldoc.data import Json, JsonObject, list_at, object_at, text_at

_OF_ROLLOUTS = ROLLOUT.keys.keys() - SETTINGS.keys.keys()


def are_settings(text: str) -> bool:
    """Whether the text of a gateshift.yaml is one of settings: a mapping with nothing of a rollout.

    False where it cannot be read: who needs the file says what is wrong with it.
    """
    try:
        documents = load_all(text)
    except UnreadableYaml:
        return False
    keys = documents[0].keys() if len(documents) == 1 and isinstance(documents[0], dict) else frozenset()
    return bool(keys) and not keys & (_OF_ROLLOUTS | ROLLOUT.elsewhere.keys())


def open_settings(file: Path) -> RepositorySettings:
    """The settings in the file. Raises UserError, such as ConfigError with every mistake in it."""
    refuse_link_out(file)
    try:
        return read_settings(text_of_file(file), file)
    except ConfigError as error:
        raise error.seen_from(Path.cwd()) from error


def read_settings(text: str, file: Path) -> RepositorySettings:
    """The settings that the text declares. Raises ConfigError with every mistake in it."""
    document = only_document(text, file)
    faults = SpecErrors()
    data = object_at(structure_of(document, SETTINGS, faults))
    check_days(data, faults)
    mistakes = tuple(as_mistake(document, file, fault) for fault in faults)
    if mistakes:
        raise ConfigError(file, mistakes, faults.more)
    return _settings(data, document, file)


def _settings(data: JsonObject, document: Document, file: Path) -> RepositorySettings:
    def place(*at: str | int) -> Place:
        span = document.nearest(at)[1]
        return Place(file, span.line, span.column, span.end_line, span.end_column)

    def patterns(key: str) -> Iterator[PathPattern]:
        texts = ((index, text) for index, text in enumerate(list_at(data, key)) if isinstance(text, str))
        return (PathPattern(text, place(key, index)) for index, text in texts)

    return RepositorySettings(
        file,
        exclude=tuple(patterns("exclude")),
        unsynced=tuple(patterns("unsynced")),
        levels=tuple(_level(item, place("levels", index)) for index, item in enumerate(list_at(data, "levels"))),
        suppressions=tuple(
            suppression_of(object_at(item), place("ignore", index))
            for index, item in enumerate(list_at(data, "ignore"))
        ),
        schemas=schemas_of(object_at(data, "schemas")),
    )


def _level(data: Json, place: Place) -> LevelSetting:
    words = {key: text_at(data, key) for key in ("rule", "kind", "name", "path")}
    until = day_of(text_at(data, "until"))
    return LevelSetting(level=Level(text_at(data, "level")), place=place, until=until, **words)
