"""`gateshift rules` as it is typed, and the page made from it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gateshift.app.rules.rule_pages import rule_pages
from gateshift.checks.registry import every_rule
from gateshift.cli.rules import command
from gateshift.errors import UserError
from gateshift.report.docs.rules import markdown
from gateshift.report.style import Style

PAGE = Path(__file__).parents[2] / "docs" / "rules.md"


def run(*words: str) -> Result:
    return CliRunner().invoke(command, words, catch_exceptions=False)


def test_without_a_name_every_rule_is_listed() -> None:
    listed = run().output
    assert all(f"{rule.id} {rule.name}" in listed for rule in every_rule().values())


def test_a_rule_is_explained_with_its_examples() -> None:
    shown = run("GS302").output
    assert shown.startswith("GS302 backend-port-not-on-service\n")
    assert "never the targetPort of its pods" in shown
    assert "\nThe mistake (-) and the way out (+):\n" in shown
    assert "\n-          port: 8080\n+          port: 80\n" in shown


def test_the_files_of_a_folder_are_named_where_they_differ() -> None:
    shown = run("GS361").output
    assert "\n# kustomization.yaml\n" in shown
    assert "# shop.yaml" not in shown


@pytest.mark.parametrize("word", ["gs302", "backend-port-not-on-service", "Backend-Port-Not-On-Service"])
def test_a_rule_is_found_by_id_or_name_in_any_case(word: str) -> None:
    assert run(word).output.startswith("GS302")


def test_a_family_is_listed_by_its_first_letters() -> None:
    listed = run("GS4").output
    assert "GS401" in listed
    assert "GS301" not in listed


def test_json_holds_the_same() -> None:
    (rule,) = json.loads(run("GS401", "-f", "json").output)["rules"]
    assert rule["name"] == "no-weight-above-zero"
    assert rule["bad"][0]["path"] == "GS401.bad.yaml"
    assert "weight: 0" in rule["bad"][0]["text"]


@pytest.mark.parametrize(
    ("typed", "meant"), [("GS3O2", "GS302"), ("backend-port-not-on-servise", "backend-port-not-on-service")]
)
def test_a_misspelt_name_is_answered_with_the_nearest(typed: str, meant: str) -> None:
    with pytest.raises(UserError) as refused:
        run(typed)
    assert refused.value.exit_code == 2
    assert refused.value.next_step == f"Did you mean {meant}?"


def test_a_name_near_nothing_points_to_the_list() -> None:
    with pytest.raises(UserError, match="there is no rule XY") as refused:
        run("XY")
    assert "gateshift rules" in refused.value.next_step


@pytest.mark.parametrize("family", ["references", "References", "GS3", "gs3xx"])
def test_the_free_id_of_a_family_is_printed(family: str) -> None:
    printed = run("--next-id", family).output
    assert re.fullmatch(r"GS3\d\d\n", printed)
    assert printed.strip() not in every_rule()


def test_the_free_id_is_not_asked_for_beside_a_rule() -> None:
    refused = run("GS302", "--next-id", "references")
    assert refused.exit_code == 2
    assert "--next-id prints a free id, so no rule goes with it" in refused.output


def test_a_family_that_does_not_exist_is_answered_with_those_that_do() -> None:
    with pytest.raises(UserError, match="there is no family of rules GS9") as refused:
        run("--next-id", "GS9")
    assert "references (GS3)" in refused.value.next_step


def test_the_documentation_is_what_the_command_writes() -> None:
    written = PAGE.read_text(encoding="utf-8")
    assert written == markdown(rule_pages(), Style()), "run `gateshift rules -f markdown -o docs/rules.md`"


def test_the_page_has_an_anchor_for_every_rule() -> None:
    headings = PAGE.read_text(encoding="utf-8").splitlines()
    assert all(f"### {rule}" in headings for rule in every_rule())
