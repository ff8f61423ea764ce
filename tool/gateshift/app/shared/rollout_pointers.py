"""The pointers of a rollout, read from its sync/ folder and from whatever other files the user names.

How the pointers of an environment set the sync engines.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import NoReturn

from msgspec.structs import replace

from gateshift.engines.placement import StageFolders, in_order
from gateshift.engines.read import pointers_in, repositories_in, with_repository
from gateshift.engines.registry import WITHOUT_POINTER, engine_of
from gateshift.errors import Exit, UserError
from gateshift.model.rollout import Engine, Environment, ExistingPointer, Rollout
from gateshift.model.sync_pointer import (
    NotUnderstood,
    RolloutPointers,
    StagePointer,
    SyncPointer,
    SyncSettings,
)
from gateshift.system.repositories import repository_of
from gateshift.system.source_files import Sources, real_path
from gateshift.yamldoc import load_all, text_of
from gateshift.yamldoc.data import Json

_ENDINGS = (".yaml", ".yml")
_MOST_FILES = 5000


def rollout_pointers(rollout: Rollout, others: Sequence[Path] = ()) -> RolloutPointers:
    """The pointers in sync/ next to the rollout, and in `others`, files or folders of the repository.

    Raises UserError for a file that is not YAML, and for one outside the repository.
    """
    top = rollout.file.parent
    repository = repository_of(top)
    prefix = prefix_of(rollout, repository)
    reader = _PointerReader(repository)
    pointers: list[SyncPointer] = []
    not_understood: list[NotUnderstood] = []
    declared = {real_path(top / existing.file): existing.file for existing in _existing(rollout)}
    own = [*([top / "sync"] if (top / "sync").is_dir() else []), *(top / file for file in declared.values())]
    for file in dict.fromkeys(_files(own, others, repository)):
        for pointer in reader.pointers(file):
            if isinstance(pointer, NotUnderstood):
                not_understood.append(pointer)
            elif pointer.pattern:
                not_understood.append(_by_pattern(pointer))
            else:
                pointers.append(pointer)
    folders = StageFolders(rollout, prefix)
    repositories = repositories_in(reader.documents)
    known = [with_repository(pointer, repositories) for pointer in pointers]
    placed = (_placed(rollout, folders, pointer) for pointer in known)
    stage_pointers = [stage_pointer for stage_pointer in placed if stage_pointer is not None]
    _refuse_missing(rollout, stage_pointers)
    return RolloutPointers(
        rollout, repository, prefix, in_order(rollout, stage_pointers), tuple(dict.fromkeys(not_understood))
    )


def _by_pattern(pointer: SyncPointer) -> NotUnderstood:
    why = "it makes an Application of every folder that matches"
    return NotUnderstood(pointer.kind, f"of `{pointer.pattern}`", why, pointer.file, pointer.document)


def _existing(rollout: Rollout) -> tuple[ExistingPointer, ...]:
    return rollout.pointers.existing if rollout.pointers is not None else ()


def _placed(rollout: Rollout, folders: StageFolders, pointer: SyncPointer) -> StagePointer | None:
    """The pointer with its stage; one that gateshift.yaml names belongs to the rollout whatever its path is."""
    placed = folders.place(pointer)
    for existing in _existing(rollout):
        if _is(pointer, existing, rollout):
            named = (known for known in rollout.environments if existing.environment in ("", known.name))
            environment = next(named)
            stage = placed.stage if placed is not None and placed.environment == environment else None
            return StagePointer(pointer, environment, stage, declared=True)
    return placed


def _is(pointer: SyncPointer, existing: ExistingPointer, rollout: Rollout) -> bool:
    same_file = real_path(pointer.file) == real_path(rollout.file.parent / existing.file)
    return same_file and (pointer.kind, pointer.name) == (existing.kind, existing.name)


def _refuse_missing(rollout: Rollout, stage_pointers: Sequence[StagePointer]) -> None:
    for existing in _existing(rollout):
        if not any(_is(stage_pointer.pointer, existing, rollout) for stage_pointer in stage_pointers):
            raise UserError(
                f"{existing.file} holds no {existing.kind} {existing.name} with a path",
                where=str(rollout.file),
                next_step="Correct `pointers.existing`.",
            )


def prefix_of(rollout: Rollout, repository: Path) -> str:
    """The rollout's folder as pointers write it: as declared, else where it lies in the repository."""
    if rollout.pointers is not None and not rollout.pointers.existing:
        return rollout.pointers.path.strip("/")
    relative = real_path(rollout.file.parent).relative_to(repository).as_posix()
    return "" if relative == "." else relative


def _files(own: Iterable[Path], others: Sequence[Path], repository: Path) -> Iterator[Path]:
    for path in (*own, *others):
        if not path.exists():
            raise UserError("the file or directory does not exist", where=str(path), exit_code=Exit.NOTHING_FOUND)
        for file in _below(path) if path.is_dir() else [path]:
            if not real_path(file).is_relative_to(repository):
                raise UserError(f"lies outside the repository {repository}", where=str(file))
            yield file


