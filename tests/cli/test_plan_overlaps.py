"""Requests that several extra rules of a stage match: told once, with the rule that wins and why."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.planning import customers, generate, plan

DEBUG = "      - name: debug\n        match: {headers: {user-agent: debug}}\n        to: v2\n"
BETA = "      - name: beta\n        match: {headers: {x-beta: 'true', x-group: a}}\n        to: v2\n"
OLD = BETA.replace("to: v2", "to: v1")


def rows(top: Path, beta: str) -> list[dict[str, object]]:
    """The traffic from `dark` to `debug`, whose route has two extra rules."""
    rollout = top / "gateshift.yaml"
    text = rollout.read_text()
    assert DEBUG in text
    rollout.write_text(text.replace(DEBUG, DEBUG + beta))
    generate(top)
    found: list[dict[str, object]] = json.loads(plan(top, "dark", "debug", "-f", "json").stdout)["traffic"]
    return found


@pytest.mark.parametrize("beta", [BETA, OLD], ids=["same version", "another version"])
def test_an_overlap_is_one_line_in_text_and_in_the_comment(tmp_path: Path, beta: str) -> None:
    top = customers(tmp_path / "repository")
    assert len(rows(top, beta)) == 4
    said = "debug + beta -> beta wins: debug is less specific: number of headers"
    text = plan(top, "dark", "debug").stdout
    assert f"  overlap  {said}\n" in text
    assert text.count("  debug  header user-agent: debug\n") == 1
    assert "debug (header" not in text
    comment = plan(top, "dark", "debug", "-f", "markdown").stdout
    assert "<details><summary>1 overlap of rules</summary>\n\n- debug \\+ beta \\-\\> beta wins" in comment
    assert "beta (header" not in comment


def test_rules_that_cannot_meet_have_no_overlap(tmp_path: Path) -> None:
    top = customers(tmp_path / "repository")
    assert len(rows(top, BETA.replace("x-beta: 'true'", "user-agent: beta"))) == 3
    assert "overlap" not in plan(top, "dark", "debug").stdout
