"""Routes of a mesh, whose parent is a Service: what such a route does that its author may not expect.

Source: Gateway API GEP-1294 (routes for a mesh) and GEP-1324.
"""

from __future__ import annotations

from collections.abc import Iterator

from gateshift.checks.subject import Subject
from gateshift.model.finding import FieldRef, Finding, Level, Related
from gateshift.model.rule import check
from gateshift.traffic.attach import AttachmentStatus, attachments
from gateshift.traffic.cluster import same_namespace
from gateshift.traffic.routes import EXACT, PREFIX, HTTPMatch, Route


@check("GS319", source="GEP-1294, producer and consumer routes; linkerd2#10956, kuma#7764")
def consumer_route(subject: Subject) -> Iterator[Finding]:
    """A mesh route stands in another namespace than the Service it steers.

    It is a consumer route: it applies only to clients in its own namespace, and there it replaces the routes of the
    Service's owner. Not every mesh supports it.
    """
    for route in subject.cluster.routes:
        for parent in route.parents:
            if parent.is_service and not same_namespace(parent.namespace, route.namespace):
                yield Finding(
                    Level.NOTE,
                    f"{route} steers only the calls that clients in {route.namespace} make to {parent}",
                    FieldRef(route.resource, (*parent.pointer, "namespace")),
                    help=f"To steer every client's calls, put the route into {parent.namespace}.",
                )


@check("GS320", source="GEP-1294: hostnames of a route whose parent is a Service are ignored")
def hostnames_on_mesh_route(subject: Subject) -> Iterator[Finding]:
    """A route with hostnames has a Service as its only kind of parent.

    In a mesh the Service's address that a client dials selects the route, not the Host header: the hostnames are
    ignored and the route takes every request to the Service.
    """
    for route in subject.cluster.routes:
        if route.hostnames and route.parents and all(parent.is_service for parent in route.parents):
            yield Finding(
                Level.WARNING,
                f"{route} has hostnames ({', '.join(route.hostnames)}), which a Service as parent ignores",
                FieldRef(route.resource, ("spec", "hostnames")),
                "the route takes every request to the Service, whatever its host",
                "Remove the hostnames, or give the route a Gateway as parent.",
            )


@check("GS321", source="GEP-1294: Services as parents should be of type ClusterIP")
def parent_service_without_address(subject: Subject) -> Iterator[Finding]:
    """A mesh route's parent is a headless or ExternalName Service.

    The mesh finds a route by the cluster IP that the client dials, and these have none: what happens is up to the
    implementation.
    """
    for attachment in attachments(subject.cluster):
        parent = attachment.parent
        service = subject.cluster.service(parent.namespace, parent.name) if parent.is_service else None
        if service is not None and (service.headless or service.type == "ExternalName"):
            kind = "headless" if service.headless else "of type ExternalName"
            yield Finding(
                Level.WARNING,
                f"{attachment.route}: the parent {service.resource.id} is {kind} and has no cluster IP",
                FieldRef(attachment.route.resource, parent.pointer),
                "implementation-specific: most meshes ignore the route",
                "Use a Service of type ClusterIP as the parent.",
                (Related("the Service", FieldRef(service.resource, ("spec",))),),
            )


@check("GS323", source="GEP-1294: a request that no rule of an attached route matches gets 404")
def mesh_route_cuts_other_requests(subject: Subject) -> Iterator[Finding]:
    """A mesh route has no rule for every request, so it cuts off those that none of its rules matches.

    Without a route, a Service answers everything. As soon as one route is attached to it, a request that no rule
    matches gets 404, and so a route that only picks out one header stops all other traffic.
    """
    reported: set[Route] = set()
    for attachment in attachments(subject.cluster):
        route = attachment.route
        if not attachment.parent.is_service or attachment.status is AttachmentStatus.REFUSED or route in reported:
            continue
        siblings = [
            other.route
            for other in attachments(subject.cluster)
            if str(other.parent) == str(attachment.parent) and other.status is not AttachmentStatus.REFUSED
        ]
        if not any(_takes_everything(sibling) for sibling in siblings):
            reported.add(route)
            yield Finding(
                Level.WARNING,
                f"{route} has no rule for every request, so {attachment.parent} answers 404 to those it does not match",
                FieldRef(route.resource, ("spec", "rules")),
                "404 for every request that no rule matches",
                "Add a last rule without matches that sends the rest where it went before.",
            )


def _takes_everything(route: Route) -> bool:
    if route.kind not in ("HTTPRoute", "GRPCRoute"):
        return True
    for rule in route.rules:
        if not rule.matches:
            return True
        for match in rule.matches:
            if isinstance(match, HTTPMatch):
                anywhere = (match.path_type == PREFIX and match.path.strip("/") == "") or _is_any(match)
                if anywhere and not (match.method or match.headers or match.query):
                    return True
            elif not (match.service or match.method or match.headers) and match.type == EXACT:
                return True
    return False


def _is_any(match: HTTPMatch) -> bool:
    return match.path_type == "RegularExpression" and match.path.strip("^$") in (".*", "/.*")
