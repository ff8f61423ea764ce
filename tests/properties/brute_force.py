"""A walker that knows nothing of the tool's own: it plays every order in which a sync could bring its changes about,
one event at a time, and asks of every state what some requests would get.

It is written for the builds that the laws draw: Services, Deployments with a version label, and one HTTPRoute, in one
namespace. Only the answers come from `traffic`, which has its own tests.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from gateshift.model.resource import Resource, ResourceId
from gateshift.traffic.cluster import Cluster
from gateshift.traffic.decide import decide
from gateshift.traffic.decision import Decision
from gateshift.traffic.request import Request

EventKind = tuple[str, ResourceId]
"""("apply" | "prune" | "ready", object)"""

RANK = {"Service": 0, "Deployment": 1, "HTTPRoute": 2}


@dataclass(frozen=True)
class World:
    """Both builds by identity, and what lies outside them."""

    before: Mapping[ResourceId, Resource]
    after: Mapping[ResourceId, Resource]
    outside: frozenset[ResourceId]

    def event_kinds(self) -> Iterator[EventKind]:
        for identity, resource in self.after.items():
            old = self.before.get(identity)
            if old is None or old.data != resource.data:
                yield "apply", identity
                if identity.kind == "Deployment" and self.waits(identity):
                    yield "ready", identity
        for identity in self.before.keys() - self.after.keys():
            yield "prune", identity

    def waits(self, identity: ResourceId) -> bool:
        """Whether new pods must start."""
        old, new = self.before.get(identity), self.after[identity]
        if count(new) == 0:
            return False
        return old is None or count(old) == 0 or spec(old)["template"] != spec(new)["template"]

    def cluster(self, done: frozenset[EventKind]) -> Cluster:
        held: dict[ResourceId, Resource] = {}
        none: dict[ResourceId, int] = {}
        for identity in {*self.before, *self.after}:
            if ("prune", identity) in done:
                continue
            if ("apply", identity) not in done:
                if identity in self.before:
                    held[identity] = self.before[identity]
                continue
            new, old = self.after[identity], self.before.get(identity)
            held[identity] = new
            if identity.kind == "Deployment" and self.waits(identity) and ("ready", identity) not in done:
                if old is None or count(old) == 0 or spec(new).get("strategy") == {"type": "Recreate"}:
                    none[identity] = 0
                else:
                    mixed = {**new.data, "spec": {**spec(new), "template": spec(old)["template"]}}
                    held[identity] = Resource(new.api_version, identity, mixed, new.origin)
        return Cluster.of(held.values(), assumed=self.outside, ready=none)


def spec(resource: Resource) -> dict[str, Any]:
    found = resource.data["spec"]
    assert isinstance(found, dict)
    return found


def count(resource: Resource) -> int:
    return int(spec(resource).get("replicas", 1))


def named(resource: Resource | None) -> dict[str, int]:
    """The weight of every Service that a route names, the largest where it is named twice; a mirror has 1."""
    found: dict[str, int] = {}
    for rule in spec(resource)["rules"] if resource is not None else ():
        entries = [(each["name"], each.get("weight", 1)) for each in rule.get("backendRefs", ())]
        entries += [(each["requestMirror"]["backendRef"]["name"], 1) for each in rule.get("filters", ())]
        for name, weight in entries:
            found[name] = max(found.get(name, 0), weight)
    return found


def may_happen(
    world: World, engine: str, event_kind: EventKind, done: frozenset[EventKind], every: frozenset[EventKind]
) -> bool:
    """Whether the engine's order lets the deed happen now."""
    what, identity = event_kind
    if what == "ready":
        return ("apply", identity) in done
    missing = every - done
    if what == "apply":
        if engine == "argocd" and any(other == "prune" for other, _ in missing):
            return False
        return not any(
            other == "apply" and before(each, identity) and not starts_with(world, each) for other, each in missing
        )
    if engine == "argocd":
        return True
    if engine == "argocd-last":
        return all(other == "prune" for other, _ in missing)
    return not any(other == "apply" and not lets_go(world, each, identity) for other, each in missing)


