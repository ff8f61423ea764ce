"""A rollout as Flagger carries it out with the Gateway API.

Sources: the Canary and MetricTemplate types of fluxcd/flagger, and what its scheduler and its router for the Gateway
API do with them: weights that rise step by step, or one match for all of an A/B test; one interval and one number of
failed checks for all steps; a route and Services that are Flagger's own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import ceil

from msgspec import Struct

from gateshift.config.semantics.routes import milliseconds
from gateshift.manifests.base import service_accounts
from gateshift.manifests.controllers.istio_match import istio_match
from gateshift.manifests.controllers.release import (
    ControllerNames,
    ControllerRelease,
    candidate_rules,
    image,
    left_of_release,
    scaler,
    workload,
)
from gateshift.manifests.matches import combined
from gateshift.manifests.metadata import metadata
from gateshift.manifests.route import parent_reference
from gateshift.manifests.workload import service_account
from gateshift.model.adoption import Left
from gateshift.model.controller_export import ControllerStep, ExportedObject, GateMetric
from gateshift.model.rollout import DeclaredService, ExtraRule, Rollout, Stage
from gateshift.yamldoc.data import Json, JsonObject, list_at, object_at, text_at

_API = "flagger.app/v1beta1"
_PROVIDER = "gatewayapi:v1"
_FAILED_CHECKS = 5
_MINUTE = 60_000
_CHECKS = 10
"""How many checks an A/B test has where no stage says how long it lasts."""
_POD_LABELS = ("app", "name", "app.kubernetes.io/name")
"""The labels by which Flagger finds the pods unless it is started with others."""
_MATCHED = ("headers", "queryParams")
"""What an A/B test may match."""
_HEADER_FILTERS = {"RequestHeaderModifier": "requestHeaderModifier", "ResponseHeaderModifier": "responseHeaderModifier"}


class AnalysisOptions(Struct, frozen=True):
    """What the analysis asks: figures of a Prometheus, and for approvals a webhook."""

    metrics: Sequence[GateMetric]
    prometheus: str
    webhook: str


def names(rollout: Rollout) -> ControllerNames:
    """Flagger makes the stable pods itself, and two Services."""
    own = rollout.service.name
    return ControllerNames(f"{own}-primary", f"{own}-primary", f"{own}-canary")


def objects(release: ControllerRelease, options: AnalysisOptions) -> Iterator[ExportedObject]:
    """Everything that the release needs, the Canary last."""
    rollout = release.rollout
    for account in service_accounts(rollout):
        yield ExportedObject(service_account(rollout, account), {(): "The pods' identity."})
    note = (
        f"A change of its pods starts the steps: apply it with\n{image(release)}, "
        f"wait until the Canary is Initialized, then bring {release.candidate.name}."
    )
    yield ExportedObject(workload(release), {(): note})
    scaling = scaler(release, "apps/v1", "Deployment")
    if scaling is not None:
        yield ExportedObject(scaling, {(): "How many pods run."})
    for metric in options.metrics:
        yield ExportedObject(_template(release, metric, options.prometheus), {(): "What the gate asks of Prometheus."})
    yield _canary(release, options, scaled=scaling is not None)


def _template(release: ControllerRelease, metric: GateMetric, prometheus: str) -> JsonObject:
    return {
        "apiVersion": _API,
        "kind": "MetricTemplate",
        "metadata": metadata(release.rollout, _template_name(release, metric), wave=0),
        "spec": {"provider": {"type": "prometheus", "address": prometheus}, "query": metric.query},
    }


def _template_name(release: ControllerRelease, metric: GateMetric) -> str:
    return f"{release.rollout.service.name}-{metric.name}"


def _canary(release: ControllerRelease, options: AnalysisOptions, *, scaled: bool) -> ExportedObject:
    name = release.candidate.deployment
    spec: JsonObject = {
        "provider": _PROVIDER,
        "targetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": name},
    }
    if scaled:
        spec["autoscalerRef"] = {"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "name": name}
    spec |= {"service": _service(release), "analysis": _analysis(release, options)}
    data: JsonObject = {
        "apiVersion": _API,
        "kind": "Canary",
        "metadata": metadata(release.rollout, release.rollout.service.name, wave=1),
        "spec": spec,
    }
    stages = ", ".join(f"{step.stage.name} {step.weight} %" for step in release.steps)
    return ExportedObject(data, {(): f"The stages: {stages}."})


def _service(release: ControllerRelease) -> JsonObject:
    rollout = release.rollout
    declared = rollout.service
    service: JsonObject = {"name": declared.name, "port": declared.port, "targetPort": declared.target_port}
    service |= {
        key: value for key, value in (("portName", declared.port_name), ("appProtocol", declared.app_protocol)) if value
    }
    parents = rollout.route.parents if release.environment.parents is None else release.environment.parents
    service["gatewayRefs"] = [parent_reference(rollout, parent) for parent in parents]
    hostnames = rollout.route.hostnames if release.environment.hostnames is None else release.environment.hostnames
    optional: tuple[tuple[str, Json], ...] = (
        ("hosts", list(hostnames)),
        ("match", [istio_match(own) for own in rollout.route.matches]),
        ("timeout", text_at(rollout.route.timeouts, "request")),
        ("headers", _headers(rollout)),
        ("rewrite", _rewrite(rollout)),
        ("apex", _apex(rollout)),
    )
    return service | {key: value for key, value in optional if value}


def _apex(rollout: Rollout) -> JsonObject:
    """Labels and annotations of the Service and the route, which Flagger gives both of them."""
    labels = dict(rollout.service.labels) | dict(rollout.route.labels)
    annotations = dict(rollout.service.annotations) | dict(rollout.route.annotations)
    return {key: dict(value) for key, value in (("labels", labels), ("annotations", annotations)) if value}


def _headers(rollout: Rollout) -> JsonObject:
    """The filters that change headers, as Istio writes them."""
    headers: JsonObject = {}
    for kind, key in _HEADER_FILTERS.items():
        for own in rollout.route.filters:
            if own.get("type") == kind:
                side = kind.removesuffix("HeaderModifier").lower()
                headers[side] = _changed_headers(object_at(own, key))
    return headers


def _changed_headers(change: JsonObject) -> JsonObject:
    sides: JsonObject = {
        verb: {text_at(entry, "name"): text_at(entry, "value") for entry in list_at(change, verb)}
        for verb in ("set", "add")
        if list_at(change, verb)
    }
    return sides | ({"remove": list_at(change, "remove")} if list_at(change, "remove") else {})


def _rewrite(rollout: Rollout) -> JsonObject:
    for own in rollout.route.filters:
        if own.get("type") == "URLRewrite":
            rewrite = object_at(own, "urlRewrite")
            path = object_at(rewrite, "path")
            fields = (
                ("uri", text_at(path, "replaceFullPath") or text_at(path, "replacePrefixMatch")),
                ("authority", text_at(rewrite, "hostname")),
                ("type", text_at(path, "type")),
            )
            return {key: value for key, value in fields if value}
    return {}


def _analysis(release: ControllerRelease, options: AnalysisOptions) -> JsonObject:
    matches = _ab_matches(release)
    analysis: JsonObject = {"interval": _interval(release), "threshold": _FAILED_CHECKS}
    if matches:
        analysis |= {"interval": "1m", "iterations": _iterations(release), "match": matches}
    else:
        analysis["stepWeights"] = [step.weight for step in rising_steps(release)]
    if options.metrics:
        analysis["metrics"] = [_metric(release, metric) for metric in options.metrics]
    hooks: list[Json] = [
        {"name": f"{kind}-of-{release.candidate.name}", "type": kind, "url": options.webhook}
        for kind in _approvals(release)
    ]
    return analysis | ({"webhooks": hooks} if hooks else {})


def _metric(release: ControllerRelease, metric: GateMetric) -> JsonObject:
    limits = (("min", metric.least), ("max", metric.most))
    return {
        "name": metric.name,
        "templateRef": {"name": _template_name(release, metric)},
        "thresholdRange": {key: value for key, value in limits if value is not None},
    }


def rising_steps(release: ControllerRelease) -> tuple[ControllerStep, ...]:
    """The steps that Flagger goes through: it knows none without a share, and none that does not rise."""
    rising: list[ControllerStep] = []
    for step in release.steps:
        if step.weight > (rising[-1].weight if rising else 0):
            rising.append(step)
    return tuple(rising)


def _interval(release: ControllerRelease) -> str:
    """The longest time that a step should last, in minutes or seconds: no stage is shorter than it asks."""
    longest = max((milliseconds(step.stage.soak) for step in rising_steps(release)), default=0) or _MINUTE
    return f"{ceil(longest / 1000)}s" if longest % _MINUTE else f"{longest // _MINUTE}m"


def is_ab_test(release: ControllerRelease) -> bool:
    """Whether requests are told apart by matches alone, with no share in between."""
    shifts = any(0 < step.weight < 100 for step in release.steps)
    return not shifts and any(candidate_rules(release, step.stage) for step in release.steps)


def is_steered(release: ControllerRelease) -> bool:
    """Whether a share or a match is left that leads to the candidate."""
    return bool(rising_steps(release) or _ab_matches(release))


def _ab_matches(release: ControllerRelease) -> list[Json]:
    """What the A/B test matches: every rule that leads to the candidate, once."""
    if not is_ab_test(release):
        return []
    written = (
        istio_match(combined({}, condition))
        for step in release.steps
        for rule in candidate_rules(release, step.stage)
        for condition in rule.matches
        if combined({}, condition).keys() <= set(_MATCHED)
    )
    unique: list[Json] = []
    for match in written:
        if match not in unique:
            unique.append(match)
    return unique


def _iterations(release: ControllerRelease) -> int:
    soaks = (milliseconds(step.stage.soak) for step in release.steps if candidate_rules(release, step.stage))
    return ceil(max(soaks, default=0) / _MINUTE) or _CHECKS


def _approvals(release: ControllerRelease) -> Iterator[str]:
    """The webhooks that somebody's approvals become: before the first share, between two, and before the end."""
    steps = rising_steps(release)
    stages = release.rollout.stages_in(release.environment)
    asked = [stage for stage in stages if stage.approval]
    first = stages.index(steps[0].stage) if steps else len(stages)
    if any(stages.index(stage) < first for stage in asked):
        yield "confirm-rollout"
    if any(step.stage.approval for step in steps[:-1]):
        yield "confirm-traffic-increase"
    if steps and steps[-1].stage.approval:
        yield "confirm-promotion"


