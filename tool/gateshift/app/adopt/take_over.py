"""The stages of the other way: a twin of what runs takes its place under a version's name, and the version to come
follows as in any rollout."""

from __future__ import annotations

from collections.abc import Iterator

from gateshift.app.adopt.controllers import TrafficController
from gateshift.app.adopt.steps import TWO_STEPS, ProposedStage, on_the_way, stage, toward
from gateshift.yamldoc.data import Json


def take_over_stages(
    today: str, version: str, target: str, route_kind: str, controller: TrafficController | None, *, apart: bool
) -> Iterator[ProposedStage]:
    """The stages from what runs as `today` to `target`, by way of its twin `version`. Where a controller makes today's
    Service, the rollout's own takes its place; so it does in the end where the target's pods come `apart`, with labels
    by which today's Service does not select."""
    made = controller is not None and controller.owns_everything
    yield from _released(today, version, route_kind) if made else _taken_over(today, version, route_kind)
    run: list[Json] = [version, target]
    known: list[Json] = run if made else [today, *run]
    yield stage(
        "dark",
        f"{target} runs next to {version} and receives nothing.",
        f"the pods of {target} to be Ready",
        deploy=run,
        services=known,
        shares={version: 100},
    )
    for step in (controller.steps if controller else ()) or TWO_STEPS:
        shares = toward({version: 1}, target, step.percent)
        yield on_the_way(step, target, shares, deploy=run, services=known)
    yield stage(
        "final",
        f"{target} answers everything; {version} still runs, one commit away.",
        f"{target} to have proved itself",
        deploy=run,
        services=known,
        shares={target: 100},
    )
    if apart and not made:
        yield stage(
            "handed-over",
            f"The Service that callers know is the rollout's own and selects {target}.",
            f"clients that hold connections to {version} to be gone",
            deploy=run,
            services=run,
            shares={target: 100},
        )
    yield stage(
        "retired",
        f"{version} is gone.",
        "",
        deploy=[target],
        services=[target] if apart else [today, target],
        shares={target: 100},
    )


def _released(today: str, version: str, route_kind: str) -> Iterator[ProposedStage]:
    """From a controller that makes Services and routes by itself."""
    both: list[Json] = [today, version]
    yield stage("live", "What runs today, and nothing else.", "", deploy=[today])
    yield stage(
        "twin",
        f"The same image runs as {version} too, with a Service of its own, and receives nothing.",
        f"the pods of {version} to be Ready, and the controller's object to be marked to stay",
        deploy=both,
    )
    yield stage(
        "released",
        "The controller's object and its target leave Git; what the controller made goes on in the cluster.",
        "the controller's object to be gone from the cluster, and nothing that it made",
        deploy=[version],
        services=both,
    )
    yield stage(
        "handed-over",
        f"The Service that callers know is the rollout's own and selects {version}.",
        "",
        deploy=[version],
    )
    yield stage(
        "routed",
        f"The {route_kind} is the rollout's own and sends every request to {version}.",
        "every parent to accept the route",
        deploy=[version],
        shares={version: 100},
    )


def _taken_over(today: str, version: str, route_kind: str) -> Iterator[ProposedStage]:
    both: list[Json] = [today, version]
    yield stage("live", "What runs today, and nothing else.", "", deploy=[today])
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
        f"{version} to have proved itself",
        deploy=both,
        shares={version: 100},
    )
    yield stage(
        "taken-over",
        f"What ran before is gone; its Service stays and selects {version}.",
        "",
        deploy=[version],
        services=both,
        shares={version: 100},
    )
