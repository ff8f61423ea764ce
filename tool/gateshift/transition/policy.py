"""What rollout.yaml allows a step from one of its stages to another."""

from __future__ import annotations

from collections.abc import Iterator

from gateshift.model.finding import Finding, Level
from gateshift.model.place import Place
from gateshift.model.rollout import Rollout, Stage
from gateshift.transition import rules

_ROUNDING = 1e-9


def policy_findings(rollout: Rollout, origin: Stage, target: Stage) -> Iterator[Finding]:
    """The step against the owner's limits, at the place of the stage it leads to."""
    yield from _too_large(rollout, origin, target)
    yield from _skipping(rollout, origin, target)


def _too_large(rollout: Rollout, origin: Stage, target: Stage) -> Iterator[Finding]:
    limit = rollout.policy.max_step
    if limit is None or not origin.shares or not target.shares:
        return
    for version in rollout.versions:
        before, after = (100 * stage.fraction(version.name) for stage in (origin, target))
        if abs(after - before) > limit + _ROUNDING:
            yield Finding(
                rules.STEP_TOO_LARGE.id,
                Level.ERROR,
                f"{version.name} goes from {before:.4g} % to {after:.4g} %, which is {abs(after - before):.4g} "
                f"percentage points; rollout.yaml allows {limit:g} in one step",
                _place(rollout, target),
                help="Put a stage in between, or raise policy.maxStep.",
            )


def _skipping(rollout: Rollout, origin: Stage, target: Stage) -> Iterator[Finding]:
    names = [stage.name for stage in rollout.stages]
    between = names[names.index(origin.name) + 1 : names.index(target.name)]
    if between and not rollout.policy.allow_skip:
        yield Finding(
            rules.STAGE_SKIPPED.id,
            Level.WARNING,
            f"the step from {origin.name} to {target.name} leaves out {', '.join(between)}",
            _place(rollout, target),
            help="Go through the stages one by one, or set policy.allowSkip to true.",
        )


def _place(rollout: Rollout, stage: Stage) -> Place:
    return stage.place or Place(rollout.file)
