"""Argo CD, behind the protocol of all engines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from gateshift.engines.argocd import hazards, options, order, pointer
from gateshift.engines.argocd.application_set import application_set_pointers
from gateshift.engines.argocd.generated_pointer import application_text
from gateshift.engines.changes import Change
from gateshift.engines.engine import ParameterFiles, RefusedUpdate, Repositories, SyncHazard
from gateshift.engines.events import Event
from gateshift.engines.sync_plan import SyncOrder
from gateshift.model.engine_build import EngineBuild, FinishedObjects
from gateshift.model.resource import Resource
from gateshift.model.rollout import Engine, Environment, Rollout, RouteKind
from gateshift.model.sync_pointer import NotUnderstood, SyncPointer, SyncSettings
from gateshift.traffic.cluster import Cluster
from gateshift.yamldoc.data import FieldPath, Json, JsonObject, text_at


class ArgoCd:
    """Argo CD: an Application, or an ApplicationSet that makes several, follows a folder."""

    name = "Argo CD"
    kinds = frozenset({(pointer.GROUP, "Application"), (pointer.GROUP, "ApplicationSet")})
    groups = frozenset({pointer.GROUP})
    path_fields: Mapping[str, FieldPath] = {"Application": ("spec", "source", "path")}
    unset = SyncSettings(Engine.ARGOCD)
    last_step = ""

    def makes(self, event: Event, settings: SyncSettings) -> bool:
        """All but hooks and what its options keep from being pruned."""
        return order.makes(event, settings)

    def left_alone(self, change: Change) -> str:
        """The hook that is skipped."""
        return options.left_alone(change)

    def refused_update(self, change: Change, settings: SyncSettings) -> RefusedUpdate:
        """What hooks, their delete policies and the options Force and Replace say."""
        return options.refused_update(change, settings)

    def order(self, events: Sequence[Event], settings: SyncSettings, before: Cluster, *, gates: bool) -> SyncOrder:
        """Wave by wave, prunes first or last of all."""
        return order.order(events, settings, before, gates=gates)

    def health_gates(self, settings: SyncSettings) -> str:
        """A wave waits for the health of the one before it; a sync of a single wave has no gate."""
        return "the health checks between Argo CD's waves" if settings.waves or settings.prune_last else ""

    def settings_of(self, data: JsonObject) -> SyncSettings:
        """What `syncPolicy` says."""
        return pointer.settings_of(data)

    def pointers_of(self, data: JsonObject, files: ParameterFiles) -> Iterator[SyncPointer | NotUnderstood]:
        """One for each source of each Application."""
        if text_at(data, "kind") == "ApplicationSet":
            return application_set_pointers(data, files)
        return pointer.application_pointers(data)

    def repositories_in(self, documents: Iterable[Json]) -> Repositories:
        """None: an Application names its repository itself."""
        del documents
        return {}

    def pointer_text(self, rollout: Rollout, environment: Environment, progress: int) -> str:
        """An Application, which waits for as long as a sync takes."""
        del progress
        return application_text(rollout, environment)

    def annotations(self, rollout: Rollout, wave: int) -> JsonObject:
        """The sync wave, only where the rollout's own Application asks for PruneLast: without it Argo CD prunes a
        wave's objects before it applies a later wave, so a Service would go before the route has let go of it."""
        pointed = rollout.pointers is not None and rollout.pointers.argocd is not None
        return {order.WAVE: str(wave)} if pointed else {}

    def hazards(self, data: JsonObject) -> Iterator[SyncHazard]:
        """Of the Application, or of the ApplicationSet and its template."""
        return hazards.hazards(data)

    def readiness_hazards(self, data: JsonObject, kind: RouteKind, progress: int) -> Iterator[SyncHazard]:
        """None: Argo CD judges the health of routes and Deployments by itself."""
        del data, kind, progress
        return iter(())

    def finished(self, resources: tuple[Resource, ...], build: EngineBuild) -> FinishedObjects:
        """As they were built."""
        del build
        return FinishedObjects(resources)
