"""Is a transition safe in one commit? One case for each row, with both engines' verdicts on real builds, and beside
each safe case a twin that differs in one object and is not safe."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from gateshift.engines.registry import WITHOUT_POINTER
from gateshift.model.finding import Level
from gateshift.model.rollout import Engine
from gateshift.model.sync_pointer import SyncSettings
from gateshift.transition.judge import Judgement, TransitionVerdict, judge
from tests.transition.objects import (
    CANARY,
    DARK,
    DEBUGGED,
    FINAL,
    GATEWAY,
    HALF,
    INITIAL,
    RETIRED,
    ROUTED,
    SERVED,
    SERVICE,
    V2,
    Builder,
    Objects,
    backend,
    deployment,
    route,
    routed,
    rule,
    service,
    shares,
    without,
)

IN_WAVES = (SyncSettings(Engine.ARGOCD, prune_last=True, waves=True), SyncSettings(Engine.FLUX))
SAFE, UNSAFE = (True, True), (False, False)


@dataclass(frozen=True)
class Case:
    """A step, the rules that speak against it (warnings among them), and the verdicts of Argo CD and Flux."""

    name: str
    before: Objects
    after: Objects
    rules: set[str] = field(default_factory=set)
    verdicts: tuple[bool, bool] = SAFE
    syncs: tuple[SyncSettings, ...] = WITHOUT_POINTER


def unsafe(name: str, before: Objects, after: Objects, *rules: str, **options: tuple[SyncSettings, ...]) -> Case:
    return Case(name, before, after, set(rules), UNSAFE, **options)


MIRROR = "{type: RequestMirror, requestMirror: {backendRef: {name: customers-v2, port: 80}}}"
API = "{path: {type: PathPrefix, value: /api}}"
ANYTHING = "{path: {type: PathPrefix, value: /}}"
AT_GATEWAY = {"route": route(shares(v1=100), parents=GATEWAY)}
OTHER = {"other": route(rule(backend("v1", 1)), parents=GATEWAY, name="other")}
RELABELLED = {"v1": deployment("v1", labels="app: customers, version: v1, track: stable")}
ON_TRACK = {"service": service("customers", "app: customers, track: stable")}
MIRRORED = DARK | routed(rule(backend("v1", 100), filters=MIRROR))
EMPTY_SHARE = DARK | routed(shares(v1=100, v2=0))
IN_TWO_RULES = DARK | routed(
    rule(backend("v1", 1), matches=API, name="api"), rule(backend("v1", 1), matches=ANYTHING, name="rest")
)
TURNED_ROUND = DARK | routed(
    rule(backend("v1", 1), matches=ANYTHING, name="rest"), rule(backend("v1", 1), matches=API, name="api")
)
WAVES_DARK = DARK | {"route": route(shares(v1=100), wave="1")}
WAVES_CANARY = DARK | {"route": route(shares(v1=90, v2=10), wave="1")}
WAVES_ROUTED = without(WAVES_DARK, "v2")

CASES = [
    Case("weights only", CANARY, HALF),
    unsafe("weights, and a Deployment with a share is gone", CANARY, without(HALF, "v2"), "GS502"),
    Case("subset Services, pods already labelled, no route", INITIAL, SERVED),
    unsafe("subset Services and the first route at once", INITIAL, ROUTED, "GS501"),
    Case("the first route, its Services there before", SERVED, ROUTED),
    unsafe("the first route, its Service in the same commit", without(SERVED, "service-v1"), ROUTED, "GS501"),
    Case("a pod label alone", INITIAL, INITIAL | RELABELLED),
    Case("a Service selector on a label that the pods have", INITIAL | RELABELLED, SERVICE | RELABELLED | ON_TRACK),
    unsafe("a pod label and a Service selector on it together", INITIAL, RELABELLED | ON_TRACK, "GS502"),
    Case("a new Deployment behind a route that answers everything", ROUTED, DARK, {"GS518"}),
    unsafe("a new Deployment without a route", SERVED, SERVED | V2, "GS504"),
    unsafe(
        "a new Deployment, and a Service beside the route's that selects it",
        ROUTED | {"beside": service("beside")},
        DARK | {"beside": service("beside")},
        "GS504",
        "GS518",
    ),
    unsafe("a new Deployment and a share for it", ROUTED, CANARY, "GS502", "GS518"),
    Case("an extra rule appended", DARK, DEBUGGED),
    unsafe(
        "an extra rule appended, to a Service that comes with it",
        without(DARK, "service-v2"),
        DEBUGGED,
        "GS501",
        "GS505",
    ),
    Case("an existing rule moved", IN_TWO_RULES, TURNED_ROUND, {"GS512"}),
    unsafe("the only backend swapped for a cold one", DARK, FINAL, "GS511"),
    Case("the only backend swapped for one that carried a rule's requests", DEBUGGED, FINAL),
    Case("the last share taken, objects kept", HALF, FINAL),
    unsafe("the last share taken, the Service gone", HALF, without(FINAL, "service-v1"), "GS501"),
    unsafe("the last share taken, the Deployment gone", HALF, without(FINAL, "v1"), "GS502"),
    unsafe("reference and objects dropped together", HALF, RETIRED, "GS501", "GS502"),
    Case("objects dropped a commit after the reference", FINAL, RETIRED),
    unsafe("Deployment gone under a share", CANARY, without(CANARY, "v2"), "GS502"),
    unsafe("0 replicas under a share", CANARY, CANARY | {"v2": deployment("v2", replicas="0")}, "GS502"),
    Case("more replicas under a share", CANARY, CANARY | {"v2": deployment("v2", replicas="3")}),
    unsafe("Service gone that a reference of weight 0 names", EMPTY_SHARE, without(EMPTY_SHARE, "service-v2"), "GS505"),
    unsafe("Service gone that a mirror names", MIRRORED, without(MIRRORED, "service-v2"), "GS505"),
    Case("route gone, one version behind the Service", ROUTED, SERVED),
    unsafe("route and the Services it names gone", ROUTED, INITIAL, "GS501"),
    unsafe("route gone, two versions behind the Service", DARK, without(DARK, "route"), "GS504"),
    unsafe("route gone, declared shares of both versions before", HALF, without(HALF, "route"), "GS504"),
    unsafe("route gone at a Gateway", SERVED | AT_GATEWAY, SERVED, "GS503"),
    Case("route gone at a Gateway where another answers", SERVED | AT_GATEWAY | OTHER, SERVED | OTHER),
    unsafe("replicas no longer written", INITIAL | {"v1": deployment("v1", replicas="3")},
           INITIAL | {"v1": deployment("v1", replicas="")}, "GS514"),
    Case("fewer replicas", INITIAL | {"v1": deployment("v1", replicas="3")}, INITIAL),
    unsafe("Deployment selector changed", INITIAL,
           INITIAL | {"v1": deployment("v1", selector="app: customers")}, "GS513"),
    Case("new image, rolled", INITIAL, INITIAL | {"v1": deployment("v1", image="1.1")}),
    unsafe("new image, all pods at once", INITIAL, INITIAL | {
        "v1": deployment("v1", image="1.1", strategy="  strategy: {type: Recreate}\n")
    }, "GS502", "GS513"),
]  # fmt: skip

POINTED = [
    Case(
        "a new Deployment and a share, the route a wave later",
        WAVES_ROUTED, WAVES_CANARY, {"GS502", "GS518", "GS519"}, (True, False), IN_WAVES,
    ),
    Case(
        "reference and objects dropped together, prunes last",
        HALF, RETIRED, {"GS501", "GS502", "GS519"}, (True, False), IN_WAVES,
    ),
    unsafe("subset Services and the first route, a wave later", INITIAL, WAVES_ROUTED, "GS501", syncs=IN_WAVES),
    unsafe("route and the Services it names gone, prunes last", ROUTED, INITIAL, "GS501", syncs=IN_WAVES),
    unsafe("a pod label and a selector on it, in one wave", INITIAL, RELABELLED | ON_TRACK, "GS502", syncs=IN_WAVES),
    unsafe("Deployment gone under a share, prunes last", CANARY, without(CANARY, "v2"), "GS502", syncs=IN_WAVES),
    unsafe("everything at once, from the second version to the first state", FINAL, INITIAL,
           "GS501", "GS502", "GS504", syncs=IN_WAVES),
]  # fmt: skip


def judged(build: Builder, case: Case) -> Judgement:
    return judge(build(case.before), build(case.after), case.syncs)


@pytest.mark.parametrize("case", CASES + POINTED, ids=lambda case: case.name)
def test_the_verdicts_are_those_of_the_table(build: Builder, case: Case) -> None:
    judgement = judged(build, case)
    assert tuple(verdict.safe for verdict in judgement.verdicts) == case.verdicts
    found = {finding.rule for verdict in judgement.verdicts for finding in verdict.findings}
    assert found == case.rules


@pytest.mark.parametrize("case", [case for case in CASES if case.verdicts == SAFE], ids=lambda case: case.name)
def test_a_safe_step_has_warnings_at_most(build: Builder, case: Case) -> None:
    for verdict in judged(build, case).verdicts:
        assert all(finding.level is not Level.ERROR for finding in verdict.findings)


@pytest.mark.parametrize("objects", [INITIAL, DARK, CANARY, RETIRED], ids=["initial", "dark", "canary", "retired"])
def test_a_step_to_itself_changes_nothing_and_is_safe(build: Builder, objects: Objects) -> None:
    judgement = judge(build(objects), build(dict(reversed(objects.items()))))
    assert judgement.changes == ()
    assert judgement.safe


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_verdict_does_not_depend_on_the_order_of_files(build: Builder, case: Case) -> None:
    turned = [build(dict(reversed(side.items()))) for side in (case.before, case.after)]
    one, other = judged(build, case), judge(turned[0], turned[1], case.syncs)
    assert list(map(_said, one.verdicts)) == list(map(_said, other.verdicts))


def _said(verdict: TransitionVerdict) -> list[tuple[str, str]]:
    return [(finding.rule, finding.message) for finding in verdict.findings]
