"""Redirects that send a client to where it already is.

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
from gateshift.transition.request_shape import request_shape_of

_MOST_HOPS = 5
_ANY_HOST = "gateshift.example"


@check("GS430", source="Gateway API v1.6, HTTPRequestRedirectFilter; gateway-api#1185")
def redirect_to_itself(subject: Subject) -> Iterator[Finding]:
    """A redirect sends the client to an address that is redirected to the same address again.

    The browser gives up after twenty rounds with ERR_TOO_MANY_REDIRECTS. Most often a redirect to https is attached to
    the listener for https as well, since the parentRef names no section.
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
                circle = (
                    _circle(subject.cluster, request, candidate)
                    if attachment.bindings
                    else _unchanged(request, candidate)
                )
                if circle:
                    told.add((route, candidate.rule))
                    yield Finding(
                        Level.WARNING,
                        f"{route}: a request for {circle[0]} is redirected to {' -> '.join(circle[1:])}, "
                        "which leads back to where it was",
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


def _unchanged(request: Request, candidate: Candidate) -> tuple[str, ...]:
    """The address twice where the redirect changes nothing of it, whatever the listeners outside the build are."""
    for entry in candidate.route.rules[candidate.rule].filters:
        if isinstance(entry, RequestRedirect) and not (entry.scheme or entry.port or entry.path):
            address = f"http://{request.host}{request.path}"
            return (address, address) if entry.hostname in ("", request.host) else ()
    return ()


def _circle(cluster: Cluster, request: Request, candidate: Candidate) -> tuple[str, ...]:
    """The addresses that a client is sent through until one comes again; empty where the way ends."""
    decision = decide(cluster, request, trace=False)
    if decision.route is not candidate.route.resource or decision.rule != candidate.rule:
        return ()
    seen = [_address_of(request)]
    while decision.redirect is not None and len(seen) <= _MOST_HOPS:
        request = _followed(decision, decision.redirect)
        address = _address_of(request)
        if address in seen:
            return (*seen, address)
        seen.append(address)
        decision = decide(cluster, request, trace=False)
    return ()


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
