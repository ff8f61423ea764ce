"""The sync objects that make a step, by how they have its two sides built."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from os.path import relpath
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from gateshift.app.plan.sides import Side
from gateshift.app.shared.repository_pointers import RepositoryPointers, key_of
from gateshift.app.shared.rollout_pointers import settings_of, with_every_engine
from gateshift.errors import NoVerdict
from gateshift.model.sync_pointer import SyncPointer, SyncSettings
from gateshift.system.source_files import real_path

_Pair = tuple[SyncPointer | None, SyncPointer | None]


class Followers(Struct, frozen=True):
    """Sync objects that have both sides of a step built alike: one of them as it is at each side, None where Kustomize
    alone builds that, and how all of them set the engines."""

    before: SyncPointer | None
    after: SyncPointer | None
    syncs: tuple[SyncSettings, ...]

    def __str__(self) -> str:
        return str(self.after or self.before)


def followers(
    before: RepositoryPointers, after: RepositoryPointers, syncs: tuple[SyncSettings, ...]
) -> tuple[Followers, ...]:
    """Those that make the step from what `before` follow to what `after` follow; `syncs` are the settings where all
    have it built alike. Raises NoVerdict where it cannot be told which of several takes the place of which."""
    alike: dict[object, list[_Pair]] = {}
    for old, new in _pairs(before, after):
        alike.setdefault((_way(old), _way(new)), []).append((old, new))
    if len(alike) == 1:
        ((first, *_),) = alike.values()
        return (Followers(*first, syncs),)
    return tuple(Followers(*pairs[0], _settings(pairs)) for pairs in alike.values())


def built_by(side: Side, pointer: SyncPointer | None) -> Side:
    """The side as the engine of the pointer builds it; one that has a pointer already stays as it is."""
    root = side.root
    if pointer is None or pointer.build is None or not pointer.build.changes:
        return side
    return side if root.files or root.pointer is not None else replace(side, root=replace(root, pointer=pointer))


def _pairs(before: RepositoryPointers, after: RepositoryPointers) -> Iterator[_Pair]:
    """Each sync object as it is at both sides. Where none follows a side, those of the other one move there; one that
    is new makes the step as it is now, and one that is gone makes none."""
    if not before.pointers or not after.pointers:
        yield from ((pointer, pointer) for pointer in (*before.pointers, *after.pointers) or (None,))
        return
    same = [_same(pointer, before, after.top) for pointer in after.pointers]
    for pointer, earlier in zip(after.pointers, same, strict=True):
        yield earlier or (pointer if any(same) else _replaced(pointer, before)), pointer


def _same(pointer: SyncPointer, before: RepositoryPointers, top: Path) -> SyncPointer | None:
    """The sync object as it was before. Clusters that share a repository have objects of one name, which their files
    tell apart."""
    if pointer in before.pointers:
        return pointer
    named = [other for other in before.pointers if key_of(other) == key_of(pointer)]
    file = relpath(real_path(pointer.file), top)
    within = (other for other in named if relpath(real_path(other.file), before.top) == file)
    return next(within, named[0] if len(named) == 1 else None)


def _replaced(pointer: SyncPointer, before: RepositoryPointers) -> SyncPointer:
    """The one of the same engine whose place the pointer takes, itself where there is none."""
    others = [other for other in before.pointers if other.engine is pointer.engine]
    if len(set(map(_way, others))) > 1:
        raise NoVerdict(
            f"{', '.join(map(str, others))} have what they follow built in several ways, and which of them {pointer} "
            "takes the place of cannot be told",
            where=str(pointer.file),
            next_step="Move the path on a branch and ask `gateshift plan --since`, which judges each for itself.",
        )
    return others[0] if others else pointer


def _way(pointer: SyncPointer | None) -> str:
    """What those share that have a kustomization built alike."""
    build = pointer.build if pointer is not None else None
    return build.way if build is not None and build.changes else ""


def _settings(pairs: Sequence[_Pair]) -> tuple[SyncSettings, ...]:
    return with_every_engine(settings for _, pointer in pairs if pointer for settings in settings_of(pointer))
