"""What neither build holds: it stays as it is while the change is made, so it is taken to exist and to work.

A Gateway of another team, a Service of another root, a grant that neither side has, the pods of a namespace whose
workloads are deployed from elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from msgspec.structs import replace

from gateshift.engines.pods import runs_pods
from gateshift.model.resource import Origin, Resource, ResourceId
from gateshift.traffic.cluster import VERSION_LABELS, Cluster, permitted, same_namespace
from gateshift.traffic.filters import RequestMirror
from gateshift.traffic.read import GATEWAY_API
from gateshift.traffic.references import ObjectRef
from gateshift.traffic.routes import Route
from gateshift.yamldoc.data import JsonObject, object_at

_GRANTS = ("gateway.networking.k8s.io/v1", "ReferenceGrant")


def with_assumed_objects(
    before: Iterable[Resource], after: Iterable[Resource], version_labels: tuple[str, ...] = VERSION_LABELS
) -> tuple[Cluster, Cluster]:
    """The clusters of both builds, each with what lies outside both."""
    sides = tuple(before), tuple(after)
    bare = [Cluster.of(side, version_labels=version_labels) for side in sides]
    assumed = frozenset(_absent(bare))
    grants = tuple(_grants(bare))
    old, new = ([*_served_elsewhere(side, sides), *grants] for side in sides)
    return (
        Cluster.of(old, assumed=assumed, version_labels=version_labels),
        Cluster.of(new, assumed=assumed, version_labels=version_labels),
    )


def _absent(sides: list[Cluster]) -> Iterator[ResourceId]:
    """Parents and backends that are named and are in neither build. A Service that is missing beside others of its
    namespace is no other team's: it is missing."""
    homes = {service.namespace for side in sides for service in side.services}
    for cluster in sides:
        for route in cluster.routes:
            parents = [ResourceId(parent.group, parent.kind, parent.namespace, parent.name) for parent in route.parents]
            backends = [
                ResourceId(ref.group, ref.kind, ref.namespace, ref.name)
                for ref in _backends(route)
                if ref.kind != "Service" or not any(same_namespace(ref.namespace, home) for home in homes)
            ]
            for named in (*parents, *backends):
                if not any(_holds(side, named) for side in sides):
                    yield named


def _holds(cluster: Cluster, named: ResourceId) -> bool:
    return cluster.find(named.group, named.kind, named.namespace, named.name) is not None


def _backends(route: Route) -> Iterator[ObjectRef]:
    for rule in route.rules:
        yield from (backend.ref for backend in rule.backends)
        for filters in (rule.filters, *rule.backend_filters):
            yield from (mirror.backend.ref for mirror in filters if isinstance(mirror, RequestMirror))


def _grants(sides: list[Cluster]) -> Iterator[Resource]:
    """A grant for each reference into another namespace that neither build permits."""
    needed = {
        (route.kind, route.namespace, ref.group, ref.kind, ref.namespace)
        for cluster in sides
        for route in cluster.routes
        for ref in _backends(route)
        if not same_namespace(route.namespace, ref.namespace)
        and not any(permitted(side, route.resource, ref) for side in sides)
    }
    for number, (kind, source, group, target, namespace) in enumerate(sorted(needed)):
        identity = ResourceId(GATEWAY_API, _GRANTS[1], namespace, f"outside-both-builds-{number}")
        referrer: JsonObject = {"group": GATEWAY_API, "kind": kind, "namespace": source}
        spec: JsonObject = {"from": [referrer], "to": [{"group": group, "kind": target}]}
        data: JsonObject = {"spec": spec}
        yield Resource(_GRANTS[0], identity, data, Origin(Path()))


def _served_elsewhere(side: Iterable[Resource], sides: tuple[tuple[Resource, ...], ...]) -> Iterator[Resource]:
    """The objects; a Service of a namespace in which neither build runs any pod has its endpoints from elsewhere."""
    homes = {resource.id.namespace for build in sides for resource in build if runs_pods(resource)}
    for resource in side:
        lone = not any(same_namespace(resource.id.namespace, home) for home in homes)
        if lone and (resource.id.group, resource.kind) == ("", "Service"):
            spec = {key: value for key, value in object_at(resource.data, "spec").items() if key != "selector"}
            yield replace(resource, data={**resource.data, "spec": spec})
        else:
            yield resource
