"""Target ports that are numbers, and whether the pods of a state listen there.

What a container declares under `ports` is information only, so that a numeric target port reaches a pod that declares
others. But a port that one of the two templates of a workload declares, and the other one leaves out while it declares
others, is a port that moved.

Source: Kubernetes core/v1 Container.ports and ServicePort.targetPort; pkg/api/v1/pod FindPort.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from gateshift.engines.changes import Change
from gateshift.model.resource import ResourceId
from gateshift.traffic.cluster import Cluster
from gateshift.traffic.decision import BackendAnswer
from gateshift.traffic.endpoints import replicas, selected_workloads
from gateshift.traffic.services import Service, ServicePort, Workload, read_service, read_workload

KnownPorts = Mapping[ResourceId, frozenset[int]]
"""The ports that either template of a changed workload declares, where both declare some."""

NO_PORTS: KnownPorts = MappingProxyType({})


def known_ports(changes: Iterable[Change]) -> KnownPorts:
    """The ports on which the pods of each changed workload listen before the change or after it."""
    known: dict[ResourceId, frozenset[int]] = {}
    for change in changes:
        sides = [read_workload(side) for side in (change.before, change.after) if side is not None]
        declared = [_declared(side) for side in sides if side is not None]
        if len(declared) == 2 and all(declared):
            known[change.resource.id] = declared[0] | declared[1]
    return known


def closed_part(cluster: Cluster, backend: BackendAnswer, known: KnownPorts) -> float:
    """The part, 0 to 1, of the Ready pods behind the backend that do not listen where their Service dials."""
    service = cluster.service(backend.namespace, backend.name) if known else None
    port = None if service is None or backend.port is None else service.port(backend.port)
    if service is None or port is None or not isinstance(port.target, int):
        return 0.0
    behind = [each for each in selected_workloads(cluster, service) if f"{each.kind}/{each.name}" in backend.workloads]
    counts = [(replicas(cluster, each), _is_closed(each, port.target, known)) for each in behind]
    total = sum(count for count, _ in counts)
    return sum(count for count, closed in counts if closed) / total if total else 0.0


def _is_closed(workload: Workload, target: int, known: KnownPorts) -> bool:
    declared = _declared(workload)
    return bool(declared) and target not in declared and target in known.get(workload.resource.id, ())


def _declared(workload: Workload) -> frozenset[int]:
    return frozenset(number for _, number in workload.container_ports if number)


def unproved_ports(changes: Iterable[Change], before: Cluster, after: Cluster) -> Iterator[tuple[Change, ServicePort]]:
    """The Services whose numeric target port moves to one that no pod, old or new, declares: nobody can tell from the
    files whether the pods that run listen there."""
    for change in changes:
        if change.before is None or change.after is None or change.id.group or change.id.kind != "Service":
            continue
        old, new = read_service(change.before), read_service(change.after)
        for port in new.ports:
            earlier = old.port(port.port)
            moves = earlier is not None and isinstance(port.target, int) and earlier.target != port.target
            if moves and _is_unproved(new, port, before, after):
                yield change, port


def _is_unproved(service: Service, port: ServicePort, before: Cluster, after: Cluster) -> bool:
    """Whether some pod that answers now is not known to listen there."""
    declared = {each.resource.id: _declared(each) for each in selected_workloads(after, service)}
    for workload in selected_workloads(before, service):
        now, then = declared.get(workload.resource.id, frozenset()), _declared(workload)
        if port.target not in then and not (then and port.target in now):
            return True
    return False
