"""The steps that a branch makes in one rollout: its pointers, then the stages that no pointer names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from msgspec.structs import replace

from gateshift.app.plan.branch_steps import BothPointers, BranchStep, creation_of, losing, root_at, side_then
from gateshift.app.plan.sides import Side
from gateshift.app.shared.paths import shown_path
from gateshift.app.shared.repository_pointers import PointerKey, key_of
from gateshift.app.shared.resolve_target import only_root
from gateshift.app.shared.rollout_pointers import rollout_pointers, settings_in, with_every_engine
from gateshift.app.shared.rollouts import root_of
from gateshift.model.finding import Finding, Level
from gateshift.model.kustomization import Root
from gateshift.model.place import Place
from gateshift.model.rollout import Environment, Rollout, Stage
from gateshift.model.sync_pointer import RolloutPointers, StagePointer
from gateshift.system.source_files import real_path
from gateshift.transition import rules

_Pointers = Mapping[PointerKey, StagePointer]


class RolloutBranch:
    """One rollout on both sides of the branch; `then` is None where it is new."""

    def __init__(self, pointers: BothPointers, now: Rollout, then: Rollout | None, environment: str) -> None:
        self._pointers = pointers
        self._base = pointers.base
        self._now = rollout_pointers(now, pointers.now.files)
        self._then = None if then is None else rollout_pointers(then, pointers.then.files)
        self._environments = [each for each in now.environments if environment in ("", each.name)]

    @property
    def pointers(self) -> frozenset[PointerKey]:
        """The pointers that are told here, of either side."""
        sides = [self._now] if self._then is None else [self._now, self._then]
        return frozenset(key_of(each.pointer) for side in sides for each in side.stage_pointers)

    def steps(self) -> Iterator[BranchStep]:
        """The steps of the pointers, then the other stages."""
        for environment in self._environments:
            live = list(self._live(environment))
            yield from live
            yield from self._other(environment, live)

    def _live(self, environment: Environment) -> Iterator[BranchStep]:
        """From what each pointer named to what it names; pointers that make the same step share one."""
        old, new = self._of(self._then, environment), self._of(self._now, environment)
        steps: dict[object, BranchStep] = {}
        following: dict[object, list[StagePointer]] = {}
        for key in dict.fromkeys((*old, *new)):
            before, after = old.get(key), new.get(key)
            if before is not None and after is None:
                after = _renamed(key, old, new)
            elif before is None and _is_renaming(key, old, new):
                continue
            step = self._step(environment, key, before, after)
            if step is None:
                continue
            ends = (
                step.before.label if step.before else "",
                f"{step.after.label}{step.extra if step.extra else ''}",
                tuple(side.root.key for side in (step.before, step.after) if side is not None),
            )
            steps.setdefault(ends, step)
            following.setdefault(ends, []).extend(filter(None, [after or before]))
        for same, step in steps.items():
            syncs = with_every_engine(settings_in(following[same]))
            yield BranchStep(
                step.before, step.after, syncs, live=True, extra=step.extra, moves=step.moves, unknown=step.unknown
            )

    def _step(
        self, environment: Environment, key: PointerKey, old: StagePointer | None, new: StagePointer | None
    ) -> BranchStep | None:
        """What one pointer does; None where it names no root on either side."""
        before = self._before(environment, key, old, new)
        after = None if new is None else self._after(environment, new)
        if after is None:
            return None if before is None or old is None else self._astray(before, old, new, key)
        if before is None:
            return BranchStep(None, after, (), live=True, unknown=creation_of(after))
        extra = (_renaming(old, new),) if old and new and key_of(new.pointer) != key else ()
        return BranchStep(before, after, (), live=True, extra=extra, moves=_stage(before) != _stage(after))

    def _before(
        self, environment: Environment, key: PointerKey, old: StagePointer | None, new: StagePointer | None
    ) -> Side | None:
        """What the pointer named: a stage of the rollout, or whatever its path built."""
        if old is not None and old.stage is not None and self._then is not None:
            return self._stage_then(environment, old.stage, None if new is None else new.stage, old)
        known = self._pointers.then.by_key.get(key)
        earlier = old.pointer if old is not None else known
        return None if earlier is None else side_then(self._base, earlier.folder, earlier)

    def _stage_then(
        self, environment: Environment, stage: Stage, after: Stage | None, pointer: StagePointer | None
    ) -> Side | None:
        """A stage at the merge base, as the pointer had it built; it has a revision in its name where that stage is
        another one now."""
        assert self._then is not None
        earlier = next((each for each in self._then.rollout.environments if each.name == environment.name), None)
        root = None if earlier is None else root_of(self._then.rollout, earlier, stage)
        if root is None or not root.folder.is_dir():
            return None
        path = real_path(root.folder).relative_to(self._base.top).as_posix()
        same = after is not None and after.name == stage.name
        return Side(
            f"{self._base.name}:{path}" if same else stage.name, _built_by(pointer, only_root(root.folder)), root
        )

    def _after(self, environment: Environment, pointer: StagePointer) -> Side | None:
        """What the pointer names now; None where there is nothing to build."""
        if pointer.stage is not None:
            return self._stage_now(environment, pointer.stage, pointer)
        root = root_at(self._now.repository, pointer.pointer.folder, pointer.pointer)
        return None if root is None else Side(root.path.as_posix(), root)

    def _stage_now(self, environment: Environment, stage: Stage, pointer: StagePointer | None) -> Side | None:
        root = root_of(self._now.rollout, environment, stage)
        if not root.folder.is_dir():
            return None
        return Side(stage.name, _built_by(pointer, only_root(Path(shown_path(root.folder.resolve())))), root)

    def _astray(self, before: Side, old: StagePointer, new: StagePointer | None, key: PointerKey) -> BranchStep:
        """A pointer that names nothing to sync any more, or that is gone: the cluster keeps what it has. One that left
        the rollout for another folder goes there."""
        elsewhere = self._pointers.now.by_key.get(key) if new is None else None
        after = None if elsewhere is None else self._pointers.later(elsewhere)
        if after is not None:
            return BranchStep(before, after, (), live=True, moves=True)
        if new is None and elsewhere is None:
            label, finding = "no pointer", self._let_go(old)
        else:
            pointer = elsewhere if new is None and elsewhere is not None else (new or old).pointer
            label, finding = pointer.path or "no path", losing(pointer, self._pointers.now.top)
        return BranchStep(before, Side(label, before.root), (), live=True, extra=(finding,))

    def _let_go(self, old: StagePointer) -> Finding:
        return rules.POINTER_LOST.finding(
            Level.WARNING,
            f"{old.pointer} no longer follows this rollout: nothing moves the stage it named, and where it is deleted "
            "with its objects, they go",
            Place(self._now.rollout.file),
            help="Let the sync engine keep the objects first (no finalizer; deletionPolicy: Orphan).",
        )

    def _other(self, environment: Environment, live: Sequence[BranchStep]) -> Iterator[BranchStep]:
        """The stages that no pointer names on both sides. Without any pointer each may be in force."""
        if self._then is None:
            return
        known = {_stage(step.after) for step in live if not step.moves and step.before is not None}
        following = [*self._of(self._now, environment).values()]
        followed = [*self._of(self._then, environment).values()]
        pointed = bool(following or followed)
        earlier = {stage.name: stage for stage in self._then.rollout.stages}
        for stage in self._now.rollout.stages_in(environment):
            if stage.name in known or stage.name not in earlier:
                continue
            before = self._stage_then(environment, earlier[stage.name], stage, next(iter(followed), None))
            after = self._stage_now(environment, stage, next(iter(following), None))
            if before is not None and after is not None:
                yield BranchStep(before, after, with_every_engine(settings_in(following)), live=not pointed)

    def _of(self, pointing: RolloutPointers | None, environment: Environment) -> _Pointers:
        """The environment's pointers by what identifies them."""
        return {
            key_of(stage_pointer.pointer): stage_pointer
            for stage_pointer in (() if pointing is None else pointing.stage_pointers)
            if stage_pointer.environment is not None and stage_pointer.environment.name == environment.name
        }


