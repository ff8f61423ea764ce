"""What the page says of a stage beside its picture: whether it is in force or next, what its extra rules answer, which
versions are idle, and whether it is near enough to the stage in force to be shown unasked."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from gateshift.engines.registry import engine_name
from gateshift.model.picture import Lane, NodeRole, RolloutPicture, StagePicture
from gateshift.model.plan import MatrixCell
from gateshift.report.plan.words import split

MOST_UNFOLDED = 9
"""As many stages as are all shown; of more, those far from the stage in force are folded."""

_NEAR = 2


class StageInForce(Struct, frozen=True):
    """A stage that pointers name, and the one after it, if any. `who` is ` with Flux` where they name several, else
    "". `moved` says when and by which commit, or is "". `step` is the verdict on the way to the next stage, if known.
    """

    stage: StagePicture
    who: str
    moved: str
    following: StagePicture | None
    step: MatrixCell | None


def stages_in_force(rollout: RolloutPicture) -> tuple[StageInForce, ...]:
    """Every stage that a pointer names, in the rollout's order."""
    named = {pointer.stage for pointer in rollout.pointers}
    return tuple(
        _in_force(rollout, index, alone=len(named) == 1)
        for index, stage in enumerate(rollout.stages)
        if stage.name in named
    )


def _in_force(rollout: RolloutPicture, index: int, *, alone: bool) -> StageInForce:
    stage = rollout.stages[index]
    following = rollout.stages[index + 1] if index + 1 < len(rollout.stages) else None
    pointers = [pointer for pointer in rollout.pointers if pointer.stage == stage.name]
    who = "" if alone else f" with {' and '.join(dict.fromkeys(engine_name(pointer.engine) for pointer in pointers))}"
    moved = next((pointer.moved for pointer in pointers if pointer.moved), "")
    step = rollout.matrix.cell(stage.name, following.name) if rollout.matrix and following else None
    return StageInForce(stage, who, moved, following, step)


def marks(rollout: RolloutPicture, stage: StagePicture) -> tuple[str, ...]:
    """`in force`, `in force with Flux`, `next`: what the pointers make of the stage."""
    standing = stages_in_force(rollout)
    own = [f"in force{each.who}" for each in standing if each.stage is stage]
    return (*own, *([] if own else ["next"] if any(each.following is stage for each in standing) else []))


def far(rollout: RolloutPicture) -> tuple[StagePicture, ...]:
    """The stages of a long rollout that are folded: none of the last, this and the next two steps."""
    if len(rollout.stages) <= MOST_UNFOLDED:
        return ()
    named = {pointer.stage for pointer in rollout.pointers}
    places = [index for index, stage in enumerate(rollout.stages) if stage.name in named] or [0]
    return tuple(
        stage for index, stage in enumerate(rollout.stages) if all(abs(index - place) > _NEAR for place in places)
    )


def images(rollout: RolloutPicture) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Each version with the images that it runs in any stage."""
    return tuple(
        (
            version,
            tuple(dict.fromkeys(image for stage in rollout.stages for of, image in stage.images if of == version)),
        )
        for version in rollout.versions
    )


def extra_answers(stage: StagePicture) -> tuple[tuple[str, str], ...]:
    """Each extra rule's name and what answers its requests: `("debug", "v2 100 %")`."""
    if stage.picture is None:
        return ()
    names = {node.key: node.name for node in stage.picture.nodes if node.role is NodeRole.RULE}
    versions = {node.key: node.version or node.name for node in stage.picture.nodes}
    answers: dict[str, dict[str, float]] = {}
    for edge in stage.picture.edges:
        if edge.lane is Lane.EXTRA and edge.origin in names:
            key = versions[edge.target] if edge.status == 200 else str(edge.status)
            shares = answers.setdefault(names[edge.origin], {})
            shares[key] = shares.get(key, 0.0) + (1.0 if edge.share is None else edge.share)
    return tuple((name, split(tuple(shares.items()))) for name, shares in answers.items())


def idle_versions(stage: StagePicture) -> tuple[str, ...]:
    """The versions that are deployed and to which no request comes."""
    if stage.picture is None:
        return ()
    return tuple(dict.fromkeys(_idle(stage)))


def _idle(stage: StagePicture) -> Iterator[str]:
    workloads = [node for node in stage.picture.nodes if node.role is NodeRole.WORKLOAD] if stage.picture else []
    busy = {node.version for node in workloads if not node.idle}
    yield from (node.version for node in workloads if node.version and node.version not in busy)


def without_route(rollout: RolloutPicture, stage: StagePicture) -> tuple[tuple[str, float], ...]:
    """What answers plain requests in a stage whose route gives no shares; () where that is not known."""
    if stage.shares or not rollout.classes:
        return ()
    return next((answer.shares for answer in rollout.classes[0].answers if answer.stage == stage.name), ())
