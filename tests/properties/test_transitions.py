"""Laws of transitions, over drawn pairs of builds."""

from __future__ import annotations

import posixpath
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import replace

from gateshift.app.plan.planner import rollout_context
from gateshift.manifests import generate
from gateshift.model.finding import Level
from gateshift.model.resource import Build, ResourceId
from gateshift.model.rollout import Engine, Rollout
from gateshift.model.sync_pointer import SyncSettings
from gateshift.traffic.request import ParentRef, Request
from gateshift.transition.judge import TransitionVerdict, judge
from gateshift.transition.rows import rows_of
from gateshift.yamldoc import load_all
from gateshift.yamldoc.data import list_at
from tests.properties.brute_force import World, is_lost, states
from tests.strategies import rollouts
from tests.traffic.building import resources
from tests.transition.objects import DEBUG, GATEWAY, MESH, backend, deployment, route, rule, service

VERSIONS = ("v1", "v2", "v3")
SYNCS = {
    "argocd": SyncSettings(Engine.ARGOCD),
    "argocd-last": SyncSettings(Engine.ARGOCD, prune_last=True),
    "flux": SyncSettings(Engine.FLUX),
}
API = "{path: {type: PathPrefix, value: /api}}"
OUTSIDE = frozenset({ResourceId("gateway.networking.k8s.io", "Gateway", "infra", "shared")})
ASKED = tuple((path, headers) for path in ("/", "/api/x") for headers in ((), (("user-agent", "debug"),)))


class State(Struct, frozen=True):
    """What one drawn build holds: Deployments as (replicas, image, strategy), Services, and the rules of its route."""

    deployed: dict[str, tuple[int, str, str]]
    served: frozenset[str]
    rules: tuple[str, ...] | None

    def text(self, parents: str) -> str:
        documents = [service("customers")]
        documents += [service(f"customers-{each}", f"app: customers, version: {each}") for each in sorted(self.served)]
        for version, (replicas, image, strategy) in sorted(self.deployed.items()):
            documents.append(deployment(version, replicas=str(replicas), image=image, strategy=strategy))
        if self.rules is not None:
            documents.append(route(*self.rules, parents=parents))
        return "---\n".join(documents)


def recreating() -> st.SearchStrategy[str]:
    return st.sampled_from(["", "", "  strategy: {type: Recreate}\n"])


@st.composite
def rules(draw: st.DrawFn) -> tuple[str, ...]:
    weights = draw(st.dictionaries(st.sampled_from(VERSIONS), st.sampled_from([0, 1, 9]), min_size=1))
    mirrored = draw(st.none() | st.sampled_from(VERSIONS))
    mirror = (
        f"{{type: RequestMirror, requestMirror: {{backendRef: {{name: customers-{mirrored}, port: 80}}}}}}"
        if mirrored
        else ""
    )
    matches = draw(st.sampled_from(["", "", API]))
    found = [rule(*(backend(each, weight) for each, weight in weights.items()), matches=matches, filters=mirror)]
    tested = draw(st.none() | st.sampled_from(VERSIONS))
    if tested:
        found.append(rule(backend(tested, 1), matches=DEBUG))
    return tuple(found)


def built_states() -> st.SearchStrategy[State]:
    one = st.tuples(st.integers(0, 2), st.sampled_from(["a", "b"]), recreating())
    return st.builds(
        State,
        st.dictionaries(st.sampled_from(VERSIONS), one, min_size=1),
        st.frozensets(st.sampled_from(VERSIONS)),
        st.none() | rules(),
    )


@st.composite
def pairs(draw: st.DrawFn) -> tuple[State, State]:
    """Two states; often the second is the first with one thing changed, as commits are."""
    first, second = draw(built_states()), draw(built_states())
    kept = draw(st.sampled_from(["deployed", "served", "rules", "none"]))
    match kept:
        case "deployed":
            second = replace(second, deployed=first.deployed)
        case "served":
            second = replace(second, served=first.served, deployed=first.deployed)
        case "rules":
            second = replace(second, rules=first.rules)
        case _:
            pass
    return first, second


def build_of(state: State, parents: str) -> Build:
    return Build(Path("drawn"), tuple(resources(state.text(parents))))


def loses_requests(verdict: TransitionVerdict) -> bool:
    """Whether the walk itself found a loss, in contrast to what practice advises against."""
    return any(finding.level is Level.ERROR and finding.rule < "GS510" for finding in verdict.findings)


def requests(parents: str) -> list[Request]:
    entry_points = [ParentRef("Service", "default", "customers")]
    if parents == GATEWAY:
        entry_points.append(ParentRef("Gateway", "infra", "shared"))
    return [
        Request(entry_point, path=path, headers=headers, port=80)
        for entry_point in entry_points
        for path, headers in ASKED
    ]


@settings(max_examples=60, deadline=None)
@pytest.mark.parametrize("parents", [MESH, GATEWAY], ids=["mesh", "gateway"])
@pytest.mark.parametrize("engine", SYNCS)
@given(pair=pairs())
def test_a_step_is_safe_exactly_where_no_order_of_its_events_loses_a_request(
    engine: str, parents: str, pair: tuple[State, State]
) -> None:
    before, after = (build_of(state, parents) for state in pair)
    (verdict,) = judge(before, after, (SYNCS[engine],)).verdicts
    world = World(*({each.id: each for each in side.resources} for side in (before, after)), OUTSIDE)
    lost = any(is_lost(world, request, done) for done in states(world, engine) for request in requests(parents))
    assert loses_requests(verdict) == lost, [finding.message for finding in verdict.findings]


@settings(deadline=None)
@given(state=built_states(), parents=st.sampled_from([MESH, GATEWAY]))
def test_a_step_to_itself_is_safe(state: State, parents: str) -> None:
    judgement = judge(build_of(state, parents), build_of(state, parents))
    assert judgement.changes == ()
    assert judgement.safe


@settings(deadline=None)
@given(pair=pairs())
def test_the_verdict_does_not_depend_on_the_order_of_objects(pair: tuple[State, State]) -> None:
    before, after = (build_of(state, MESH) for state in pair)
    turned = [Build(side.root, tuple(reversed(side.resources))) for side in (before, after)]
    said = [
        [[(finding.rule, finding.message) for finding in verdict.findings] for verdict in judgement.verdicts]
        for judgement in (judge(before, after), judge(*turned))
    ]
    assert said[0] == said[1]


def objects_of(files: dict[str, str], folder: str) -> list[str]:
    """The texts of all objects that a generated kustomization leads to."""
    (document,) = load_all(files[f"{folder}/kustomization.yaml"])
    found: list[str] = []
    for entry in list_at(document, "resources"):
        path = posixpath.normpath(posixpath.join(folder, str(entry)))
        found += [files[path]] if path in files else objects_of(files, path)
    return found


@settings(max_examples=40, deadline=None)
@given(rollout=rollouts())
def test_any_rollout_can_be_judged_from_stage_to_stage(rollout: Rollout) -> None:
    files = generate(rollout)
    environment = rollout.environments[0]
    builds = [
        Build(Path(stage.name), tuple(resources(*objects_of(files, rollout.overlay(stage, environment)))))
        for stage in rollout.stages
    ]
    for before, after in zip(builds, [*builds[1:], builds[0]], strict=True):
        judgement = judge(before, after, about=rollout_context(rollout, environment))
        assert {verdict.settings.engine for verdict in judgement.verdicts} == set(Engine)
        assert rows_of(judgement.context, lambda *_: "") == rows_of(judgement.context, lambda *_: "")
        assert judge(after, after, about=rollout_context(rollout, environment)).safe
