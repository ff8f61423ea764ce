"""What a branch changes: merge base -> work tree, for every pointer that moved and every root whose build differs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from pathlib import Path

from msgspec.structs import replace

from gateshift.app.plan.branch_steps import BothPointers, BranchStep, pointer_steps, root_steps
from gateshift.app.plan.left_out import left_out_changes
from gateshift.app.plan.plain_steps import ToldElsewhere, plain_steps
from gateshift.app.plan.plan import Plans
from gateshift.app.plan.planner import without_removals
from gateshift.app.plan.rollout_branch import RolloutBranch
from gateshift.app.plan.shared_changes import JudgedStep, shared_changes
from gateshift.app.plan.sides import Side
from gateshift.app.shared.attempt import attempt
from gateshift.app.shared.build_roots import required
from gateshift.app.shared.paths import shown_path
from gateshift.app.shared.repository_pointers import PointerKey
from gateshift.app.shared.repository_settings import SettingsFiles
from gateshift.app.shared.rollouts import rollout_files_in, stage_roots
from gateshift.app.shared.snapshots import Snapshot
from gateshift.app.shared.stage_wait import wait_before
from gateshift.config import open_rollout
from gateshift.errors import NoVerdict, UserError
from gateshift.model.plan import PlanReport, PullRequestReport
from gateshift.model.report import Gap
from gateshift.model.rollout import Rollout
from gateshift.model.stage_wait import StageWait
from gateshift.system.source_files import real_path

_HERE = Path()


def pull_request(plans: Plans, since: str, environment: str, now: datetime) -> PullRequestReport:
    """The plans of the branch. A root that cannot be built now is a gap; one that could not be built before has no side
    to compare with.

    Raises UserError for a revision that is none, NoVerdict where Git is missing.
    """
    base = plans.snapshots.merge_base(since, _HERE)
    accepted = plans.planner.since(base)
    branch = _Branch(base, environment, plans.planner.settings)
    every = [*branch.steps()]
    if not environment:
        told = ToldElsewhere(tuple(every), branch.pointer_files, tuple(branch.own_folders()))
        every += plain_steps(base, plans.planner, accepted.changed, told)
    steps = [step for step in every if _concerned(plans, step, base, accepted.changed)]
    plans.planner.prepare(side for step in steps for side in (step.before, step.after) if side is not None)
    judged: list[JudgedStep] = []
    gaps = [*branch.gaps]
    for step in steps:
        report = _attempted(plans, step)
        if isinstance(report, Gap):
            gaps.append(report)
        elif report is not None:
            judged.append((step, replace(report, wait=_wait(step, now, base))))
    own = accepted.suppressed(branch.rollouts, branch.gone)
    touched = {file.relative_to(base.work_tree).as_posix() for file in accepted.changed}
    left_out = left_out_changes(every, plans.planner.tree, touched, judged)
    notes = (*shared_changes(branch.rollouts, judged), *dict.fromkeys(left_out))
    return PullRequestReport(since, tuple(plan for _, plan in judged), tuple(dict.fromkeys(gaps)), own, notes)


def _wait(step: BranchStep, now: datetime, base: Snapshot) -> StageWait | None:
    """What the stage that a pointer leaves for a later one asks for."""
    before = step.before if step.live and step.moves else None
    return None if before is None else wait_before(before.stage, step.after.stage, now, base.commit)


def _attempted(plans: Plans, step: BranchStep) -> PlanReport | Gap | None:
    """The plan of a step, None where nothing differs, or why there is none."""
    label = step.after.label
    what = f"{label} was not judged"
    try:
        report = attempt(what, partial(_report, plans, step))
    except UserError as error:
        return Gap(what, plans.snapshots.readable(error.what), plans.snapshots.readable(error.next_step), root=label)
    return replace(report, root=label) if isinstance(report, Gap) else report


def _report(plans: Plans, step: BranchStep) -> PlanReport | None:
    required(plans.planner.built(step.after))
    before = step.before
    if before is None or not _is_built(plans, before):
        unknown = step.unknown or f"{step.after.label} could not be built before; what ran is not known"
        return plans.reporter.unknown(step.after, unknown, step.syncs, live=step.live)
    made = plans.planner.step(before, step.after, step.syncs, step.extra)
    if step.moves and (before.stage is None or step.after.stage is None):
        made = without_removals(made)
    if not made.judgement.changes and not step.extra and not step.moves:
        return None
    way = () if made.safe or not step.live else plans.way(before, step.after, step.syncs)
    return plans.reporter.plan(before, step.after, made, safe_way=way, live=step.live)


def _is_built(plans: Plans, side: Side) -> bool:
    """Whether the side could be built; False where it has a fault of its own."""
    try:
        required(plans.planner.built(side))
    except NoVerdict:
        raise
    except UserError:
        return False
    return True


def _concerned(plans: Plans, step: BranchStep, base: Snapshot, changed: frozenset[Path]) -> bool:
    """Whether a pointer moves or has it built in another way, or a changed file is part of either side; only then can
    the builds differ."""
    if step.before is None or step.moves or step.extra or _way(step.before) != _way(step.after):
        return True
    now = plans.planner.files(step.after)
    then = {base.work_tree / path.relative_to(base.top) for path in plans.planner.files(step.before)}
    return any(file in now or file in then or file.parent in now for file in changed)


def _way(side: Side) -> object:
    return None if side.root.pointer is None else side.root.pointer.way


class _Branch:
    """The steps of the whole branch: rollouts, pointers to other folders, and roots that no pointer names."""

    def __init__(self, base: Snapshot, environment: str, settings: SettingsFiles) -> None:
        self.gaps: list[Gap] = []
        self._base = base
        self._environment = environment
        self._settings = settings
        self._pointers = BothPointers.of(base)
        self._then = dict(self._rollouts_then())
        self._now = dict(self._rollouts_now())

    @property
    def rollouts(self) -> tuple[Rollout, ...]:
        """The rollouts as they are now."""
        return tuple(self._now.values())

    @property
    def gone(self) -> tuple[Rollout, ...]:
        """The rollouts of the merge base that are none any more."""
        return tuple(rollout for file, rollout in self._then.items() if file not in self._now)

    @property
    def pointer_files(self) -> frozenset[Path]:
        """The files that hold pointers on either side, as paths of the work tree."""
        then = (self._base.work_tree / file.relative_to(self._base.top) for file in self._pointers.then.files)
        return frozenset((*self._pointers.now.files, *then))

    def steps(self) -> Iterator[BranchStep]:
        """Every step, those of rollouts first."""
        branches = [self._rollout_branch(file, rollout, self._then.get(file)) for file, rollout in self._now.items()]
        told: list[BranchStep] = []
        known: set[PointerKey] = set()
        for branch in branches:
            if branch is not None:
                known |= branch.pointers
                for step in branch.steps():
                    told.append(step)
                    yield step
        if self._environment:
            return
        for step in pointer_steps(self._pointers, known):
            told.append(step)
            yield step
        yield from root_steps(self._base, [*_sides(told)], [*self.own_folders()], self._settings)

    def own_folders(self) -> Iterator[Path]:
        """What `generate` wrote for rollouts that were there before: a rollout that the branch adds hides no root."""
        for file, rollout in self._now.items():
            if file in self._then:
                yield from _own_folders(rollout)

    def _rollout_branch(self, file: Path, now: Rollout, then: Rollout | None) -> RolloutBranch | None:
        """The rollout on both sides; None where one of its pointers cannot be read, which is a gap."""
        try:
            return RolloutBranch(self._pointers, now, then, self._environment)
        except UserError as error:
            label = shown_path(file)
            self.gaps.append(Gap(f"{label} was not judged", str(error), error.next_step, root=label))
            return None

    def _rollouts_now(self) -> Iterator[tuple[Path, Rollout]]:
        """The rollouts of the current folder; one that cannot be read is a gap."""
        for file in rollout_files_in(_HERE):
            try:
                yield real_path(file), open_rollout(file).rollout
            except UserError as error:
                label = shown_path(real_path(file))
                self.gaps.append(Gap(f"{label} was not judged", error.what, error.next_step, root=label))

    def _rollouts_then(self) -> Iterator[tuple[Path, Rollout]]:
        """The rollouts of the current folder at the merge base, by the path of their file in the work tree; one that
        was broken there is as if it were new."""
        here = self._base.folder(_HERE)
        for file in rollout_files_in(here) if here.is_dir() else ():
            try:
                rollout = open_rollout(file).rollout
            except UserError:
                continue
            yield self._base.work_tree / real_path(file).relative_to(self._base.top), rollout


def _own_folders(rollout: Rollout) -> Iterator[Path]:
    """The folders that `generate` writes for the rollout: its stages tell of them."""
    top = real_path(rollout.file.parent)
    yield from (real_path(root.folder) for root in stage_roots(rollout))
    yield from (top / name for name in ("base", "overlays"))


def _sides(steps: list[BranchStep]) -> Iterator[Side]:
    for step in steps:
        yield from (side for side in (step.before, step.after) if side is not None)
