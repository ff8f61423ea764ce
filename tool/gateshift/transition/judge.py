"""The verdict on a step from one build to another, for each sync engine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from gateshift.engines.changes import Change, changes_between
from gateshift.engines.events import events_of
from gateshift.engines.sync_plan import Course, course
from gateshift.model.finding import Finding, Level, Spot
from gateshift.model.resource import Build, Resource, ResourceId
from gateshift.model.rollout import Engine
from gateshift.model.sync_pointer import WITHOUT_POINTER, Sync
from gateshift.traffic.cluster import VERSION_LABELS, Cluster
from gateshift.traffic.request import ParentRef
from gateshift.transition import rules
from gateshift.transition.answers import Fault
from gateshift.transition.assumed_objects import surrounded
from gateshift.transition.bypass import bypassed, left_behind
from gateshift.transition.check import Ground, Loss, walk
from gateshift.transition.entry_points import entrances
from gateshift.transition.known_hazards import practice_findings
from gateshift.transition.wording import finding_of


@dataclass(frozen=True, slots=True)
class About:
    """What a rollout says of its builds: the Service it shifts, its versions' own Services, and the label keys that
    tell versions apart, the first that a pod has counting.

    `at_gateways_only`: it shifts what comes through Gateways; calls to the Service itself are none of its business.
    """

    service: ResourceId | None = None
    at_gateways_only: bool = False
    own_services: frozenset[str] = frozenset()
    version_labels: tuple[str, ...] = VERSION_LABELS


NOTHING_SAID = About()


@dataclass(frozen=True, slots=True, eq=False)
class Verdict:
    """One engine's verdict. Findings of the level error make the step unsafe."""

    sync: Sync
    findings: tuple[Finding, ...]
    course: Course

    @property
    def safe(self) -> bool:
        """Whether the engine can make the step without losing a request."""
        return all(finding.level is not Level.ERROR for finding in self.findings)


@dataclass(frozen=True, slots=True, eq=False)
class Judgement:
    """A step, what it changes, and each engine's verdict. `ground` holds the classes of requests and their answers."""

    changes: tuple[Change, ...]
    verdicts: tuple[Verdict, ...]
    ground: Ground

    @property
    def safe(self) -> bool:
        """Whether every engine can make the step without losing a request."""
        return all(verdict.safe for verdict in self.verdicts)


def judge(
    before: Build, after: Build, syncs: Sequence[Sync] = WITHOUT_POINTER, about: About = NOTHING_SAID
) -> Judgement:
    """Judge the step from one build to the other, for each engine as it is set."""
    old, new = surrounded(before.resources, after.resources, about.version_labels)
    events = events_of(changes_between(old.resources, new.resources), old, new)
    ground = Ground(old, new, events, entrances(old, new, about.service, about.own_services))
    changes = changes_between(before.resources, after.resources)
    unsteered = about.service if about.at_gateways_only and all(map(_has_gateway_route, (old, new))) else None
    common = [*practice_findings(changes, old), *bypassed(old, new, unsteered), *_limits(ground)]
    verdicts = tuple(_verdict(ground, sync, old, common, unsteered) for sync in syncs)
    return Judgement(changes, verdicts, ground)


def _has_gateway_route(cluster: Cluster) -> bool:
    return any(not parent.is_service for route in cluster.routes for parent in route.parents)


def _verdict(
    ground: Ground, sync: Sync, before: Cluster, common: Iterable[Finding], unsteered: ResourceId | None
) -> Verdict:
    made = course(ground.events, sync, before)
    walked = walk(ground, made)
    losses = [loss for loss in walked.losses if not _is_split_of(loss, unsteered)]
    found = [finding_of(loss, ground.sides) for loss in losses]
    found += _held_by_health(ground, sync, before, walked.losses)
    found += [*common, *left_behind(made)]
    if not walked.complete:
        found.append(_incomplete(ground, "there are more states between the two builds than are looked at"))
    return Verdict(sync, tuple(sorted(found, key=_order)), made)


def _is_split_of(loss: Loss, service: ResourceId | None) -> bool:
    """Whether callers of this Service alone meet several versions."""
    return loss.harm.fault is Fault.UNDECLARED and all(
        service is not None and asked.entrance.parent == ParentRef("Service", service.namespace, service.name)
        for asked in loss.asked
    )


def _held_by_health(ground: Ground, sync: Sync, before: Cluster, known: Sequence[Loss]) -> Iterator[Finding]:
    """What would be lost if health checks held nothing back: a warning each, since they hold it back."""
    if sync.engine is not Engine.ARGOCD or not (sync.waves or sync.prune_last):
        return
    keys = {(loss.harm.fault, loss.harm.service) for loss in known}
    for loss in walk(ground, course(ground.events, sync, before, gates=False)).losses:
        if (loss.harm.fault, loss.harm.service) not in keys:
            found = finding_of(loss, ground.sides)
            message = f"only the health checks between Argo CD's waves keep this from happening: {found.message}"
            yield replace(found, rule=rules.RESTS_ON_HEALTH.id, level=Level.WARNING, message=message)


def _limits(ground: Ground) -> Iterator[Finding]:
    """What was not looked at."""
    for entrance, classes in ground.entrances:
        spot = Spot(entrance.routes[0].resource) if entrance.routes else None
        if spot is None:
            continue
        if not classes.complete:
            yield _incomplete(ground, f"the routes of {entrance} tell apart more kinds of request than are looked at")
        for unseen in classes.unseen:
            message = f"no request was found that {unseen} matches, so such requests are not followed"
            yield Finding(rules.REQUESTS_UNSEEN.id, Level.NOTE, message, spot)


def _incomplete(ground: Ground, message: str) -> Finding:
    resource = ground.events[0].change.resource if ground.events else _any(ground.sides)
    return Finding(rules.NOT_EVERY_STATE.id, Level.NOTE, message, Spot(resource))


def _any(sides: Iterable[Cluster]) -> Resource:
    return next(resource for side in sides for resource in side)


def _order(finding: Finding) -> tuple[int, str, str, str]:
    where = finding.at.resource.id if isinstance(finding.at, Spot) else finding.at
    return finding.level.rank, finding.rule, str(where), finding.message
