"""From what runs today to a gateshift.yaml: the first stage is what runs, and the next ones lead to the candidate."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from gateshift.app.adopt.pod_fields import PodFields, pod_fields
from gateshift.app.adopt.route_fields import RouteFields, route_fields
from gateshift.app.adopt.running import RunningService
from gateshift.app.adopt.service_fields import service_fields
from gateshift.config.schema.json_schema import ADDRESS
from gateshift.model.adoption import AdoptionWay, Left
from gateshift.traffic.endpoints import replicas
from gateshift.yamldoc import dump
from gateshift.yamldoc.data import FieldPath, Json, JsonObject, list_at, look_up, text_at


class AdoptOptions(Struct, frozen=True):
    """What the owner says: the name of the version that runs, and the candidate's name and image; an empty image is
    today's own."""

    version: str = "v1"
    candidate: str = "v2"
    image: str = ""
    way: AdoptionWay = AdoptionWay.BESIDE


class ProposedStage(Struct, frozen=True):
    """A stage as gateshift.yaml has it, and what the step to it waits for."""

    data: JsonObject
    waits_for: str

    @property
    def name(self) -> str:
        """The stage's name."""
        return text_at(self.data, "name")


class Proposal(Struct, frozen=True):
    """The parts of a gateshift.yaml, the comments above them, and what they do not carry."""

    data: JsonObject
    comments: dict[FieldPath, str]
    stages: tuple[ProposedStage, ...]
    left: tuple[Left, ...]

    def text(self, count: int) -> str:
        """The file with the first `count` stages."""
        stages: list[Json] = [stage.data for stage in self.stages[:count]]
        head = f"yaml-language-server: $schema={ADDRESS}\n{self.comments[()]}"
        return dump({**self.data, "stages": stages}, {**self.comments, (): head})


def propose(
    running: RunningService, live: JsonObject, pointers: Sequence[JsonObject], options: AdoptOptions
) -> Proposal:
    """The proposal for a service whose manifests and pointers `live` and `pointers` name as gateshift.yaml does."""
    followed = _followed(running)
    service = service_fields(running)
    pods = pod_fields(running, followed)
    route = route_fields(running)
    named: list[Json] = [f"{route.resource.kind}/{route.resource.id.name}"] if route.resource else []
    data: JsonObject = {
        "service": service.data,
        "route": route.data,
        "live": live | ({"replaces": named} if named else {}),
        "workload": pods.fields,
        "versions": _versions(running, pods, options),
    }
    data |= {"pointers": {"existing": list[Json](pointers)}} if pointers else {}
    left = (*service.left, *route.left, *pods.left, *_others(running, route, options))
    return Proposal(data, _comments(running, options), tuple(_stages(options, route)), tuple(dict.fromkeys(left)))


def _followed(running: RunningService) -> frozenset[str]:
    """The keys of the pods' labels by which a Service or a workload of today's selects."""
    services = (key for service in running.cluster.services for key, _ in service.selector or ())
    workloads = (key for workload in running.cluster.workloads if workload.selector for key in workload.selector.keys)
    return frozenset((*services, *workloads))


def _versions(running: RunningService, pods: PodFields, options: AdoptOptions) -> JsonObject:
    workloads = [f"{workload.kind}/{workload.name}" for workload in running.workloads]
    companions = [f"{resource.kind}/{resource.id.name}" for resource in running.goes_with]
    objects: list[Json] = [*workloads, *companions]
    candidate: JsonObject = {"image": options.image or pods.image}
    scaling = _autoscaling(running)
    if scaling:
        candidate["autoscaling"] = scaling
    else:
        candidate["replicas"] = sum(replicas(running.cluster, workload) for workload in running.workloads)
    return {
        options.version: {"live": objects[0] if len(objects) == 1 else objects},
        options.candidate: candidate,
    }


def _autoscaling(running: RunningService) -> JsonObject:
    """The limits of today's autoscaler where it goes by the CPU alone."""
    scaler = running.autoscaler
    if scaler is None or scaler.most is None:
        return {}
    metrics = list_at(scaler.resource.data, "spec", "metrics")
    cpu = look_up(scaler.resource.data, ("spec", "targetCPUUtilizationPercentage"))
    if len(metrics) == 1 and text_at(metrics[0], "resource", "name") == "cpu":
        cpu = look_up(metrics[0], ("resource", "target", "averageUtilization"))
    return {"min": scaler.least, "max": scaler.most, "cpu": cpu} if isinstance(cpu, int) else {}


