"""Updates that the API server refuses, and what an engine makes of each: it stops, or deletes the object and creates it
anew."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import assert_never

from gateshift.apischema.constraints.update_relations import RefusedChange
from gateshift.apischema.constraints.updates import refused_changes
from gateshift.engines.changes import Change
from gateshift.engines.engine import RefusedUpdate
from gateshift.engines.pods import runs_pods
from gateshift.engines.registry import ENGINES
from gateshift.model.finding import FieldRef, Finding, Level, Related
from gateshift.model.resource import Resource
from gateshift.model.sync_pointer import SyncSettings
from gateshift.traffic.read import GATEWAY_API
from gateshift.traffic.routes import is_route
from gateshift.transition import rules
from gateshift.yamldoc.data import json_pointer, look_up

_RUN_ONCE = ("Job", "CronJob")
_TAKE_MORE_ALONG = frozenset(
    {
        ("", "Service"),
        ("", "Namespace"),
        ("", "PersistentVolumeClaim"),
        ("apiextensions.k8s.io", "CustomResourceDefinition"),
        (GATEWAY_API, "Gateway"),
        (GATEWAY_API, "GatewayClass"),
    }
)
"""Kinds whose deletion costs requests or data, however soon the object is back."""


def refused_updates(changes: Iterable[Change], settings: SyncSettings) -> Iterator[Finding]:
    """What the API server refuses of the step, as the engine takes it."""
    engine = ENGINES[settings.engine]
    for change in changes:
        refused = refused_fields(change, settings)
        if not refused:
            continue
        match engine.refused_update(change, settings):
            case RefusedUpdate.FAILS:
                yield from (_refused(change, field) for field in refused)
            case RefusedUpdate.RECREATES:
                if change.id.kind not in _RUN_ONCE:
                    yield _recreated(change, refused[0], engine.name)
            case RefusedUpdate.NOT_TRIED:
                continue
            case unknown:
                assert_never(unknown)


def refused_fields(change: Change, settings: SyncSettings) -> tuple[RefusedChange, ...]:
    """The fields of a changed object that the API server refuses to change, as the engine applies it."""
    if change.before is None or change.after is None:
        return ()
    kind = (change.id.group, change.id.kind)
    before, after = change.before.data, change.after.data
    refused = refused_changes(kind, before, after, server_side=settings.server_side)
    return tuple({field.at: field for field in refused}.values())


def _refused(change: Change, field: RefusedChange) -> Finding:
    assert change.after is not None
    assert change.before is not None
    where = json_pointer(field.at)
    message = (
        f"{change.id}: {where} {field.words}. The API server refuses the change."
        if field.words
        else f"{change.id} changes {where}. The API server refuses every change of this field."
    )
    return rules.IMMUTABLE_FIELD.finding(
        Level.ERROR,
        message,
        _field(change.after, field),
        cluster_says=f"{change.id} is invalid: {'.'.join(map(str, field.at))}: {field.says}",
        help="Create an object with another name, and delete this one in a later commit.",
        related=(Related("the value in force", _field(change.before, field)),),
    )


def _field(resource: Resource, field: RefusedChange) -> FieldRef:
    """The field, or what is nearest above it where it is not written."""
    at = field.at
    while at and look_up(resource.data, at) is None:
        at = at[:-1]
    return FieldRef(resource, at)


def _recreated(change: Change, field: RefusedChange, engine: str) -> Finding:
    assert change.after is not None
    costly = runs_pods(change.after) or is_route(change.after) or (change.id.group, change.id.kind) in _TAKE_MORE_ALONG
    return rules.IMMUTABLE_FIELD.finding(
        Level.ERROR if costly else Level.WARNING,
        f"{change.id} changes {json_pointer(field.at)}, which no update may change: {engine} deletes the object and "
        "creates it anew. Until it is back, whatever needs it goes without.",
        _field(change.after, field),
        help="Create an object with another name, and delete this one in a later commit.",
    )
