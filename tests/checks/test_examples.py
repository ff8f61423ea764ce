"""Every rule's examples: the bad one fires that rule and no other fault, the good one has none."""

from __future__ import annotations

from pathlib import Path

import pytest

import gateshift.checks
from gateshift.checks.registry import CHECKS, defined_rules, every_rule
from gateshift.model.finding import Level
from gateshift.model.rule import Rule, free_id
from gateshift.schemas import Schemas
from tests.checks.example_roots import findings_of

EXAMPLES = Path(gateshift.checks.__file__).parent / "examples"
BAD = sorted(path for path in EXAMPLES.iterdir() if ".bad" in path.name)
GOOD = sorted(path for path in EXAMPLES.iterdir() if ".good" in path.name)


def rule_of(path: Path) -> str:
    return path.name.partition(".")[0]


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.name)
def test_the_bad_example_fires_its_rule_and_no_other(path: Path, schemas: Schemas) -> None:
    found = findings_of(path, schemas)
    assert rule_of(path) in {finding.rule for finding in found}
    others = [finding for finding in found if finding.rule != rule_of(path) and finding.level is not Level.NOTE]
    assert others == []


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.name)
def test_the_good_example_is_silent(path: Path, schemas: Schemas) -> None:
    found = findings_of(path, schemas)
    assert rule_of(path) not in {finding.rule for finding in found}
    assert [finding for finding in found if finding.level is not Level.NOTE] == []


def test_every_check_has_both_examples() -> None:
    missing = [
        f"{EXAMPLES.name}/{check.rule.id}.{kind}.yaml, or a folder of that name"
        for check in CHECKS
        for kind, paths in (("bad", BAD), ("good", GOOD))
        if check.rule.id not in {rule_of(path) for path in paths}
    ]
    assert missing == []


def test_every_example_is_one_of_a_rule() -> None:
    assert {rule_of(path) for path in (*BAD, *GOOD)} <= every_rule().keys()


def test_no_two_rules_have_one_id_or_name() -> None:
    rules = defined_rules()
    assert taken_twice(rules) == ""
    assert len({rule.name for rule in rules}) == len(rules)


def test_the_test_for_taken_ids_says_which_is_free() -> None:
    rules = defined_rules()
    clash = Rule(rules[0].id, "a-new-defect", "", "", "")
    free = free_id(clash.family, rules)
    assert taken_twice((*rules, clash)) == f"{clash.id} is {rules[0].name} and a-new-defect; {free} is free"


def taken_twice(rules: tuple[Rule, ...]) -> str:
    """The ids that several rules have, each with the free id of its family; "" where there are none."""
    names: dict[str, list[str]] = {}
    for rule in rules:
        names.setdefault(rule.id, []).append(rule.name)
    clashes = [rule for rule in {rule.id: rule for rule in rules}.values() if len(names[rule.id]) > 1]
    return "\n".join(
        f"{rule.id} is {' and '.join(names[rule.id])}; {free_id(rule.family, rules)} is free" for rule in clashes
    )
