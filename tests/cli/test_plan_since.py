"""What a branch does to the pointers, on real repositories: above all where it leaves them nothing to follow."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.cli.promoting import ARGOCD, FLUX, at, customers, gateshift, git

__all__ = ["customers"]


def since(folder: Path) -> tuple[int, list[dict[str, Any]]]:
    """The exit code and the plans of what differs from main."""
    done = gateshift(folder, "plan", "--since", "main", "-f", "json")
    assert "Traceback" not in done.stderr
    return done.returncode, json.loads(done.stdout)["plans"]


def said(plans: list[dict[str, Any]]) -> set[tuple[str, str]]:
    return {
        (each["rule"], each["level"])
        for plan in plans
        for engine in plan["engines"].values()
        for each in engine["findings"]
    }


def point(folder: Path, file: str, path: str) -> None:
    text = (folder / file).read_text()
    (folder / file).write_text(re.sub(r"(?m)^( +path: (?:\./)?)overlays/.*$", rf"\g<1>{path}", text))


@pytest.mark.parametrize("file", [ARGOCD, FLUX])
def test_a_pointer_to_a_folder_that_is_not_there_is_no_safe_change(customers: Path, file: str) -> None:
    at(customers, "half")
    point(customers, file, "overlays/haif")
    code, plans = since(customers)
    assert (code, said(plans)) == (1, {("GS523", "error")})
    assert [(plan["from"], plan["to"].removeprefix("./"), plan["live"]) for plan in plans] == [
        ("half", "overlays/haif", True)
    ]
    assert plans[0]["changes"] == [], "the cluster keeps what it has"


def test_the_overlay_of_the_stage_in_force_cannot_be_taken_away(customers: Path) -> None:
    at(customers, "half")
    shutil.rmtree(customers / "overlays" / "half")
    code, plans = since(customers)
    assert (code, said(plans)) == (1, {("GS523", "error")})
    assert len(plans) == 2, "both pointers are told"


def test_the_overlay_of_another_stage_may_go(customers: Path) -> None:
    at(customers, "half")
    shutil.rmtree(customers / "overlays" / "debug")
    assert since(customers) == (0, [])


def test_a_pointer_to_another_root_is_judged_by_what_that_builds(customers: Path) -> None:
    at(customers, "half")
    point(customers, ARGOCD, "base/v1")
    code, plans = since(customers)
    assert (code, [(plan["from"], plan["to"]) for plan in plans]) == (1, [("half", "base/v1")])
    assert ("prune", "HTTPRoute") in {(change["action"], change["kind"]) for change in plans[0]["changes"]}


def test_a_pointer_that_is_deleted_is_told(customers: Path) -> None:
    at(customers, "half")
    (customers / ARGOCD).unlink()
    code, plans = since(customers)
    assert (code, said(plans)) == (0, {("GS523", "warning")})
    assert [plan["to"] for plan in plans] == ["no pointer"]


def test_without_a_rollout_only_what_differs_is_told(customers: Path) -> None:
    git(customers, "rm", "-q", "gateshift.yaml", "-r", "sync")
    git(customers, "commit", "-q", "-m", "Without a rollout")
    assert since(customers) == (0, [])
    (customers / "overlays" / "half" / "httproute.yaml").write_text(
        (customers / "overlays" / "half" / "httproute.yaml").read_text().replace("weight: 50", "weight: 0")
    )
    code, plans = since(customers)
    assert (code, [plan["to"] for plan in plans]) == (1, ["overlays/half"])


def test_a_rollout_that_is_taken_away_leaves_its_folders_to_be_judged(customers: Path) -> None:
    (customers / "gateshift.yaml").unlink()
    route = customers / "overlays" / "half" / "httproute.yaml"
    route.write_text(route.read_text().replace("weight: 50", "weight: 0"))
    code, plans = since(customers)
    assert (code, [plan["to"] for plan in plans]) == (1, ["overlays/half"])


def test_of_many_rollouts_a_few_are_named(tmp_path: Path) -> None:
    for number in range(40):
        (tmp_path / f"service-{number:02}").mkdir()
        (tmp_path / f"service-{number:02}" / "gateshift.yaml").touch()
    for command in ("plan", "promote"):
        done = gateshift(tmp_path, command)
        assert done.returncode == 2
        assert "service-00" in done.stderr
        assert "service-39" not in done.stderr, command
        assert len(done.stderr) < 400
