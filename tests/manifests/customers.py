"""The customers rollout of the lab as values, and a folder with its generated files."""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import replace

from gateshift.manifests import generate
from gateshift.model.rollout import (
    ArgoPointer,
    DeclaredRoute,
    DeclaredService,
    DeclaredValueMatch,
    DeclaredWorkload,
    ExtraRule,
    FluxPointer,
    Match,
    Pointers,
    Rollout,
    RouteKind,
    ServiceParent,
    Share,
    Stage,
    Version,
)

BOTH = ("v1", "v2")
POINTERS = Pointers("https://example.org/customers.git", "main", argocd=ArgoPointer(), flux=FluxPointer())


def workload(image: str) -> DeclaredWorkload:
    return DeclaredWorkload(image, container="svc", image_pull_policy="Always", service_account="customers")


def version(name: str, image: str) -> Version:
    return Version(name, f"customers-{name}", f"customers-{name}", workload(image))


def stage(name: str, deployed: tuple[str, ...], services: tuple[str, ...] = BOTH, **shares: int) -> Stage:
    weights = tuple(Share(version, weight) for version, weight in shares.items())
    return Stage(name, f"What {name} is for.", deployed, services, weights)


DEBUG = ExtraRule("debug", (Match(headers=(DeclaredValueMatch("user-agent", "debug"),)),), "v2")
STAGES = (
    stage("initial", ("v1",), ()),
    stage("subsets", ("v1",)),
    stage("routed", ("v1",), v1=100),
    stage("dark", BOTH, v1=100),
    replace(stage("debug", BOTH, v1=100), rules=(DEBUG,)),
    stage("canary", BOTH, v1=90, v2=10),
    stage("half", BOTH, v1=50, v2=50),
    stage("final", BOTH, v2=100),
    stage("retired", ("v2",), ("v2",), v2=100),
)
CUSTOMERS = Rollout(
    file=Path("gateshift.yaml"),
    service=DeclaredService("customers", "default", 80, 3000, "http", "", (("app", "customers"),), "version"),
    route=DeclaredRoute(RouteKind.HTTP, "customers", (ServiceParent(),)),
    versions=(
        version("v1", "gcr.io/tetratelabs/customers:1.0.0"),
        version("v2", "gcr.io/tetratelabs/customers:2.0.0"),
    ),
    stages=STAGES,
    pointers=POINTERS,
)


def written(rollout: Rollout, folder: Path) -> Path:
    """The folder with every generated file of the rollout in it."""
    for path, text in generate(rollout).items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode())
    return folder
