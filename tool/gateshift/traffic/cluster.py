"""What a cluster would hold once the build is applied: every object routing reads, indexed once.

An object whose manifest names no namespace lands where the sync engine sends it, so it counts as being in any.

Whether an object may refer to another across namespaces.

Source: Gateway API v1.6 apis/v1/referencegrant_types.go; grants live in the target's namespace and are additive.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from typing import TypeVar, cast

from gateshift.model.resource import Resource, ResourceId
from gateshift.traffic.listeners import Gateway, ListenerSet, read_gateway, read_listener_set
from gateshift.traffic.read import GATEWAY_API, labels_of
from gateshift.traffic.references import ObjectRef, ReferenceGrant, read_grant
from gateshift.traffic.routes import Route, RouteParent, is_route, read_route
from gateshift.traffic.services import (
    Autoscaler,
    Endpoints,
    Service,
    Workload,
    read_autoscaler,
    read_endpoint_slice,
    read_endpoints,
    read_service,
    read_workload,
)

View = TypeVar("View")
VERSION_LABELS = ("version", "app.kubernetes.io/version")
"""The pod labels that tell versions apart, the first one present counts."""

NAMESPACE_NAME = "kubernetes.io/metadata.name"


class _Index:
    """The objects by kind, and by kind and name, each list in the cluster's order."""

    def __init__(
        self, kinds: dict[tuple[str, str], list[Resource]], named: dict[tuple[str, str, str], list[Resource]]
    ) -> None:
        self.kinds = kinds
        self.named = named

    @classmethod
    def of(cls, resources: Iterable[Resource]) -> _Index:
        index = cls({}, {})
        for resource in resources:
            index.kinds.setdefault(_kind_of(resource), []).append(resource)
            index.named.setdefault((*_kind_of(resource), resource.id.name), []).append(resource)
        return index

    def copy(self) -> _Index:
        """An index to change: its lists are replaced, never changed."""
        return _Index(dict(self.kinds), dict(self.named))

    def replace(self, old: Resource | None, new: Resource | None) -> None:
        """Put the new object in the place of the old one of its identity; without an old one at the end."""
        resource = new or old
        if resource is None:
            return
        kind = _kind_of(resource)
        name = (*kind, resource.id.name)
        self.kinds[kind] = _replaced(self.kinds.get(kind, []), old, new)
        self.named[name] = _replaced(self.named.get(name, []), old, new)


def _kind_of(resource: Resource) -> tuple[str, str]:
    return resource.id.group, resource.id.kind


def _replaced(resources: list[Resource], old: Resource | None, new: Resource | None) -> list[Resource]:
    added = [] if new is None else [new]
    if old is None:
        return resources + added
    at = next(place for place, resource in enumerate(resources) if resource is old)
    return resources[:at] + added + resources[at + 1 :]


