"""From a stage's objects to the picture of its traffic: parents, rules, Services and what runs behind them.

A rule's condition in words.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct, field
from msgspec.structs import replace

from gateshift.model.picture import Edge, Lane, NodeRole, Picture, PictureNode
from gateshift.model.rollout import extra_rule_name
from gateshift.traffic.attach import Attachment, AttachmentStatus, attachments_of
from gateshift.traffic.cluster import Cluster
from gateshift.traffic.decision import BackendAnswer, MirrorAnswer
from gateshift.traffic.endpoints import backing, replicas, selected_workloads, version_of
from gateshift.traffic.match import Candidate, Condition, Header, Method, Path, Procedure, Query, candidates
from gateshift.traffic.outcome import RuleOutcome, outcome
from gateshift.traffic.resolve import fractions, parts_of
from gateshift.traffic.routes import EXACT, GRPC, HTTP, PREFIX, Route, RouteParent
from gateshift.traffic.services import Service, Workload

_OK = 200
_NOT_FOUND = 404


class PictureSubject(Struct, frozen=True):
    """What the picture is of: the rollout's parents, which stand in it whether or not a route is attached, its route's
    kind and name, and the names of the stage's extra rules, which stand last in that route."""

    parents: tuple[RouteParent, ...] = ()
    route: tuple[str, str] = ("", "")
    extras: tuple[str, ...] = ()


def picture(cluster: Cluster, subject: PictureSubject) -> Picture:
    """The traffic of everything in the cluster; what is there and gets nothing is idle."""
    drawing = _Drawing(cluster)
    for parent in subject.parents:
        drawing.parent(parent)
    for route in cluster.routes:
        if route.kind in (HTTP, GRPC):
            _draw_route(drawing, route, _extras(route, subject))
    for parent in subject.parents:
        _draw_unrouted(drawing, parent)
    dialled = {parent.name for route in cluster.routes for parent in route.parents if parent.is_service}
    dialled |= {parent.name for parent in subject.parents if parent.is_service}
    for service in cluster.services:
        if service.name not in dialled:
            drawing.service(service.namespace, service.name)
    for workload in cluster.workloads:
        drawing.workload(workload)
    return drawing.finished()


def _extras(route: Route, subject: PictureSubject) -> Mapping[int, str]:
    """The extra rules of the rollout's own route: name by index."""
    if (route.kind, route.name) != subject.route:
        return {}
    count = len(route.rules)
    return {index: name for index in range(count) if (name := extra_rule_name(subject.extras, index, count))}


class _Drawing(Struct):
    """A picture while it is drawn: boxes by key and ways by their ends, in the order in which they were met."""

    cluster: Cluster
    nodes: dict[str, PictureNode] = field(default_factory=dict)
    edges: dict[tuple[str, str, Lane], Edge] = field(default_factory=dict)

    def put(self, node: PictureNode) -> str:
        """Add a box that is not there yet; its key."""
        self.nodes.setdefault(node.key, node)
        return node.key

    def link(self, edge: Edge) -> None:
        """Add a way; two of one lane between the same boxes are one of both shares."""
        key = (edge.origin, edge.target, edge.lane)
        before = self.edges.get(key)
        if before is not None and before.share is not None and edge.share is not None:
            edge = replace(edge, share=before.share + edge.share)
        self.edges[key] = edge

    def parent(self, parent: RouteParent) -> str:
        """The box of a parent, and its key."""
        port = f"port {parent.port}" if parent.port is not None else ""
        section = f"listener {parent.section_name}" if parent.section_name else ""
        notes = tuple(note for note in (parent.namespace, section, port) if note)
        key = f"parent {parent.kind} {parent.namespace}/{parent.name} {parent.section_name} {parent.port}"
        return self.put(PictureNode(key, NodeRole.PARENT, parent.kind, parent.name, notes))

    def service(self, namespace: str, name: str) -> str:
        """The box of a Service, in the build or not, and its key."""
        found = self.cluster.service(namespace, name)
        key = f"service {namespace}/{name}"
        if found is None:
            return self.put(PictureNode(key, NodeRole.SERVICE, "Service", name, ("not in the build",)))
        return self.put(PictureNode(key, NodeRole.SERVICE, "Service", name, _ports(found), self._version(found)))

    def workload(self, workload: Workload) -> str:
        """The box of what runs pods, and its key."""
        count = replicas(self.cluster, workload)
        notes = (f"{count} replica" if count == 1 else f"{count} replicas",)
        key = f"workload {workload.kind} {workload.namespace}/{workload.name}"
        version = version_of(self.cluster, workload)
        return self.put(PictureNode(key, NodeRole.WORKLOAD, workload.kind, workload.name, notes, version))

    def _version(self, service: Service) -> str:
        versions = {version_of(self.cluster, each) for each in selected_workloads(self.cluster, service)}
        return versions.pop() if len(versions) == 1 else ""

    def finished(self) -> Picture:
        """The picture, each box marked idle that no request, and no copy of one, enters or leaves."""
        busy = {
            end
            for edge in self.edges.values()
            if edge.share is None or edge.share > 0
            for end in (edge.origin, edge.target)
        }
        nodes = tuple(replace(node, idle=node.key not in busy) for node in self.nodes.values())
        return Picture(nodes, tuple(self.edges.values()))


