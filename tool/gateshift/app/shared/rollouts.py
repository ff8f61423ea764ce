"""Finds and reads the rollouts of a repository, and tells which stage a folder is."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from msgspec import Struct

from gateshift.app.shared.paths import shown_path
from gateshift.errors import Exit, UserError
from gateshift.model.finding import Finding
from gateshift.model.resource import Resource
from gateshift.model.rollout import FILE_NAME, Environment, Rollout, Stage, extra_rule_name
from gateshift.system.repositories import repository_of
from gateshift.system.source_files import refuse_link_out
from gateshift.yamldoc import ReadLimits, UnreadableYaml, load_all, text_of

_MOST_NAMED = 5
_SERVICE = r"(?m)^service[ \t]*:"
"""What no file of settings has: the key that begins a rollout, at the beginning of a line."""
_SKIPPED = frozenset({"node_modules", "__pycache__"})


class StageRoot(Struct, frozen=True):
    """The overlay folder of one stage in one environment."""

    folder: Path
    rollout: Rollout
    environment: Environment
    stage: Stage


def is_rollout_file(file: Path) -> bool:
    """Whether a gateshift.yaml is there that declares a rollout: not a Kubernetes object, as one with `apiVersion` and
    `kind` is, and not settings alone.

    What cannot be read counts: whoever needs that file says what is wrong with it.
    """
    if not file.is_file():  # a pipe would be waited for
        return False
    text = _text(file)
    return text is None or not (_is_object(text) or _are_settings(text))


def is_settings_file(file: Path) -> bool:
    """Whether a gateshift.yaml is there that holds settings of a repository, and no rollout."""
    text = _text(file) if file.is_file() else None
    return text is not None and not _is_object(text) and _are_settings(text)


def _text(file: Path) -> str | None:
    limits = ReadLimits()
    try:
        with file.open("rb") as stream:
            return text_of(stream.read(limits.size + 1))
    except (OSError, UnreadableYaml):
        return None


def _is_object(text: str) -> bool:
    try:
        documents = load_all(text) if "apiVersion" in text else []
    except UnreadableYaml:
        return False
    return any(isinstance(document, dict) and {"apiVersion", "kind"} <= document.keys() for document in documents)


def _are_settings(text: str) -> bool:
    if re.search(_SERVICE, text):
        return False
    from gateshift.config.read_settings import are_settings  # a rollout is told without it

    return are_settings(text)


def find_rollout_files(folder: Path) -> Iterator[Path]:
    """Every gateshift.yaml in the folder and below it, hidden folders left out, in a stable order."""
    for path, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in _SKIPPED)
        if FILE_NAME in files and is_rollout_file(Path(path) / FILE_NAME):
            yield Path(path) / FILE_NAME


def rollout_files_in(folder: Path) -> tuple[Path, ...]:
    """The gateshift.yaml of the folder; where it has none, all those below it; else the nearest above in the
    repository."""
    below = _files_below(folder)
    above = None if below else rollout_file_above(folder.resolve(), repository_of(folder))
    return below if above is None else (Path(shown_path(above)),)


def _files_below(folder: Path) -> tuple[Path, ...]:
    here = folder / FILE_NAME
    return (here,) if is_rollout_file(here) else tuple(find_rollout_files(folder))


def rollout_files_named(paths: Iterable[Path]) -> tuple[Path, ...]:
    """The rollouts that paths mean: a file itself, the gateshift.yaml in a folder, or else all those below.

    No paths mean the current folder. Raises UserError where a path means none (exit code 4).
    """
    named = list(paths) or [Path()]
    return tuple(dict.fromkeys(file for path in named for file in _named(path)))


def _named(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    found = rollout_files_in(path) if path == Path() else _files_below(path)
    if not found:
        raise UserError(
            f"no {FILE_NAME} in this directory or below it",
            where=str(path),
            next_step="Write one with `gateshift init NAME --image v1=IMAGE --image v2=IMAGE`.",
            exit_code=Exit.NOTHING_FOUND,
        )
    yield from found


def rollout_file_above(path: Path, top: Path) -> Path | None:
    """The nearest gateshift.yaml next to the path or in a folder above it, up to and including `top`."""
    for folder in (path, *path.parents):
        if is_rollout_file(folder / FILE_NAME):
            return folder / FILE_NAME
        if folder == top:
            return None
    return None


def stage_roots(rollout: Rollout) -> Iterator[StageRoot]:
    """The overlay of every stage in every environment, in the rollout's order."""
    for environment in rollout.environments:
        for stage in rollout.stages_in(environment):
            folder = rollout.file.parent / rollout.overlay(stage, environment)
            yield StageRoot(folder, rollout, environment, stage)


