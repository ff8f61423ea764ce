"""Redirects that send a client to where it already is, or on and on.

Source: Gateway API v1.6, HTTPRequestRedirectFilter: what it leaves out is taken from the request.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from gateshift.checks.routing.precedence import candidates_of, field_ref_of
from gateshift.checks.subject import Subject
from gateshift.model.finding import Finding, Level
from gateshift.model.rule import check
from gateshift.traffic.attach import Attachment, AttachmentStatus, attachments
from gateshift.traffic.cluster import Cluster
from gateshift.traffic.decide import decide
from gateshift.traffic.decision import Decision, Redirect
from gateshift.traffic.filter_effects import WELL_KNOWN
from gateshift.traffic.filters import RequestRedirect
from gateshift.traffic.match import Candidate
from gateshift.traffic.request import ParentRef, Protocol, Request
from gateshift.traffic.routes import HTTP
from gateshift.transition.assumed_objects import with_assumed_objects
from gateshift.transition.request_shape import request_shape_of

_MOST_HOPS = 4
_ANY_HOST = "gateshift.example"


@check("GS430", source="Gateway API v1.6, HTTPRequestRedirectFilter; gateway-api#1185")
def redirect_to_itself(subject: Subject) -> Iterator[Finding]:
    """A redirect sends the client to an address that is redirected to the same address again, or on without an end.

    The browser gives up after twenty rounds with ERR_TOO_MANY_REDIRECTS. Most often a redirect to https is attached to
    the listener for https as well, since the parentRef names no section, or a prefix is replaced with one that the rule
    matches as well.
    """
    told: set[tuple[object, int]] = set()
    for attachment in attachments(subject.cluster):
        route = attachment.route
        if route.kind != HTTP or attachment.status is AttachmentStatus.REFUSED:
            continue
        for candidate in candidates_of(subject, route):
            rule = route.rules[candidate.rule]
            if not any(isinstance(entry, RequestRedirect) for entry in rule.filters) or (route, candidate.rule) in told:
                continue
            for request in _requests(attachment, candidate):
                if not attachment.bindings and not _stays_at_host(request, candidate):
                    continue
                cluster = subject.cluster if attachment.bindings else _with_parents(subject)
                circle = _circle(cluster, request, candidate)
                if circle:
                    told.add((route, candidate.rule))
                    back = "leads back to where it was" if circle[-1] in circle[:-1] else "goes on without an end"
                    yield Finding(
                        Level.WARNING,
                        f"{route}: a request for {circle[0]} is redirected to {' -> '.join(circle[1:])}, which {back}",
                        field_ref_of(candidate),
                        "ERR_TOO_MANY_REDIRECTS in the client",
                        "Attach the redirect to the listener it is meant for with `sectionName`, or change what it "
                        "redirects to.",
                    )
                    break


def _requests(attachment: Attachment, candidate: Candidate) -> Iterator[Request]:
    """A request that the match takes, for each listener that the route is attached to."""
    shape = request_shape_of(candidate)
    if shape is None:
        return
    parent = ParentRef(attachment.parent.kind, attachment.parent.namespace, attachment.parent.name)
    hosts = attachment.route.hostnames or (_ANY_HOST,)
    request = Request(
        parent,
        host=hosts[0].replace("*", "any"),
        method=shape.method or "GET",
        path=shape.path or "/",
        query=shape.query,
        headers=shape.headers,
    )
    if not attachment.bindings:
        yield request
    for binding in attachment.bindings:
        listener = binding.listener
        secure = listener.protocol == "HTTPS"
        host = next(iter(binding.hostnames), "") or listener.hostname or request.host
        yield replace(
            request,
            host=host.replace("*", "any"),
            port=listener.port or None,
            scheme="https" if secure else "http",
            protocol=Protocol.HTTPS if secure else Protocol.HTTP,
        )


def _stays_at_host(request: Request, candidate: Candidate) -> bool:
    """Whether the client comes back to the host and listener that it used, whatever others are outside the build."""
    return not any(
        isinstance(entry, RequestRedirect) and (entry.scheme or entry.port or entry.hostname not in ("", request.host))
        for entry in candidate.route.rules[candidate.rule].filters
    )


def _with_parents(subject: Subject) -> Cluster:
    """The cluster with the parents that the build does not hold."""

    def assumed() -> Cluster:
        return with_assumed_objects(subject.build.resources, subject.build.resources)[0]

    return subject.cluster.once(("redirects", "parents"), assumed)


def _circle(cluster: Cluster, request: Request, candidate: Candidate) -> tuple[str, ...]:
    """The addresses that a client is sent through until one comes again, or the first of a way on which one rule
    makes each address longer than the one before; empty where the way ends."""
    decision = decide(cluster, request, trace=False)
    seen, grows = [_address_of(request)], True
    if not _is_by(decision, candidate):
        return ()
    while decision.redirect is not None:
        request = _followed(decision, decision.redirect)
        address = _address_of(request)
        if address in seen or len(seen) == _MOST_HOPS:
            return (*seen, address) if address in seen or grows else ()
        seen.append(address)
        decision = decide(cluster, request, trace=False)
        grows = grows and _is_by(decision, candidate)
    return ()


def _is_by(decision: Decision, candidate: Candidate) -> bool:
    return decision.route is candidate.route.resource and decision.rule == candidate.rule


def _followed(decision: Decision, location: Redirect) -> Request:
    secure = location.scheme == "https"
    return replace(
        decision.request,
        host=location.hostname or decision.request.host,
        path=location.path,
        port=location.port or WELL_KNOWN.get(location.scheme),
        scheme=location.scheme,
        protocol=Protocol.HTTPS if secure else Protocol.HTTP,
        listener="",
        sni="",
    )


def _address_of(request: Request) -> str:
    scheme = request.scheme or ("https" if request.is_secure else "http")
    port = request.port or WELL_KNOWN[scheme]
    shown = "" if port == WELL_KNOWN[scheme] else f":{port}"
    return f"{scheme}://{request.host}{shown}{request.path}"
