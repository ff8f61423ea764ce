"""The steps that a branch makes outside of rollouts: by pointers to any folder, and by roots that no pointer names."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from gateshift.app.plan.sides import Side
from gateshift.app.shared.followed_folders import followed_root, with_supplied_variables
from gateshift.app.shared.paths import shown_path
from gateshift.app.shared.repository_pointers import PointerKey, RepositoryPointers, key_of, repository_pointers
from gateshift.app.shared.repository_settings import SettingsFiles
from gateshift.app.shared.resolve_target import only_root
from gateshift.app.shared.rollout_pointers import line_of, settings_of, with_every_engine
from gateshift.app.shared.snapshots import Snapshot
from gateshift.engines.registry import WITHOUT_POINTER
from gateshift.errors import UserError
from gateshift.kustomize.tree.generated import manifests
from gateshift.kustomize.tree.roots import has_kustomization, search_roots
from gateshift.model.finding import Finding, Level
from gateshift.model.kustomization import Root
from gateshift.model.place import Place
from gateshift.model.sync_pointer import SyncPointer, SyncSettings
from gateshift.system.source_files import Sources, folder_in, real_path
from gateshift.transition import rules

_HERE = Path()


class BranchStep(Struct, frozen=True):
    """A step that the branch makes: both sides, how the engines are set, and whether it happens once it is merged.

    `before` is None where it is not known what ran, for the reason `unknown`. `moves`: a pointer goes from one folder
    to another.
    """

    before: Side | None
    after: Side
    syncs: tuple[SyncSettings, ...]
    live: bool
    extra: tuple[Finding, ...] = ()
    moves: bool = False
    unknown: str = ""


class BothPointers(Struct, frozen=True):
    """The pointers of the repository at the merge base and in the work tree."""

    base: Snapshot
    then: RepositoryPointers
    now: RepositoryPointers

    @classmethod
    def of(cls, base: Snapshot) -> BothPointers:
        """Read both sides."""
        return cls(
            base,
            with_supplied_variables(repository_pointers(base.top, base.work_tree)),
            with_supplied_variables(repository_pointers(base.work_tree, base.work_tree)),
        )

    def pairs(self, known: Collection[PointerKey]) -> Iterator[tuple[SyncPointer | None, SyncPointer | None]]:
        """Each pointer on both sides, None where one lacks it; those that are `known` are left out.

        Clusters that share a repository have pointers of one name: there the file says which is which.
        """
        then, now = _by_key(self.then), _by_key(self.now)
        for key in dict.fromkeys((*now, *then)):
            if key in known:
                continue
            old = {pointer.file.relative_to(self.then.top): pointer for pointer in then.get(key, ())}
            new = {pointer.file.relative_to(self.now.top): pointer for pointer in now.get(key, ())}
            yield from ((old[file], new[file]) for file in new if file in old)
            lost = [pointer for file, pointer in old.items() if file not in new]
            added = [pointer for file, pointer in new.items() if file not in old]
            if len(lost) == len(added) == 1:
                yield lost[0], added[0]
            else:
                yield from ((pointer, None) for pointer in lost)
                yield from ((None, pointer) for pointer in added)

    def earlier(self, pointer: SyncPointer) -> Side | None:
        """What a pointer of the merge base named there; None where that is no root."""
        return side_then(self.base, pointer.folder, pointer)

    def later(self, pointer: SyncPointer) -> Side | None:
        """What a pointer of the work tree names; None where that is no root."""
        root = root_at(self.base.work_tree, pointer.folder, pointer)
        return None if root is None else Side(root.path.as_posix(), root)


def _by_key(pointers: RepositoryPointers) -> dict[PointerKey, list[SyncPointer]]:
    found: dict[PointerKey, list[SyncPointer]] = {}
    for pointer in pointers.pointers:
        found.setdefault(key_of(pointer), []).append(pointer)
    return found


def side_then(base: Snapshot, folder: str, pointer: SyncPointer | None = None) -> Side | None:
    """A folder at the merge base as the pointer had it built, named by its revision; None where it is no root."""
    root = root_at(base.top, folder, pointer)
    return None if root is None else Side(f"{base.name}:{folder}", root)


def root_at(repository: Path, name: str, pointer: SyncPointer | None = None) -> Root | None:
    """The root that a pointer's folder is, as the pointer has it built; None where the repository has no such folder,
    or nothing to build in it, or several roots."""
    folder = folder_in(repository, name)
    if folder is None:
        return None
    if pointer is not None and pointer.build is not None:
        root = followed_root(pointer, folder, repository, Sources())
        return root if has_kustomization(folder) or root.files or manifests(folder, repository) else None
    try:
        return only_root(Path(shown_path(folder.resolve())))
    except UserError:
        return None


def pointer_steps(pointers: BothPointers, known: Collection[PointerKey]) -> Iterator[BranchStep]:
    """What each pointer named and what it names; pointers that make the same step share one. Those of rollouts, which
    are `known`, are told there."""
    together: dict[object, tuple[SyncPointer | None, list[SyncPointer]]] = {}
    gone: list[SyncPointer] = []
    for then, now in pointers.pairs(known):
        if now is not None:
            step = then and (then.folder, then.way), now.folder, now.way
            together.setdefault(step, (then, []))[1].append(now)
        elif then is not None:
            gone.append(then)
    for earlier, following in together.values():
        yield from _step(pointers, earlier, following)
    for pointer in gone:
        yield from _gone(pointers, pointer)


def _step(
    pointers: BothPointers, earlier: SyncPointer | None, following: Sequence[SyncPointer]
) -> Iterator[BranchStep]:
    """The step of pointers that name one folder; nothing where neither side is a root."""
    first = following[0]
    syncs = with_every_engine(settings for pointer in following for settings in settings_of(pointer))
    before = None if earlier is None else pointers.earlier(earlier)
    after = pointers.later(first)
    if after is None and before is not None:
        yield BranchStep(
            before, Side(first.path or ".", before.root), syncs, live=True, extra=(losing(first, pointers.now.top),)
        )
    elif after is not None and before is None:
        yield BranchStep(None, after, syncs, live=True, unknown=creation_of(after))
    elif after is not None and earlier is not None:
        yield BranchStep(before, after, syncs, live=True, moves=earlier.folder != first.folder)


def creation_of(after: Side) -> str:
    """Why nothing is known of a pointer that is new and of one that named nothing before."""
    return f"creates a pointer to {after.label}; what ran before is not known"


def losing(pointer: SyncPointer, repository: Path) -> Finding:
    """What is said of a pointer that names nothing that can be synced any more."""
    return rules.POINTER_LOST.finding(
        Level.ERROR,
        f"{pointer} names `{pointer.path}`, where there is nothing to sync",
        Place(pointer.file, line_of(repository, pointer)),
        cluster_says=f"{pointer.path}: no such directory",
        help="Name a directory that is there, and keep it for as long as a pointer names it.",
    )


def _gone(pointers: BothPointers, pointer: SyncPointer) -> Iterator[BranchStep]:
    before = pointers.earlier(pointer)
    if before is not None:
        syncs = with_every_engine(settings_of(pointer))
        yield BranchStep(before, Side("no pointer", before.root), syncs, live=True, extra=(_let_go(pointer),))


def _let_go(pointer: SyncPointer) -> Finding:
    return rules.POINTER_LOST.finding(
        Level.WARNING,
        f"{pointer} is gone: nothing syncs `{pointer.path}` any more; where its objects are deleted with it, they go",
        Place(pointer.file),
        help="Let the sync engine keep the objects first (no finalizer; deletionPolicy: Orphan).",
    )


def root_steps(
    base: Snapshot, told: Iterable[Side], besides: Sequence[Path], settings: SettingsFiles
) -> Iterator[BranchStep]:
    """Every root of the current folder that is on either side and of which no step has told: any of them may be live
    that settings do not call unsynced. What they exclude is left out, as is what lies in the folders `besides`."""
    known = {_in_work_tree(base, side.root.folder) for side in told}
    now = {_in_work_tree(base, root.folder): root for root in _roots(_HERE)}
    then = {_in_work_tree(base, root.folder): root for root in _roots(base.folder(_HERE))}
    for folder in (*now, *(gone for gone in then if gone not in now)):
        if folder in known or settings.excludes(folder) or any(folder.is_relative_to(other) for other in besides):
            continue
        label, live = shown_path(folder), not settings.is_unsynced(folder)
        before = side_then(base, folder.relative_to(base.work_tree).as_posix())
        if folder in now and before is not None:
            yield BranchStep(before, Side(label, now[folder]), WITHOUT_POINTER, live=live)
        elif folder in then and not folder.exists():
            removed = Side(f"{base.name}:{label}", then[folder])
            extra = (removal_of(then[folder], label),)
            yield BranchStep(removed, Side(label, then[folder]), WITHOUT_POINTER, live=live, extra=extra)


def _roots(folder: Path) -> Iterator[Root]:
    """The roots with a kustomization below the folder."""
    found = search_roots([folder]).roots if folder.is_dir() else ()
    return (root for root in found if not root.files)


def _in_work_tree(base: Snapshot, folder: Path) -> Path:
    """The path in the work tree of a folder on either side."""
    real = real_path(folder)
    return base.work_tree / real.relative_to(base.top) if real.is_relative_to(base.top) else real


def removal_of(root: Root, label: str) -> Finding:
    """What is said of a folder that is gone and that no pointer of the repository named."""
    return rules.POINTER_LOST.finding(
        Level.WARNING,
        f"`{label}` is gone, and no pointer here named it: what follows it from elsewhere has nothing to sync any more",
        Place(root.files[0] if root.files else root.path / "kustomization.yaml"),
        help="Delete or move the pointer that follows it first.",
    )
