"""`gateshift status` in real Git repositories."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.cli.promoting import ARGOCD, at, customers, gateshift, git, stage_at
from tests.cli.published import document as published

__all__ = ["customers"]


def status(folder: Path) -> dict[str, Any]:
    done = gateshift(folder, "status", "-f", "json")
    assert done.returncode == 0, done.stderr
    document: dict[str, Any] = published("status", done.stdout)
    return document


def test_each_pointer_has_its_stage_shares_and_next_step(customers: Path) -> None:
    at(customers, "canary")
    argocd, flux = status(customers)["pointers"]
    assert (argocd["engine"], flux["engine"]) == ("argocd", "flux")
    for pointer in (argocd, flux):
        assert pointer["stage"] == "canary"
        assert pointer["shares"] == {"v1": 0.9, "v2": 0.1}
        assert pointer["next"] == {"stage": "half", "safe": True, "reason": ""}


def test_since_is_the_commit_that_brought_the_pointer_there(customers: Path) -> None:
    at(customers, "canary")
    moved = git(customers, "rev-parse", "HEAD").strip()
    path = customers / ARGOCD
    path.write_text(path.read_text() + "# a remark\n")
    git(customers, "commit", "-q", "-a", "-m", "A later edit of something else")
    since = status(customers)["pointers"][0]["since"]
    assert (since["commit"], since["author"], since["subject"]) == (moved, "Ada", "At canary")


def test_a_move_that_is_not_committed_is_told_beside_the_stage_in_force(customers: Path) -> None:
    at(customers, "canary")
    path = customers / ARGOCD
    path.write_text(path.read_text().replace("overlays/canary", "overlays/half"))
    argocd = status(customers)["pointers"][0]
    assert (argocd["stage"], argocd["movedTo"]) == ("canary", "half")


def test_an_unsafe_next_step_says_why(customers: Path) -> None:
    at(customers, "canary")
    kustomization = customers / "overlays" / "half" / "kustomization.yaml"
    lines = [line for line in kustomization.read_text().splitlines() if not line.endswith("base/v1")]
    kustomization.write_text("\n".join(lines) + "\n")
    step = status(customers)["pointers"][0]["next"]
    assert step["safe"] is False
    assert "Service default/customers-v1 has no Ready pod" in step["reason"]


def test_after_the_last_stage_nothing_comes_next(customers: Path) -> None:
    at(customers, "retired")
    assert status(customers)["pointers"][0]["next"] is None


def test_a_path_that_is_no_stage_is_told(customers: Path) -> None:
    stage_at(customers, ARGOCD, "gone")
    git(customers, "commit", "-q", "-a", "-m", "Lost")
    argocd = status(customers)["pointers"][0]
    assert (argocd["stage"], argocd["path"]) == (None, "overlays/gone")


def test_text_marks_the_stage_in_the_strip(customers: Path) -> None:
    at(customers, "canary")
    shown = gateshift(customers, "status").stdout
    assert "initial -> subsets -> routed -> dark -> debug -> [canary] -> half -> final -> retired\n" in shown
    assert "    v2       ##..................    10 %\n" in shown
    assert "    next     half, safe\n" in shown
    assert shown.isascii()


@pytest.mark.parametrize("ahead", ["prod", "staging"])
def test_environments_are_ordered_by_how_far_they_are(tmp_path: Path, ahead: str) -> None:
    (tmp_path / "gateshift.yaml").write_text(
        "service: {name: shop, port: 80, targetPort: 8080}\n"
        "route: {parents: [{service: shop}]}\n"
        "versions:\n  v1: {image: 'example.org/shop:1'}\n  v2: {image: 'example.org/shop:2'}\n"
        "stages:\n  - {name: first, shares: {v1: 100}}\n  - {name: canary, shares: {v1: 90, v2: 10}}\n"
        "environments: [{name: staging}, {name: prod}]\n"
        "pointers: {repository: 'https://example.org/r.git', revision: main, argocd: {}}\n"
    )
    assert gateshift(tmp_path, "generate").returncode == 0
    (file,) = [path for path in (tmp_path / "sync").rglob("*.yaml") if f"overlays/{ahead}/first" in path.read_text()]
    file.write_text(file.read_text().replace(f"overlays/{ahead}/first", f"overlays/{ahead}/canary"))
    behind = "staging" if ahead == "prod" else "prod"
    assert status(tmp_path)["ahead"] == [
        {"environment": ahead, "stage": "canary"},
        {"environment": behind, "stage": "first"},
    ]
