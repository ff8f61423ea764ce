"""What `explain` says, ready to render: decisions with the places of the routes and rules that made them.

The JSON of `explain`: versioned, its fields the contract of docs/schemas/explain.schema.json.
"""

from __future__ import annotations

import json

from msgspec import Struct

from gateshift.model.report import ReportedPlace
from gateshift.traffic.decision import BackendAnswer, Decision, Forwarded, HeaderChange, Redirect
from gateshift.traffic.filter_effects import location
from gateshift.traffic.request import Request
from gateshift.yamldoc.data import JsonObject


class Explained(Struct, frozen=True):
    """A decision and where its rule (or the whole route) is written; None where no route decided."""

    decision: Decision
    rule_name: str = ""
    place: ReportedPlace | None = None


class Explanation(Struct, frozen=True):
    """The decisions of one run, in the order of the requests. `detailed` asks for the whole story of each."""

    decisions: tuple[Explained, ...]
    detailed: bool = True


def render(report: Explanation) -> str:
    """The explanation as JSON with a final line break: indented, or where it is not detailed a line for each decision,
    since there may be many."""
    if report.detailed:
        return json.dumps(document(report), indent=2, ensure_ascii=False) + "\n"
    lines = ",\n".join(json.dumps(_explained(each), ensure_ascii=False) for each in report.decisions)
    return '{"schema": 1, "decisions": [\n' + lines + "\n]}\n"


def document(report: Explanation) -> JsonObject:
    """The explanation as plain data."""
    return {"schema": 1, "decisions": [_explained(each) for each in report.decisions]}


def _explained(explained: Explained) -> JsonObject:
    decision, place = explained.decision, explained.place
    found: JsonObject = {"request": request_data(decision.request), "status": decision.status}
    if decision.grpc_status is not None:
        found["grpc_status"] = decision.grpc_status
    return {
        **found,
        "listener": decision.listener,
        "route": _route(decision),
        "rule": decision.rule,
        "match": decision.match,
        "ruleName": explained.rule_name,
        "file": None if place is None else place.file,
        "line": None if place is None else place.line,
        "column": None if place is None else place.column,
        "backends": [_backend(each) for each in decision.backends],
        "redirect": None if decision.redirect is None else _redirect(decision.redirect),
        "mirrors": [
            {"namespace": each.namespace, "name": each.name, "port": each.port, "share": each.share}
            for each in decision.mirrors
        ],
        "responseHeaders": [_change(each) for each in decision.response],
        "notes": list(decision.notes),
        "trace": [{"candidate": step.subject, "verdict": step.verdict} for step in decision.trace],
    }


def request_data(request: Request) -> JsonObject:
    """The request as a requests file spells it; what it leaves open is left out."""
    found: JsonObject = {
        "parent": str(request.parent),
        "protocol": request.protocol.value,
        "host": request.host,
        "method": request.method,
        "path": request.path,
        "query": [[name, value] for name, value in request.query],
        "headers": [[name, value] for name, value in request.headers],
    }
    options = {
        "listener": request.listener,
        "scheme": request.scheme,
        "sni": request.sni,
        "from_namespace": request.from_namespace,
    }
    found |= {key: value for key, value in options.items() if value}
    return found if request.port is None else {**found, "port": request.port}


def _route(decision: Decision) -> JsonObject | None:
    if decision.route is None:
        return None
    identity = decision.route.id
    return {"kind": identity.kind, "namespace": identity.namespace, "name": identity.name}


def _backend(answer: BackendAnswer) -> JsonObject:
    return {
        "namespace": answer.namespace,
        "name": answer.name,
        "port": answer.port,
        "weight": answer.weight,
        "share": answer.share,
        "version": answer.version,
        "status": answer.status,
        "reason": answer.reason,
        "workloads": list(answer.workloads),
        "forwarded": None if answer.forwarded is None else _forwarded(answer.forwarded),
    }


def _forwarded(forwarded: Forwarded) -> JsonObject:
    return {
        "host": forwarded.host,
        "path": forwarded.path,
        "headers": [[name, value] for name, value in forwarded.headers],
        "responseHeaders": [_change(each) for each in forwarded.response],
    }


def _change(change: HeaderChange) -> JsonObject:
    return {"action": change.action, "name": change.name, "value": change.value}


def _redirect(redirect: Redirect) -> JsonObject:
    return {
        "status": redirect.status,
        "scheme": redirect.scheme,
        "hostname": redirect.hostname,
        "port": redirect.port,
        "path": redirect.path,
        "location": location(redirect),
    }
