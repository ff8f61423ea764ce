"""`gateshift next` as a user meets it."""

from __future__ import annotations

from pathlib import Path

from tests.cli.promoting import at, customers, gateshift, git
from tests.cli.published import document as published

__all__ = ["customers"]

IMAGE = "gcr.io/tetratelabs/customers:3.0.0"


def test_a_finished_rollout_becomes_the_baseline_of_the_next(customers: Path) -> None:
    at(customers, "retired")
    done = gateshift(customers, "next", "v3", "--image", IMAGE)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(
        "customers: v2 is the baseline now, v3 the candidate\n"
        "  stages: routed -> dark -> debug -> canary -> half -> final -> retired\n"
        "  sync/argocd/customers.yaml: overlays/retired -> overlays/routed\n"
        "  sync/flux/customers.yaml: ./overlays/retired -> ./overlays/routed\n"
        "  what runs stays as it is\n"
    )
    assert gateshift(customers, "generate", "--check").returncode == 0
    assert gateshift(customers, "validate").returncode == 0
    git(customers, "add", "--all")
    git(customers, "commit", "-q", "-m", "Start v3")
    assert gateshift(customers, "plan", "--since", "HEAD~1").returncode == 0
    story = [gateshift(customers, "promote", "--commit").returncode for _ in range(6)]
    assert story == [0] * 6
    assert "final -> retired (v2 removed)" in git(customers, "log", "-1", "--format=%s")


def test_a_dry_run_shows_the_new_rollout(customers: Path) -> None:
    at(customers, "retired")
    shown = gateshift(customers, "next", "v3", "--image", IMAGE, "--dry-run")
    assert shown.returncode == 0
    assert f"+    image: {IMAGE}\n" in shown.stdout
    assert git(customers, "status", "--porcelain") == ""


def test_json_says_what_was_done(customers: Path) -> None:
    at(customers, "retired")
    data = published("next", gateshift(customers, "next", "v3", "--image", IMAGE, "-f", "json").stdout)
    assert (data["schema"], data["baseline"], data["candidate"], data["stages"][0]) == (1, "v2", "v3", "routed")
    assert [pointer["newPath"] for pointer in data["pointers"]] == ["overlays/routed", "./overlays/routed"]
    assert "gateshift.yaml" in data["written"]
    assert "base/v1/deployment.yaml" in data["deleted"]


def test_a_rollout_under_way_is_refused(customers: Path) -> None:
    at(customers, "half")
    refused = gateshift(customers, "next", "v3", "--image", IMAGE)
    assert refused.returncode == 1
    assert "not finished" in refused.stderr
    assert "v2 has 50 % of the requests" in refused.stderr
    assert git(customers, "status", "--porcelain") == ""


def test_what_the_version_runs_has_to_be_said(customers: Path) -> None:
    at(customers, "retired")
    assert gateshift(customers, "next", "v3").returncode == 2
    assert gateshift(customers, "next", "v3", "--image", IMAGE, "--manifest", "a.yaml").returncode == 2
