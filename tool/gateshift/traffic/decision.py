"""The answer to "which version gets this request?", with the reasons."""

from __future__ import annotations

from msgspec import Struct

from gateshift.model.resource import Resource
from gateshift.traffic.request import Request


class HeaderChange(Struct, frozen=True):
    """One change of a response's headers: `action` is set, add or remove; a removal has no value."""

    action: str
    name: str
    value: str = ""


class Forwarded(Struct, frozen=True):
    """What filters make of the request on its way to a backend, and of the answer on its way back."""

    host: str
    path: str
    headers: tuple[tuple[str, str], ...]
    response: tuple[HeaderChange, ...] = ()


class BackendAnswer(Struct, frozen=True):
    """One backend's part of the answer. `share` is 0 to 1 of all requests the rule gets; an invalid reference keeps
    its share and answers `status` 500. `version` is the label value of the pods behind it, "" where unknown.
    One backendRef whose Service selects several versions gives one entry for each version.

    `status`: 200 answers, 500 invalid reference, 503 no endpoints. `reason` says why it is not 200, as the route's
    condition would (BackendNotFound, RefNotPermitted, InvalidKind; NoEndpoints for a 503). `forwarded` is None where
    no filter changes the request or its answer. `workloads` are the objects whose pods answer, as `Deployment/name`.
    """

    namespace: str
    name: str
    port: int | None
    weight: int
    share: float
    version: str
    status: int = 200
    reason: str = ""
    forwarded: Forwarded | None = None
    workloads: tuple[str, ...] = ()


class Redirect(Struct, frozen=True):
    """A redirect's answer: the status code and the Location it sends the client to, by parts.

    `port` is None where it is the scheme's own and so not written.
    """

    status: int
    scheme: str
    hostname: str
    port: int | None
    path: str


class MirrorAnswer(Struct, frozen=True):
    """A copy of the request, its answer thrown away. `share` is the part of the requests that is copied, 0 to 1."""

    namespace: str
    name: str
    port: int | None
    share: float


class TraceStep(Struct, frozen=True):
    """One line of the trace: a candidate or a decision, and why it won or lost."""

    subject: str
    verdict: str


class Decision(Struct, frozen=True):
    """What happens to one request.

    `route` is None where none answers: no route matched (404, or 421), or, in a mesh, no route is attached and the
    Service's own endpoints answer. `rule` and `match` are indexes in the route (`match` is -1 where the rule
    has no matches). `notes` say what the specification leaves open and what had to be assumed.
    `status` is 200 if any share answers, else the code of the failure, or the redirect's. `listener` is the listener
    that took the request, "" in a mesh. `response` are headers that CORS adds to the answer, whoever gives it; a
    preflight is answered by the gateway itself and has no backends.
    """

    request: Request
    status: int
    route: Resource | None = None
    rule: int | None = None
    match: int | None = None
    backends: tuple[BackendAnswer, ...] = ()
    redirect: Redirect | None = None
    mirrors: tuple[MirrorAnswer, ...] = ()
    grpc_status: int | None = None
    notes: tuple[str, ...] = ()
    trace: tuple[TraceStep, ...] = ()
    listener: str = ""
    response: tuple[HeaderChange, ...] = ()
