"""From what runs today to a gateshift.yaml: the first stage is what runs, and the next ones lead to the candidate."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from gateshift.app.adopt.left_alone import left_alone
from gateshift.app.adopt.pod_fields import pod_fields
from gateshift.app.adopt.refusals import refuse_unfit
from gateshift.app.adopt.route_fields import RouteFields, route_fields
from gateshift.app.adopt.running import RunningService, RunningVersion, autoscaling, named
from gateshift.app.adopt.service_fields import joins_the_service, labels_of_today, service_fields
from gateshift.app.adopt.steps import TWO_STEPS, ProposedStage, Shift, stages
from gateshift.app.adopt.take_over import take_over_stages
from gateshift.app.adopt.version_names import free_name, next_name
from gateshift.config.schema import vocabulary
from gateshift.config.schema.json_schema import ADDRESS
from gateshift.config.slips import fits
from gateshift.errors import Exit, UserError
from gateshift.model.adoption import AdoptionWay, Left
from gateshift.traffic.endpoints import replicas
from gateshift.yamldoc import dump
from gateshift.yamldoc.data import FieldPath, Json, JsonObject, object_at, text_at

_OF_A_VERSION = {"deployment": ("Deployment", "HorizontalPodAutoscaler"), "service": ("Service",)}
"""The kinds of the objects that have a version's `deployment` and `service` names."""


class AdoptOptions(Struct, frozen=True):
    """What the owner says: the name of the version that runs, and the candidate's name and image. An empty name is
    chosen by what runs, and an empty image is today's own."""

    version: str = ""
    candidate: str = ""
    image: str = ""
    way: AdoptionWay = AdoptionWay.BESIDE


class Proposal(Struct, frozen=True):
    """The parts of a gateshift.yaml, the comments above them, and what they do not carry."""

    data: JsonObject
    comments: dict[FieldPath, str]
    stages: tuple[ProposedStage, ...]
    left: tuple[Left, ...]
    way: AdoptionWay

    def text(self, count: int) -> str:
        """The file with the first `count` stages."""
        stages: list[Json] = [stage.data for stage in self.stages[:count]]
        head = f"yaml-language-server: $schema={ADDRESS}\n{self.comments[()]}"
        return dump({**self.data, "stages": stages}, {**self.comments, (): head})


def propose(
    running: RunningService, live: JsonObject, pointers: Sequence[JsonObject], options: AdoptOptions
) -> Proposal:
    """The proposal for a service whose manifests and pointers `live` and `pointers` name as gateshift.yaml does."""
    running = _renamed(running, options.version)
    target = _target(running, options)
    fresh = target not in {version.name for version in running.versions}
    pods = pod_fields(running, _followed(running))
    way = AdoptionWay.TAKE_OVER if running.made_by_controller else options.way
    refuse_unfit(running, way)
    beside = way is AdoptionWay.BESIDE
    apart = fresh and (beside or running.made_by_controller or not joins_the_service(running, target))
    service = service_fields(running, target if apart else "")
    route = route_fields(running)
    named: list[Json] = [f"{route.resource.kind}/{route.resource.id.name}"] if route.resource else []
    data: JsonObject = {
        "service": service.data,
        "route": route.data,
        "live": live | ({"replaces": named} if named else {}),
    }
    data["workload"] = pods.fields
    image = options.image or pods.image
    if fresh and not fits(image if beside else pods.image, vocabulary.IMAGE):
        raise _unusable_image(running, pods.image, target)
    match way:
        case AdoptionWay.BESIDE:
            versions: JsonObject = {version.name: _live(running, version) for version in running.versions}
            versions |= {target: _candidate(running, target, image)} if fresh else {}
            steps = stages(*_shifts(running, route, target))
        case AdoptionWay.TAKE_OVER:
            versions = _with_twin(running, target, pods.image, image, apart=apart)
            today, version, _ = versions
            steps = take_over_stages(today, version, target, _kind(route), running.controller, apart=apart)
    data["versions"] = versions
    data |= {"pointers": {"existing": list[Json](pointers)}} if pointers else {}
    labels = object_at(service.data, "selector") if apart else {}
    around = left_alone(running, route, target, fresh=fresh, labels=labels)
    left = (*service.left, *route.left, *pods.left, *around)
    comments = _comments(running, list(versions), _way(running, target), drill=not options.image)
    return Proposal(data, comments, tuple(steps), tuple(dict.fromkeys(left)), way)


def _unusable_image(running: RunningService, image: str, target: str) -> UserError:
    return UserError(
        f"the image of {running.workloads[0].resource.id}, `{image}`, is not one that a pod could run",
        next_step=f"Name one with --candidate {target}=IMAGE, beside what runs.",
        exit_code=Exit.FINDINGS,
    )


def _kind(route: RouteFields) -> str:
    return text_at(route.data, "kind") or "HTTPRoute"


def _with_twin(running: RunningService, target: str, image: str, candidate: str, *, apart: bool) -> JsonObject:
    """What runs today, its twin under the version's name, and the candidate, whose pods are to have labels of their own
    where it comes `apart`."""
    (version,) = running.versions
    stays = replace(version, goes_with=tuple(one for one in version.goes_with if one.kind != "PodDisruptionBudget"))
    today = free_name("today", [version.name, target])
    followed = apart and not running.made_by_controller
    twin: JsonObject = {"selector": labels_of_today(running, version.name)} if followed else {}
    return {
        today: _live(running, stays),
        version.name: _candidate(running, version.name, image) | twin,
        target: _candidate(running, target, candidate),
    }


