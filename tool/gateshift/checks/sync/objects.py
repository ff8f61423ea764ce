"""GS60x: what a user's own Application, ApplicationSet or Kustomization says that loses requests.

Each of these speaks of one object alone. What depends on the directory it names is in `pointers`.
"""

from __future__ import annotations

from collections.abc import Iterator

from gateshift.checks.subject import Subject
from gateshift.engines.engine import Danger, SyncHazard
from gateshift.engines.registry import ENGINES
from gateshift.model.finding import FieldRef, Finding, Level
from gateshift.model.resource import Resource
from gateshift.model.rule import check


@check("GS601", source="Argo CD, Sync Options: Prune Last; gitops-engine pkg/sync/sync_context.go")
def prune_without_prune_last(subject: Subject) -> Iterator[Finding]:
    """An Application prunes on its own and does not ask for PruneLast.

    Argo CD then deletes what left the files before it applies what came: the Service that the old route names is gone
    before the new route arrives, and sync waves make the gap longer. With PruneLast=true it deletes behind the last
    wave, when everything is healthy.
    """
    for resource, hazard in _hazards(subject, Danger.PRUNES_FIRST):
        yield Finding(
            hazard.level,
            f"{resource.id} prunes, and without PruneLast=true it prunes before it applies",
            FieldRef(resource, hazard.at, key=True),
            "a Service that leaves the files is deleted while the live route still names it",
            "Add `PruneLast=true` to `syncPolicy.syncOptions`.",
        )


@check("GS602", source="argoproj/argo-cd#17694, argoproj/argo-cd#27480")
def route_differences_ignored(subject: Subject) -> Iterator[Finding]:
    """An Application ignores differences in the spec of routes.

    Argo CD then shows a route as synced whatever its weights are. With RespectIgnoreDifferences=true it also leaves the
    live list of rules as it is: `rules` is one atomic list, so the weights that are committed never arrive.
    """
    for resource, hazard in _hazards(subject, Danger.HIDES_ROUTES):
        frozen = hazard.level is Level.ERROR
        yield Finding(
            hazard.level,
            f"{resource.id} ignores differences in the {hazard.what} of routes",
            FieldRef(resource, hazard.at),
            "the live weights stay, whatever is committed" if frozen else "the route counts as synced",
            "Remove the entry, and write every defaulted field of the route out instead.",
        )


@check(
    "GS604", source="Argo CD, App Deletion; ApplicationSet, Application Pruning; Flux, Kustomization: deletionPolicy"
)
def objects_die_with_pointer(subject: Subject) -> Iterator[Finding]:
    """Deleting or renaming the sync object deletes every object it has synced.

    A renamed Application or Kustomization is a deleted and a new one: route, Services and Deployments go and come back
    (fluxcd/flux2#3316). A pointer should let go of its objects, not take them along.
    """
    for resource, hazard in _hazards(subject, Danger.CASCADES):
        yield Finding(
            hazard.level,
            f"{resource.id} deletes the objects that it has synced when it is deleted or renamed",
            FieldRef(resource, hazard.at),
            "all traffic fails until the objects are back",
            hazard.hint,
        )


@check("GS605", source="Argo CD, Sync Options: Force, Replace; Flux, Kustomization: spec.force")
def sync_recreates_objects(subject: Subject) -> Iterator[Finding]:
    """A sync may delete objects and create them anew instead of changing them.

    A Deployment that is recreated has no Ready pod for a while, and its share of the traffic gets 503. An immutable
    field that changed should stop the sync, not delete the object.
    """
    for resource, hazard in _hazards(subject, Danger.RECREATES):
        yield Finding(
            hazard.level,
            f"{resource.id} may delete and recreate objects: `{hazard.what}`",
            FieldRef(resource, hazard.at),
            "a recreated Deployment has no Ready pod until its new ones are up",
            "Remove it; recreate a single object by hand where that is ever needed.",
        )


@check("GS606", source="Argo CD, Automated Sync Policy: Automatic Pruning with Allow-Empty")
def empty_build_allowed(subject: Subject) -> Iterator[Finding]:
    """An Application may prune everything when its directory builds nothing.

    A path that was moved or a kustomization that lost its resources then empties the namespace; by default Argo CD
    refuses such a sync.
    """
    for resource, hazard in _hazards(subject, Danger.EMPTIES):
        yield Finding(
            hazard.level,
            f"{resource.id} prunes everything when the directory builds nothing",
            FieldRef(resource, hazard.at),
            "every object of the directory is deleted",
            "Set `allowEmpty: false`.",
        )


def _hazards(subject: Subject, danger: Danger) -> Iterator[tuple[Resource, SyncHazard]]:
    """Every place of the danger in the sync objects of the build."""
    for engine in ENGINES.values():
        for group, kind in sorted(engine.kinds):
            for resource in subject.of_kind(group, kind):
                yield from ((resource, hazard) for hazard in engine.hazards(resource.data) if hazard.danger is danger)
