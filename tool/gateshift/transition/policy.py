"""What gateshift.yaml allows a step from one of its stages to another.

The shortest way through a rollout's stages of which every step is safe.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

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
            yield rules.STEP_TOO_LARGE.finding(
                Level.ERROR,
                f"{version.name} goes from {before:.4g} % to {after:.4g} %, which is {abs(after - before):.4g} "
                f"percentage points; gateshift.yaml allows {limit:g} in one step",
                _place(rollout, target),
                help="Put a stage in between, or raise policy.maxStep.",
            )


def _skipping(rollout: Rollout, origin: Stage, target: Stage) -> Iterator[Finding]:
    names = [stage.name for stage in rollout.stages]
    between = names[names.index(origin.name) + 1 : names.index(target.name)]
    if between and not rollout.policy.allow_skip:
        yield rules.STAGE_SKIPPED.finding(
            Level.WARNING,
            f"the step from {origin.name} to {target.name} leaves out {', '.join(between)}",
            _place(rollout, target),
            help="Go through the stages one by one, or set policy.allowSkip to true.",
        )


def _place(rollout: Rollout, stage: Stage) -> Place:
    return stage.place or Place(rollout.file)


def safe_way(stages: Sequence[str], origin: str, target: str, is_safe: Callable[[str, str], bool]) -> tuple[str, ...]:
    """The stages to pass through after `origin`, the target last; empty where no way is safe.

    `origin` need not be one of the stages. Of ways of one length the one that keeps nearest to the target is taken;
    `is_safe` is asked as little as may be, since each answer is a judgement.
    """
    reached: dict[str, str] = {origin: ""}
    level = [origin]
    while level and target not in reached:
        following: list[str] = []
        for here in level:
            for there in sorted(stages, key=lambda name: _distance(stages, name, target)):
                if there not in reached and is_safe(here, there):
                    reached[there] = here
                    following.append(there)
                    if there == target:
                        break
        level = following
    return _traced(reached, origin, target)


def _distance(stages: Sequence[str], name: str, target: str) -> int:
    return abs(stages.index(name) - stages.index(target)) if target in stages else 0


def _traced(reached: dict[str, str], origin: str, target: str) -> tuple[str, ...]:
    if target not in reached:
        return ()
    way = [target]
    while reached[way[-1]] not in ("", origin):
        way.append(reached[way[-1]])
    return tuple(reversed(way))
