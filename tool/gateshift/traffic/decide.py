"""What happens to one request, from the objects alone.

Source: Gateway API v1.6 apis/v1 and GEP-1294 (Services as parents); the modules below cite the parts.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from gateshift.traffic.attach import AttachmentStatus, attachments
from gateshift.traffic.cluster import Cluster, same_namespace
from gateshift.traffic.decision import BackendAnswer, Decision, TraceStep
from gateshift.traffic.entry import ArrivalRoutes
from gateshift.traffic.filter_effects import cors_headers, forwarded, is_preflight, redirect
from gateshift.traffic.gateways import gateway_entry
from gateshift.traffic.match import Call
from gateshift.traffic.mesh import service_entry
from gateshift.traffic.outcome import RuleOutcome, outcome
from gateshift.traffic.request import Request
from gateshift.traffic.resolve import OK
from gateshift.traffic.table import Selection, select

NOT_FOUND = 404
GRPC_OK = 0
GRPC_UNIMPLEMENTED = 12
GRPC_UNAVAILABLE = 14


def decide(cluster: Cluster, request: Request, *, trace: bool = True) -> Decision:
    """The answer to the request; with `trace`, every candidate and why it won or lost. Never raises."""
    call = Call(request)
    is_mesh = request.parent.kind == "Service"
    entry = service_entry(cluster, call) if is_mesh else gateway_entry(cluster, call)
    if entry.answered is not None:
        return _finish(replace(entry.answered, notes=entry.notes, listener=entry.name), call)
    selection = select(entry.routes, call, trace=trace)
    decision = _answer(cluster, call, entry, selection, mesh=is_mesh)
    if trace:
        decision = replace(decision, trace=(*decision.trace, *_set_aside(cluster, request)))
    return _finish(decision, call)


def _set_aside(cluster: Cluster, request: Request) -> Iterator[TraceStep]:
    """The routes that name the parent but are not attached to it, with the reason that the cluster would report."""
    parent = request.parent
    for attachment in attachments(cluster):
        named = (attachment.parent.kind, attachment.parent.name) == (parent.kind, parent.name)
        if (
            attachment.status is AttachmentStatus.REFUSED
            and named
            and same_namespace(attachment.parent.namespace, parent.namespace)
        ):
            reason = f" ({attachment.reason})" if attachment.reason else ""
            yield TraceStep(str(attachment.route), f"is not attached{reason}: {attachment.message}")


def _answer(cluster: Cluster, call: Call, entry: ArrivalRoutes, selection: Selection, *, mesh: bool) -> Decision:
    winner = selection.winner
    notes = (*entry.notes, *_path_note(call.path), *selection.notes)
    if winner is None:
        return Decision(call.request, NOT_FOUND, notes=notes, trace=selection.trace, listener=entry.name)
    rule_outcome = outcome(cluster, winner.route, winner.rule, mesh=mesh)
    base = Decision(
        request=call.request,
        status=rule_outcome.status,
        route=winner.route.resource,
        rule=winner.rule,
        match=winner.match,
        mirrors=rule_outcome.mirrors,
        notes=(*notes, *rule_outcome.notes),
        trace=selection.trace,
        listener=entry.name,
    )
    if rule_outcome.redirect is not None:
        target = redirect(rule_outcome.redirect, call, winner.prefix, entry.port)
        return replace(base, status=target.status, redirect=target)
    if rule_outcome.cors is not None:
        base = replace(base, response=cors_headers(rule_outcome.cors, call))
        if is_preflight(call):
            return replace(base, status=OK, mirrors=())
    return replace(base, backends=_backends(rule_outcome, call, winner.prefix))


def _path_note(path: str) -> tuple[str, ...]:
    """What is said of a path that data planes may normalise before they match it."""
    if "%" in path or "//" in path or "/." in path:
        return (
            "whether the path is decoded or normalised before it is matched is not specified; it is taken as it is",
        )
    return ()


def _backends(rule_outcome: RuleOutcome, call: Call, prefix: str | None) -> tuple[BackendAnswer, ...]:
    if not rule_outcome.changes:
        return rule_outcome.backends
    return tuple(
        replace(answer, forwarded=forwarded(filters, call, prefix)) if filters else answer
        for answer, filters in zip(rule_outcome.backends, rule_outcome.filters, strict=True)
    )


def _finish(decision: Decision, call: Call) -> Decision:
    if not call.is_grpc:
        return decision
    return replace(decision, grpc_status=_grpc_status(decision.status))


def _grpc_status(status: int) -> int:
    if status == OK:
        return GRPC_OK
    return GRPC_UNIMPLEMENTED if status == NOT_FOUND else GRPC_UNAVAILABLE