def _others(running: RunningService, route: RouteFields, options: AdoptOptions) -> Iterator[Left]:
    """What goes on without the candidate."""
    kept = "it stays as it is and guards or watches today's pods only"
    for resource in running.cluster.resources:
        if resource.kind in ("NetworkPolicy", "ServiceMonitor", "PodMonitor", "PodDisruptionBudget"):
            yield Left(str(resource.id), f"{kept}; write one for the pods of {options.candidate} where they need it")
    if running.autoscaler is not None and not _autoscaling(running):
        yield Left(
            str(running.autoscaler.resource.id),
            f"it scales by more than the CPU, so that {options.candidate} has a fixed number of replicas",
        )
    if len(running.workloads) > 1:
        names = ", ".join(str(workload.resource.id) for workload in running.workloads)
        yield Left(
            f"the split between {names}",
            f"one Service selects them all, so that together they are {options.version}, and go together",
        )
    for other in running.routes:
        if other.resource is not route.resource:
            yield Left(
                str(other),
                f"a second route to the Service, which stays as it is: all it gets stays with {options.version}",
            )
    for workload in running.workloads:
        if workload.kind not in ("Deployment", "ReplicaSet"):
            yield Left(
                f"the kind of {workload.resource.id}",
                f"a version to come runs as a Deployment: what only a {workload.kind} does (stable names, volumes of "
                "its own, steps) is not carried",
            )


def _stages(options: AdoptOptions, route: RouteFields) -> Iterator[ProposedStage]:
    old, new = options.version, options.candidate
    kind = text_at(route.data, "kind") or "HTTPRoute"

    def stage(name: str, description: str, waits_for: str, **fields: Json) -> ProposedStage:
        return ProposedStage({"name": name, "description": description, **fields}, waits_for)

    was = route.resource is not None
    yield stage("live", "What runs today, and nothing else.", "nothing: it changes no object", deploy=[old])
    yield stage("dark", f"{new} runs next to {old} and receives nothing.", f"the pods of {new} to be Ready")
    yield stage(
        "routed",
        f"The {kind} {'is written by the rollout and still' if was else 'appears and'} sends every request to {old}.",
        "every parent to accept the route",
        shares={old: 100},
    )
    yield stage("canary", f"One request in ten goes to {new}.", f"your eye on {new}", shares={old: 90, new: 10})
    yield stage("half", "Both versions share the requests equally.", f"your eye on {new}", shares={old: 50, new: 50})
    yield stage(
        "final",
        f"{new} answers everything; {old} still runs, one commit away.",
        f"your trust in {new}",
        shares={new: 100},
    )
    yield stage(
        "handed-over",
        f"The Service is the rollout's own and selects the versions to come; {old} serves no one.",
        "no request to be left that the route does not steer",
        services=[new],
        shares={new: 100},
    )
    yield stage("retired", f"{old} is gone.", f"no way back to {old} to be needed", deploy=[new], shares={new: 100})


def _comments(running: RunningService, options: AdoptOptions) -> dict[FieldPath, str]:
    name, old, new = running.service.name, options.version, options.candidate
    today = "" if options.image else f", which is today's until you write another one, so that it is a drill for {new}"
    return {
        (): f"How traffic to {name}, which runs already, moves from {old} to {new}.\n"
        "`gateshift generate` writes base/ and overlays/ from this file; `gateshift plan` shows what each step does.",
        ("service", "selector"): "The labels of the pods to come. Today's Service must not select them.",
        ("live",): "What runs today. It is never rewritten: every stage has it as it stands.",
        ("workload",): f"What the pods to come have in common, as today's {object_name(running)} has it.",
        ("versions", old): "What runs today, and what goes with it when it goes.",
        ("versions", new): f"What comes: its image{today}.",
        ("pointers",): "What follows today's manifests: `gateshift promote` moves its path, stage by stage.",
        ("stages",): "Each is overlays/<name>, and one commit away from the next.",
    }


def object_name(running: RunningService) -> str:
    """The first workload, as `Kind name`."""
    workload = running.workloads[0]
    return f"{workload.kind} {workload.name}"
