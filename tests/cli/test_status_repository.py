"""`gateshift status` on a whole repository, from any directory, and with what was seen of the running systems."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.promoting import at, customers, gateshift, git
from tests.cli.published import document as published

__all__ = ["customers"]

SERVICE = """\
service: {name: %s, port: 80, targetPort: 8080}
route: {parents: [{gateway: infra/public}]}
versions:
  v1: {image: 'example.org/%s:1'}
  v2: {image: 'example.org/%s:2'}
stages:
  - {name: first, shares: {v1: 100}}
  - {name: canary, shares: {v1: 90, v2: 10}}
environments: [{name: staging}, {name: prod, after: [staging]}]
pointers: {repository: 'https://example.org/r.git', revision: main, path: %s, argocd: {}, flux: {}}
"""
VERIFY = {
    "schema": 1,
    "service": "shop",
    "stage": "first",
    "environment": "prod",
    "classes": [],
    "verdict": "as declared",
}
GATE = {"schema": 1, "service": "shop", "version": "v2", "environment": "prod", "figures": [], "verdict": "blocked"}


@pytest.fixture
def two(tmp_path: Path) -> Path:
    for name in ("shop", "cart"):
        folder = tmp_path / "services" / name
        folder.mkdir(parents=True)
        (folder / "gateshift.yaml").write_text(SERVICE % (name, name, name, f"services/{name}"))
        assert gateshift(folder, "generate").returncode == 0
    git(tmp_path, "init", "-q")
    return tmp_path


def kept(folder: Path, name: str, data: dict[str, Any], at: str = "2026-01-01T12:00:00+00:00") -> str:
    (folder / name).write_text(json.dumps({**data, "at": at}))
    return str(folder / name)


def test_several_rollouts_have_a_line_for_each_environment(two: Path) -> None:
    for folder in (two, two / "services", two / "services" / "shop" / "overlays"):
        done = gateshift(folder, "status")
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout == (
            "cart  staging  first  v1 100 %  Argo CD, Flux  next canary, safe\n"
            "cart  prod     first  v1 100 %  Argo CD, Flux  next canary, safe\n"
            "shop  staging  first  v1 100 %  Argo CD, Flux  next canary, safe\n"
            "shop  prod     first  v1 100 %  Argo CD, Flux  next canary, safe\n"
        )


def test_their_json_is_a_list_of_what_one_has(two: Path) -> None:
    answer = published("status", gateshift(two, "status", "-f", "json").stdout)
    assert [each["file"] for each in answer["rollouts"]] == [
        "services/cart/gateshift.yaml",
        "services/shop/gateshift.yaml",
    ]
    alone = published("status", gateshift(two, "status", "services/shop", "-f", "json").stdout)
    assert alone == {"schema": 1, **answer["rollouts"][1]}


def test_pointers_that_disagree_and_environments_without_one_have_lines_of_their_own(two: Path) -> None:
    sync = two / "services" / "shop" / "sync"
    prod = sync / "flux" / "shop-prod.yaml"
    prod.write_text(prod.read_text().replace("prod/first", "prod/canary"))
    for engine in ("argocd", "flux"):
        (sync / engine / "shop-staging.yaml").unlink()
    lines = [" ".join(line.split()) for line in gateshift(two, "status").stdout.splitlines() if line.startswith("shop")]
    assert lines == [
        "shop prod first v1 100 % Argo CD next canary, safe",
        "shop prod canary v1 90 %, v2 10 % Flux",
        "shop staging no pointer",
    ]


def test_one_that_cannot_be_read_stops_only_itself(two: Path) -> None:
    (two / "services" / "cart" / "gateshift.yaml").write_text("service: {name: 7}\n")
    done = gateshift(two, "status")
    assert done.returncode == 3
    assert done.stdout.count("shop ") == 2
    assert "\nnot read: services/cart/gateshift.yaml: 4 mistakes\n" in done.stdout


def test_one_rollout_is_shown_in_full_from_any_directory_below(customers: Path) -> None:
    at(customers, "canary")
    done = gateshift(customers / "overlays" / "half", "status")
    assert "[canary] -> half" in done.stdout
    assert gateshift(customers / "base", "promote", "--dry-run").returncode == 0


def test_verdicts_of_the_running_system_are_shown_with_their_stage_and_time(two: Path) -> None:
    earlier = kept(two, "gate.json", GATE, "2026-01-01T11:00:00+00:00")
    done = gateshift(two, "status", "--live", kept(two, "verify.json", VERIFY), earlier)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-2:] == [
        "shop gate prod v2 at 2026-01-01T11:00:00+00:00: blocked (gate.json)",
        "shop verify prod first at 2026-01-01T12:00:00+00:00: as declared (verify.json)",
    ]
    answer = published("status", gateshift(two, "status", "--live", earlier, "-f", "json").stdout)
    assert [verdict["verdict"] for verdict in answer["rollouts"][1]["live"]] == ["blocked"]


def test_a_verdict_on_a_stage_that_was_left_says_so(two: Path) -> None:
    file = kept(two, "verify.json", {**VERIFY, "stage": "canary"})
    shown = gateshift(two, "status", "--live", file).stdout
    assert "verify prod canary at 2026-01-01T12:00:00+00:00: as declared; first is in force now (verify.json)" in shown


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "is not the JSON of `verify` or `gate`"),
        ("[]", "is not the JSON of `verify` or `gate`"),
        (json.dumps({**VERIFY, "verdict": "fine"}), "is not the JSON of `verify` or `gate`"),
        (json.dumps({**GATE, "service": "other"}), "speaks of the service other, which no rollout here has"),
    ],
)
def test_what_is_no_verdict_of_a_rollout_is_refused(two: Path, text: str, said: str) -> None:
    (two / "live.json").write_text(text)
    done = gateshift(two, "status", "--live", "live.json")
    assert (done.returncode, done.stdout) == (2, "")
    assert f"live.json: {said}" in done.stderr
