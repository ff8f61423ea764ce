"""The order in which each engine applies, waits and prunes, as its steps say it."""

from __future__ import annotations

import pytest

from gateshift.model.rollout import Engine
from gateshift.model.sync_pointer import SyncSettings
from gateshift.transition.judge import judge
from gateshift.transition.wording import steps_of
from tests.transition.objects import (
    CANARY,
    DARK,
    FINAL,
    INITIAL,
    RETIRED,
    ROUTED,
    SERVED,
    Builder,
    Objects,
    deployment,
    route,
    service,
    shares,
    without,
)

ARGOCD, FLUX = SyncSettings(Engine.ARGOCD), SyncSettings(Engine.FLUX)
WAVES = SyncSettings(Engine.ARGOCD, waves=True)
LAST = SyncSettings(Engine.ARGOCD, prune_last=True, waves=True)
HEALTH = "then check health, which holds nothing back any more"


def annotated(text: str, annotation: str, *, label: bool = False) -> str:
    field = "labels" if label else "annotations"
    return text.replace("namespace: default", f"namespace: default, {field}: {{{annotation}}}", 1)


def steps(build: Builder, before: Objects, after: Objects, sync: SyncSettings) -> tuple[str, ...]:
    (verdict,) = judge(build(before), build(after), (sync,)).verdicts
    return steps_of(verdict.sync_plan)


def test_argo_cd_prunes_first_in_its_only_wave(build: Builder) -> None:
    assert steps(build, CANARY, RETIRED, ARGOCD) == (
        "prune Service default/customers-v1 and Deployment default/customers-v1, in any order",
        "apply HTTPRoute default/customers",
    )


def test_argo_cd_waits_for_health_before_prunes_that_come_last(build: Builder) -> None:
    assert steps(build, CANARY, RETIRED, LAST) == (
        "apply HTTPRoute default/customers",
        "wait until that is healthy",
        "prune Service default/customers-v1 and Deployment default/customers-v1, in any order",
    )


def test_flux_prunes_after_it_applied_in_reverse_and_checks_health_at_the_end(build: Builder) -> None:
    assert steps(build, CANARY, RETIRED, FLUX) == (
        "apply HTTPRoute default/customers",
        "prune Deployment default/customers-v1 and Service default/customers-v1, in any order",
        HEALTH,
    )


@pytest.mark.parametrize(("sync", "tail"), [(ARGOCD, ()), (FLUX, (HEALTH,))], ids=["argocd", "flux"])
def test_objects_are_applied_by_kind_and_routes_last(build: Builder, sync: SyncSettings, tail: tuple[str, ...]) -> None:
    assert steps(build, {"x": service("aaa", "app: aaa")}, CANARY | {"x": service("aaa", "app: aaa")}, sync) == (
        "apply Service default/customers, then Service default/customers-v1, then Service default/customers-v2, then "
        "Deployment default/customers-v1, then Deployment default/customers-v2, then HTTPRoute default/customers",
        *tail,
    )


def test_waves_are_those_of_the_objects_that_are_applied(build: Builder) -> None:
    later = CANARY | {"route": route(shares(v1=90, v2=10), wave="1"), "v2": deployment("v2", wave="-1")}
    assert steps(build, SERVED, later, WAVES) == (
        "apply Deployment default/customers-v2",
        "wait until that is healthy",
        "apply HTTPRoute default/customers",
    )
    assert steps(build, SERVED, later, ARGOCD) == (
        "apply Deployment default/customers-v2, then HTTPRoute default/customers",
    )


def test_a_prune_takes_the_wave_of_the_live_object_and_those_waves_are_turned_round(build: Builder) -> None:
    before = ROUTED | {"route": route(shares(v1=100), wave="2"), "service-v1": service("customers-v1", "app: a")}
    assert steps(build, before, INITIAL, WAVES) == (
        "prune HTTPRoute default/customers",
        "wait until that is healthy",
        "prune Service default/customers-v1 and Service default/customers-v2, in any order",
    )


def test_waves_without_prune_last_prune_the_service_before_the_route_is_edited(build: Builder) -> None:
    before = CANARY | {"route": route(shares(v1=50, v2=50), wave="1")}
    after = RETIRED | {"route": route(shares(v2=100), wave="1")}
    (worse,) = judge(build(before), build(after), (WAVES,)).verdicts
    (last,) = judge(build(before), build(after), (LAST,)).verdicts
    assert (worse.safe, last.safe) == (False, True)
    assert {finding.rule for finding in worse.findings} == {"GS501", "GS502"}


def test_one_object_can_ask_to_be_pruned_last(build: Builder) -> None:
    option = "argocd.argoproj.io/sync-options: PruneLast=true"
    kept = {name: annotated(text, option) for name, text in FINAL.items() if name in ("v1", "service-v1")}
    before = FINAL | kept | {"extra": service("extra", "app: extra")}
    assert steps(build, before, RETIRED, WAVES) == (
        "prune Service default/extra",
        "wait until that is healthy",
        "prune Service default/customers-v1 and Deployment default/customers-v1, in any order",
    )


@pytest.mark.parametrize(
    ("sync", "annotation", "label"),
    [
        (ARGOCD, "argocd.argoproj.io/sync-options: Prune=false", False),
        (FLUX, "kustomize.toolkit.fluxcd.io/prune: disabled", False),
        (FLUX, "kustomize.toolkit.fluxcd.io/prune: disabled", True),
        (FLUX, "kustomize.toolkit.fluxcd.io/reconcile: disabled", False),
    ],
)
def test_what_may_not_be_pruned_stays_and_counts(
    build: Builder,
    sync: SyncSettings,
    annotation: str,
    label: bool,  # noqa: FBT001 -- a parameter of the case
) -> None:
    before = DARK | {"v2": annotated(DARK["v2"], annotation, label=label)}
    (verdict,) = judge(build(before), build(SERVED), (sync,)).verdicts
    assert [finding.rule for finding in verdict.findings] == ["GS504", "GS520"], "v2 stays when the route goes"
    assert "does not end" in verdict.findings[0].message


def test_a_pointer_that_does_not_prune_keeps_the_route(build: Builder) -> None:
    (verdict,) = judge(build(ROUTED), build(SERVED), (SyncSettings(Engine.FLUX, prune=False),)).verdicts
    assert verdict.safe
    assert [finding.rule for finding in verdict.findings] == ["GS520"]


def test_hooks_are_no_part_of_what_argo_cd_keeps(build: Builder) -> None:
    hook = annotated(service("hooked", "app: hook"), "argocd.argoproj.io/hook: PreSync")
    assert steps(build, INITIAL, INITIAL | {"hook": hook}, ARGOCD) == ()
    assert steps(build, INITIAL, INITIAL | {"hook": hook}, FLUX) == ("apply Service default/hooked", HEALTH)


def test_pods_of_an_earlier_wave_are_ready_before_the_next(build: Builder) -> None:
    before = without(DARK, "v2") | {"route": route(shares(v1=100), wave="1")}
    after = CANARY | {"route": route(shares(v1=90, v2=10), wave="1")}
    verdicts = judge(build(before), build(after), (WAVES, ARGOCD)).verdicts
    assert [verdict.safe for verdict in verdicts] == [True, False]
    assert "GS519" in {finding.rule for finding in verdicts[0].findings}
