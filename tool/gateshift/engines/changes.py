"""What a sync does to objects when it goes from one build to another: created, changed, pruned, and field by field."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from gateshift.model.plan import Action
from gateshift.model.resource import Resource, ResourceId
from gateshift.yamldoc.data import FieldPath, Json, JsonObject


class Difference(Struct, frozen=True):
    """A field that differs. `pointer` is the field in the object after the change, or before it where it is gone;
    None stands for an absent value, since the API server takes null for absent."""

    pointer: FieldPath
    before: Json
    after: Json


class Change(Struct, frozen=True, eq=False):
    """One object that is created (`before` is None), changed or pruned (`after` is None)."""

    before: Resource | None
    after: Resource | None
    fields: tuple[Difference, ...] = ()

    @property
    def action(self) -> Action:
        """What happens to the object."""
        if self.before is None:
            return Action.CREATE
        return Action.PRUNE if self.after is None else Action.CHANGE

    @property
    def resource(self) -> Resource:
        """The object as it will be, or as it was where it goes."""
        resource = self.after or self.before
        assert resource is not None, "a change has at least one side"
        return resource

    @property
    def id(self) -> ResourceId:
        """The object's identity."""
        return self.resource.id


def changes_between(before: Iterable[Resource], after: Iterable[Resource]) -> tuple[Change, ...]:
    """Every object that differs, sorted by identity; the order of the builds plays no part.

    Of two objects with one identity in a build (a route in two API versions) the last counts, as in a cluster.
    """
    old, new = _by_id(before), _by_id(after)
    old = _settled(old, new)
    changes = []
    for identity in sorted({*old, *new}):
        change = _compare(old.get(identity), new.get(identity))
        if change is not None:
            changes.append(change)
    return tuple(changes)


def _by_id(resources: Iterable[Resource]) -> dict[ResourceId, Resource]:
    return {resource.id: resource for resource in resources}


def _settled(old: Mapping[ResourceId, Resource], new: Mapping[ResourceId, Resource]) -> dict[ResourceId, Resource]:
    """The old objects, each under the identity that its successor has: a namespace that only one side writes out
    is one the sync engine fills in, so the object stays the same."""
    by_name: dict[tuple[str, str, str], list[ResourceId]] = {}
    for identity in new:
        by_name.setdefault((identity.group, identity.kind, identity.name), []).append(identity)
    settled: dict[ResourceId, Resource] = {}
    for identity, resource in old.items():
        others = by_name.get((identity.group, identity.kind, identity.name), [])
        same = identity in new or len(others) != 1 or (others[0].namespace != "" and identity.namespace != "")
        settled[identity if same else others[0]] = resource
    return settled


def _compare(before: Resource | None, after: Resource | None) -> Change | None:
    if before is None or after is None:
        return Change(before, after)
    found = differences(as_applied(before.data), as_applied(after.data))
    fields = tuple(difference for difference in found if not _is_kept(after, difference))
    return Change(before, after, fields) if fields else None


def _is_kept(resource: Resource, difference: Difference) -> bool:
    """Whether the API server keeps what the new object leaves out: the addresses that it gave a Service.

    Source: kubernetes/kubernetes pkg/registry/core/service/storage/storage.go (patchAllocatedValues).
    """
    given = ("spec", "clusterIP"), ("spec", "clusterIPs")
    kept = resource.kind == "Service" and difference.pointer in given and difference.after is None
    return kept and difference.before not in ("None", ["None"])


_SERVERS_OWN = (
    "creationTimestamp",
    "deletionGracePeriodSeconds",
    "deletionTimestamp",
    "generation",
    "managedFields",
    "resourceVersion",
    "selfLink",
    "uid",
)
_SERVERS_NOTES = ("deployment.kubernetes.io/revision", "kubectl.kubernetes.io/last-applied-configuration")


def as_applied(data: JsonObject) -> JsonObject:
    """The object without what the cluster writes itself, which an export from there holds: applying it does nothing."""
    metadata = data.get("metadata")
    if not isinstance(metadata, dict):
        return data
    notes = metadata.get("annotations")
    if isinstance(notes, dict) and any(key in notes for key in _SERVERS_NOTES):
        kept: JsonObject = {key: value for key, value in notes.items() if key not in _SERVERS_NOTES}
        metadata = {key: value for key, value in metadata.items() if key != "annotations"}
        metadata |= {"annotations": kept} if kept else {}
    if any(key in metadata for key in _SERVERS_OWN):
        metadata = {key: value for key, value in metadata.items() if key not in _SERVERS_OWN}
    elif "status" not in data and metadata is data["metadata"]:
        return data
    return {key: metadata if key == "metadata" else value for key, value in data.items() if key != "status"}


def differences(before: Json, after: Json, at: FieldPath = ()) -> Iterator[Difference]:
    """The fields in which two values differ, the deepest that say it; keys in order, list items by their name where
    every item of both lists has one of its own (containers, environment, ports), else by index."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in sorted({*before, *after}):
            yield from differences(before.get(key), after.get(key), (*at, key))
    elif isinstance(before, list) and isinstance(after, list):
        yield from _list_differences(before, after, at)
    elif not same(before, after):
        yield Difference(at, before, after)


def _list_differences(before: list[Json], after: list[Json], at: FieldPath) -> Iterator[Difference]:
    old, new = _named(before), _named(after)
    if old is None or new is None or not before or not after:
        for index in range(max(len(before), len(after))):
            old_item = before[index] if index < len(before) else None
            new_item = after[index] if index < len(after) else None
            yield from differences(old_item, new_item, (*at, index))
        return
    for name, (index, item) in new.items():
        yield from differences(old[name][1] if name in old else None, item, (*at, index))
    for name, (index, item) in old.items():
        if name not in new:
            yield Difference((*at, index), item, None)
    kept = [name for name in old if name in new]
    if kept != [name for name in new if name in old]:
        yield Difference(at, list(old), list(new))


def _named(items: list[Json]) -> dict[str, tuple[int, JsonObject]] | None:
    """The items by name; None where one has no name or shares it."""
    named: dict[str, tuple[int, JsonObject]] = {}
    for index, item in enumerate(items):
        name = item.get("name") if isinstance(item, dict) else None
        if not isinstance(item, dict) or not isinstance(name, str) or name in named:
            return None
        named[name] = (index, item)
    return named


def same(before: Json, after: Json) -> bool:
    """Whether the API server would see no difference: null is absent, also inside; `1` is `1.0` but not `true`."""
    return before is after or _plain(before) == _plain(after)


def _plain(value: Json) -> str:
    return json.dumps(_without_nulls(value), sort_keys=True)


def _without_nulls(value: Json) -> Json:
    if isinstance(value, dict):
        return {key: _without_nulls(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_without_nulls(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
