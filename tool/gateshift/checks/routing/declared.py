"""A stage as it was built against what gateshift.yaml declares of it.

Source: gateshift.yaml itself; the expected route is the one that `generate` writes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gateshift.checks.subject import Declared, Subject
from gateshift.model.finding import FieldRef, Finding, Level
from gateshift.model.place import Place
from gateshift.model.resource import Origin, Resource, ResourceId
from gateshift.model.rollout import DeclaredWorkload, Version
from gateshift.model.rule import check
from gateshift.model.shares import percent
from gateshift.traffic.cluster import same_namespace
from gateshift.traffic.match import Condition, candidates
from gateshift.traffic.resolve import fractions
from gateshift.traffic.routes import Route, RouteRule, read_route
from gateshift.yamldoc.data import list_at, look_up, text_at

_CLOSE = 0.0005
"""Shares that differ by less are the same: 1/3 and 33.3 %."""


def _home(declared: Declared) -> str:
    return declared.environment.namespace or declared.rollout.service.namespace


def _expected(declared: Declared) -> Route:
    from gateshift.manifests.route import route as expected_route  # only a rollout's stages pay for the generator

    data = expected_route(declared.rollout, declared.stage, declared.environment)
    identity = ResourceId(
        text_at(data, "apiVersion").rpartition("/")[0],
        text_at(data, "kind"),
        _home(declared),
        declared.rollout.route.name,
    )
    return read_route(Resource(text_at(data, "apiVersion"), identity, data, Origin(declared.rollout.file)))


def _built(subject: Subject, declared: Declared) -> Route | None:
    wanted = declared.rollout.route
    for route in subject.cluster.routes:
        if (route.kind, route.name) == (wanted.kind.value, wanted.name) and same_namespace(
            route.namespace, _home(declared)
        ):
            return route
    return None


def _requests(route: Route) -> dict[int, frozenset[frozenset[Condition]]]:
    """What each rule of the route matches, whatever the order of its matches."""
    requests: dict[int, set[frozenset[Condition]]] = {}
    for candidate in candidates(route):
        requests.setdefault(candidate.rule, set()).add(frozenset(candidate.conditions))
    return {rule: frozenset(matches) for rule, matches in requests.items()}


def _shares(rule: RouteRule) -> dict[str, float]:
    shares: dict[str, float] = {}
    for backend, share in zip(rule.backends, fractions([weighed.weight for weighed in rule.backends]), strict=True):
        if share:
            shares[backend.ref.name] = shares.get(backend.ref.name, 0.0) + share
    return shares


def _shown(shares: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {percent(share)}" for name, share in sorted(shares.items())) or "no backend"


def _stage_place(declared: Declared) -> Place:
    return declared.stage.place or Place(declared.rollout.file)


@check("GS404", source="the shares that gateshift.yaml declares for the stage")
def shares_differ_from_declared(subject: Subject) -> Iterator[Finding]:
    """A rule of the stage's route divides its requests in another way than gateshift.yaml declares.

    The stage is not what its name says: `plan`, `promote` and whoever reads gateshift.yaml count on shares that the
    cluster does not get.
    """
    declared = subject.declared
    built = _built(subject, declared) if declared and declared.stage.shares else None
    if declared is None or built is None:
        return
    wanted = _expected(declared)
    there = {matches: index for index, matches in _requests(built).items()}
    for index, matches in _requests(wanted).items():
        if matches not in there:
            continue
        rule = built.rules[there[matches]]
        shares, expected = _shares(rule), _shares(wanted.rules[index])
        if any(
            abs(shares.get(name, 0.0) - expected.get(name, 0.0)) > _CLOSE for name in shares.keys() | expected.keys()
        ):
            yield Finding(
                Level.ERROR,
                f"{built}: stage {declared.stage.name} declares {_shown(expected)}; the build gives {_shown(shares)}",
                FieldRef(built.resource, (*rule.pointer, "backendRefs")),
                help="Run `gateshift generate`, or change the stage in gateshift.yaml.",
            )


def _ran_before(route: Route, declared: Declared) -> bool:
    """Whether the route is one that ran before the rollout, which the stage leaves as it was."""
    live = declared.rollout.live_in(declared.environment)
    replaced = live.replaces if live else ()
    return any((item.kind, item.name) == (route.kind, route.name) for item in replaced)


@check("GS415", source="the rules that gateshift.yaml declares for the stage")
def route_differs_from_declared(subject: Subject) -> Iterator[Finding]:
    """The stage's route is missing, exists although the stage has none, or lacks a rule that gateshift.yaml declares.

    A rule is the same only if it matches the same requests: two headers in one match must both hold, in two matches one
    of them is enough.
    """
    declared = subject.declared
    if declared is None:
        return
    built, name = _built(subject, declared), declared.stage.name
    if built is None:
        if declared.stage.shares:
            message = f"stage {name} declares shares, but the build has no {declared.rollout.route.kind.value}"
            message += f" {declared.rollout.route.name}"
            yield Finding(Level.ERROR, message, _stage_place(declared), help="Run `gateshift generate`.")
        return
    if not declared.stage.shares:
        if _ran_before(built, declared):
            return
        message = f"stage {name} declares no shares, and so no route, but the build has {built}"
        yield Finding(Level.ERROR, message, FieldRef(built.resource), help="Run `gateshift generate`.")
        return
    there = set(_requests(built).values())
    wanted = _expected(declared)
    for index, matches in _requests(wanted).items():
        if matches not in there:
            conditions = " or ".join(" and ".join(sorted(map(str, match))) or "every request" for match in matches)
            yield Finding(
                Level.ERROR,
                f"{built}: stage {name} declares a rule for {conditions} to {_shown(_shares(wanted.rules[index]))}, but"
                " no rule of the build matches exactly that",
                FieldRef(built.resource, ("spec", "rules")),
                help="Run `gateshift generate`, or change the stage in gateshift.yaml.",
            )


@check("GS423", source="the versions that gateshift.yaml declares as deployed in the stage")
def declared_version_not_deployed(subject: Subject) -> Iterator[Finding]:
    """A stage declares a version as deployed, and the build has nothing that runs it, or the other way round.

    A version without pods answers its share with 503; one that should be gone still takes part wherever a Service
    selects it.
    """
    declared = subject.declared
    if declared is None:
        return
    for version in declared.rollout.versions:
        deployment = _workload(subject, declared, version)
        wanted = version.name in declared.stage.deployed
        name = f"{version.workload_kind} {version.deployment}"
        if wanted and deployment is None:
            message = f"stage {declared.stage.name} deploys {version.name}, but the build has no {name}"
            yield Finding(Level.ERROR, message, _stage_place(declared), help="Run `gateshift generate`.")
        elif deployment is not None and not wanted:
            message = f"stage {declared.stage.name} does not deploy {version.name}, but the build has {deployment.id}"
            yield Finding(Level.ERROR, message, FieldRef(deployment), help="Run `gateshift generate`.")


def _workload(subject: Subject, declared: Declared, version: Version) -> Resource | None:
    named = (version.workload_kind, version.deployment)
    workloads = (item for item in subject.cluster.workloads if (item.kind, item.name) == named)
    homes = (item.resource for item in workloads if same_namespace(item.namespace, _home(declared)))
    return next(homes, None)


@check("GS424", source="the images that gateshift.yaml declares; kustomize#6001")
def image_differs_from_declared(subject: Subject) -> Iterator[Finding]:
    """A version runs another image than gateshift.yaml declares.

    An `images` entry of Kustomize changes every container with that image name, the old version's as well as the new
    one's: the share that moves to the new version then moves nowhere.
    """
    declared = subject.declared
    if declared is None:
        return
    for general in declared.rollout.versions:
        version = declared.rollout.version_in(general, declared.environment)
        deployment = _workload(subject, declared, version)
        if deployment is None or not isinstance(version.workload, DeclaredWorkload):
            continue
        at = ("spec", "template", "spec", "containers")
        for index, container in enumerate(list_at(deployment.data, *at)):
            image = look_up(container, ("image",))
            if text_at(container, "name") == version.workload.container and image != version.workload.image:
                yield Finding(
                    Level.ERROR,
                    f"{deployment.id} runs {image}, and gateshift.yaml declares {version.workload.image} for"
                    f" {version.name}",
                    FieldRef(deployment, (*at, index, "image")),
                    f"requests for {version.name} reach another build of the service",
                    "Change the image in gateshift.yaml and run `gateshift generate`; drop the images entry.",
                )
