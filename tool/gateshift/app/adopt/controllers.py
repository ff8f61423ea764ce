"""What a controller in the cluster does with the service today: a Flagger Canary, or an Argo Rollout with a route.

Source: Flagger 1.43, Canary (flagger.app/v1beta1), and its Gateway API router; Argo Rollouts 1.8, `strategy.canary`,
and its traffic router plugin for the Gateway API.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from gateshift.app.adopt.steps import Step
from gateshift.model.adoption import Left
from gateshift.model.resource import Build, Resource
from gateshift.yamldoc.data import Json, JsonObject, list_at, object_at, text_at

_PLUGIN = "argoproj-labs/gatewayAPI"
_APPROVALS = frozenset({"confirm-rollout", "confirm-traffic-increase", "confirm-promotion"})
_NO_FIELD = "gateshift.yaml has no field for it"


class TrafficController(Struct, frozen=True):
    """Something that shifts traffic by itself: its object, the steps that it takes, what of it the stages do not carry,
    and how its work ends without two owners."""

    resource: Resource
    steps: tuple[Step, ...]
    left: tuple[Left, ...]

    @property
    def owns_everything(self) -> bool:
        """Whether it makes the Services, the route and the Deployment that serves by itself, none of them in Git."""
        return self.resource.kind == "Canary"


def controller_in(build: Build) -> TrafficController | None:
    """The first Canary, or Rollout that steers a route, of the build."""
    for resource in build.resources:
        if (resource.id.group, resource.kind) == ("flagger.app", "Canary"):
            return TrafficController(resource, _once(_flagger_steps(resource)), tuple(_left_of_canary(resource)))
        if (resource.id.group, resource.kind) == ("argoproj.io", "Rollout") and _routing(resource):
            return TrafficController(resource, _once(_rollout_steps(resource)), tuple(_left_of_rollout(resource)))
    return None


def _once(steps: Iterable[Step]) -> tuple[Step, ...]:
    """The steps short of the whole, none of them twice."""
    named: dict[str, Step] = {}
    for step in steps:
        if step.percent < 100:
            named.setdefault(step.name, step)
    return tuple(step for step in named.values() if step.percent or step.match)


def _routing(rollout: Resource) -> JsonObject:
    return object_at(rollout.data, "spec", "strategy", "canary", "trafficRouting")


def service_of(canary: Resource, selector: Mapping[str, Json]) -> JsonObject:
    """The Service that Flagger makes for callers, with the target's own labels."""
    service = object_at(canary.data, "spec", "service")
    port = service.get("port", 80)
    named: JsonObject = {"name": text_at(service, "portName") or "http", "port": port}
    named["targetPort"] = service.get("targetPort", port)
    if text_at(service, "appProtocol"):
        named["appProtocol"] = service["appProtocol"]
    metadata: JsonObject = {"name": text_at(service, "name") or text_at(canary.data, "spec", "targetRef", "name")}
    if canary.id.namespace:
        metadata["namespace"] = canary.id.namespace
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": metadata,
        "spec": {"selector": dict(selector), "ports": [named]},
    }


def route_of(canary: Resource, service: str) -> JsonObject:
    """The `route` of gateshift.yaml that says what Flagger's does."""
    declared = object_at(canary.data, "spec", "service")
    parents = [_parent(object_at(item), service) for item in list_at(declared, "gatewayRefs")]
    route: JsonObject = {"parents": list[Json](parents) or [{"service": service}]}
    hosts = [host for host in list_at(declared, "hosts") if isinstance(host, str) and host != "*"]
    if hosts:
        route["hostnames"] = list[Json](hosts)
    matches = [match for match in map(_match, list_at(declared, "match")) if match]
    if matches:
        route["matches"] = list[Json](matches)
    if text_at(declared, "timeout"):
        route["timeouts"] = {"request": text_at(declared, "timeout")}
    return route


