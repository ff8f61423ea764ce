"""The pointers: what each engine's documentation says they must be, and what they must not hold."""

from __future__ import annotations

import pytest
from cel_expr_python import cel
from msgspec.structs import replace

from gateshift.manifests import generate
from gateshift.model.rollout import (
    ArgoPointer,
    Environment,
    FluxPointer,
    ManifestWorkload,
    Pointers,
    Rollout,
    RouteKind,
)
from gateshift.yamldoc import load_all
from gateshift.yamldoc.data import Json, JsonObject, look_up, object_at, text_at
from tests.manifests.customers import CUSTOMERS, POINTERS


def application(rollout: Rollout = CUSTOMERS, name: str = "customers") -> JsonObject:
    (found,) = load_all(generate(rollout)[f"sync/argocd/{name}.yaml"])
    assert isinstance(found, dict)
    return found


def flux(rollout: Rollout = CUSTOMERS, name: str = "customers") -> tuple[JsonObject, JsonObject]:
    source, kustomization = load_all(generate(rollout)[f"sync/flux/{name}.yaml"])
    assert isinstance(source, dict)
    assert isinstance(kustomization, dict)
    return source, kustomization


def test_the_application_syncs_as_the_transitions_need() -> None:
    found = application()
    assert look_up(found, ("spec", "source")) == {
        "repoURL": "https://example.org/customers.git",
        "targetRevision": "main",
        "path": "overlays/initial",
    }
    assert look_up(found, ("spec", "destination", "namespace")) == "default"
    assert look_up(found, ("spec", "syncPolicy", "automated")) == {"prune": True, "selfHeal": True, "allowEmpty": False}
    assert look_up(found, ("spec", "syncPolicy", "syncOptions")) == [
        "PruneLast=true",
        "PrunePropagationPolicy=foreground",
        "ServerSideApply=true",
        "FailOnSharedResource=true",
    ]
    assert look_up(found, ("spec", "syncPolicy", "retry", "limit")) == 5
    assert "finalizers" not in object_at(found, "metadata")
    assert "ignoreDifferences" not in object_at(found, "spec")


def test_the_kustomization_syncs_as_the_transitions_need() -> None:
    source, found = flux()
    spec = object_at(found, "spec")
    assert look_up(source, ("spec", "ref")) == {"branch": "main"}
    assert spec["sourceRef"] == {"kind": "GitRepository", "name": text_at(source, "metadata", "name")}
    assert spec["path"] == "./overlays/initial"
    assert {name: spec[name] for name in ("prune", "wait", "force", "deletionPolicy", "timeout")} == {
        "prune": True,
        "wait": True,
        "force": False,
        "deletionPolicy": "Orphan",
        "timeout": "15m",
    }
    for refused in ("postBuild", "targetNamespace", "namePrefix", "patches", "images", "components"):
        assert refused not in spec


def test_flux_is_more_patient_than_the_slowest_deployment() -> None:
    slow = ManifestWorkload("two.yaml", "kind: Deployment\nspec: {progressDeadlineSeconds: 930}\n")
    first, second = CUSTOMERS.versions
    _, found = flux(replace(CUSTOMERS, versions=(first, replace(second, workload=slow))))
    assert look_up(found, ("spec", "timeout")) == "1230s"


@pytest.mark.parametrize(
    ("revision", "reference"),
    [
        ("main", {"branch": "main"}),
        ("release/2", {"branch": "release/2"}),
        ("refs/tags/v1.0", {"name": "refs/tags/v1.0"}),
        ("a" * 40, {"commit": "a" * 40}),
    ],
)
def test_a_revision_is_a_branch_unless_it_says_otherwise(revision: str, reference: Json) -> None:
    source, _ = flux(replace(CUSTOMERS, pointers=replace(POINTERS, revision=revision)))
    assert look_up(source, ("spec", "ref")) == reference


def test_paths_start_at_the_top_of_the_repository() -> None:
    rollout = replace(CUSTOMERS, pointers=replace(POINTERS, path="services/customers"))
    assert look_up(application(rollout), ("spec", "source", "path")) == "services/customers/overlays/initial"
    assert look_up(flux(rollout)[1], ("spec", "path")) == "./services/customers/overlays/initial"


