"""References from one object to another: backends, certificates, and the grants that let them cross namespaces.

Source: Gateway API v1.6 apis/v1/{object_reference,shared,referencegrant}_types.go.
"""

from __future__ import annotations

from msgspec import Struct

from gateshift.model.resource import Resource
from gateshift.traffic.read import members, number, text
from gateshift.yamldoc.data import FieldPath, JsonObject

MOST_WEIGHT = 1_000_000


class ObjectRef(Struct, frozen=True):
    """A reference to an object; `namespace` is the referrer's own where none is written."""

    group: str
    kind: str
    namespace: str
    name: str
    pointer: FieldPath

    def __str__(self) -> str:
        return f"{self.kind} {self.namespace}/{self.name}" if self.namespace else f"{self.kind} {self.name}"


class BackendRef(Struct, frozen=True):
    """Where a rule sends requests. `weight` has its default of 1 where `weighted` is false; `port` is a Service port
    number, None where it is absent."""

    ref: ObjectRef
    port: int | None
    weight: int
    weighted: bool

    @property
    def pointer(self) -> FieldPath:
        """The entry in the route."""
        return self.ref.pointer


def backend_ref(item: JsonObject, own: str, pointer: FieldPath) -> BackendRef:
    """The backendRef of a rule or of a mirror."""
    weight = number(item, "weight")
    return BackendRef(
        ref=object_ref(item, own, pointer, kind="Service"),
        port=number(item, "port"),
        weight=1 if weight is None else min(max(weight, 0), MOST_WEIGHT),
        weighted=weight is not None,
    )


def object_ref(item: JsonObject, own: str, pointer: FieldPath, *, kind: str, group: str = "") -> ObjectRef:
    """A reference with the default kind and group of its field."""
    return ObjectRef(
        group=text(item, "group", group),
        kind=text(item, "kind", kind),
        namespace=text(item, "namespace") or own,
        name=text(item, "name"),
        pointer=pointer,
    )


class GrantFrom(Struct, frozen=True):
    """Who may refer: kind and namespace of the referrer."""

    group: str
    kind: str
    namespace: str
    pointer: FieldPath


class GrantTo(Struct, frozen=True):
    """What may be referred to in the grant's own namespace; an empty name is every object of the kind."""

    group: str
    kind: str
    name: str
    pointer: FieldPath


class ReferenceGrant(Struct, frozen=True, eq=False):
    """A grant; every entry of `sources` may refer to everything in `targets`."""

    resource: Resource
    namespace: str
    name: str
    sources: tuple[GrantFrom, ...]
    targets: tuple[GrantTo, ...]

    def permits(self, group: str, kind: str, namespace: str, target: ObjectRef) -> bool:
        """Whether an object of this group, kind and namespace may refer to the target, which is in the grant's
        namespace: all three of an entry of `from` are equal, and an entry of `to` fits."""
        source = any((entry.group, entry.kind, entry.namespace) == (group, kind, namespace) for entry in self.sources)
        return source and any(
            (entry.group, entry.kind) == (target.group, target.kind) and entry.name in ("", target.name)
            for entry in self.targets
        )


def read_grant(resource: Resource) -> ReferenceGrant:
    """The ReferenceGrant's typed view."""
    return ReferenceGrant(
        resource=resource,
        namespace=resource.id.namespace,
        name=resource.id.name,
        sources=tuple(
            GrantFrom(text(item, "group"), text(item, "kind"), text(item, "namespace"), ("spec", "from", index))
            for index, item in members(resource.data, "spec", "from")
        ),
        targets=tuple(
            GrantTo(text(item, "group"), text(item, "kind"), text(item, "name"), ("spec", "to", index))
            for index, item in members(resource.data, "spec", "to")
        ),
    )
