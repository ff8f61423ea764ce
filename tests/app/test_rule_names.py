"""`explain` calls a rule what gateshift.yaml calls it, among the candidates as well."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.cli.planning import customers


def explained(top: Path, target: str) -> list[str]:
    argv = [sys.executable, "-m", "gateshift", "explain", target, "http://customers/", "-H", "user-agent: debug"]
    return subprocess.run(argv, cwd=top, capture_output=True, text=True, check=True).stdout.splitlines()


def test_a_rule_of_a_stage_has_its_name(tmp_path: Path) -> None:
    lines = explained(customers(tmp_path / "repository"), "debug")
    assert any(line.startswith("  HTTPRoute default/customers rule 1 (debug), match 0  ") for line in lines)
    assert "    HTTPRoute default/customers rule 1 (debug) match 0  wins" in lines
    assert any(line.startswith("    HTTPRoute default/customers rule 0 match 0 ") for line in lines)


def test_a_route_that_is_not_the_stages_has_indexes_alone(tmp_path: Path) -> None:
    top = customers(tmp_path / "repository")
    (top / "gateshift.yaml").unlink()
    assert "    HTTPRoute default/customers rule 1 match 0  wins" in explained(top, "overlays/debug")
