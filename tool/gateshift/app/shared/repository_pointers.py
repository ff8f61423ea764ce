"""Every pointer that the files of a repository hold, wherever they stand, and who follows a folder."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path

from msgspec import Struct

from gateshift.app.shared.rollout_pointers import files_matching, settings_of, with_every_engine
from gateshift.engines.placement import plain_url
from gateshift.engines.read import pointers_in, repositories_in, with_repository
from gateshift.engines.registry import ENGINES
from gateshift.model.sync_pointer import NotUnderstood, SyncPointer, SyncSettings
from gateshift.system import git
from gateshift.system.source_files import Sources, real_path
from gateshift.yamldoc import ReadLimits
from gateshift.yamldoc.data import Json

_ENDINGS = (".yaml", ".yml")
_SKIPPED = frozenset({"node_modules"})

PointerKey = tuple[str, str, str, str, str]
"""What identifies a pointer: engine, kind, namespace, name, and which of its object's paths it is."""


class RepositoryPointers(Struct, frozen=True):
    """The pointers below `top`, the top of a repository, that read that very repository."""

    top: Path
    pointers: tuple[SyncPointer, ...] = ()

    @property
    def files(self) -> tuple[Path, ...]:
        """The files that hold the pointers."""
        return tuple(dict.fromkeys(pointer.file for pointer in self.pointers))

    @property
    def by_key(self) -> Mapping[PointerKey, SyncPointer]:
        """The pointers by what identifies them."""
        return {key_of(pointer): pointer for pointer in self.pointers}

    def settings(self, folder: Path) -> tuple[SyncSettings, ...]:
        """How the engines that follow the folder are set; every engine decides where none follows it."""
        following = self.following(folder)
        return with_every_engine(settings for pointer in following for settings in settings_of(pointer))

    def following(self, folder: Path) -> tuple[SyncPointer, ...]:
        """The pointers that follow the folder."""
        name = real_path(folder).relative_to(self.top).as_posix()
        return tuple(pointer for pointer in self.pointers if pointer.folder == ("" if name == "." else name))


def key_of(pointer: SyncPointer) -> PointerKey:
    """What identifies the pointer from one revision to another."""
    place = ".".join(str(step) for scalar in pointer.scalars[:1] for step in scalar.at)
    return pointer.engine.value, pointer.kind, pointer.namespace, pointer.name, place


def repository_pointers(top: Path, work_tree: Path | None) -> RepositoryPointers:
    """The pointers in the YAML files below the folder; files that cannot be read hold none. `work_tree` is the Git work
    tree whose remotes say which repository this is, None where there is none."""
    sources = Sources()
    pointers: list[SyncPointer] = []
    documents: list[Json] = []
    for file in _candidates(top):
        source = sources.read(real_path(file))
        if source.fault is not None or not real_path(file).is_relative_to(top):
            continue
        documents += (document.data for document in source.documents)
        matching = partial(files_matching, top, sources=sources)
        pointers += (
            pointer
            for pointer in pointers_in(source.documents, file, matching)
            if not isinstance(pointer, NotUnderstood)
        )
    repositories = repositories_in(documents)
    urls = git.remotes(work_tree) if work_tree is not None and pointers else ()
    names = frozenset(map(_repository_name, urls))
    placed = (with_repository(pointer, repositories) for pointer in pointers)
    return RepositoryPointers(top, tuple(pointer for pointer in placed if _is_of(pointer, names)))


def _candidates(top: Path) -> Iterator[Path]:
    """The YAML files that speak of an engine's API groups."""
    groups = tuple(group.encode() for engine in ENGINES.values() for group in sorted(engine.groups))
    largest = ReadLimits().size
    for path, folders, files in os.walk(top):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in _SKIPPED)
        for name in sorted(files):
            file = Path(path) / name
            if name.endswith(_ENDINGS) and file.is_file() and _speaks_of(file, groups, largest):
                yield file


def _speaks_of(file: Path, groups: Iterable[bytes], largest: int) -> bool:
    try:
        with file.open("rb") as stream:
            raw = stream.read(largest + 1)
    except OSError:
        return False
    return any(group in raw for group in groups)


def _is_of(pointer: SyncPointer, names: frozenset[str]) -> bool:
    """Whether the pointer reads this repository, or may: a fork has the name of what it was forked from."""
    return not pointer.repository or not names or _repository_name(pointer.repository) in names


def _repository_name(url: str) -> str:
    return plain_url(url).rpartition("/")[2]
