"""What a branch changes: merge base -> work tree, for every stage whose build differs and every pointer that moved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

from msgspec import Struct

from gateshift.app.plan.plan import Plans
from gateshift.app.plan.sides import Side
from gateshift.app.shared.attempt import attempt
from gateshift.app.shared.paths import shown_path
from gateshift.app.shared.resolve_target import only_root
from gateshift.app.shared.rollout_pointers import rollout_pointers, settings_in, with_every_engine
from gateshift.app.shared.rollouts import rollout_files_in, root_of
from gateshift.app.shared.snapshots import Snapshot
from gateshift.config import open_rollout
from gateshift.engines.registry import WITHOUT_POINTER
from gateshift.errors import Exit, NoVerdict, UserError
from gateshift.kustomize.tree.roots import find_roots
from gateshift.model.finding import Finding, Level
from gateshift.model.kustomization import Root
from gateshift.model.place import Place
from gateshift.model.plan import PlanReport, PullRequestReport
from gateshift.model.report import Gap
from gateshift.model.rollout import Environment, Rollout, Stage
from gateshift.model.sync_pointer import RolloutPointers, StagePointer, SyncSettings
from gateshift.system import git
from gateshift.system.source_files import real_path
from gateshift.transition import rules

_HERE = Path()


class Pair(Struct, frozen=True):
    """A step that the branch makes: both sides, how the engines are set, and whether it happens once it is merged."""

    before: Side
    after: Side
    syncs: tuple[SyncSettings, ...]
    live: bool
    extra: tuple[Finding, ...] = ()

    @property
    def moves(self) -> bool:
        """Whether a pointer goes from one stage to another, or to a folder that is none."""
        before, after = (side.stage.stage.name if side.stage else None for side in (self.before, self.after))
        return before != after


def pull_request(plans: Plans, since: str, environment: str) -> PullRequestReport:
    """The plans of the branch. A side that cannot be built without a fault of its own is a gap.

    Raises UserError for a revision that is none, NoVerdict where Git or Kustomize is missing.
    """
    base = plans.snapshots.merge_base(since, _HERE)
    changed = frozenset(base.work_tree / path for path in git.changed_since(base.work_tree, base.commit))
    pairs = [
        pair for pair in _pairs(base, environment) if pair.moves or pair.extra or _touched(plans, pair, base, changed)
    ]
    plans.planner.prepare(side for pair in pairs for side in (pair.before, pair.after))
    reports: list[PlanReport] = []
    gaps: list[Gap] = []
    for pair in pairs:
        what = f"{pair.after.label} was not judged"
        try:
            report = attempt(what, partial(_report, plans, pair))
        except NoVerdict as error:
            report = Gap(what, error.what, error.next_step)
        match report:
            case Gap():
                gaps.append(report)
            case PlanReport():
                reports.append(report)
            case None:
                continue
    return PullRequestReport(since, tuple(reports), tuple(dict.fromkeys(gaps)))


def _report(plans: Plans, pair: Pair) -> PlanReport | None:
    """The plan of a pair; None where nothing differs."""
    step = plans.planner.step(pair.before, pair.after, pair.syncs, pair.extra)
    if not step.judgement.changes and not pair.extra and not pair.moves:
        return None
    way = () if step.safe else plans.way(pair.before, pair.after, pair.syncs)
    return plans.reporter.plan(pair.before, pair.after, step, safe_way=way, live=pair.live)


def _touched(plans: Plans, pair: Pair, base: Snapshot, changed: frozenset[Path]) -> bool:
    """Whether a changed file is part of either side; only then can the builds differ."""
    now = plans.planner.files(pair.after)
    then = {base.work_tree / path.relative_to(base.top) for path in plans.planner.files(pair.before)}
    return any(file in now or file in then or file.parent in now for file in changed)


def _pairs(base: Snapshot, environment: str) -> Iterator[Pair]:
    now = {real_path(file): open_rollout(file).rollout for file in rollout_files_in(_HERE)}
    then = dict(_rollouts_at(base))
    if not now:
        yield from _plain_pairs(base)
    for file, rollout in now.items():
        if file in then:
            yield from _Branch(base, rollout, then[file], environment).pairs()


def _rollouts_at(base: Snapshot) -> Iterator[tuple[Path, Rollout]]:
    """The rollouts of the current folder at the merge base, by the path of their file in the work tree; one that was
    broken there is as if it were new."""
    here = base.folder(_HERE)
    for file in rollout_files_in(here) if here.is_dir() else ():
        try:
            rollout = open_rollout(file).rollout
        except UserError:
            continue
        yield base.work_tree / real_path(file).relative_to(base.top), rollout


def _plain_pairs(base: Snapshot) -> Iterator[Pair]:
    """Without any rollout, or where the branch takes it away: every Kustomize root that is there on both sides. Any of
    them may be live."""
    try:
        roots = find_roots([_HERE]).roots
    except UserError as error:
        if error.exit_code is Exit.NOTHING_FOUND:
            return
        raise
    for root in roots:
        folder = base.folder(root.path)
        if folder.exists() and not root.files:
            label = root.path.as_posix()
            yield Pair(Side(f"{base.name}:{label}", only_root(folder)), Side(label, root), WITHOUT_POINTER, live=True)


class _Branch:
    """One rollout on both sides of the branch."""

    def __init__(self, base: Snapshot, now: Rollout, then: Rollout, environment: str) -> None:
        self.base = base
        self.now, self.then = rollout_pointers(now), rollout_pointers(then)
        self.environments = [each for each in now.environments if environment in ("", each.name)]

    def pairs(self) -> Iterator[Pair]:
        """The steps of the pointers, then the other stages."""
        for environment in self.environments:
            live = list(self._live(environment))
            yield from live
            yield from self._other(environment, live)

    def _live(self, environment: Environment) -> Iterator[Pair]:
        """From what each pointer named to what it names; pointers that make the same step share a pair."""
        steps: dict[tuple[Stage, Stage], list[StagePointer]] = {}
        renamed: dict[tuple[Stage, Stage], list[Finding]] = {}
        old, new = (self._by_name(pointing, environment) for pointing in (self.then, self.now))
        for key, stage_pointer in old.items():
            successor = new.get(key) or _renamed(key, old, new)
            if stage_pointer.stage is None:
                continue
            if (
                successor is None
                or successor.stage is None
                or self._sides(environment, stage_pointer.stage, successor.stage) is None
            ):
                yield from self._astray(environment, stage_pointer, successor)
                continue
            step = (stage_pointer.stage, successor.stage)
            steps.setdefault(step, []).append(stage_pointer)
            if key not in new:
                renamed.setdefault(step, []).append(_renaming(stage_pointer, successor))
        for (before, after), stage_pointers in steps.items():
            sides = self._sides(environment, before, after)
            if sides is not None:
                syncs = with_every_engine(settings_in(stage_pointers))
                yield Pair(*sides, syncs, live=True, extra=tuple(renamed.get((before, after), ())))

    def _astray(
        self, environment: Environment, stage_pointer: StagePointer, successor: StagePointer | None
    ) -> Iterator[Pair]:
        """From the stage that a pointer named to the folder that it names now, which is not a stage; where there is no
        such folder, or no such pointer, the cluster keeps what it has, and that is told."""
        assert stage_pointer.stage is not None
        before = self._earlier(environment, stage_pointer.stage)
        if before is None:
            return
        syncs = with_every_engine(settings_in([stage_pointer]))
        root = None if successor is None else _root_at(self.now.repository, successor.pointer.folder)
        if successor is not None and root is not None:
            yield Pair(before, Side(root.path.as_posix(), root), syncs, live=True)
            return
        label = "no pointer" if successor is None else successor.pointer.path or "no path"
        yield Pair(before, Side(label, before.root), syncs, live=True, extra=(self._losing(stage_pointer, successor),))

    def _losing(self, before: StagePointer, after: StagePointer | None) -> Finding:
        """What is said of a pointer that ceased to name a stage. One that is gone may be gone on purpose."""
        pointer = before.pointer
        if after is None:
            return rules.POINTER_LOST.finding(
                Level.WARNING,
                f"{pointer} no longer follows this rollout: nothing moves the stage it named, and where it is deleted "
                "with its objects, they go",
                Place(self.now.rollout.file),
                help="Let the sync engine keep the objects first (no finalizer; deletionPolicy: Orphan).",
            )
        return rules.POINTER_LOST.finding(
            Level.ERROR,
            f"{after.pointer} names `{after.pointer.path}`, where there is nothing to sync",
            Place(after.pointer.file),
            cluster_says=f"{after.pointer.path}: no such directory",
            help="Name the directory of a stage, and keep it for as long as a pointer names it.",
        )

    def _earlier(self, environment: Environment, stage: Stage) -> Side | None:
        """A stage at the merge base, named by its revision; None where its overlay was not there."""
        earlier = next((each for each in self.then.rollout.environments if each.name == environment.name), None)
        found = None if earlier is None else root_of(self.then.rollout, earlier, stage)
        if found is None or not found.folder.is_dir():
            return None
        return Side(stage.name, only_root(found.folder), found)

    def _other(self, environment: Environment, live: Sequence[Pair]) -> Iterator[Pair]:
        """The stages that no pointer names on both sides. Without any pointer each may be in force."""
        known = {pair.before.stage.stage.name for pair in live if pair.before.stage and not pair.moves}
        pointed = bool(self._by_name(self.now, environment) or self._by_name(self.then, environment))
        earlier = {stage.name: stage for stage in self.then.rollout.stages}
        for stage in self.now.rollout.stages:
            before = earlier.get(stage.name)
            sides = self._sides(environment, before, stage) if before and stage.name not in known else None
            if sides is not None:
                stage_pointers = [*self._by_name(self.now, environment).values()]
                yield Pair(*sides, with_every_engine(settings_in(stage_pointers)), live=not pointed)

    def _by_name(self, pointing: RolloutPointers, environment: Environment) -> Mapping[tuple[str, ...], StagePointer]:
        """The environment's pointers by what identifies them."""
        return {
            _identity(stage_pointer): stage_pointer
            for stage_pointer in pointing.stage_pointers
            if stage_pointer.environment is not None and stage_pointer.environment.name == environment.name
        }

    def _sides(self, environment: Environment, before: Stage, after: Stage) -> tuple[Side, Side] | None:
        """Both sides, where both overlays are there. The earlier one has a revision in its name where the overlay of
        its stage is another one now."""
        earlier = next((each for each in self.then.rollout.environments if each.name == environment.name), None)
        if earlier is None:
            return None
        old, new = root_of(self.then.rollout, earlier, before), root_of(self.now.rollout, environment, after)
        if not (old.folder.is_dir() and new.folder.is_dir()):
            return None
        path = real_path(old.folder).relative_to(self.base.top).as_posix()
        label = before.name if before.name != after.name else f"{self.base.name}:{path}"
        return Side(label, only_root(old.folder), old), Side(
            after.name, only_root(Path(shown_path(new.folder.resolve()))), new
        )