def _built_by(pointer: StagePointer | None, root: Root) -> Root:
    """A stage's root as the engine of the pointer builds it."""
    return root if pointer is None or pointer.pointer.build is None else replace(root, pointer=pointer.pointer)


def _stage(side: Side) -> str:
    """The stage's name; for a folder that is none, "" in front of its path."""
    return side.stage.stage.name if side.stage else f" {side.label.rpartition(':')[2]}"


def _fresh(key: PointerKey, old: _Pointers, new: _Pointers) -> tuple[list[PointerKey], list[PointerKey]]:
    """The pointers of the same engine that are gone, and those that are new."""
    gone = [other for other in old if other not in new and other[0] == key[0]]
    return gone, [other for other in new if other not in old and other[0] == key[0]]


def _renamed(key: PointerKey, old: _Pointers, new: _Pointers) -> StagePointer | None:
    """The pointer that took the place of one that is gone: the only new one of its engine."""
    gone, fresh = _fresh(key, old, new)
    return new[fresh[0]] if len(fresh) == 1 and len(gone) == 1 else None


def _is_renaming(key: PointerKey, old: _Pointers, new: _Pointers) -> bool:
    gone, fresh = _fresh(key, old, new)
    return len(fresh) == 1 and len(gone) == 1


def _renaming(before: StagePointer, after: StagePointer) -> Finding:
    old, new = before.pointer, after.pointer
    return rules.POINTER_RENAMED.finding(
        Level.ERROR,
        f"{old} is now {new}: to the sync engine that is another one, and with the old one its objects may go",
        Place(after.pointer.file),
        help=f"Keep the name {old.name}; only the path of a pointer moves.",
    )