def root_of(rollout: Rollout, environment: Environment, stage: Stage) -> StageRoot:
    """The overlay of a stage in an environment."""
    return StageRoot(rollout.file.parent / rollout.overlay(stage, environment), rollout, environment, stage)


def repository_rollout_files() -> tuple[Path, ...]:
    """Every gateshift.yaml of the repository that holds the current folder, as seen from there."""
    return tuple(Path(shown_path(file)) for file in find_rollout_files(repository_of(Path())))


def rollout_here() -> Rollout:
    """The only rollout of the current folder or below it, else the nearest above. Raises UserError for none and for
    several."""
    files = rollout_files_in(Path())
    if not files:
        raise UserError(
            f"no {FILE_NAME} in this directory, below it or above it",
            where=str(Path().resolve()),
            next_step="`gateshift init` writes one, `gateshift -C DIR` runs where one is, and "
            "`gateshift plan FROM TO` compares two directories without one.",
            exit_code=Exit.NOTHING_FOUND,
        )
    if len(files) > 1:
        named = ", ".join(str(file.parent) for file in files[:_MOST_NAMED])
        more = f" and {len(files) - _MOST_NAMED} more" if len(files) > _MOST_NAMED else ""
        raise UserError(
            f"there are several rollouts here: {named}{more}", next_step="Choose one: `gateshift -C DIR plan`."
        )
    from gateshift.config import open_rollout  # a third of the start-up time, which plain roots need not pay

    return open_rollout(files[0]).rollout


class Rollouts(Struct, frozen=True):
    """The rollouts of a run: what each overlay folder is, and what their files warned of."""

    all: tuple[Rollout, ...]
    by_folder: dict[Path, StageRoot]
    warnings: tuple[Finding, ...]

    @classmethod
    def of(cls, files: Iterable[Path]) -> Rollouts:
        """Read these files, each once. Raises UserError for the first that cannot be read."""
        named = tuple(files)
        for path in named:
            refuse_link_out(path)
        distinct = tuple(dict.fromkeys(path.resolve() for path in named))
        if not distinct:
            return NO_ROLLOUTS
        from gateshift.config import open_rollout  # a third of the start-up time, which plain roots need not pay

        parsed = [open_rollout(file) for file in distinct]
        roots = [root for file in parsed for root in stage_roots(file.rollout)]
        return cls(
            tuple(file.rollout for file in parsed),
            {root.folder: root for root in roots},
            tuple(warning for file in parsed for warning in file.warnings),
        )


NO_ROLLOUTS = Rollouts((), {}, ())
"""Where there is no gateshift.yaml."""


def declared_rule_name(place: StageRoot, route: Resource, index: int) -> str:
    """The name of an extra rule of the stage; "" for any other rule."""
    own = place.rollout.route
    rules = route.data.get("spec")
    listed = rules.get("rules") if isinstance(rules, dict) else None
    if (route.kind, route.id.name) != (own.kind.value, own.name) or not isinstance(listed, list):
        return ""
    return extra_rule_name(place.stage.rule_names, index, len(listed))
