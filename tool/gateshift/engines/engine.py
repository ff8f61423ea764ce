"""What gateshift knows of a sync engine: the one protocol, of which each engine's package is an implementation.

Whatever differs between engines is here; who needs it asks `ENGINES` in `registry`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import Enum
from typing import Protocol

from msgspec import Struct

from gateshift.engines.changes import Change
from gateshift.engines.events import Event
from gateshift.engines.sync_plan import SyncOrder
from gateshift.model.engine_build import EngineBuild, FinishedObjects
from gateshift.model.finding import Level
from gateshift.model.resource import Resource
from gateshift.model.rollout import Environment, Rollout, RouteKind
from gateshift.model.sync_pointer import NotUnderstood, SyncPointer, SyncSettings
from gateshift.traffic.cluster import Cluster
from gateshift.yamldoc.data import FieldPath, Json, JsonObject

ParameterFiles = Callable[[str], Mapping[str, Json]]
"""The data of the repository's files that match a glob such as `clusters/*/config.json`, by path from the top; of the
folders, without data, for a glob that ends with a slash."""

Repositories = Mapping[tuple[str, str, str], tuple[str, str]]
"""URL and revision by (kind, namespace, name) of the objects that say where pointers read from."""


class Danger(Enum):
    """What a sync object can do to its objects that costs requests."""

    PRUNES_FIRST = "prunes before it applies"
    HIDES_ROUTES = "takes a changed route for an unchanged one"
    CASCADES = "takes its objects along when it goes"
    RECREATES = "deletes objects to create them anew"
    EMPTIES = "prunes everything when nothing is built"
    READY_EARLY = "counts as ready too early, or gives up too early"


class SyncHazard(Struct, frozen=True):
    """A field of a sync object that is dangerous. `what` is its value, or what it does in words; `at` may be a field
    that is absent."""

    danger: Danger
    at: FieldPath
    what: str = ""
    hint: str = ""
    level: Level = Level.WARNING


class RefusedUpdate(Enum):
    """What an engine does with an object whose update the API server refuses."""

    FAILS = "stops"
    RECREATES = "deletes it and creates it anew"
    NOT_TRIED = "does not update it"


class SyncEngine(Protocol):
    """A sync engine.

    `kinds` are the (group, kind) of its objects that follow a folder, `groups` all its API groups; `path_fields` has
    the field of a generated pointer's path by its kind. `unset` is how it syncs where no pointer says; `last_step`
    what it does when all is applied and pruned, or "".
    """

    name: str
    kinds: frozenset[tuple[str, str]]
    groups: frozenset[str]
    path_fields: Mapping[str, FieldPath]
    unset: SyncSettings
    last_step: str

    def makes(self, event: Event, settings: SyncSettings) -> bool:
        """Whether the engine brings the event about: it leaves some objects alone, and prunes only where told to."""

    def left_alone(self, change: Change) -> str:
        """The object's own setting that keeps the engine from applying it, such as `ssa: Ignore`; "" for none."""

    def refused_update(self, change: Change, settings: SyncSettings) -> RefusedUpdate:
        """What becomes of a changed object whose update the API server refuses."""

    def order(self, events: Sequence[Event], settings: SyncSettings, before: Cluster, *, gates: bool) -> SyncOrder:
        """The order of the events that it makes. Without `gates` nothing waits for health, as if every check passed
        at once."""

    def health_gates(self, settings: SyncSettings) -> str:
        """The health checks that hold a part of the sync back, in words; "" where none does."""

    def settings_of(self, data: JsonObject) -> SyncSettings:
        """What one of its objects that follow a folder says of how it syncs."""

    def pointers_of(self, data: JsonObject, files: ParameterFiles) -> Iterator[SyncPointer | NotUnderstood]:
        """The folders that one of its objects follows."""

    def repositories_in(self, documents: Iterable[Json]) -> Repositories:
        """The objects of its own among the documents that say where pointers read from."""

    def pointer_text(self, rollout: Rollout, environment: Environment, progress: int) -> str:
        """The pointer that `generate` writes, naming the first stage; "" where the rollout has none for this engine.

        `progress` is the longest that a Deployment of the rollout may take, in seconds.
        """

    def annotations(self, rollout: Rollout, wave: int) -> JsonObject:
        """The annotations that a generated object has for this engine, if it is applied in that wave."""

    def hazards(self, data: JsonObject) -> Iterator[SyncHazard]:
        """What one of its objects says that can lose requests, whatever folder it follows."""

    def readiness_hazards(self, data: JsonObject, kind: RouteKind, progress: int) -> Iterator[SyncHazard]:
        """Where the object is ready before a stage with a route of that kind is, or gives up before its Deployments
        do, which may take `progress` seconds."""

    def finished(self, resources: tuple[Resource, ...], build: EngineBuild) -> FinishedObjects:
        """The objects that were built from a folder as it applies them."""
