"""The classes of requests that a stage tells apart: the request of each, the shares it declares, its neighbours'."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlencode

from msgspec import Struct
from msgspec.structs import replace

from gateshift import __version__
from gateshift.errors import UserError
from gateshift.live.endpoint import split_url
from gateshift.live.exchange import Outgoing
from gateshift.manifests.route import route as route_manifest
from gateshift.model.binomial import trials_needed
from gateshift.model.resource import Origin, Resource
from gateshift.model.rollout import Environment, Rollout, RouteKind, Stage, extra_rule_name
from gateshift.traffic.match import Call, Candidate, candidates
from gateshift.traffic.request import ParentRef, Protocol, Request
from gateshift.traffic.routes import read_route
from gateshift.transition.request_shape import request_shape_of

HEALTH_CHECK = "/grpc.health.v1.Health/Check"
DEFAULT_CLASS = "default"
_NO_MESSAGE = b"\0\0\0\0\0"
_GRPC_HEADERS = (("content-type", "application/grpc"), ("te", "trailers"))
_OWN_HEADERS = (("user-agent", f"gateshift/{__version__}"), ("accept", "*/*"))
_SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
_POWER = 0.95
"""The probability with which a run of the planned size tells the declared shares from the neighbours'."""
_APART = 0.1
"""Where no other stage has other shares, they are to be told from ones that lie so far away."""

Shares = Mapping[str, float]


class BaseRequest(Struct, frozen=True):
    """What the command line says of every request: the URL, the method and headers of its own. `grpc` calls the health
    service. `unsafe` allows methods that may change something."""

    url: str
    method: str = "GET"
    headers: tuple[tuple[str, str], ...] = ()
    grpc: bool = False
    unsafe: bool = False


class ClassPlan(Struct, frozen=True):
    """One class: `requests` are sent in turn, none where `reason` says why none can be. `declared` and each of
    `neighbours` have a share for every version."""

    name: str
    match: str
    requests: tuple[Outgoing, ...]
    declared: Shares
    neighbours: tuple[Shares, ...] = ()
    reason: str = ""


def class_plans(rollout: Rollout, stage: Stage, environment: Environment, base: BaseRequest) -> tuple[ClassPlan, ...]:
    """The default class and one for each extra rule of the stage. Raises UserError where the URL is not the production
    rule's, and where the stage declares no shares."""
    routing = _Routing(rollout, environment)
    plain = _plain(base)
    _refuse_other_rules(routing, stage, plain)
    classes = [_default(routing, stage, base, plain)]
    classes += [_extra(routing, stage, base, plain, name) for name in stage.rule_names]
    return tuple(classes)


def requests_needed(plan: ClassPlan, alpha: float) -> int | None:
    """How many requests tell the declared shares from every neighbour's, whichever of them are in force, in intervals
    that each fail with a probability of at most `alpha`; None where too many would be needed."""
    others = plan.neighbours or tuple(_apart(plan.declared))
    power = 1 - (1 - _POWER) / len(others)
    pairs = [(plan.declared, other) for other in others] + [(other, plan.declared) for other in others]
    needed = [_needed(shares, other, alpha, power) for shares, other in pairs]
    return None if None in needed else max(number for number in needed if number is not None)


def _needed(shares: Shares, other: Shares, alpha: float, power: float) -> int | None:
    """By the version that tells the two the soonest: one interval that excludes the others' share is enough."""
    numbers = (trials_needed(share, other[version], alpha, power) for version, share in shares.items())
    return min((number for number in numbers if number is not None), default=None)


def _apart(declared: Shares) -> Iterator[Shares]:
    version, share = next(iter(declared.items()))
    for moved in (share - _APART, share + _APART):
        if 0 <= moved <= 1:
            yield {**dict.fromkeys(declared, 0.0), version: moved}


