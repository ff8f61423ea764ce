"""The comment of a pull request: short enough to be read in ten seconds, whatever the change."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from gateshift.cli.links import links_from
from tests.cli.planning import commit, customers, generate, plan

POINTERS = ("sync/argocd/customers.yaml", "sync/flux/customers.yaml")


def point_at(top: Path, stage: str) -> None:
    for name in POINTERS:
        text = (top / name).read_text()
        (top / name).write_text(re.sub(r"overlays/\w+", f"overlays/{stage}", text))


def unfolded(top: Path) -> list[str]:
    """The lines of the comment that a reader sees without opening anything."""
    text = plan(top, "--since", "HEAD", "-f", "markdown").stdout
    return re.sub(r"<details>.*?</details>", "<details>", text, flags=re.DOTALL).splitlines()


@pytest.mark.parametrize(("start", "goal", "most"), [("debug", "canary", 25), ("subsets", "canary", 45)])
def test_a_promotion_is_told_in_few_lines(tmp_path: Path, start: str, goal: str, most: int) -> None:
    top = customers(tmp_path / "repository")
    point_at(top, start)
    commit(top, start)
    point_at(top, goal)
    lines = unfolded(top)
    assert len(lines) <= most
    assert lines[1].startswith("## ")
    assert f"`{goal}`" in lines[1]


def test_a_stage_that_is_left_says_how_long_it_should_have_lasted(tmp_path: Path) -> None:
    top = customers(tmp_path / "repository")
    rollout = top / "gateshift.yaml"
    rollout.write_text(rollout.read_text().replace("{v1: 90, v2: 10}\n", "{v1: 90, v2: 10}\n    soak: 720h\n"))
    generate(top)
    point_at(top, "canary")
    commit(top, "canary")
    point_at(top, "half")
    assert "In force: canary for 0 of 720 hours" in unfolded(top)
    assert json.loads(plan(top, "--since", "HEAD", "-f", "json").stdout)["plans"][0]["wait"]["soak"] == 2_592_000
    assert "  canary for 0 of 720 hours\n" in plan(top, "canary", "half").stdout
    assert "720 hours" not in plan(top, "half", "canary").stdout


def test_one_image_in_twenty_stages_is_told_once(tmp_path: Path) -> None:
    top = customers(tmp_path / "repository")
    rollout = top / "gateshift.yaml"
    stages = "".join(f"  - name: c{share}\n    shares: {{v1: {100 - share}, v2: {share}}}\n" for share in range(11, 22))
    rollout.write_text(rollout.read_text().replace("  - name: half\n", f"{stages}  - name: half\n"))
    generate(top)
    point_at(top, "canary")
    commit(top, "twenty stages at canary")
    rollout.write_text(rollout.read_text().replace("customers:2.0.0", "customers:2.0.1"))
    generate(top)
    lines = unfolded(top)
    assert len(lines) <= 40
    assert sum("2.0.0 -> " in line for line in lines) == 1


def test_places_link_to_the_planned_commit_where_the_ci_provider_says_it() -> None:
    found = links_from(
        {
            "GITHUB_ACTIONS": "true",
            "GITHUB_SERVER_URL": "https://github.example",
            "GITHUB_REPOSITORY": "team/shop",
            "GITHUB_SHA": "0123abcd",
        }
    )
    assert found.line("a b.yaml", 7) == "https://github.example/team/shop/blob/0123abcd/a%20b.yaml#L7"
    assert found.line("HEAD:a.yaml", 7) == ""
    assert links_from({}).line("a.yaml", 7) == ""
