"""A rollout as Argo Rollouts carries it out with its plugin for the Gateway API.

Sources: the Rollout and AnalysisTemplate types of argoproj/argo-rollouts, and the documentation and source of
argoproj-labs/rollouts-plugin-trafficrouter-gatewayapi: a header route asks for all of its headers, and keeps the path
and the query of the rule it is made from.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from itertools import count

from msgspec.structs import replace

from gateshift.manifests.base import own_service, service_accounts, split_port
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
from gateshift.manifests.metadata import metadata, selector
from gateshift.manifests.route import route
from gateshift.manifests.workload import service_account
from gateshift.model.adoption import Left
from gateshift.model.controller_export import ControllerStep, ExportedObject, GateMetric
from gateshift.model.rollout import ExtraRule, Rollout, RouteKind, Share, Stage
from gateshift.yamldoc.data import FieldPath, Json, JsonObject, list_at, object_at, text_at

_API = "argoproj.io/v1alpha1"
_PLUGIN = "argoproj-labs/gatewayAPI"
_OF_DEPLOYMENT = ("replicas", "minReadySeconds", "revisionHistoryLimit", "progressDeadlineSeconds", "selector")
"""The fields that a Rollout has in common with a Deployment, but for the template."""
_STEPS: FieldPath = ("spec", "strategy", "canary", "steps")

HeaderRoutes = dict[str, list[Json]]
"""The conditions of header routes by name."""


def names(rollout: Rollout) -> ControllerNames:
    """One Rollout runs both versions; each has a Service that the controller points at its pods."""
    own = rollout.service.name
    return ControllerNames(own, f"{own}-stable", f"{own}-canary")


def objects(release: ControllerRelease, metrics: Sequence[GateMetric], prometheus: str) -> Iterator[ExportedObject]:
    """Everything that the release needs, the Rollout last."""
    rollout = release.rollout
    for account in service_accounts(rollout):
        yield ExportedObject(service_account(rollout, account), {(): "The pods' identity."})
    if rollout.live_in(release.environment) is None:
        yield ExportedObject(own_service(rollout), {(): "The Service that callers know."})
    for service, who in ((release.stable.service, "stable"), (release.candidate.service, "new")):
        yield ExportedObject(_service(rollout, service), {(): f"The controller points it at the {who} pods."})
    yield ExportedObject(_route(release), {(): "The plugin writes the weights of this route."})
    if metrics:
        yield ExportedObject(_analysis(release, metrics, prometheus), {(): "What the gate asks of Prometheus."})
    scaling = scaler(release, _API, "Rollout")
    if scaling is not None:
        yield ExportedObject(scaling, {(): "How many pods run."})
    yield _rollout(release, gated=bool(metrics))


def _service(rollout: Rollout, name: str) -> JsonObject:
    labels = selector(rollout)
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": metadata(rollout, name, wave=0, labels=labels),
        "spec": {"selector": labels, "ports": [split_port(rollout)]},
    }


def _route(release: ControllerRelease) -> JsonObject:
    shares = (Share(release.stable.name, 100), Share(release.candidate.name, 0))
    stage = replace(release.steps[0].stage, shares=shares, rules=(), mirror=None)
    return route(release.rollout, stage, release.environment)


def _analysis(release: ControllerRelease, metrics: Sequence[GateMetric], prometheus: str) -> JsonObject:
    return {
        "apiVersion": _API,
        "kind": "AnalysisTemplate",
        "metadata": metadata(release.rollout, _gate_name(release), wave=0),
        "spec": {"metrics": [_metric(metric, prometheus) for metric in metrics]},
    }


def _gate_name(release: ControllerRelease) -> str:
    return f"{release.rollout.service.name}-gate"


def _metric(metric: GateMetric, prometheus: str) -> JsonObject:
    """A figure without a value is inconclusive, which pauses the rollout as the gate would."""
    limits = [(metric.least, ">=", "<"), (metric.most, "<=", ">")]
    known = [(value, kept, broken) for value, kept, broken in limits if value is not None]
    kept = [f"result[0] {sign} {value!r}" for value, sign, _ in known]
    broken = [f"result[0] {sign} {value!r}" for value, _, sign in known]
    return {
        "name": metric.name,
        "successCondition": " && ".join(["len(result) > 0", *kept]),
        "failureCondition": f"len(result) > 0 && ({' || '.join(broken)})",
        "provider": {"prometheus": {"address": prometheus, "query": metric.query}},
    }


def _rollout(release: ControllerRelease, *, gated: bool) -> ExportedObject:
    whole = workload(release)
    given, name = object_at(whole, "spec"), release.candidate.name
    steps, notes = _steps(release, gated=gated)
    canary: JsonObject = {
        "stableService": release.stable.service,
        "canaryService": release.candidate.service,
        "trafficRouting": _traffic_routing(release),
        "steps": steps,
    }
    spec: JsonObject = {name: given[name] for name in _OF_DEPLOYMENT if name in given}
    spec |= {"template": given.get("template"), "strategy": {"canary": canary}}
    note = f"It goes through no step for what it runs first: apply it with\n{image(release)}, then with {name}."
    data: JsonObject = {"apiVersion": _API, "kind": "Rollout", "metadata": whole["metadata"], "spec": spec}
    return ExportedObject(data, {(): note, **notes})


def _traffic_routing(release: ControllerRelease) -> JsonObject:
    declared = release.rollout.route
    managed: list[Json] = [{"name": name} for name in _all_header_routes(release)]
    target: JsonObject = {"name": declared.name}
    if managed:
        target["useHeaderRoutes"] = True
    plugin: JsonObject = {_routes_field(declared.kind): [target]}
    if release.rollout.service.namespace:
        plugin["namespace"] = release.rollout.service.namespace
    routing: JsonObject = {"managedRoutes": managed} if managed else {}
    return routing | {"plugins": {_PLUGIN: plugin}}


def _routes_field(kind: RouteKind) -> str:
    match kind:
        case RouteKind.HTTP:
            return "httpRoutes"
        case RouteKind.GRPC:
            return "grpcRoutes"


def _all_header_routes(release: ControllerRelease) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for step in release.steps for name in _header_routes(release, step.stage)))


def _header_routes(release: ControllerRelease, stage: Stage) -> HeaderRoutes:
    """The stage's rules that a header route can say, one for each of their alternatives."""
    return dict(_named_routes(release, stage))


