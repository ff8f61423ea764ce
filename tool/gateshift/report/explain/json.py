"""What `explain` says, ready to render: decisions with the places of the routes and rules that made them.

The JSON of `explain`: versioned, its fields the contract of docs/schemas/explain.schema.json.
"""

from __future__ import annotations

import json
from typing import Annotated, Literal, TypeAlias

from msgspec import UNSET, Struct, UnsetType, field

from gateshift.model.report import ReportedPlace
from gateshift.report import json_form
from gateshift.report.findings.json import ResourceJson
from gateshift.report.json_form import JsonForm, Share, data, same, says, write
from gateshift.traffic.decision import Decision, Redirect
from gateshift.traffic.filter_effects import location
from gateshift.traffic.request import Protocol, Request
from gateshift.yamldoc.data import JsonObject


class Explained(Struct, frozen=True):
    """A decision and where its rule (or the whole route) is written; None where no route decided. `rule_names` are
    those of the route's rules, by their indexes, "" for none."""

    decision: Decision
    rule_name: str = ""
    place: ReportedPlace | None = None
    rule_names: tuple[str, ...] = ()


class Explanation(Struct, frozen=True):
    """The decisions of one run, in the order of the requests. `detailed` asks for the whole story of each."""

    decisions: tuple[Explained, ...]
    detailed: bool = True


Pairs: TypeAlias = Annotated[tuple[tuple[str, str], ...], says("Names and values.")]
ServicePort: TypeAlias = Annotated[int | None, says("The Service's port.")]


class RequestJson(JsonForm, frozen=True, forbid_unknown_fields=True):
    """A request as a requests file may spell it; what it leaves open is left out."""

    parent: Annotated[str, says("Gateway/NAMESPACE/NAME, ListenerSet/NAMESPACE/NAME or Service/NAMESPACE/NAME.")]
    protocol: Annotated[Protocol, says("What the client speaks.")]
    host: Annotated[str, says("The Host header.")]
    method: Annotated[str, says("The HTTP method.")]
    path: Annotated[str, says("The path.")]
    query: Annotated[Pairs, says("Query parameters, as pairs.")]
    headers: Annotated[Pairs, says("Headers, as pairs.")]
    listener: Annotated[str | UnsetType, says("The listener whose port is dialled.")] = UNSET
    scheme: Annotated[Literal["http", "https"] | UnsetType, says("With or without TLS; the protocol's by default.")] = (
        UNSET
    )
    sni: Annotated[str | UnsetType, says("The server name of the TLS handshake; the host by default.")] = UNSET
    from_namespace: Annotated[
        str | UnsetType, says("The client's namespace, for mesh routes; the Service's own by default.")
    ] = field(name="from_namespace", default=UNSET)
    port: Annotated[int, says("The port dialled.", ge=1, le=65535)] | UnsetType = UNSET


class HeaderChangeJson(JsonForm, frozen=True):
    """A change of one response header."""

    action: Annotated[Literal["set", "add", "remove"], says("What is done.")]
    name: Annotated[str, says("The header's name.")]
    value: Annotated[str, says("Its value; empty for a removal.")]


class ForwardedJson(JsonForm, frozen=True):
    """The request as filters make it, and what they do to the answer."""

    host: Annotated[str, says("The Host header.")]
    path: Annotated[str, says("The path.")]
    headers: Pairs
    response: Annotated[tuple[HeaderChangeJson, ...], says("Changes of the answer.")] = field(name="responseHeaders")


class BackendJson(JsonForm, frozen=True):
    """One version behind one backendRef."""

    namespace: Annotated[str, says("The Service's namespace.")]
    name: Annotated[str, says("The Service's name.")]
    port: ServicePort
    weight: Annotated[int, says("The backendRef's weight.")]
    share: Annotated[Share, says("The part of the rule's requests.")]
    version: Annotated[str, says("The version of the pods behind the Service; empty where no label tells.")]
    status: Annotated[Literal[200, 500, 503], says("200 answers, 500 invalid reference, 503 no endpoints.")]
    reason: Annotated[str, says("Why it is not 200: the reason of the route's ResolvedRefs condition, or NoEndpoints.")]
    workloads: Annotated[tuple[str, ...], says("What runs the pods, as KIND/NAME.")]
    forwarded: Annotated[ForwardedJson | None, says("Null where no filter changes anything.")]


class RedirectJson(JsonForm, frozen=True):
    """Where the client is sent."""

    status: Annotated[int, says("The status code.")]
    scheme: Annotated[str, says("The scheme.")]
    hostname: Annotated[str, says("The host; empty where the request names none.")]
    port: Annotated[int | None, says("The port; null where it is the scheme's own.")]
    path: Annotated[str, says("The path.")]
    location: Annotated[str, says("All of it as a Location header, without the query string.")]


