"""Flux, behind the protocol of all engines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from gateshift.engines.changes import Change
from gateshift.engines.engine import ParameterFiles, RefusedUpdate, Repositories, SyncHazard
from gateshift.engines.events import Event
from gateshift.engines.flux import hazards, options, order, pointer
from gateshift.engines.flux.generated_pointer import source_and_kustomization_text
from gateshift.engines.sync_plan import SyncOrder
from gateshift.model.engine_build import EngineBuild, FinishedObjects
from gateshift.model.resource import Resource
from gateshift.model.rollout import Engine, Environment, Rollout, RouteKind
from gateshift.model.sync_pointer import NotUnderstood, SyncPointer, SyncSettings
from gateshift.traffic.cluster import Cluster
from gateshift.yamldoc.data import FieldPath, Json, JsonObject


class Flux:
    """Flux: a Kustomization follows a folder of what its GitRepository holds."""

    name = "Flux"
    kinds = frozenset({(pointer.GROUP, "Kustomization")})
    groups = frozenset({pointer.GROUP, pointer.SOURCE_GROUP})
    path_fields: Mapping[str, FieldPath] = {"Kustomization": ("spec", "path")}
    unset = SyncSettings(Engine.FLUX, server_side=True)
    last_step = "then check health, which holds nothing back any more"

    def makes(self, event: Event, settings: SyncSettings) -> bool:
        """All but what an object's own settings keep from it."""
        return order.makes(event, settings)

    def left_alone(self, change: Change) -> str:
        """What its labels and annotations say of reconciling and applying."""
        return options.left_alone(change)

    def refused_update(self, change: Change, settings: SyncSettings) -> RefusedUpdate:
        """What `force` says, of the object or of the Kustomization."""
        return options.refused_update(change, settings)

    def order(self, events: Sequence[Event], settings: SyncSettings, before: Cluster, *, gates: bool) -> SyncOrder:
        """Applies, then prunes; health is checked after both, so there is no gate to leave out."""
        del settings, gates
        return order.order(events, before)

    def health_gates(self, settings: SyncSettings) -> str:
        """None: health is checked last."""
        del settings
        return ""

    def settings_of(self, data: JsonObject) -> SyncSettings:
        """What `spec.prune` says."""
        return pointer.settings_of(data)

    def pointers_of(self, data: JsonObject, files: ParameterFiles) -> Iterator[SyncPointer | NotUnderstood]:
        """The Kustomization's one folder."""
        del files
        return pointer.kustomization_pointers(data)

    def repositories_in(self, documents: Iterable[Json]) -> Repositories:
        """The GitRepository objects."""
        return pointer.repositories_in(documents)

    def pointer_text(self, rollout: Rollout, environment: Environment, progress: int) -> str:
        """A GitRepository and a Kustomization, whose timeout is longer than `progress`."""
        return source_and_kustomization_text(rollout, environment, progress)

    def annotations(self, rollout: Rollout, wave: int) -> JsonObject:
        """None: Flux orders by kind."""
        del rollout, wave
        return {}

    def hazards(self, data: JsonObject) -> Iterator[SyncHazard]:
        """Of the Kustomization's spec."""
        return hazards.hazards(data)

    def readiness_hazards(self, data: JsonObject, kind: RouteKind, progress: int) -> Iterator[SyncHazard]:
        """Of `wait`, `healthCheckExprs` and `timeout`: Flux knows no health of a route by itself."""
        return hazards.readiness_hazards(data, kind, progress)

    def finished(self, resources: tuple[Resource, ...], build: EngineBuild) -> FinishedObjects:
        """With the variables of `postBuild` filled in, and the common metadata."""
        from gateshift.engines.flux.post_build import finished  # only who builds for Flux pays for its start-up

        return finished(resources, build)
