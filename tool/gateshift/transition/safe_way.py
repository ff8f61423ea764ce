"""The shortest way through a rollout's stages of which every step is safe."""

from __future__ import annotations

from collections.abc import Callable, Sequence


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
