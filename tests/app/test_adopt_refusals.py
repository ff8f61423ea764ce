"""What `gateshift adopt` refuses before it tries anything: what is wrong, why that matters, and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.app.adopting import adoption, gateshift, work_tree
from tests.app.running_shapes import deployment, mesh, route, service

SHOP = deployment("shop", "app=shop") + service("shop", "app=shop")
TWO = deployment("shop-b", "app=shop track=b") + SHOP
ECHO = (
    deployment("echo-1", "app=echo-1")
    + service("echo-1", "app=echo-1", 8080)
    + deployment("echo-2", "app=echo-2")
    + service("echo-2", "app=echo-2", 8090)
)
SPLIT = route("echo", "{name: gw}", "backendRefs: [{name: echo-1, port: 8080}, {name: echo-2, port: 8090}]")
UNATTACHED = route("shop", "", "backendRefs: [{name: shop, port: 80}]")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    return work_tree(tmp_path)


def refused(top: Path, text: str, *options: str) -> str:
    (top / "all.yaml").write_text(text)
    done = gateshift(top, "adopt", "all.yaml", *options)
    assert done.returncode in (1, 2)
    assert not (top / "gateshift").exists()
    return " ".join(done.stderr.split())


def test_a_twin_of_several_deployments_is_refused_by_their_names(repository: Path) -> None:
    said = refused(repository, TWO, "--take-over")

    assert "Service shop sends to Deployment shop-b and Deployment shop" in said
    assert "without --take-over" in said
    assert adoption(repository, "all.yaml")[0]["way"] == "beside"


def test_versions_on_several_ports_are_told_once(repository: Path) -> None:
    said = refused(repository, ECHO + SPLIT)

    assert "Service echo-1 answers on port 8080 and Service echo-2 on 8090" in said
    assert "Give echo-2 a port 8080 too" in said
    assert "GS302" not in said


def test_versions_are_adopted_once_they_share_a_port(repository: Path) -> None:
    shared = ECHO.replace(
        "{name: http, port: 8090", "{name: web, port: 8080, targetPort: 8080}, {name: http, port: 8090"
    )
    (repository / "all.yaml").write_text(shared + SPLIT.replace("8090", "8080"))

    assert list(adoption(repository, "all.yaml")[1]["versions"] or ()) == ["v1", "v2"]


@pytest.mark.parametrize("text", [UNATTACHED, UNATTACHED.replace("  parentRefs: []\n", "")])
def test_a_route_without_a_parent_is_told(repository: Path, text: str) -> None:
    said = refused(repository, SHOP + text)

    assert "HTTPRoute shop names no parent" in said
    assert "`parentRefs`" in said


def test_a_route_with_a_parent_is_not(repository: Path) -> None:
    attached = UNATTACHED.replace("parentRefs: []", f"parentRefs: [{mesh('shop')}]")
    (repository / "all.yaml").write_text(SHOP + attached)

    assert adoption(repository, "all.yaml")[0]["left"] == []