def before(one: ResourceId, other: ResourceId) -> bool:
    return (RANK[one.kind], one.name) < (RANK[other.kind], other.name)


def starts_with(world: World, identity: ResourceId) -> bool:
    """Whether the object is a new Service that the route starts to name: nothing waits for it."""
    if identity.kind != "Service" or identity in world.before:
        return False
    return any(identity.name in named(world.after[each]) for each in world.after if each.kind == "HTTPRoute")


def lets_go(world: World, route: ResourceId, pruned: ResourceId) -> bool:
    """Whether a changed route ceases to name the Service, or the Service that selects the Deployment."""
    if route.kind != "HTTPRoute":
        return False
    old, new = named(world.before.get(route)), named(world.after.get(route))
    gone = {name for name in old if name not in new or (old[name] and not new[name])}
    if pruned.kind == "Service":
        return pruned.name in gone
    labels = spec(world.before[pruned])["template"]["metadata"]["labels"]
    return any(
        each.kind == "Service" and each.name in gone and spec(service)["selector"].items() <= labels.items()
        for each, service in world.before.items()
    )


def states(world: World, engine: str) -> Iterator[frozenset[EventKind]]:
    """Every state that some order of the deeds passes through, the last included, the first not."""
    every = frozenset(world.event_kinds())
    seen = {frozenset[EventKind]()}
    front = [frozenset[EventKind]()]
    while front:
        done = front.pop()
        for event_kind in every - done:
            following = done | {event_kind}
            if following not in seen and may_happen(world, engine, event_kind, done, every):
                seen.add(following)
                front.append(following)
                yield following


def is_lost(world: World, request: Request, done: frozenset[EventKind]) -> bool:
    """Whether the request lost its answer in the state, or went to a version that nobody declared for it."""
    first = decide(world.cluster(frozenset()), request, trace=False)
    last = decide(world.cluster(frozenset(world.event_kinds())), request, trace=False)
    there = world.cluster(done)
    now = decide(there, request, trace=False)
    if failing(first) >= 1:
        return False
    if failing(now) > failing(first) + 1e-9 or dangling(there, now) - dangling(world.cluster(frozenset()), first):
        return True
    codes = codes_of(world)
    start, end, here = (reached(each, codes) for each in (first, last, now))
    declared = {code for side in (start, end) for found in side.values() if len(found) == 1 for code in found}
    mixed = {code for found in start.values() if len(found) > 1 for code in found}
    return any(not found <= mixed if len(found) > 1 else not found <= declared | mixed for found in here.values())


def codes_of(world: World) -> dict[str, frozenset[str]]:
    """The images of each version, of both sides: versions that run the same ones are one code."""
    codes: dict[str, frozenset[str]] = {}
    for side in (world.before, world.after):
        for identity, resource in side.items():
            if identity.kind == "Deployment":
                template = spec(resource)["template"]
                version = template["metadata"]["labels"]["version"]
                images = {container["image"] for container in template["spec"]["containers"]}
                codes[version] = codes.get(version, frozenset()) | images
    return codes


def failing(decision: Decision) -> float:
    if decision.status >= 400:
        return 1.0
    return sum(each.share for each in decision.backends if each.status != 200)


def reached(decision: Decision, codes: dict[str, frozenset[str]]) -> dict[str, set[object]]:
    found: dict[str, set[object]] = {}
    for each in decision.backends:
        if each.share and each.status == 200:
            found.setdefault(each.name, set()).add(codes.get(each.version, each.version))
    return found


def dangling(cluster: Cluster, decision: Decision) -> set[str]:
    there = {each.id.name for each in cluster if each.id.kind == "Service"}
    return set(named(decision.route)) - there