def test_each_environment_has_pointers_of_its_own() -> None:
    prod = Environment("prod", namespace="shop", revision="production")
    rollout = replace(CUSTOMERS, environments=(Environment("staging"), prod))
    found = application(rollout, "customers-prod")
    assert look_up(found, ("metadata", "name")) == "customers-prod"
    assert look_up(found, ("spec", "source", "path")) == "overlays/prod/initial"
    assert look_up(found, ("spec", "source", "targetRevision")) == "production"
    assert look_up(found, ("spec", "destination", "namespace")) == "shop"
    assert look_up(application(rollout, "customers-staging"), ("spec", "destination", "namespace")) == "default"
    source, kustomization = flux(rollout, "customers-prod")
    assert look_up(source, ("spec", "ref", "branch")) == "production"
    assert look_up(kustomization, ("spec", "sourceRef", "name")) == look_up(source, ("metadata", "name"))


@pytest.mark.parametrize(
    ("pointers", "files"),
    [
        (None, set()),
        (Pointers("r", "main"), set()),
        (Pointers("r", "main", argocd=ArgoPointer()), {"sync/argocd/customers.yaml"}),
        (Pointers("r", "main", flux=FluxPointer()), {"sync/flux/customers.yaml"}),
    ],
)
def test_only_the_declared_engines_get_a_pointer(pointers: Pointers | None, files: set[str]) -> None:
    written = generate(replace(CUSTOMERS, pointers=pointers))
    assert {path for path in written if path.startswith("sync/")} == files


OK = [{"type": kind, "status": "True", "observedGeneration": 2} for kind in ("Accepted", "ResolvedRefs")]
REFUSED = [{"type": "Accepted", "status": "False", "observedGeneration": 2}, OK[1]]
OLD = [{**condition, "observedGeneration": 1} for condition in OK]
UNKNOWN = [OK[0], {"type": "ResolvedRefs", "status": "Unknown", "observedGeneration": 2}]
SERVICE = {"group": "", "kind": "Service", "name": "customers"}
GATEWAY = {"group": "gateway.networking.k8s.io", "kind": "Gateway", "namespace": "infra", "name": "public"}
SECTION = {**GATEWAY, "sectionName": "https"}


def status(*parents: tuple[Json, Json]) -> JsonObject:
    return {"parents": [{"parentRef": ref, "conditions": conditions} for ref, conditions in parents]}


@pytest.mark.parametrize(
    ("refs", "seen", "health"),
    [
        ([SERVICE], {}, "in progress"),
        ([SERVICE], status(), "in progress"),
        ([SERVICE], status((SERVICE, OLD)), "in progress"),
        ([SERVICE], status((SERVICE, OK)), "current"),
        ([SERVICE], status(({**SERVICE, "namespace": "default"}, OK)), "current"),
        ([SERVICE], status((SERVICE, REFUSED)), "failed"),
        ([SERVICE], status((SERVICE, UNKNOWN)), "in progress"),
        ([SERVICE, GATEWAY], status((SERVICE, OK)), "in progress"),
        ([SERVICE, GATEWAY], status((SERVICE, OK), (GATEWAY, OK)), "current"),
        ([SERVICE, GATEWAY], status((SERVICE, OK), (GATEWAY, REFUSED)), "failed"),
        ([GATEWAY, SECTION], status((GATEWAY, OK)), "in progress"),
        ([GATEWAY, SECTION], status((GATEWAY, OK), (SECTION, OK)), "current"),
        ([{**SERVICE, "port": 80}], status(({**SERVICE, "port": 81}, OK)), "in progress"),
        ([SERVICE], status((SERVICE, [])), "in progress"),
        ([SERVICE], status((SERVICE, OK), (SERVICE, REFUSED)), "failed"),
    ],
)
def test_the_health_of_a_route_is_told_from_its_parents(refs: list[Json], seen: JsonObject, health: str) -> None:
    route: JsonObject = {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "HTTPRoute",
        "metadata": {"name": "customers", "generation": 2},
        "spec": {"parentRefs": refs},
        "status": seen,
    }
    assert judged(object_at(flux()[1], "spec", "healthCheckExprs", 0), route) == health


def judged(expressions: JsonObject, route: JsonObject) -> str:
    """As Flux does: the first of the three that holds, else in progress; a route's own fields are the variables."""
    environment = cel.NewEnv(variables=dict.fromkeys(route, cel.Type.DYN))
    for name, health in (("inProgress", "in progress"), ("failed", "failed"), ("current", "current")):
        if environment.compile(text_at(expressions, name)).eval(data=route).value() is True:
            return health
    return "in progress"


def test_the_health_check_is_of_the_route_s_own_kind() -> None:
    grpc = replace(CUSTOMERS, route=replace(CUSTOMERS.route, kind=RouteKind.GRPC))
    assert look_up(flux(grpc)[1], ("spec", "healthCheckExprs", 0, "kind")) == "GRPCRoute"