def _parent(reference: JsonObject, service: str) -> JsonObject:
    if text_at(reference, "kind") == "Service":
        return {"service": service}
    where = "/".join(part for part in (text_at(reference, "namespace"), text_at(reference, "name")) if part)
    section: JsonObject = {"section": reference["sectionName"]} if text_at(reference, "sectionName") else {}
    port: JsonObject = {"port": reference["port"]} if isinstance(reference.get("port"), int) else {}
    return {"gateway": where} | section | port


_PATHS = {"prefix": "PathPrefix", "exact": "Exact", "regex": "RegularExpression"}


def _match(match: Json) -> JsonObject:
    """A match as Flagger spells it, as the Gateway API does."""
    data: JsonObject = {}
    for kind, value in object_at(match, "uri").items():
        if kind in _PATHS:
            data["path"] = {"type": _PATHS[kind], "value": value}
    if text_at(match, "method", "exact"):
        data["method"] = text_at(match, "method", "exact")
    headers: list[Json] = [
        {"type": "Exact" if kind == "exact" else "RegularExpression", "name": name, "value": text}
        for name, value in object_at(match, "headers").items()
        for kind, text in object_at(value).items()
        if kind in ("exact", "regex")
    ]
    return data | ({"headers": headers} if headers else {})


def _flagger_steps(canary: Resource) -> Iterator[Step]:
    analysis = object_at(canary.data, "spec", "analysis")
    kinds = {text_at(hook, "type") for hook in list_at(analysis, "webhooks")}
    soak = text_at(analysis, "interval")
    rules: list[JsonObject] = [{"headers": object_at(match, "headers")} for match in list_at(analysis, "match")]
    if rules:
        yield Step(0, soak, approval="confirm-rollout" in kinds, match=tuple(rules))
        return
    weights = _weights(analysis)
    for index, weight in enumerate(weights):
        last = index == len(weights) - 1
        yield Step(weight, soak, approval=("confirm-promotion" if last else "confirm-traffic-increase") in kinds)


def _weights(analysis: JsonObject) -> list[int]:
    """The shares in per cent that the analysis passes through, each above the one before it and below 100."""
    listed = [weight for weight in list_at(analysis, "stepWeights") if isinstance(weight, int)]
    step, most = (_whole(analysis.get(key)) for key in ("stepWeight", "maxWeight"))
    weights = listed or list(range(step, min(most or 100, 100) + 1, step) if step else ())
    return sorted({weight for weight in weights if 0 < weight < 100})


def _whole(value: Json) -> int:
    return value if isinstance(value, int) and value > 0 else 0


_OF_A_CANARY = frozenset({"targetRef", "service", "analysis", "provider"})
_OF_ITS_SERVICE = frozenset(
    {"name", "port", "portName", "targetPort", "appProtocol", "gatewayRefs", "hosts", "match", "timeout"}
)
_OF_ITS_ANALYSIS = frozenset({"interval", "stepWeight", "maxWeight", "stepWeights", "match", "webhooks"})


def _left_of_canary(canary: Resource) -> Iterator[Left]:
    name = str(canary.id)
    spec = object_at(canary.data, "spec")
    service, analysis = object_at(spec, "service"), object_at(spec, "analysis")
    for data, known, at in (
        (spec, _OF_A_CANARY, ""),
        (service, _OF_ITS_SERVICE, "service."),
        (analysis, _OF_ITS_ANALYSIS, "analysis."),
    ):
        for key in data:
            if key not in known:
                yield Left(f"`{at}{key}` of {name}", _WHY_NOT.get(key, _NO_FIELD))
    for hook in list_at(analysis, "webhooks"):
        if text_at(hook, "type") not in _APPROVALS:
            yield Left(f"the webhook {text_at(hook, 'name')} of {name}", "nothing of gateshift runs in the cluster")


_WHY_NOT = {
    "metrics": "write the limits into `gate`, which `gateshift promote --gate` asks for",
    "threshold": "a stage goes back when you promote it back, not by a count of failures",
    "iterations": "a stage lasts until you promote the next one; `soak` says how long it should",
    "autoscalerRef": "each version has an autoscaler of its own where today's goes by the CPU alone",
}