def _root_at(repository: Path, name: str) -> Root | None:
    """The root that a pointer's folder is; None where the repository has no such folder, or nothing to build in it."""
    folder = real_path(repository / name)
    if not folder.is_relative_to(repository) or not folder.is_dir():
        return None
    try:
        return only_root(Path(shown_path(folder.resolve())))
    except UserError:
        return None


def _identity(stage_pointer: StagePointer) -> tuple[str, ...]:
    pointer = stage_pointer.pointer
    return pointer.engine.value, pointer.kind, pointer.namespace, pointer.name, str(pointer.source)


def _renamed(
    key: tuple[str, ...], old: Mapping[tuple[str, ...], StagePointer], new: Mapping[tuple[str, ...], StagePointer]
) -> StagePointer | None:
    """The pointer that took the place of one that is gone: the only new one of its engine."""
    fresh = [stage_pointer for other, stage_pointer in new.items() if other not in old and other[0] == key[0]]
    gone = [other for other in old if other not in new and other[0] == key[0]]
    return fresh[0] if len(fresh) == 1 and len(gone) == 1 else None


def _renaming(before: StagePointer, after: StagePointer) -> Finding:
    old, new = before.pointer, after.pointer
    return rules.POINTER_RENAMED.finding(
        Level.ERROR,
        f"{old} is now {new}: to the sync engine that is another one, and with the old one its objects may go",
        Place(after.pointer.file),
        help=f"Keep the name {old.name}; only the path of a pointer moves.",
    )
