"""`gateshift verify`: requests to a running system, and whether their answers show the shares that a stage declares."""

from __future__ import annotations

import math
import ssl
from collections.abc import Callable, Iterator

from msgspec import Struct

from gateshift.app.shared.stage_in_force import StageChoice, chosen_stage
from gateshift.app.verify.class_plans import BaseRequest, ClassPlan, class_plans, interleaved, requests_needed
from gateshift.app.verify.identify import identifier
from gateshift.app.verify.judge import measured, tests_of
from gateshift.app.verify.tally import ClassTally
from gateshift.errors import UserError
from gateshift.live.endpoint import Address, TlsOptions, tls_context
from gateshift.live.exchange import ExchangeFailure, Limits, Outgoing, exchange
from gateshift.live.traffic import Departures, Pace, run_load
from gateshift.model.rollout import Environment, Rollout, ServiceParent, Stage
from gateshift.model.verification import MeasuredClass, ShareVerdict, VerifyReport

_MOST_UNASKED = 20_000
_FIRST = 20
"""Where so many requests came to nothing and none to anything, the rest would too."""


class VerifyRequest(Struct, frozen=True):
    """What is asked. `requests` of each class, or for `duration` seconds; without either as many as are needed."""

    base: BaseRequest
    endpoint: Address
    tls: TlsOptions = TlsOptions()
    pace: Pace = Pace()
    limits: Limits = Limits()
    confidence: float = 0.99
    requests: int | None = None
    duration: float | None = None


class Plan(Struct, frozen=True):
    """What a run will send: the classes, how many requests each needs and gets, and how long that takes."""

    rollout: Rollout
    stage: Stage
    environment: Environment
    classes: tuple[ClassPlan, ...]
    needed: tuple[int | None, ...]
    numbers: tuple[int, ...]
    alpha: float
    seconds: float


Progress = Callable[[int, int, int], None]
"""Told how many requests of how many have ended, and how many of them without an answer. It is not told the shares: a
run that is ended when they please proves nothing."""


def plan_run(rollout: Rollout, choice: StageChoice, request: VerifyRequest) -> Plan:
    """What to send. Raises UserError for what cannot be sent or told apart, or would be too much to send unasked."""
    stage, environment = chosen_stage(rollout, choice)
    classes = class_plans(rollout, stage, environment, request.base)
    identifier(rollout, grpc=request.base.grpc)
    live = sum(bool(plan.requests) for plan in classes)
    alpha = (1 - request.confidence) / max(1, tests_of(len(rollout.versions), live))
    needed = tuple(requests_needed(plan, alpha) if plan.requests else None for plan in classes)
    numbers = tuple(_numbers(request, classes, needed))
    return Plan(rollout, stage, environment, classes, needed, numbers, alpha, sum(numbers) / request.pace.rate)


def _numbers(request: VerifyRequest, classes: tuple[ClassPlan, ...], needed: tuple[int | None, ...]) -> Iterator[int]:
    live = [bool(plan.requests) for plan in classes]
    weights = [number or 1 for number in needed]
    total = sum(weight for weight, alive in zip(weights, live, strict=True) if alive)
    for alive, number, weight in zip(live, needed, weights, strict=True):
        if not alive:
            yield 0
        elif request.requests is not None:
            yield request.requests
        elif request.duration is not None:
            yield max(1, math.floor(request.duration * request.pace.rate * weight / total))
        elif number is None or number > _MOST_UNASKED:
            count = "more than a million" if number is None else str(number)
            raise UserError(
                f"{count} requests are needed to tell the stage from its neighbours",
                next_step=f"More than {_MOST_UNASKED} are sent only when asked for: --requests N or --duration.",
            )
        else:
            yield number


def verify(plan: Plan, request: VerifyRequest, progress: Progress) -> VerifyReport:
    """Send the requests and judge the answers."""
    run = _Run(plan, request, progress)
    order = interleaved(plan.numbers)
    departures = run_load(order, request.pace, run.request)
    stopped = _stopped(departures, len(order))
    classes = tuple(
        measured(class_plan, plan.classes[0], tally, plan.alpha, needed, stopped)
        for class_plan, tally, needed in zip(plan.classes, run.tallies, plan.needed, strict=True)
    )
    return VerifyReport(
        service=plan.rollout.service.name,
        stage=plan.stage.name,
        environment=plan.environment.name,
        url=request.base.url,
        confidence=request.confidence,
        classes=classes,
        verdict=_overall(classes),
        notes=tuple(_notes(plan, request, departures)),
        interrupted=departures.interrupted,
    )


class _Run:
    def __init__(self, plan: Plan, request: VerifyRequest, progress: Progress) -> None:
        self.plan = plan
        self.options = request
        self.progress = progress
        self.total = sum(plan.numbers)
        self.context = _context(request)
        identify = identifier(plan.rollout, grpc=request.base.grpc)
        self.tallies = [ClassTally(identify) for _ in plan.classes]
        self.begun = [0] * len(plan.classes)

    async def request(self, index: int) -> bool:
        """Send the next request of a class; False where going on is of no use."""
        outcome = await exchange(self.options.endpoint, self._next(index), self.options.limits, self.context)
        self.tallies[index].add(outcome)
        ended, failed = self._ended
        self.progress(ended, self.total, failed)
        if isinstance(outcome, ExchangeFailure) or not self.tallies[index].identified:
            return ended < _FIRST or any(tally.identified for tally in self.tallies)
        return True

    def _next(self, index: int) -> Outgoing:
        requests = self.plan.classes[index].requests
        self.begun[index] += 1
        return requests[self.begun[index] % len(requests)]

    @property
    def _ended(self) -> tuple[int, int]:
        return sum(tally.requests for tally in self.tallies), sum(tally.unanswered for tally in self.tallies)


def _context(request: VerifyRequest) -> ssl.SSLContext | None:
    return tls_context(request.tls, request.endpoint.wire) if request.endpoint.is_secure else None


def _stopped(departures: Departures, planned: int) -> str:
    """Why a run that ended early proves nothing; "" where it did not, or where its counts say enough."""
    if departures.interrupted:
        return f"interrupted after {departures.begun} of {planned} requests: the end was chosen, not planned"
    return ""


def _overall(classes: tuple[MeasuredClass, ...]) -> ShareVerdict:
    verdicts = {measured_class.verdict for measured_class in classes}
    for verdict in (ShareVerdict.NOT_PROVEN, ShareVerdict.OFF):
        if verdict in verdicts:
            return verdict
    return ShareVerdict.AS_DECLARED


def _notes(plan: Plan, request: VerifyRequest, departures: Departures) -> Iterator[str]:
    parents = plan.environment.parents if plan.environment.parents is not None else plan.rollout.route.parents
    if plan.stage.shares and all(isinstance(parent, ServiceParent) for parent in parents):
        yield (
            "a mesh route steers only calls made inside the mesh: this holds where the command ran behind a client's "
            "sidecar (docs/verify.md has a Job that does)"
        )
    if request.tls.insecure and request.endpoint.is_secure:
        yield "--insecure: the server's certificate was not checked, so that anyone may have answered"
    if departures.late:
        yield (
            f"requests had to wait {departures.late} times, because {request.pace.concurrency} were under way: the "
            "rate was lower than asked; raise --concurrency"
        )
