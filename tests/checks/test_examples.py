"""Every rule's examples: the bad one fires that rule and no other fault, the good one has none."""

from __future__ import annotations

from pathlib import Path

import pytest

import gateshift.checks
from gateshift.checks.registry import CHECKS
from gateshift.model.finding import Level
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
    wanted = {each.rule.id for each in CHECKS}
    assert wanted <= {rule_of(path) for path in BAD}
    assert wanted <= {rule_of(path) for path in GOOD}
