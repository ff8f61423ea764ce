"""Updates that the API server refuses, and what an engine makes of each: it stops, or deletes the object and creates it
anew."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import assert_never

from gateshift.engines.changes import Change
from gateshift.engines.engine import RefusedUpdate
from gateshift.engines.pods import runs_pods
from gateshift.engines.registry import ENGINES
from gateshift.model.finding import FieldRef, Finding, Level, Related
from gateshift.model.sync_pointer import SyncSettings
from gateshift.traffic.read import GATEWAY_API
from gateshift.traffic.routes import is_route
from gateshift.transition import rules
from gateshift.transition.immutable import immutable_changes
from gateshift.yamldoc.data import FieldPath, json_pointer

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
        pointers = tuple(immutable_changes(change))
        if not pointers:
            continue
        match engine.refused_update(change, settings):
            case RefusedUpdate.FAILS:
                yield from (_refused(change, pointer) for pointer in pointers)
            case RefusedUpdate.RECREATES:
                if change.id.kind not in _RUN_ONCE:
                    yield _recreated(change, pointers[0], engine.name)
            case RefusedUpdate.NOT_TRIED:
                continue
            case unknown:
                assert_never(unknown)


def _refused(change: Change, pointer: FieldPath) -> Finding:
    assert change.after is not None
    assert change.before is not None
    return rules.IMMUTABLE_FIELD.finding(
        Level.ERROR,
        f"{change.id} changes {json_pointer(pointer)}. The API server refuses every change of this field.",
        FieldRef(change.after, pointer),
        cluster_says=f"{change.id} is invalid: {'.'.join(map(str, pointer))}: field is immutable",
        help="Create an object with another name, and delete this one in a later commit.",
        related=(Related("the value in force", FieldRef(change.before, pointer)),),
    )


def _recreated(change: Change, pointer: FieldPath, engine: str) -> Finding:
    assert change.after is not None
    costly = runs_pods(change.after) or is_route(change.after) or (change.id.group, change.id.kind) in _TAKE_MORE_ALONG
    return rules.IMMUTABLE_FIELD.finding(
        Level.ERROR if costly else Level.WARNING,
        f"{change.id} changes {json_pointer(pointer)}, which no update may change: {engine} deletes the object and "
        "creates it anew. Until it is back, whatever needs it goes without.",
        FieldRef(change.after, pointer),
        help="Create an object with another name, and delete this one in a later commit.",
    )
