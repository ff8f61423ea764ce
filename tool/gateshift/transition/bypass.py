"""What a step does outside the requests it is about: versions that other clients reach, objects that stay, and objects
that the engine is told to leave alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from gateshift.engines.changes import Change
from gateshift.engines.pods import runs_pods
from gateshift.engines.registry import ENGINES
from gateshift.engines.sync_plan import SyncPlan
from gateshift.model.finding import FieldRef, Finding, Level, Related
from gateshift.model.resource import Resource, ResourceId
from gateshift.model.sync_pointer import SyncSettings
from gateshift.traffic.cluster import Cluster, same_namespace
from gateshift.traffic.endpoints import selected_workloads
from gateshift.traffic.read import GATEWAY_API
from gateshift.traffic.routes import is_route
from gateshift.traffic.services import Service
from gateshift.transition import rules
from gateshift.transition.outcomes import version_name


def bypass_findings(
    before: Cluster, after: Cluster, unsteered: ResourceId | None, same_code: Mapping[str, str]
) -> Iterator[Finding]:
    """Versions that a Service starts to select behind a mesh route that sends them nothing, or, for the Service
    `unsteered` of a rollout at Gateways, next to the Gateways' route. `same_code` maps versions that run the same
    images to one of them: such a version is no new one."""
    steered = {
        (parent.namespace, parent.name): (route, f"A Gateway and clients outside the mesh bypass {route}")
        for route in after.routes
        for parent in route.parents
        if parent.is_service
    }
    if unsteered is not None and after.routes:
        first = after.routes[0]
        bypass = (first, f"Clients that call it directly bypass the Gateway and {first}")
        if not any(name == unsteered.name and same_namespace(space, unsteered.namespace) for space, name in steered):
            steered[unsteered.namespace, unsteered.name] = bypass
    for (namespace, name), (route, who) in sorted(steered.items(), key=lambda item: item[0]):
        service, earlier = after.service(namespace, name), before.service(namespace, name)
        if service is None or earlier is None:
            continue
        known = _versions(before, earlier)
        codes = {same_code.get(version, version) for version in known}
        selected = _versions(after, service)
        fresh = {version for version in selected - known if same_code.get(version) not in codes}
        if fresh and known:
            new, old = (" and ".join(sorted(versions)) for versions in (fresh, known))
            does = f"{new} as well" if selected & known else f"{new} instead of {old}"
            follows = "are answered in proportion to the pods" if selected & known else "change versions at once"
            yield rules.ROUTE_BYPASSED.finding(
                Level.WARNING,
                f"{service.resource.id} now selects {does}. {who}, and {follows}.",
                FieldRef(service.resource, ("spec", "selector")),
                help="Let such clients call a version's own Service, or let a Gateway's route name those Services.",
                related=(Related("the route that hides it", FieldRef(route.resource)),),
            )


def _versions(cluster: Cluster, service: Service) -> frozenset[str]:
    workloads = selected_workloads(cluster, service)
    return frozenset(version_name(cluster, workload) or "unlabelled pods" for workload in workloads)


def left_behind_findings(sync_plan: SyncPlan) -> Iterator[Finding]:
    """Objects that the files no longer hold and that the engine does not prune."""
    engine = ENGINES[sync_plan.settings.engine].name
    for resource in sync_plan.kept:
        yield rules.LEFT_BEHIND.finding(
            Level.WARNING,
            f"{resource.id} leaves the files, but {engine} does not prune it: it stays in the cluster",
            FieldRef(resource),
            help="Let the engine prune it, or delete it by hand once nothing refers to it.",
        )


def not_applied_findings(changes: Iterable[Change], settings: SyncSettings) -> Iterator[Finding]:
    """Changes of routes, Services, Gateways and pods that the engine is told not to make."""
    engine = ENGINES[settings.engine]
    for change in changes:
        setting = "" if change.after is None else engine.left_alone(change)
        if setting and change.after is not None and _steers(change.after):
            yield rules.NOT_APPLIED.finding(
                Level.WARNING,
                f"{change.id} {'changes' if change.before else 'is new'}, but {engine.name} does not apply it "
                f"(`{setting}`): the cluster stays as it is, whatever the files say of it.",
                FieldRef(change.after, ("metadata",), key=True),
                help="Remove the setting in a commit of its own first, or change the object where it is really kept.",
            )


def _steers(resource: Resource) -> bool:
    kind = resource.id.group, resource.id.kind
    runs_on = runs_pods(resource) and resource.id.kind not in ("Job", "CronJob")
    return is_route(resource) or runs_on or kind in (("", "Service"), (GATEWAY_API, "Gateway"))