def left(release: ControllerRelease) -> Iterator[Left]:
    """What the Canary cannot express."""
    yield from left_of_release(release)
    yield from _left_of_steps(release)
    yield from _left_of_rules(release)
    yield from _left_of_route(release)
    yield from _left_of_service(release.rollout.service)
    yield from _left_of_workloads(release)
    if not set(_POD_LABELS) & dict(release.rollout.service.selector).keys():
        yield Left(
            "the selector " + ", ".join(dict(release.rollout.service.selector)),
            f"Flagger finds pods by {', '.join(_POD_LABELS)}: start it with -selector-labels",
        )
    yield Left(
        "a gate that only refuses", f"after {_FAILED_CHECKS} failed checks Flagger sends everything back by itself"
    )


def _left_of_steps(release: ControllerRelease) -> Iterator[Left]:
    rising = rising_steps(release)
    for step in release.steps:
        if step.weight and step not in rising and not is_ab_test(release):
            yield Left(f"stage {step.stage.name}", f"{step.weight} % is not more than in the stage before it")
    soaks = {step.stage.name: step.stage.soak for step in rising}
    if len(set(soaks.values())) > 1:
        told = ", ".join(f"{name} {soak or 'none'}" for name, soak in soaks.items())
        yield Left(f"a soak of each stage ({told})", f"one interval is for all, here {_interval(release)}")
    if any(not step.stage.soak and not step.stage.approval for step in rising):
        yield Left("stages that wait for a promotion", "Flagger goes on by itself once the checks pass")
    if "confirm-traffic-increase" in _approvals(release) and not all(step.stage.approval for step in rising[:-1]):
        asked = ", ".join(step.stage.name for step in rising[:-1] if step.stage.approval)
        yield Left(f"an approval after {asked} alone", "the webhook is asked before every increase")