class _Routing:
    """What the stages of a rollout say of a request; each stage's route is read once."""

    def __init__(self, rollout: Rollout, environment: Environment) -> None:
        self.rollout = rollout
        self.environment = environment
        self._candidates: dict[str, tuple[Candidate, ...]] = {}

    def candidates(self, stage: Stage) -> tuple[Candidate, ...]:
        """Every match of the stage's route."""
        if stage.name not in self._candidates:
            data = route_manifest(self.rollout, stage, self.environment)
            route = read_route(Resource.of(data, Origin(Path())))
            self._candidates[stage.name] = candidates(route)
        return self._candidates[stage.name]

    def winner(self, stage: Stage, request: Request) -> Candidate | None:
        """The match that takes the request; None where none does."""
        call = Call(request)
        holding = [candidate for candidate in self.candidates(stage) if candidate.holds(call)]
        return min(holding, key=lambda candidate: candidate.order, default=None)

    def rule_name(self, stage: Stage, candidate: Candidate) -> str:
        """The name of the extra rule that a match belongs to, or ""."""
        return extra_rule_name(stage.rule_names, candidate.rule, len(candidate.route.rules))

    def shares(self, stage: Stage, request: Request) -> Shares | None:
        """The share of each version in the request's class; None where pods, or another rule, decide it."""
        versions = [version.name for version in self.rollout.versions]
        if not stage.shares:
            only = stage.deployed[0] if len(stage.deployed) == 1 else None
            return None if only is None else {version: float(version == only) for version in versions}
        winner = self.winner(stage, request)
        if winner is None:
            return None
        extra = self.rule_name(stage, winner)
        if extra:
            target = next(rule.version for rule in stage.rules if rule.name == extra)
            return {version: float(version == target) for version in versions}
        return {version: stage.fraction(version) for version in versions} if winner.rule == 0 else None

    def neighbours(self, stage: Stage, request: Request, declared: Shares) -> tuple[Shares, ...]:
        """On either side the shares of the nearest stage that has others."""
        stages = self.rollout.stages
        at = stages.index(stage)
        sides = (tuple(reversed(stages[:at])), stages[at + 1 :])
        others = (self._nearest(side, request, declared) for side in sides)
        return tuple(other for other in others if other is not None)

    def _nearest(self, side: Sequence[Stage], request: Request, declared: Shares) -> Shares | None:
        known = (self.shares(stage, request) for stage in side)
        return next((shares for shares in known if shares is not None and shares != declared), None)


def _plain(base: BaseRequest) -> Request:
    parts = split_url(base.url)
    return Request(
        ParentRef("Gateway", "", ""),
        Protocol.GRPC if base.grpc else Protocol.HTTP,
        method="POST" if base.grpc else base.method,
        path=HEALTH_CHECK if base.grpc else parts.path or "/",
        query=tuple(parse_qsl(parts.query, keep_blank_values=True)),
        headers=base.headers,
    )


def _refuse_other_rules(routing: _Routing, stage: Stage, plain: Request) -> None:
    if not stage.shares:
        return
    winner = routing.winner(stage, plain)
    hint = "Give a URL, and headers with -H, that the production rule takes: other classes are added to it."
    if winner is None:
        raise UserError(f"no rule of {stage.name}'s route takes {plain.method} {plain.path}", next_step=hint)
    name = routing.rule_name(stage, winner)
    if name or winner.rule != routing.rollout.route.position:
        whose = f"the rule `{name}`" if name else "another rule of the route"
        raise UserError(f"{plain.method} {plain.path} meets {whose} of {stage.name}", next_step=hint)


def _default(routing: _Routing, stage: Stage, base: BaseRequest, plain: Request) -> ClassPlan:
    declared = routing.shares(stage, plain)
    if declared is None:
        raise UserError(
            f"{stage.name} has no route, and several versions run: how many pods each has decides the shares",
            next_step="Name a stage that declares shares, with --stage.",
        )
    match = f"{plain.method} {plain.path}"
    neighbours = routing.neighbours(stage, plain, declared)
    reason = "" if base.grpc else _refused(base, [plain])
    return ClassPlan(DEFAULT_CLASS, match, () if reason else (_outgoing(plain, base),), declared, neighbours, reason)