class MirrorJson(JsonForm, frozen=True):
    """A copy of the request whose answer is dropped."""

    namespace: Annotated[str, says("The Service's namespace.")]
    name: Annotated[str, says("The Service's name.")]
    port: ServicePort
    share: Annotated[Share, says("The part of the requests that is copied.")]


class TraceJson(JsonForm, frozen=True):
    """A candidate."""

    subject: Annotated[str, says("The route, rule and match.")] = field(name="candidate")
    verdict: Annotated[str, says("Why it won or lost.")]


class DecisionJson(JsonForm, frozen=True, kw_only=True):
    """What happens to one request."""

    request: RequestJson
    status: Annotated[
        int,
        says(
            "200 if any share answers, else 404 (no route matches), 421 (misdirected), 500 (the share is invalid), "
            "503 (no endpoints), or the redirect's code."
        ),
    ]
    grpc_status: Annotated[int | UnsetType, says("Only for gRPC: 0, 12 (no route matches) or 14.")] = field(
        name="grpc_status", default=UNSET
    )
    listener: Annotated[str, says("The Gateway's listener that takes the request; empty in a mesh.")]
    route: Annotated[ResourceJson | None, says("The route that decides; null where none does.")]
    rule: Annotated[int | None, says("The index of the rule in the route.")]
    match: Annotated[int | None, says("The index of the match in the rule; -1 where the rule has none.")]
    rule_name: Annotated[str, says("The rule's name, by the route or by gateshift.yaml, if it has one.")]
    file: Annotated[str | None, says("The file that holds the rule, relative to the working directory.")]
    line: Annotated[int | None, says("The rule's line, from 1.")]
    column: Annotated[int | None, says("The rule's column, from 1.")]
    backends: Annotated[
        tuple[BackendJson, ...], says("The shares; their sum is 1, unless there are none or all weights are 0.")
    ]
    redirect: Annotated[RedirectJson | None, says("What answers instead of a backend.")]
    mirrors: Annotated[tuple[MirrorJson, ...], says("Where copies go.")]
    response_headers: Annotated[tuple[HeaderChangeJson, ...], says("What CORS adds to the answer.")]
    notes: Annotated[tuple[str, ...], says("What the specification leaves open, and what was assumed.")]
    trace: Annotated[tuple[TraceJson, ...], says("Every candidate; empty where traces are off.")]


class DecisionsJson(JsonForm, frozen=True):
    """Which backend and version gets each request."""

    decisions: Annotated[tuple[DecisionJson, ...], says("One for each request, in the order of the requests.")]


def json_schema() -> JsonObject:
    """The published schema."""
    return json_form.json_schema("The decisions of gateshift explain", DecisionsJson)


def render(report: Explanation) -> str:
    """The explanation as JSON with a final line break: indented, or where it is not detailed a line for each decision,
    since there may be many."""
    decisions = tuple(_decision(explained) for explained in report.decisions)
    if report.detailed:
        return write(DecisionsJson(decisions))
    lines = ",\n".join(json.dumps(data(decision), ensure_ascii=False) for decision in decisions)
    return '{"schema": 1, "decisions": [\n' + lines + "\n]}\n"


def _decision(explained: Explained) -> DecisionJson:
    decision, place = explained.decision, explained.place
    return DecisionJson(
        request=_request(decision.request),
        status=decision.status,
        grpc_status=UNSET if decision.grpc_status is None else decision.grpc_status,
        listener=decision.listener,
        route=None if decision.route is None else same(ResourceJson, decision.route.id),
        rule=decision.rule,
        match=decision.match,
        rule_name=explained.rule_name,
        file=None if place is None else place.file,
        line=None if place is None else place.line,
        column=None if place is None else place.column,
        backends=tuple(same(BackendJson, backend) for backend in decision.backends),
        redirect=None if decision.redirect is None else _redirect(decision.redirect),
        mirrors=tuple(same(MirrorJson, mirror) for mirror in decision.mirrors),
        response_headers=tuple(same(HeaderChangeJson, change) for change in decision.response),
        notes=decision.notes,
        trace=tuple(same(TraceJson, step) for step in decision.trace),
    )


def _request(request: Request) -> RequestJson:
    return RequestJson(
        str(request.parent),
        request.protocol,
        request.host,
        request.method,
        request.path,
        request.query,
        request.headers,
        listener=request.listener or UNSET,
        scheme="https" if request.scheme == "https" else "http" if request.scheme else UNSET,
        sni=request.sni or UNSET,
        from_namespace=request.from_namespace or UNSET,
        port=UNSET if request.port is None else request.port,
    )


def _redirect(redirect: Redirect) -> RedirectJson:
    parts = (redirect.status, redirect.scheme, redirect.hostname, redirect.port, redirect.path)
    return RedirectJson(*parts, location(redirect))