def _renamed(running: RunningService, name: str) -> RunningService:
    """What runs, its oldest version called so; "" keeps its name."""
    oldest, *others = running.versions
    if name in {version.name for version in others}:
        raise UserError(f"another version that runs is called {name} already", next_step="Give --version-name another.")
    return replace(running, versions=(replace(oldest, name=name), *others)) if name else running


def _target(running: RunningService, options: AdoptOptions) -> str:
    """The version that comes: the one that is asked for, else the next of those that run, else one of today's image.
    Raises UserError where a version that runs would get another image."""
    names = [version.name for version in running.versions]
    if options.candidate in names and options.image:
        workload = next(version for version in running.versions if version.name == options.candidate).workloads[0]
        raise UserError(
            f"{options.candidate} runs already, as {workload.resource.id}, and what runs is never changed",
            next_step=f"Call the version to come {next_name(names)}, or leave out the image.",
        )
    if options.candidate:
        return options.candidate
    sharing = [at for at, version in enumerate(running.versions) if version.weight]
    if len(sharing) > 1 and not options.image:
        return names[sharing[-1]]
    idle = names[sharing[-1] + 1 :] if sharing else names[1:]
    return idle[0] if idle else next_name(names)


def _shifts(running: RunningService, route: RouteFields, target: str) -> Iterator[Shift]:
    """To the target, and from there to each version after it that runs already."""
    names = [version.name for version in running.versions]
    weights = {version.name: version.weight for version in running.versions}
    today = weights if any(weights.values()) else {**weights, names[0]: 1}
    way = _way(running, target)
    has_all = today.get(target) == sum(today.values())
    way = way[1:] if has_all and way[1:] else way
    steps = (running.controller.steps if running.controller else ()) or TWO_STEPS
    for at, name in enumerate(way):
        kept = way[at:]
        handed_over = _handed_over(running, [*today, name], kept)
        ending = f"-{name}" if at else ""
        runs = route.resource is not None
        yield Shift(today, name, name in names, kept, handed_over, _kind(route), runs, steps, ending)
        today = {version: int(version == name) for version in kept}


def _way(running: RunningService, target: str) -> tuple[str, ...]:
    """The versions that get every request, one after the other: the target, and those after it that run already."""
    names = [version.name for version in running.versions]
    return tuple(names[names.index(target) :]) if target in names else (target,)


def _handed_over(running: RunningService, deployed: Sequence[str], kept: Sequence[str]) -> tuple[str, ...]:
    """The versions whose Services remain when one that goes had the Service that callers know for its own."""
    callers = {version.name for version in running.versions if version.service.name == running.name}
    given_away = callers & set(deployed) - set(kept)
    return tuple(dict.fromkeys(name for name in deployed if name not in callers)) if given_away else ()


def _followed(running: RunningService) -> frozenset[str]:
    """The keys of the pods' labels by which a Service or a workload of today's selects."""
    services = (key for service in running.cluster.services for key, _ in service.selector or ())
    workloads = (key for workload in running.cluster.workloads if workload.selector for key in workload.selector.keys)
    return frozenset((*services, *workloads))


def _live(running: RunningService, version: RunningVersion) -> JsonObject:
    workloads = [f"{workload.kind}/{workload.name}" for workload in version.workloads]
    companions = [f"{resource.kind}/{resource.id.name}" for resource in version.goes_with]
    objects: list[Json] = [*workloads, *companions]
    own: JsonObject = {} if version.service.name == running.name else {"service": version.service.name}
    return {"live": objects[0] if len(objects) == 1 else objects} | own


def _candidate(running: RunningService, name: str, image: str) -> JsonObject:
    candidate: JsonObject = {"image": image, **_free_names(running, f"{running.name}-{name}")}
    scaling = autoscaling(running)
    if scaling:
        return candidate | {"autoscaling": scaling}
    pods = sum(replicas(running.cluster, workload) for workload in running.workloads)
    return candidate | {"replicas": max(pods, 1)}


def _free_names(running: RunningService, wanted: str) -> JsonObject:
    """Names for the objects of the version to come, where those it would have are taken."""
    names = {key: free_name(wanted, named(running, *kinds)) for key, kinds in _OF_A_VERSION.items()}
    return {key: name for key, name in names.items() if name != wanted}


def _comments(running: RunningService, names: list[str], way: tuple[str, ...], *, drill: bool) -> dict[FieldPath, str]:
    target, fresh = way[0], way[0] not in {version.name for version in running.versions}
    old = " and ".join(name for name in names if name not in way)
    today = f", which is today's until you write another one, so that it is a drill for {target}" if drill else ""
    comments: dict[FieldPath, str] = {
        (): f"How traffic to {running.name}, which runs already, moves from {old} to {', then '.join(way)}.\n"
        "`gateshift generate` writes base/ and overlays/ from this file; `gateshift plan` shows what each step does.",
        ("service", "selector"): "The labels of the pods to come.",
        ("live",): "What runs today. It is never rewritten: every stage has it as it stands.",
        ("versions", names[0]): "What runs today, and what goes with it when it goes.",
        ("pointers",): "What follows today's manifests: `gateshift promote` moves its path, stage by stage.",
        ("stages",): "Each is overlays/<name>, and one commit away from the next.",
    }
    comments[("workload",)] = f"What the pods to come have in common, as today's {_model(running)} has it."
    if fresh:
        comments[("versions", target)] = f"What comes: its image{today}."
    return comments


def _model(running: RunningService) -> str:
    workload = running.workloads[0]
    return f"{workload.kind} {workload.name}"
