"""A step between two stages in a few words: for commit messages and one-line answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gateshift.model.rollout import Environment, Rollout, Stage
from gateshift.model.shares import percent


def headline(rollout: Rollout, environment: Environment, origins: Sequence[Stage | None], target: Stage) -> str:
    """`customers: canary -> half (v2 10 % -> 50 %)`, the environment behind the name where there are several."""
    who = " ".join(part for part in (rollout.service.name, environment.name) if part)
    known = [origin for origin in dict.fromkeys(origins) if origin not in (None, target)]
    names = ", ".join(origin.name for origin in known if origin is not None)
    steps = f"{names} -> {target.name}" if names else f"-> {target.name}"
    only = known[0] if len(known) == 1 else None
    return f"{who}: {steps} ({', '.join(shift(rollout, only, target)) if only else state(rollout, target)})"


def state(rollout: Rollout, stage: Stage) -> str:
    """The stage's shares: `v1 90 %, v2 10 %`, or `no route`."""
    if not stage.shares:
        return "no route"
    served = [version for version in rollout.versions if stage.fraction(version.name) > 0]
    return ", ".join(f"{version.name} {percent(stage.fraction(version.name))}" for version in served)


def shift(rollout: Rollout, origin: Stage, target: Stage) -> tuple[str, ...]:
    """What the step changes, the shares first; the target's shares where nothing that counts changes."""
    found = (
        *_shares(rollout, origin, target),
        *_route(rollout, origin, target),
        *_sets("{} deployed", "{} removed", origin.deployed, target.deployed),
        *_services(origin, target),
        *_rules(origin, target),
        *_mirror(origin, target),
    )
    return found or (state(rollout, target),)


def _shares(rollout: Rollout, origin: Stage, target: Stage) -> Iterator[str]:
    """Of two versions the later one's share, of more each that changes."""
    if not (origin.shares and target.shares):
        return
    for version in rollout.versions[1:] if len(rollout.versions) == 2 else rollout.versions:
        before, after = origin.fraction(version.name), target.fraction(version.name)
        if before != after:
            yield f"{version.name} {percent(before)} -> {percent(after)}"


def _route(rollout: Rollout, origin: Stage, target: Stage) -> Iterator[str]:
    if bool(origin.shares) != bool(target.shares):
        yield f"route: {state(rollout, target)}" if target.shares else "no route"


def _services(origin: Stage, target: Stage) -> Iterator[str]:
    """Services of their own, where their versions do not come or go with them."""
    moved = set(origin.deployed) ^ set(target.deployed)
    before = [name for name in origin.services if name not in moved]
    after = [name for name in target.services if name not in moved]
    yield from _sets("Service for {}", "no Service for {}", before, after)


def _rules(origin: Stage, target: Stage) -> Iterator[str]:
    before, after = ({rule.name: rule for rule in stage.rules} for stage in (origin, target))
    for name, rule in after.items():
        if before.get(name) != rule:
            yield f"{name} -> {rule.version}"
    yield from (f"no {name}" for name in before if name not in after)


def _mirror(origin: Stage, target: Stage) -> Iterator[str]:
    if origin.mirror != target.mirror:
        mirror = target.mirror
        yield f"mirror to {mirror.version} {percent(mirror.percent / 100)}" if mirror else "no mirror"


def _sets(gained: str, lost: str, before: Sequence[str], after: Sequence[str]) -> Iterator[str]:
    new = [name for name in after if name not in before]
    old = [name for name in before if name not in after]
    if new:
        yield gained.format(" and ".join(new))
    if old:
        yield lost.format(" and ".join(old))
