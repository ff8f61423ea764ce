"""The stages of the other way: a twin of what runs takes its place under a version's name, and the version to come
follows as in any rollout."""

from __future__ import annotations

from collections.abc import Iterator

from gateshift.app.adopt.steps import ProposedStage, stage
from gateshift.yamldoc.data import Json


def take_over_stages(today: str, version: str, target: str, route_kind: str) -> Iterator[ProposedStage]:
    """The stages from what runs as `today` to `target`, by way of its twin `version`."""
    yield from _taken_over(today, version, route_kind)
    run: list[Json] = [version, target]
    known: list[Json] = [today, version, target]
    look = f"your eye on {target}"
    ready = f"the pods of {target} to be Ready"
    one_way = {version: 100}
    yield stage(
        "dark",
        f"{target} runs next to {version} and receives nothing.",
        ready,
        deploy=run,
        services=known,
        shares={**one_way},
    )
    for name, said, percent in (("canary", "One request in ten goes", 10), ("half", "Half of the requests go", 50)):
        shares = {version: 100 - percent, target: percent}
        yield stage(name, f"{said} to {target}.", look, deploy=run, services=known, shares={**shares})
    yield stage(
        "final",
        f"{target} answers everything; {version} still runs, one commit away.",
        f"your trust in {target}",
        deploy=run,
        services=known,
        shares={target: 100},
    )
    yield stage(
        "retired",
        f"{version} is gone.",
        f"no way back to {version} to be needed",
        deploy=[target],
        services=[today, target],
        shares={target: 100},
    )


def _taken_over(today: str, version: str, route_kind: str) -> Iterator[ProposedStage]:
    both: list[Json] = [today, version]
    yield stage("live", "What runs today, and nothing else.", "nothing: it changes no object", deploy=[today])
    yield stage(
        "twin",
        f"The same image runs as {version} too; today's Service sends it a part of the requests.",
        f"the pods of {version} to be Ready",
        deploy=both,
        services=[today],
    )
    yield stage("subset", f"A Service for {version} alone appears.", "its endpoints to be known", deploy=both)
    yield stage(
        "routed",
        f"The {route_kind} shares the requests between today's Service and {version}: the same image in both.",
        "every parent to accept the route",
        deploy=both,
        shares={today: 50, version: 50},
    )
    yield stage(
        "moved",
        f"{version} answers everything; what ran before still runs, one commit away.",
        f"your trust in {version}",
        deploy=both,
        shares={version: 100},
    )
    yield stage(
        "taken-over",
        f"What ran before is gone; its Service stays and selects {version}.",
        "no way back to be needed",
        deploy=[version],
        services=both,
        shares={version: 100},
    )
