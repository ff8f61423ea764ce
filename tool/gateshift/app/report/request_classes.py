"""What every class of requests gets in every stage of a rollout."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gateshift.app.report.picture import EVERY
from gateshift.app.report.stages import BuiltStage, parents_of
from gateshift.model.picture import PictureAnswer, PictureClass
from gateshift.model.resource import ResourceId
from gateshift.model.rollout import Rollout, extra_rule_name
from gateshift.traffic.decide import decide
from gateshift.traffic.decision import BackendAnswer, Decision
from gateshift.traffic.request import Request
from gateshift.transition.entry_points import entry_points
from gateshift.transition.request_classes import RequestClass, request_classes_at

MOST = 12
"""How many classes are told: a form with more answers nobody."""

_OK = 200
_NOT_FOUND = 404


def request_classes(rollout: Rollout, stages: Sequence[BuiltStage]) -> tuple[PictureClass, ...]:
    """The classes that any of the stages tells apart, the plainest first, each with its answer in every built stage.

    `stages` are those of one environment. Requests that no stage answers are nobody's and left out.
    """
    asked = sorted(_asked(rollout, stages).values(), key=lambda each: each.shape.count)
    several = len({str(each.entry_point) for each in asked}) > 1
    told = [_class(each, stages, several=several) for each in asked]
    return tuple(each for each in told if any(answer.status != _NOT_FOUND for answer in each.answers))[:MOST]


def _asked(rollout: Rollout, stages: Iterable[BuiltStage]) -> dict[tuple[str, str], RequestClass]:
    """The classes at the rollout's own parents, by entrance and traits."""
    found: dict[tuple[str, str], RequestClass] = {}
    own = frozenset(version.service for version in rollout.versions)
    for stage in stages:
        parents = parents_of(rollout, stage.root.environment)
        named = {(parent.kind, parent.namespace, parent.name) for parent in parents}
        namespace = stage.root.environment.namespace or rollout.service.namespace
        declared = ResourceId("", "Service", namespace, rollout.service.name)
        for entry_point in entry_points(stage.cluster, stage.cluster, declared, own) if stage.cluster else ():
            if (entry_point.parent.kind, entry_point.parent.namespace, entry_point.parent.name) in named:
                for each in request_classes_at(entry_point).classes:
                    found.setdefault((str(entry_point), str(each.shape)), each)
    return found


def _class(asked: RequestClass, stages: Iterable[BuiltStage], *, several: bool) -> PictureClass:
    answers: list[PictureAnswer] = []
    names: list[str] = []
    for stage in stages:
        if stage.cluster is not None:
            decision = decide(stage.cluster, asked.request, trace=False)
            extra = _extra(stage, decision)
            names += [extra] if extra else []
            answers.append(_answer(stage, decision, extra))
    shape = str(asked.shape)
    plain = asked.shape.count == bool(asked.shape.host)
    name = names[0] if names else "default" if plain else shape
    return PictureClass(
        f"{name} at {asked.entry_point}" if several else name, shape or EVERY, _example(asked.request), tuple(answers)
    )


def _example(request: Request) -> str:
    headers = [f"{name}: {value}" for name, value in request.headers]
    query = "&".join(f"{name}={value}" for name, value in request.query)
    target = f"{request.host}{request.path}" + (f"?{query}" if query else "")
    return ", ".join([f"{request.method} {target} at {request.parent}", *headers])


def _answer(stage: BuiltStage, decision: Decision, extra: str) -> PictureAnswer:
    return PictureAnswer(stage.root.stage.name, decision.status, _shares(decision), _why(decision, extra))


def _why(decision: Decision, extra: str) -> str:
    if decision.route is None:
        return "no route answers" if decision.status != _OK else "no route, so the Service's own endpoints answer"
    return f"{decision.route.id}, rule {extra or decision.rule}"


def shares_of(backends: Iterable[BackendAnswer]) -> tuple[tuple[str, float], ...]:
    """What answers, by version; a failure has its status as key, pods of no known version `?`."""
    shares: dict[str, float] = {}
    for backend in backends:
        if backend.share > 0:
            key = (backend.version or "?") if backend.status == _OK else str(backend.status)
            shares[key] = shares.get(key, 0.0) + backend.share
    return tuple(sorted(shares.items()))


def _shares(decision: Decision) -> tuple[tuple[str, float], ...]:
    """The shares of the backends; where there are none, the status of all."""
    return shares_of(decision.backends) or (("?" if decision.status == _OK else str(decision.status), 1.0),)


def _extra(stage: BuiltStage, decision: Decision) -> str:
    """The name of the stage's extra rule that answers; "" where another one does."""
    ours = stage.root.rollout.route
    if decision.route is None or decision.rule is None or stage.cluster is None:
        return ""
    route = next((route for route in stage.cluster.routes if route.resource is decision.route), None)
    if route is None or (route.kind, route.name) != (ours.kind.value, ours.name):
        return ""
    return extra_rule_name(stage.root.stage.rule_names, decision.rule, len(route.rules))