def _left_of_rules(release: ControllerRelease) -> Iterator[Left]:
    ab_test = is_ab_test(release)
    for step in release.steps:
        for rule in candidate_rules(release, step.stage):
            yield from _left_of_rule(step.stage, rule, ab_test=ab_test)


def _left_of_rule(stage: Stage, rule: ExtraRule, *, ab_test: bool) -> Iterator[Left]:
    what = f"rule {rule.name} of {stage.name}"
    if not ab_test:
        yield Left(what, "a Canary shifts by weight or by match, not by both")
        return
    for condition in rule.matches:
        others = combined({}, condition).keys() - set(_MATCHED)
        if others:
            yield Left(what, f"an A/B test matches headers and queries, not {' and '.join(sorted(others))}")


def _left_of_route(release: ControllerRelease) -> Iterator[Left]:
    declared = release.rollout.route
    if declared.name != release.rollout.service.name:
        yield Left(f"the route's name {declared.name}", f"Flagger's route is named {release.rollout.service.name}")
    for rule in declared.other_rules:
        matches = ", ".join(filter(None, (text_at(match, "path", "value") for match in list_at(rule, "matches"))))
        yield Left(f"another rule of the route {matches}".rstrip(), "the route is Flagger's own, with its rules alone")
    for own in declared.filters:
        kind = text_at(own, "type")
        if kind not in (*_HEADER_FILTERS, "URLRewrite"):
            yield Left(f"filter {kind}", "a Canary changes headers and rewrites paths, and nothing else")
    for name in declared.timeouts.keys() - {"request"}:
        yield Left(f"timeout {name}", "a Canary has one for the whole request")


def _left_of_workloads(release: ControllerRelease) -> Iterator[Left]:
    name = release.candidate.deployment
    for version in release.declared:
        if (version.workload_kind, version.deployment) == ("Deployment", name):
            yield Left(
                f"the Deployment {name} of {version.name} as it runs",
                "the exported one has its name and another selector, which an update cannot change: retire it first",
            )


def _left_of_service(declared: DeclaredService) -> Iterator[Left]:
    for name in declared.spec:
        yield Left(f"{name} of the Service", "Flagger makes a Service of its own with ports and selector alone")
    for port in declared.ports:
        if port.get("port") != declared.port:
            yield Left(f"port {port.get('port')} of the Service", "Flagger's Service has the port that is split")
