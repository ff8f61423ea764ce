"""`gateshift next` as a user meets it."""

from __future__ import annotations

import json
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


def test_its_pull_request_is_calm(customers: Path) -> None:
    """Nobody goes from the last release's stages to the new ones of the same name."""
    at(customers, "retired")
    assert gateshift(customers, "next", "v3", "--image", IMAGE, "--commit").returncode == 0
    for form in ("text", "markdown"):
        shown = gateshift(customers, "plan", "--since", "HEAD~1", "-f", form)
        assert shown.returncode == 0
        assert len(shown.stdout.splitlines()) <= 60
        assert "unsafe" not in shown.stdout
        assert "7 stages that no pointer names are defined anew" in shown.stdout
        assert sum("canary, v1 90 %, v2 10 % " in line for line in shown.stdout.splitlines()) == 1
    plans = json.loads(gateshift(customers, "plan", "--since", "HEAD~1", "-f", "json").stdout)["plans"]
    found = [each for plan in plans for engine in plan["engines"].values() for each in engine["findings"]]
    assert {each["level"] for each in found} == {"note"}
    assert gateshift(customers, "plan", "--since", "HEAD~1", "-f", "concise").stdout.count("GS5") == 0


def test_what_is_live_keeps_its_level(customers: Path) -> None:
    at(customers, "canary")
    overlay = customers / "overlays" / "canary" / "kustomization.yaml"
    overlay.write_text(overlay.read_text().replace("  - ../../base/v1\n", ""))
    git(customers, "commit", "-q", "-a", "-m", "v1 goes")
    shown = gateshift(customers, "plan", "--since", "HEAD~1")
    assert shown.returncode == 1
    assert "error[GS502]" in shown.stdout
    assert "1 live change since HEAD~1: 1 unsafe" in shown.stdout
    assert "GS502" in gateshift(customers, "plan", "--since", "HEAD~1", "-f", "concise").stdout