def _extra(routing: _Routing, stage: Stage, base: BaseRequest, plain: Request, name: str) -> ClassPlan:
    """The class of an extra rule: one request for each of its matches."""
    own = [match for match in routing.candidates(stage) if routing.rule_name(stage, match) == name]
    target = next(rule.version for rule in stage.rules if rule.name == name)
    declared = {version.name: float(version.name == target) for version in routing.rollout.versions}
    requests = [_meeting(match, plain) for match in own]
    known = [request for request in requests if request is not None]
    match = " or ".join(dict.fromkeys(_words(candidate) for candidate in own))
    if len(known) < len(own):
        return ClassPlan(name, match, (), declared, reason="no request is known that its regular expression matches")
    for request in known:
        winner = routing.winner(stage, request)
        if winner is None or routing.rule_name(stage, winner) != name:
            return ClassPlan(name, match, (), declared, reason="another rule of the route takes its requests first")
        if base.grpc and request.path != HEALTH_CHECK:
            return ClassPlan(name, match, (), declared, reason=f"only the health service is called, not {request.path}")
    reason = "" if base.grpc else _refused(base, known)
    outgoing = () if reason else tuple(_outgoing(request, base) for request in known)
    return ClassPlan(name, match, outgoing, declared, routing.neighbours(stage, known[0], declared), reason)


def _meeting(candidate: Candidate, plain: Request) -> Request | None:
    """The plain request with what it lacks to meet a match; None where no sample of a regular expression is known."""
    lacking = tuple(condition for condition in candidate.conditions if not condition.holds(Call(plain)))
    shape = request_shape_of(replace(candidate, conditions=lacking))
    if shape is None:
        return None
    named = {header.lower() for header, _ in shape.headers}
    asked = {parameter for parameter, _ in shape.query}
    return replace(
        plain,
        method=shape.method or plain.method,
        path=shape.path or plain.path,
        headers=(*(entry for entry in plain.headers if entry[0].lower() not in named), *shape.headers),
        query=(*(entry for entry in plain.query if entry[0] not in asked), *shape.query),
    )


def _words(candidate: Candidate) -> str:
    return ", ".join(map(str, candidate.conditions)) or "every request"


def _refused(base: BaseRequest, requests: Sequence[Request]) -> str:
    """Why the requests are not sent though they could be."""
    methods = dict.fromkeys(request.method for request in requests if request.method not in _SAFE_METHODS)
    if base.unsafe or not methods:
        return ""
    return f"{' and '.join(methods)} may change something: --allow-unsafe-methods sends it"


def _outgoing(request: Request, base: BaseRequest) -> Outgoing:
    target = quote(request.path, safe="/%:@!$&'()*+,;=-._~")
    if request.query:
        target += "?" + urlencode(request.query)
    given = tuple((name.lower(), value) for name, value in request.headers)
    headers = (*(entry for entry in _OWN_HEADERS if entry[0] not in dict(given)), *given)
    _refuse_control_characters((target, ""), *headers)
    return Outgoing(
        request.method, target, (*headers, *_GRPC_HEADERS) if base.grpc else headers, _NO_MESSAGE if base.grpc else b""
    )


def _refuse_control_characters(*fields: tuple[str, str]) -> None:
    for name, value in fields:
        if any(character < " " or character == "\x7f" for character in name + value):
            raise UserError(f"{name + value!r} holds a control character, which no request can carry")


def interleaved(numbers: Sequence[int]) -> list[int]:
    """The classes' indexes in the order in which they are sent: each class spread evenly over the whole run."""
    places = [((turn + 0.5) / number, index) for index, number in enumerate(numbers) for turn in range(number)]
    return [index for _, index in sorted(places)]


def kind_of_call(rollout: Rollout, scheme: str) -> bool:
    """Whether calls are gRPC. Raises UserError where the route takes gRPC alone and the URL is of another scheme."""
    grpc = scheme in ("grpc", "grpcs")
    if rollout.route.kind is RouteKind.GRPC and not grpc:
        raise UserError("a GRPCRoute takes gRPC calls only", next_step="Write grpc://HOST[:PORT], or grpcs with TLS.")
    return grpc
