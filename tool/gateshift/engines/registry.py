"""The sync engines: one written-out list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import assert_never

from gateshift.engines.argocd.engine import ArgoCd
from gateshift.engines.engine import SyncEngine
from gateshift.engines.events import Event, EventKind
from gateshift.engines.flux.engine import Flux
from gateshift.engines.sync_plan import SyncPlan
from gateshift.model.rollout import Engine
from gateshift.model.sync_pointer import SyncSettings
from gateshift.traffic.cluster import Cluster
from gateshift.yamldoc.data import Json, text_at


def _implementation(engine: Engine) -> SyncEngine:
    match engine:
        case Engine.ARGOCD:
            return ArgoCd()
        case Engine.FLUX:
            return Flux()
        case _:
            assert_never(engine)


ENGINES: Mapping[Engine, SyncEngine] = {engine: _implementation(engine) for engine in Engine}
WITHOUT_POINTER = tuple(engine.unset for engine in ENGINES.values())


def engine_of(data: Json) -> SyncEngine | None:
    """The engine whose object follows a folder; None for any other object."""
    key = text_at(data, "apiVersion").partition("/")[0], text_at(data, "kind")
    return next((engine for engine in ENGINES.values() if key in engine.kinds), None)


def engine_name(engine: str) -> str:
    """How the engine of that value is called; a value that is none is given back."""
    return next((implementation.name for member, implementation in ENGINES.items() if member.value == engine), engine)


def plan_sync(events: Sequence[Event], settings: SyncSettings, before: Cluster, *, gates: bool = True) -> SyncPlan:
    """The engine's way. Without `gates` nothing waits for health, as if every check passed at once: what is safe only
    with them rests on those checks alone."""
    engine = ENGINES[settings.engine]
    mine = [event for event in events if engine.makes(event, settings)]
    order = engine.order(mine, settings, before, gates=gates)
    kept = tuple(event.change.resource for event in events if event.event_kind is EventKind.PRUNE and event not in mine)
    return SyncPlan(settings, tuple(mine), order.waits, order.waves, kept)