def _named_routes(release: ControllerRelease, stage: Stage) -> Iterator[tuple[str, list[Json]]]:
    taken = {rule.name for step in release.steps for rule in candidate_rules(release, step.stage)}
    for rule in candidate_rules(release, stage):
        for condition, name in zip(rule.matches, _route_names(rule, taken), strict=False):
            written = combined({}, condition)
            if written.keys() == {"headers"}:
                yield name, [_header(header) for header in list_at(written, "headers")]


def _route_names(rule: ExtraRule, taken: Container[str]) -> Iterator[str]:
    """The rule's own name, or for its alternatives numbered ones without end that no rule has."""
    if len(rule.matches) == 1:
        return iter([rule.name])
    numbered = (f"{rule.name}-{number}" for number in count(1))
    return (name for name in numbered if name not in taken)


def _header(header: Json) -> JsonObject:
    kind = "regex" if text_at(header, "type") == "RegularExpression" else "exact"
    return {"headerName": text_at(header, "name"), "headerValue": {kind: text_at(header, "value")}}


def _steps(release: ControllerRelease, *, gated: bool) -> tuple[list[Json], dict[FieldPath, str]]:
    """The steps, and where each stage begins. All pods of the new version run from the first one on."""
    steps: list[Json] = [{"setCanaryScale": {"weight": 100}}]
    notes: dict[FieldPath, str] = {}
    routes: HeaderRoutes = {}
    for step in release.steps:
        notes[*_STEPS, len(steps)] = f"{step.stage.name}: {step.stage.description}".removesuffix(": ")
        wanted = _header_routes(release, step.stage)
        steps += [{"setWeight": step.weight}, *_changed_routes(routes, wanted), *_waits(release, step, gated=gated)]
        routes = wanted
    return steps, notes


def _changed_routes(before: HeaderRoutes, after: HeaderRoutes) -> Iterator[JsonObject]:
    """A header route goes before it comes again with other conditions: the plugin never replaces one."""
    for name, conditions in before.items():
        if after.get(name) != conditions:
            yield {"setHeaderRoute": {"name": name}}
    for name, conditions in after.items():
        if before.get(name) != conditions:
            yield {"setHeaderRoute": {"name": name, "match": conditions}}


def _waits(release: ControllerRelease, step: ControllerStep, *, gated: bool) -> Iterator[JsonObject]:
    """The time that the stage should last, then the gate, then somebody's word: a stage without a soak lasts until
    somebody promotes, as it does in Git."""
    if step.stage.soak:
        yield {"pause": {"duration": step.stage.soak}}
    if gated and step.weight:
        yield {"analysis": {"templates": [{"templateName": _gate_name(release)}]}}
    if step.stage.approval or not step.stage.soak:
        yield {"pause": {}}


def left(release: ControllerRelease) -> Iterator[Left]:
    """What the Rollout cannot express."""
    yield from left_of_release(release)
    for step in release.steps:
        for rule in candidate_rules(release, step.stage):
            yield from _left_of_rule(step.stage, rule)
    if _all_header_routes(release) and any({"headers", "method"} & own.keys() for own in release.rollout.route.matches):
        yield Left("headers and methods of the production rule", "a header route of the plugin drops them")
    yield Left(
        "the way back by a commit",
        "an aborted Rollout sends everything to the stable pods, and Git still names the new version",
    )


def _left_of_rule(stage: Stage, rule: ExtraRule) -> Iterator[Left]:
    for condition in rule.matches:
        others = combined({}, condition).keys() - {"headers"}
        if others:
            yield Left(
                f"rule {rule.name} of {stage.name}",
                f"a header route of the plugin matches headers alone, not {' and '.join(sorted(others))}",
            )