def _below(folder: Path) -> Iterator[Path]:
    for path, folders, files in os.walk(folder, onerror=_raise):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(path) / name for name in sorted(files) if name.endswith(_ENDINGS) and not name.startswith("."))


def _raise(error: OSError) -> NoReturn:
    """A folder that cannot be read may hold pointers, so there is no answer without it."""
    raise error


class _PointerReader:
    """Reads files of one repository, and remembers the documents they hold."""

    def __init__(self, repository: Path) -> None:
        self.repository = repository
        self.sources = Sources()
        self.documents: list[Json] = []

    def pointers(self, file: Path) -> list[SyncPointer | NotUnderstood]:
        """The pointers of a file. Raises UserError where it is not YAML."""
        source = self.sources.read(real_path(file))
        fault = source.fault
        if fault is not None:
            raise UserError(
                f"no pointer can be read: {fault.what}",
                where=f"{file}:{fault.line}:{fault.column}",
                next_step="Mend the file; what Git marked as a conflict must be settled first.",
            )
        self.documents += (document.data for document in source.documents)
        return list(pointers_in(source.documents, file, self.matching))

    def matching(self, pattern: str) -> Mapping[str, Json]:
        """The data of the repository's files that match a git generator's pattern."""
        return files_matching(self.repository, pattern, self.sources)


def line_of(repository: Path, pointer: SyncPointer) -> int:
    """The line of the scalar that a pointer's path stands in, from 1."""
    scalars = pointer.scalars
    if not scalars:
        return 1
    source = Sources().read(real_path(repository / scalars[0].file if scalars[0].file else pointer.file))
    return source.place(scalars[0].at, 0 if scalars[0].file else pointer.document).line


def files_matching(repository: Path, pattern: str, sources: Sources | None = None) -> Mapping[str, Json]:
    """The data of the repository's files that match, by path from the top, but of those that are no YAML. A pattern
    that ends with a slash means folders, which have no data; hidden ones are left out."""
    reader = sources or Sources()
    if not pattern or pattern.startswith("/") or ".." in pattern.split("/"):
        return {}
    if pattern.endswith("/"):
        found = (path for path in _matching(repository, pattern) if path.is_dir())
        folders = (path.relative_to(repository) for path in found if real_path(path).is_relative_to(repository))
        shown = (path for path in folders if not any(part.startswith(".") for part in path.parts))
        return {path.as_posix(): None for path in islice(shown, _MOST_FILES)}
    matching: dict[str, Json] = {}
    for file in islice(_matching(repository, pattern), _MOST_FILES):
        if file.is_file() and real_path(file).is_relative_to(repository):
            source = reader.read(real_path(file))
            if len(source.documents) == 1:
                matching[file.relative_to(repository).as_posix()] = source.data()
    return matching


def _matching(repository: Path, pattern: str) -> Sequence[Path]:
    """What the pattern means, in order: nothing where it is none, or where no file can have such a name."""
    try:
        return sorted(repository.glob(pattern))
    except (OSError, ValueError, IndexError, RecursionError):  # all of them are pathlib's refusals of a pattern
        return ()


def sync_settings(pointers: RolloutPointers, environment: Environment) -> tuple[SyncSettings, ...]:
    """Each distinct setting of each engine; an engine without a pointer there is set as one without a pointer."""
    return with_every_engine(
        settings_in(
            stage_pointer for stage_pointer in pointers.stage_pointers if stage_pointer.environment == environment
        )
    )


def with_every_engine(settings: Iterable[SyncSettings]) -> tuple[SyncSettings, ...]:
    """The settings, and for each engine that has none those of an engine without a pointer, which decides nothing where
    another has one."""
    listed = tuple(dict.fromkeys(settings))
    engines = list(Engine)
    known_engines = {known.engine for known in listed}
    missing = tuple(
        replace(unset, decides=not listed) for unset in WITHOUT_POINTER if unset.engine not in known_engines
    )
    return tuple(sorted((*listed, *missing), key=lambda known: (engines.index(known.engine), repr(known))))


def settings_in(stage_pointers: Iterable[StagePointer]) -> Iterator[SyncSettings]:
    """The settings of these pointers, from the objects that hold them."""
    return (settings for stage_pointer in stage_pointers for settings in settings_of(stage_pointer.pointer))


def settings_of(pointer: SyncPointer) -> Iterator[SyncSettings]:
    """What the object that holds the pointer says of how it syncs."""
    documents = load_all(text_of(pointer.file.read_bytes()))
    data = documents[pointer.document]
    engine = engine_of(data)
    if engine is not None and isinstance(data, dict):
        yield engine.settings_of(data)