def _ports(service: Service) -> tuple[str, ...]:
    return tuple(f"port {port.port}" for port in service.ports[:2])


def _draw_route(drawing: _Drawing, route: Route, extras: Mapping[int, str]) -> None:
    attached = attachments_of(drawing.cluster, route)
    mesh = bool(attached) and all(each.parent.is_service for each in attached)
    for index in range(len(route.rules)):
        lane = Lane.EXTRA if index in extras else Lane.PRODUCTION
        found = outcome(drawing.cluster, route, index, mesh=mesh)
        key = drawing.put(_rule(route, index, extras.get(index, ""), found))
        for each in attached:
            drawing.link(_entry(drawing.parent(each.parent), key, lane, each))
        if found.redirect is None:
            _draw_backends(drawing, key, lane, found.backends)
        _draw_mirrors(drawing, key, found.mirrors)


def _rule(route: Route, index: int, extra: str, found: RuleOutcome) -> PictureNode:
    names = extra or route.rules[index].name or ("default" if index == 0 else f"rule {index}")
    redirect = ("redirects",) if found.redirect is not None else ()
    return PictureNode(f"rule {route} {index}", NodeRole.RULE, route.kind, names, (words_of(route, index), *redirect))


def _entry(parent: str, rule: str, lane: Lane, attachment: Attachment) -> Edge:
    if attachment.status is AttachmentStatus.REFUSED:
        return Edge(parent, rule, lane, 0.0, _NOT_FOUND, attachment.reason)
    return Edge(parent, rule, lane)


def _draw_backends(drawing: _Drawing, rule: str, lane: Lane, answers: Sequence[BackendAnswer]) -> None:
    for answer in answers:
        service = drawing.service(answer.namespace, answer.name)
        drawing.link(Edge(rule, service, lane, answer.share, answer.status, answer.reason))
        found = drawing.cluster.service(answer.namespace, answer.name)
        if found is not None and answer.status == _OK:
            behind = [each for each in selected_workloads(drawing.cluster, found) if _is(each, answer.workloads)]
            _draw_workloads(drawing, service, lane, answer.share, behind)


def _is(workload: Workload, named: Iterable[str]) -> bool:
    return f"{workload.kind}/{workload.name}" in named


def _draw_workloads(drawing: _Drawing, origin: str, lane: Lane, share: float, workloads: Sequence[Workload]) -> None:
    parts = fractions([replicas(drawing.cluster, each) for each in workloads])
    for workload, part in zip(workloads, parts, strict=True):
        drawing.link(Edge(origin, drawing.workload(workload), lane, share * part))


def _draw_mirrors(drawing: _Drawing, rule: str, mirrors: Iterable[MirrorAnswer]) -> None:
    for mirror in mirrors:
        service = drawing.service(mirror.namespace, mirror.name)
        drawing.link(Edge(rule, service, Lane.MIRROR, mirror.share))
        found = drawing.cluster.service(mirror.namespace, mirror.name)
        if found is not None:
            behind = selected_workloads(drawing.cluster, found)
            _draw_workloads(drawing, service, Lane.MIRROR, mirror.share, behind)


def _draw_unrouted(drawing: _Drawing, parent: RouteParent) -> None:
    """A Service that no route steers sends its calls to the pods that it selects."""
    key = drawing.parent(parent)
    service = drawing.cluster.service(parent.namespace, parent.name) if parent.is_service else None
    if service is None or any(edge.origin == key for edge in drawing.edges.values()):
        return
    selected = selected_workloads(drawing.cluster, service)
    for pods, part in parts_of(backing(drawing.cluster, service, None)):
        behind = [each for each in selected if _is(each, pods.workloads)]
        _draw_workloads(drawing, key, Lane.PRODUCTION, part, behind)


EVERY = "all requests"


def words_of(route: Route, rule: int) -> str:
    """`header user-agent = debug, path /api/*`, matches joined by `or`; `all requests` where nothing is asked."""
    matches = [_match(candidate) for candidate in candidates(route) if candidate.rule == rule]
    return " or ".join(dict.fromkeys(matches)) or EVERY


def _match(candidate: Candidate) -> str:
    return ", ".join(word for condition in candidate.conditions if (word := _condition(condition))) or EVERY


def _condition(condition: Condition) -> str:
    match condition:
        case Path():
            return f"path {_compared(condition.type, condition.value)}"
        case Method():
            return f"method {condition.value}"
        case Header():
            return f"header {condition.name} {_sign(condition.type)} {condition.value}"
        case Query():
            return f"query {condition.name} {_sign(condition.type)} {condition.value}"
        case Procedure():
            parts = [part for part in (condition.service, condition.method) if part]
            return f"gRPC {_sign(condition.type)} {'/'.join(parts)}" if parts else ""


def _compared(kind: str, value: str) -> str:
    return f"{value}/*" if kind == PREFIX else f"{_sign(kind)} {value}"


def _sign(kind: str) -> str:
    return "=" if kind == EXACT else "~"
