"""The verdict on a step from one build to another, for each sync engine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from gateshift.engines.changes import Change, changes_between
from gateshift.engines.events import events_of
from gateshift.engines.registry import ENGINES, WITHOUT_POINTER, plan_sync
from gateshift.engines.sync_plan import SyncPlan
from gateshift.model.finding import FieldRef, Finding, Level
from gateshift.model.resource import Build, Resource, ResourceId
from gateshift.model.sync_pointer import SyncSettings
from gateshift.traffic.cluster import VERSION_LABELS, Cluster, same_namespace
from gateshift.transition import rules
from gateshift.transition.address_hazards import address_findings
from gateshift.transition.assumed_objects import with_assumed_objects
from gateshift.transition.bypass import bypass_findings, left_behind_findings, not_applied_findings
from gateshift.transition.connections import connection_findings
from gateshift.transition.entry_points import entry_points
from gateshift.transition.known_hazards import hazard_findings
from gateshift.transition.named_objects import need_findings
from gateshift.transition.outcomes import FailureCause
from gateshift.transition.refused_updates import refused_updates
from gateshift.transition.removal import removal, removal_findings
from gateshift.transition.request_classes import RequestClass
from gateshift.transition.walk import Disruption, TransitionContext, walk
from gateshift.transition.wording import finding_of


class RolloutContext(Struct, frozen=True):
    """What a rollout says of its builds: the Service it shifts, its versions' own Services, and the label keys that
    tell versions apart, the first that a pod has counting.

    `at_gateways_only`: it shifts what comes through Gateways; calls to the Service itself are none of its business.
    """

    service: ResourceId | None = None
    at_gateways_only: bool = False
    own_services: frozenset[str] = frozenset()
    version_labels: tuple[str, ...] = VERSION_LABELS


NO_ROLLOUT = RolloutContext()


class TransitionVerdict(Struct, frozen=True, eq=False):
    """One engine's verdict. Findings of the level error make the step unsafe."""

    settings: SyncSettings
    findings: tuple[Finding, ...]
    sync_plan: SyncPlan

    @property
    def safe(self) -> bool:
        """Whether the engine can make the step without losing a request."""
        return all(finding.level is not Level.ERROR for finding in self.findings)


class Judgement(Struct, frozen=True, eq=False):
    """A step, what it changes, and each engine's verdict. `context` holds the classes of requests and their answers."""

    changes: tuple[Change, ...]
    verdicts: tuple[TransitionVerdict, ...]
    context: TransitionContext

    @property
    def safe(self) -> bool:
        """Whether every engine in charge can make the step without losing a request."""
        return all(verdict.safe for verdict in self.verdicts if verdict.settings.decides)


def judge(
    before: Build,
    after: Build,
    settings: Sequence[SyncSettings] = WITHOUT_POINTER,
    about: RolloutContext = NO_ROLLOUT,
) -> Judgement:
    """Judge the step from one build to the other, for each engine as it is set."""
    old, new = with_assumed_objects(before.resources, after.resources, about.version_labels)
    events = events_of(changes_between(old.resources, new.resources), old, new)
    context = TransitionContext(old, new, events, entry_points(old, new, about.service, about.own_services))
    changes = changes_between(before.resources, after.resources)
    unsteered = about.service if about.at_gateways_only and all(map(_has_gateway_route, (old, new))) else None
    common = [
        *hazard_findings(changes, old),
        *need_findings(changes, old, new),
        *address_findings(changes, old, new),
        *bypass_findings(old, new, unsteered, context.same_code),
        *_limits(context),
    ]
    verdicts = tuple(_verdict(context, changes, engine_settings, common, unsteered) for engine_settings in settings)
    return Judgement(changes, verdicts, context)


def _has_gateway_route(cluster: Cluster) -> bool:
    return any(not parent.is_service for route in cluster.routes for parent in route.parents)


def _verdict(
    context: TransitionContext,
    changes: Sequence[Change],
    settings: SyncSettings,
    common: Iterable[Finding],
    unsteered: ResourceId | None,
) -> TransitionVerdict:
    sync_plan = plan_sync(context.events, settings, context.sides[0])
    removed = removal(context, sync_plan)
    walked = walk(context, sync_plan, removed.classes)
    disruptions = [disruption for disruption in walked.disruptions if not _is_split_of(disruption, unsteered)]
    findings = [finding_of(disruption, context.sides) for disruption in disruptions]
    findings += _held_by_health(context, settings, removed.classes, walked.disruptions)
    findings += [*common, *left_behind_findings(sync_plan), *removal_findings(removed)]
    findings += [*refused_updates(changes, settings), *not_applied_findings(changes, settings)]
    findings += connection_findings(changes, sync_plan)
    if not walked.complete:
        findings.append(_incomplete(context, "there are more states between the two builds than are looked at"))
    return TransitionVerdict(settings, tuple(sorted(findings, key=_order)), sync_plan)


def _is_split_of(disruption: Disruption, service: ResourceId | None) -> bool:
    """Whether callers of this Service alone meet several versions."""
    parents = [request_class.entry_point.parent for request_class in disruption.request_classes]
    return disruption.degradation.cause is FailureCause.UNDECLARED and all(
        service is not None
        and (parent.kind, parent.name) == ("Service", service.name)
        and same_namespace(parent.namespace, service.namespace)
        for parent in parents
    )


def _held_by_health(
    context: TransitionContext,
    settings: SyncSettings,
    removed: frozenset[RequestClass],
    known: Sequence[Disruption],
) -> Iterator[Finding]:
    """What would be lost if health checks held nothing back: a warning each, since they hold it back."""
    gates = ENGINES[settings.engine].health_gates(settings)
    if not gates:
        return
    keys = {(disruption.degradation.cause, disruption.degradation.service) for disruption in known}
    ungated = plan_sync(context.events, settings, context.sides[0], gates=False)
    for disruption in walk(context, ungated, removed).disruptions:
        if (disruption.degradation.cause, disruption.degradation.service) not in keys:
            finding = finding_of(disruption, context.sides)
            message = f"Only {gates} prevent this: {finding.message}"
            yield replace(finding, rule=rules.RESTS_ON_HEALTH.id, level=Level.WARNING, message=message)


def _limits(context: TransitionContext) -> Iterator[Finding]:
    """What was not looked at."""
    for entry_point, classes in context.entry_points:
        field_ref = FieldRef(entry_point.routes[0].resource) if entry_point.routes else None
        if field_ref is None:
            continue
        if not classes.complete:
            yield _incomplete(
                context, f"the routes of {entry_point} tell apart more kinds of request than are looked at"
            )
        for unseen in classes.unseen:
            message = f"no request was found that {unseen} matches, so such requests are not followed"
            yield rules.REQUESTS_UNSEEN.finding(Level.NOTE, message, field_ref)


def _incomplete(context: TransitionContext, message: str) -> Finding:
    resource = context.events[0].change.resource if context.events else _any(context.sides)
    return rules.NOT_EVERY_STATE.finding(Level.NOTE, message, FieldRef(resource))


def _any(sides: Iterable[Cluster]) -> Resource:
    return next(resource for side in sides for resource in side)


def _order(finding: Finding) -> tuple[int, str, str, str]:
    where = finding.at.resource.id if isinstance(finding.at, FieldRef) else finding.at
    return finding.level.rank, finding.rule, str(where), finding.message
