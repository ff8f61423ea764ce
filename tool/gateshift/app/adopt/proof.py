"""A proposal tried: which of its stages can be reached safely, in every environment and by every engine in charge."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import takewhile

from msgspec import Struct
from msgspec.structs import replace

from gateshift.app.adopt.proposal import Proposal
from gateshift.app.adopt.trial import Trial, Tried
from gateshift.app.shared.snapshots import Snapshots
from gateshift.errors import Exit, UserError
from gateshift.model.adoption import AdoptedStage, Left
from gateshift.model.finding import Level
from gateshift.model.plan import EngineVerdict, PlanReport
from gateshift.model.rollout import FILE_NAME, Stage

Plans = tuple[PlanReport, ...]
"""The plans of the step to one stage, one for each environment."""


class Proved(Struct, frozen=True):
    """The stages that can be reached safely, every file that they need, and what was left away."""

    stages: tuple[AdoptedStage, ...]
    files: dict[str, str]
    left: tuple[Left, ...]


def prove(trial: Trial, proposal: Proposal, live: Mapping[str, str], snapshots: Snapshots) -> Proved:
    """Try the proposal, and keep the longest beginning of it whose steps are all safe; `live` are files that come with
    it. Raises UserError where it is not what runs today, does not validate, or ends before the first split."""
    text = proposal.text(len(proposal.stages))
    tried = _tried(trial, text, live, snapshots)
    count = len(proposal.stages)
    steps: list[Plans] = list(
        zip(*(tried.plans[at : at + count] for at in range(0, len(tried.plans), count)), strict=True)
    )
    _refuse_changes(steps[0])
    faults = trial.faults()
    if faults:
        said = "; ".join(dict.fromkeys(f"{fault.rule}: {fault.message}" for fault in faults))
        raise UserError(f"the stages would not validate: {said}", exit_code=Exit.FINDINGS)
    safe = list(takewhile(lambda step: all(plan.safe for plan in step), steps))
    left = tuple(_left_away(steps[len(safe) :]))
    if left and not any(_splits(tried.rollout.stage(step[0].target)) for step in safe):
        raise UserError(f"no safe way leads to a first split: {left[0].what}: {left[0].why}", exit_code=Exit.FINDINGS)
    files = tried.files
    if left:
        text = proposal.text(len(safe))
        files = trial.generated(text)
    waits = {stage.name: stage.waits_for for stage in proposal.stages}
    stages = tuple(_stage(step, waits[step[0].target], tried) for step in safe)
    return Proved(stages, {FILE_NAME: text, **live, **files}, left)


def _tried(trial: Trial, text: str, live: Mapping[str, str], snapshots: Snapshots) -> Tried:
    try:
        return trial.carry_out(text, live, snapshots)
    except UserError as error:
        error.what, error.where = map(trial.without_top, (error.what, error.where))
        raise


def _splits(stage: Stage) -> bool:
    """Whether more than one version gets requests."""
    return len(stage.shares) > 1 or bool(stage.rules)


def _refuse_changes(step: Plans) -> None:
    changed = ", ".join(f"{change.resource.kind} {change.resource.name}" for plan in step for change in plan.changes)
    if changed:
        raise UserError(f"the first stage would not be what runs today: {changed}", exit_code=Exit.FINDINGS)


def _left_away(steps: Sequence[Plans]) -> Iterator[Left]:
    """The first stage that cannot be reached safely, with the reason, and those behind it."""
    for step in steps[:1]:
        unsafe = [verdict for plan in step for verdict in plan.engines if not verdict.safe]
        findings = (finding for verdict in unsafe for finding in verdict.findings)
        reasons = (finding.message for finding in findings if finding.level is Level.ERROR)
        yield Left(f"the stage {step[0].target}", next(reasons, "the step to it is unsafe").rstrip("."))
    for step in steps[1:]:
        yield Left(f"the stage {step[0].target}", f"it comes after {steps[0][0].target}")


def _stage(step: Plans, waits_for: str, tried: Tried) -> AdoptedStage:
    description = tried.rollout.stage(step[0].target).description
    changes = max(len(plan.changes) for plan in step)
    return AdoptedStage(step[0].target, description, waits_for, changes, tuple(_verdicts(step)))


def _verdicts(step: Plans) -> Iterator[EngineVerdict]:
    """Each engine's verdict for all environments together: what it says of any of them, once."""
    for verdict in step[0].engines:
        same = [one for plan in step for one in plan.engines if one.engine == verdict.engine]
        findings = {(finding.rule, finding.message): finding for one in same for finding in one.findings}
        yield replace(
            verdict,
            safe=all(one.safe for one in same),
            decides=any(one.decides for one in same),
            findings=tuple(findings.values()),
        )
