"""Kustomize's strategic merge, value by value (kyaml/yaml/merge2 and the patch directives it knows).

A list of a kind with a built-in schema is merged by the key that Kubernetes' OpenAPI gives it; every other list is
replaced, which is what happens to the rules of an HTTPRoute.

Which traced item an item of a built list is: lists are merged, reordered and cut on their way.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from gateshift.kustomize.trace.traced_node import TracedNode
from gateshift.yamldoc.data import Json

_DIRECTIVE = "$patch"
_BUILT_IN_GROUPS = (
    "networking.k8s.io",
    "rbac.authorization.k8s.io",
    "storage.k8s.io",
    "admissionregistration.k8s.io",
    "apiextensions.k8s.io",
    "scheduling.k8s.io",
    "coordination.k8s.io",
    "discovery.k8s.io",
    "certificates.k8s.io",
    "node.k8s.io",
    "events.k8s.io",
    "resource.k8s.io",
)
# x-kubernetes-patch-merge-key, and x-kubernetes-list-map-keys where there are several, of Kubernetes' OpenAPI.
_MERGE_KEYS: dict[str, tuple[tuple[str, ...], ...]] = {
    "containers": (("name",),),
    "initContainers": (("name",),),
    "ephemeralContainers": (("name",),),
    "ports": (("containerPort", "protocol"), ("port", "protocol")),
    "env": (("name",),),
    "volumes": (("name",),),
    "volumeMounts": (("mountPath",),),
    "volumeDevices": (("devicePath",),),
    "imagePullSecrets": (("name",),),
    "hostAliases": (("ip",),),
    "topologySpreadConstraints": (("topologyKey", "whenUnsatisfiable"),),
    "secrets": (("name",),),
    "conditions": (("type",),),
    "ownerReferences": (("uid",),),
    "webhooks": (("name",),),
    "resourceClaims": (("name",),),
}
_SETS = frozenset({"finalizers"})


def has_merge_keys(api_version: str) -> bool:
    """Whether the lists of such objects are merged by key: Kubernetes' own kinds, no custom resources."""
    group = api_version.rpartition("/")[0]
    return "." not in group or group in _BUILT_IN_GROUPS


def merged(base: TracedNode, patch: TracedNode, *, by_key: bool, field: str = "") -> TracedNode | None:
    """The base with the patch laid over it; None where the patch deletes it. `field` is the key they stand at."""
    if patch.fields is not None:
        return _mapping(base, patch, by_key=by_key)
    if patch.items is not None and base.items is not None and by_key:
        if field in _MERGE_KEYS:
            return _list(base, patch, field)
        if field in _SETS:
            known = {item.scalar for item in base.items}
            return replace(base, items=(*base.items, *(item for item in patch.items if item.scalar not in known)))
    return replace(patch, before=base)


def _mapping(base: TracedNode, patch: TracedNode, *, by_key: bool) -> TracedNode | None:
    directive = patch.text(_DIRECTIVE)
    if directive == "delete":
        return None
    if directive == "replace" or base.fields is None:
        return replace(cleaned(patch), before=base)
    result = base
    for key, value in (patch.fields or {}).items():
        if key.startswith("$"):
            continue
        below = base.fields.get(key)
        if _is_null(value):
            result = result.without((key,), value.mark)
        elif below is None:
            result = replace(result, fields={**(result.fields or {}), key: cleaned(value)})
        else:
            new = merged(below, value, by_key=by_key, field=key)
            result = result.without((key,), value.mark) if new is None else _with(result, key, new)
    return result


def _with(node: TracedNode, key: str, value: TracedNode) -> TracedNode:
    return replace(node, fields={**(node.fields or {}), key: value})


def _list(base: TracedNode, patch: TracedNode, field: str) -> TracedNode:
    """Merged by key: first the patch's items in its order, then what the base has besides."""
    rest = list(base.items or ())
    first: list[TracedNode] = []
    for item in patch.items or ():
        directive = item.text(_DIRECTIVE)
        if directive == "replace" and not _keyed(item, field):
            return replace(patch, items=tuple(other for other in patch.items or () if other is not item), before=base)
        partner = next((other for other in rest if _same(other, item, field)), None)
        if partner is not None:
            rest.remove(partner)
            new = merged(partner, item, by_key=True)
            if new is not None:
                first.append(new)
        elif directive != "delete":
            first.append(cleaned(item))
    return replace(base, items=(*first, *rest))


def _keyed(item: TracedNode, field: str) -> bool:
    return any(item.at(keys[0]) for keys in _MERGE_KEYS[field])


def _same(one: TracedNode, other: TracedNode, field: str) -> bool:
    for keys in _MERGE_KEYS[field]:
        first, second = one.at(keys[0]), other.at(keys[0])
        if first is not None and second is not None:
            return first.scalar == second.scalar and all(_alike(one, other, key) for key in keys[1:])
    return False


def _alike(one: TracedNode, other: TracedNode, key: str) -> bool:
    """Whether a further key agrees; where one of the two leaves it out it does."""
    first, second = one.at(key), other.at(key)
    return first is None or second is None or first.scalar == second.scalar


def cleaned(node: TracedNode) -> TracedNode:
    """What a patch adds where nothing was: without its directives and its nulls."""
    if node.fields is not None:
        return replace(node, fields=dict(_kept(node)))
    if node.items is not None:
        return replace(node, items=tuple(cleaned(item) for item in node.items))
    return node


def _kept(node: TracedNode) -> Iterator[tuple[str, TracedNode]]:
    for key, value in (node.fields or {}).items():
        if not key.startswith("$") and not _is_null(value):
            yield key, cleaned(value)


def _is_null(node: TracedNode) -> bool:
    return node.fields is None and node.items is None and node.scalar is None


_KEYS = ("name", "containerPort", "port", "mountPath", "key", "type", "ip", "topologyKey", "kind", "host", "path")


def partner(items: Sequence[TracedNode], built: Sequence[Json], index: int) -> TracedNode | None:
    """The item that became `built[index]`: the equal one, else the one with the same key, else the one in its place."""
    wanted = built[index]
    equal = [position for position, item in enumerate(items) if item.data == wanted]
    if index in equal:
        return items[index]
    if equal:
        earlier = sum(other == wanted for other in built[:index])
        return items[equal[min(earlier, len(equal) - 1)]]
    keyed = _by_key(items, wanted)
    if keyed is not None:
        return keyed
    return items[index] if len(items) == len(built) else None


def _by_key(items: Sequence[TracedNode], wanted: Json) -> TracedNode | None:
    for key in _KEYS if isinstance(wanted, dict) else ():
        assert isinstance(wanted, dict)
        value = wanted.get(key)
        if value is not None:
            same = [item for item in items if (found := item.at(key)) is not None and found.scalar == value]
            if len(same) == 1:
                return same[0]
    return None