class Cluster:
    """An unchanging set of objects and its indexes. Views of objects are read when first asked for and shared with
    every cluster derived from this one."""

    def __init__(
        self,
        objects: Mapping[ResourceId, Resource],
        assumed: frozenset[ResourceId],
        ready: Mapping[ResourceId, int],
        version_labels: tuple[str, ...],
        views: dict[tuple[Resource, str], object],
        index: _Index | None = None,
    ) -> None:
        self._objects = objects
        self._views = views
        self._once: dict[Hashable, object] = {}
        self._index = _Index.of(objects.values()) if index is None else index
        self.assumed = assumed
        self.ready = ready
        self.version_labels = version_labels

    @classmethod
    def of(
        cls,
        resources: Iterable[Resource],
        *,
        assumed: Iterable[ResourceId] = (),
        ready: Mapping[ResourceId, int] | None = None,
        version_labels: tuple[str, ...] = VERSION_LABELS,
    ) -> Cluster:
        """The cluster that holds these objects; of two with one identity (a route in two API versions) the last counts.

        `assumed` are objects outside the build that are taken to exist and to refuse nothing. `ready` says how many
        pods of a workload are ready, where that is not simply its replicas.
        """
        objects = {resource.id: resource for resource in resources}
        return cls(objects, frozenset(assumed), dict(ready or {}), version_labels, {})

    def derive(
        self,
        *,
        put: Iterable[Resource] = (),
        remove: Iterable[ResourceId] = (),
        assume: Iterable[ResourceId] = (),
        ready: Mapping[ResourceId, int] | None = None,
    ) -> Cluster:
        """This cluster after some objects were put (created or replaced) and others removed; `assume` adds to what is
        taken to exist outside, `ready` to what is known of ready pods. This one stays as it is."""
        objects = dict(self._objects)
        index = self._index.copy()
        for identity in remove:
            gone = objects.pop(identity, None)
            if gone is not None:
                index.replace(gone, None)
        for resource in put:
            index.replace(objects.get(resource.id), resource)
            objects[resource.id] = resource
        known = {**self.ready, **(ready or {})}
        return Cluster(objects, self.assumed.union(assume), known, self.version_labels, self._views, index)

    @property
    def resources(self) -> tuple[Resource, ...]:
        """Every object."""
        return tuple(self._objects.values())

    def once(self, key: Hashable, make: Callable[[], View]) -> View:
        """What `make` gives, made at most once for this cluster under this key."""
        if key not in self._once:
            self._once[key] = make()
        return cast(View, self._once[key])

    def _view(self, resource: Resource, read: Callable[[Resource], View]) -> View:
        key = (resource, read.__name__)
        if key not in self._views:
            self._views[key] = read(resource)
        return cast(View, self._views[key])

    def route(self, resource: Resource) -> Route:
        """The view of a route, whichever cluster it was in."""
        return self._view(resource, read_route)

    def workload(self, resource: Resource) -> Workload | None:
        """The view of an object that runs pods, whichever cluster it is in; None for any other object."""
        return self._view(resource, read_workload)

    def _all(self, group: str, kind: str, read: Callable[[Resource], View]) -> tuple[View, ...]:
        return tuple(self._view(resource, read) for resource in self._index.kinds.get((group, kind), ()))

    def find(self, group: str, kind: str, namespace: str, name: str) -> Resource | None:
        """The object of that name in that namespace, or one whose namespace is left open."""
        candidates = self._index.named.get((group, kind, name), ())
        open_ones = (resource for resource in candidates if same_namespace(resource.id.namespace, namespace))
        exact = (resource for resource in candidates if resource.id.namespace == namespace)
        return next(exact, None) or next(open_ones, None)

    def assumes(self, group: str, kind: str, namespace: str, name: str) -> bool:
        """Whether such an object outside the build is taken to exist."""
        return any(
            (identity.group, identity.kind, identity.name) == (group, kind, name)
            and same_namespace(identity.namespace, namespace)
            for identity in self.assumed
        )

    @property
    def routes(self) -> tuple[Route, ...]:
        """Every route of the Gateway API, of any kind, in the build's order."""

        def read() -> tuple[Route, ...]:
            return tuple(self.route(resource) for resource in self._objects.values() if is_route(resource))

        return self.once("routes", read)

    @property
    def gateways(self) -> tuple[Gateway, ...]:
        """Every Gateway."""
        return self._all(GATEWAY_API, "Gateway", read_gateway)

    @property
    def listener_sets(self) -> tuple[ListenerSet, ...]:
        """Every ListenerSet."""
        return self._all(GATEWAY_API, "ListenerSet", read_listener_set)

    @property
    def services(self) -> tuple[Service, ...]:
        """Every Service."""
        return self._all("", "Service", read_service)

    @property
    def grants(self) -> tuple[ReferenceGrant, ...]:
        """Every ReferenceGrant."""
        return self._all(GATEWAY_API, "ReferenceGrant", read_grant)

    @property
    def workloads(self) -> tuple[Workload, ...]:
        """Every object that runs pods."""

        def read() -> tuple[Workload, ...]:
            workloads = map(self.workload, self._objects.values())
            return tuple(workload for workload in workloads if workload is not None)

        return self.once("workloads", read)

    @property
    def autoscalers(self) -> tuple[Autoscaler, ...]:
        """Every HorizontalPodAutoscaler."""
        return self._all("autoscaling", "HorizontalPodAutoscaler", read_autoscaler)

    @property
    def endpoints(self) -> tuple[Endpoints, ...]:
        """Every EndpointSlice and Endpoints object."""
        slices = self._all("discovery.k8s.io", "EndpointSlice", read_endpoint_slice)
        return slices + self._all("", "Endpoints", read_endpoints)

    def gateway(self, namespace: str, name: str) -> Gateway | None:
        """The Gateway of that name."""
        gateway = self.find(GATEWAY_API, "Gateway", namespace, name)
        return None if gateway is None else self._view(gateway, read_gateway)

    def listener_set(self, namespace: str, name: str) -> ListenerSet | None:
        """The ListenerSet of that name."""
        listener_set = self.find(GATEWAY_API, "ListenerSet", namespace, name)
        return None if listener_set is None else self._view(listener_set, read_listener_set)

    def service(self, namespace: str, name: str) -> Service | None:
        """The Service of that name."""
        service = self.find("", "Service", namespace, name)
        return None if service is None else self._view(service, read_service)

    def namespace_labels(self, namespace: str) -> tuple[Mapping[str, str], bool]:
        """The namespace's labels, and whether they are all known: a Namespace outside the build may carry others.

        The API server labels every namespace with its name.
        """
        namespaces = self._index.named.get(("", "Namespace", namespace), ())
        labels = {NAMESPACE_NAME: namespace} if namespace else {}
        for resource in namespaces:
            labels = {**dict(labels_of(resource)), **labels}
        return labels, bool(namespaces)

    def __iter__(self) -> Iterator[Resource]:
        return iter(self._objects.values())


def same_namespace(namespace: str, other: str) -> bool:
    """Whether two namespaces are or may be the same: an absent one is decided by the sync engine."""
    return namespace == other or not namespace or not other


def may_be_same(one: ObjectRef | RouteParent, other: ObjectRef | RouteParent) -> bool:
    """Whether two references are or may be to the same object."""
    same = (one.group, one.kind, one.name) == (other.group, other.kind, other.name)
    return same and same_namespace(one.namespace, other.namespace)


def permitted(cluster: Cluster, referrer: Resource, target: ObjectRef) -> bool:
    """Whether the reference stays in the referrer's namespace or a ReferenceGrant permits it."""
    own = referrer.id.namespace
    if same_namespace(own, target.namespace):
        return True
    return any(
        grant.permits(referrer.id.group, referrer.id.kind, own, target)
        for grant in cluster.grants
        if same_namespace(grant.namespace, target.namespace)
    )
