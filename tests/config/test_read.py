"""gateshift.yaml as its owner writes it, and the values it becomes."""

from __future__ import annotations

from pathlib import Path

from gateshift.config import open_rollout
from gateshift.model.rollout import (
    ArgoPointer,
    DeclaredRoute,
    DeclaredService,
    DeclaredValueMatch,
    ExtraRule,
    FluxPointer,
    Match,
    Pointers,
    RouteKind,
    ServiceParent,
    Share,
)

SHIPPED = Path(__file__).parents[2] / "gateshift.yaml"


def test_the_shipped_rollout_is_read_without_a_warning() -> None:
    parsed = open_rollout(SHIPPED)

    rollout = parsed.rollout
    assert parsed.warnings == ()
    assert rollout.file == SHIPPED
    assert rollout.service == DeclaredService(
        "customers", "default", 80, 3000, "http", "", (("app", "customers"),), "version"
    )
    assert rollout.route == DeclaredRoute(RouteKind.HTTP, "customers", (ServiceParent(),))
    assert rollout.pointers == Pointers(
        "https://github.com/gateshift/gateshift", "main", "", ArgoPointer(), FluxPointer()
    )


def test_the_shipped_stages_deploy_serve_and_share_as_the_lab_does() -> None:
    stages = open_rollout(SHIPPED).rollout.stages

    both = ("v1", "v2")
    assert [(stage.name, stage.deployed, stage.services, stage.shares) for stage in stages] == [
        ("initial", ("v1",), (), ()),
        ("subsets", ("v1",), both, ()),
        ("routed", ("v1",), both, (Share("v1", 100),)),
        ("dark", both, both, (Share("v1", 100),)),
        ("debug", both, both, (Share("v1", 100),)),
        ("canary", both, both, (Share("v1", 90), Share("v2", 10))),
        ("half", both, both, (Share("v1", 50), Share("v2", 50))),
        ("final", both, both, (Share("v2", 100),)),
        ("retired", ("v2",), ("v2",), (Share("v2", 100),)),
    ]
    match = Match(headers=(DeclaredValueMatch("user-agent", "debug"),))
    assert stages[4].rules == (ExtraRule("debug", (match,), "v2"),)