def _rollout_steps(rollout: Resource) -> Iterator[Step]:
    """A stage for each weight and each header route, as long as the pauses and analyses behind it last."""
    match: tuple[JsonObject, ...] = ()
    weight, due = 0, False
    soak, approval = "", False
    for item in list_at(rollout.data, "spec", "strategy", "canary", "steps"):
        step = object_at(item)
        changes = "setWeight" in step or "setHeaderRoute" in step
        if changes and due:
            yield Step(weight, soak, approval=approval, match=match)
            soak, approval = "", False
        if "setWeight" in step:
            weight = _whole(step["setWeight"])
        if "setHeaderRoute" in step:
            match = tuple(_header_conditions(object_at(step, "setHeaderRoute")))
        due = due or changes
        if "pause" in step:
            duration = object_at(step, "pause").get("duration")
            soak, approval = _duration(duration) or soak, approval or duration is None
    if due:
        yield Step(weight, soak, approval=approval, match=match)


def _header_conditions(header_route: JsonObject) -> Iterator[JsonObject]:
    headers: JsonObject = {
        text_at(item, "headerName"): object_at(item, "headerValue") for item in list_at(header_route, "match")
    }
    if headers:
        yield {"headers": headers}


def _duration(value: Json) -> str:
    text = str(value) if isinstance(value, int | str) else ""
    return f"{text}s" if text.isdigit() else text


_OF_CANARY_STRATEGY = frozenset({"canaryService", "stableService", "trafficRouting", "steps"})
_READ_STEPS = frozenset({"setWeight", "setHeaderRoute", "pause"})


def _left_of_rollout(rollout: Resource) -> Iterator[Left]:
    name = str(rollout.id)
    strategy = object_at(rollout.data, "spec", "strategy", "canary")
    for key in strategy:
        if key not in _OF_CANARY_STRATEGY:
            yield Left(f"`strategy.canary.{key}` of {name}", _NO_FIELD)
    routing = object_at(strategy, "trafficRouting")
    for key in routing:
        if key not in ("plugins", "managedRoutes"):
            yield Left(f"`trafficRouting.{key}` of {name}", "the rollout steers by the Gateway API alone")
    for key in object_at(routing, "plugins"):
        if key != _PLUGIN:
            yield Left(f"the plugin {key} of {name}", "the rollout steers by the Gateway API alone")
    kinds = {key: None for item in list_at(strategy, "steps") for key in object_at(item) if key not in _READ_STEPS}
    for key in kinds:
        why = "write the limits into `gate`" if key == "analysis" else "a stage has no such step"
        yield Left(f"the steps `{key}` of {name}", why)


def hand_over(controller: TrafficController, name: str) -> Left:
    """How the controller's work ends, so that nothing has two owners. `name` is the service's."""
    resource = controller.resource
    if not controller.owns_everything:
        return Left(
            f"`trafficRouting` of {resource.id}",
            "Argo Rollouts writes the route's weights too, and two owners would undo each other's: before the stage "
            "`routed`, take `trafficRouting` and `steps` out of it in a commit of its own. Its pod template stays, so "
            "that no pod is replaced",
        )
    return Left(
        str(resource.id),
        f"Flagger owns Deployment {name}-primary, the Services {name}, {name}-primary and {name}-canary and the route "
        f"{name} as long as it exists. Before the stage `released`, annotate it to stay in the cluster when it is "
        "pruned (argocd.argoproj.io/sync-options: Prune=false, or kustomize.toolkit.fluxcd.io/prune: disabled). After "
        f"that stage, run `kubectl delete canary {resource.id.name} --cascade=orphan`: all of these stay in place "
        "without an owner, and the next two stages take the Service and the route over. Delete "
        f"{name}-primary and {name}-canary when nothing calls them",
    )
