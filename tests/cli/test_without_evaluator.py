"""Where the CEL evaluator has no wheel: what it would have checked is reported as not checked, never passed over."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.checks.manifests import BASE, header, route, rule, to

REFUSED = route(rule({"name": "shop"}))
TWICE = route(rule(to(), matches=[{"headers": [header(), header()]}]))


@pytest.fixture
def without(tmp_path: Path) -> dict[str, str]:
    """An environment in which the evaluator cannot be found, as on a platform without its wheel."""
    (tmp_path / "sitecustomize.py").write_text("import sys\nsys.modules['cel_expr_python'] = None\n")
    paths = [str(tmp_path), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}


def validate(folder: Path, text: str, environment: dict[str, str], *arguments: str) -> tuple[int, dict[str, Any]]:
    (folder / "shop.yaml").write_text(text)
    argv = [sys.executable, "-m", "gateshift", "validate", "shop.yaml", "-f", "json", *arguments]
    done = subprocess.run(argv, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    report: dict[str, Any] = json.loads(done.stdout)
    return done.returncode, report


def test_the_check_is_reported_as_not_made(tmp_path: Path, without: dict[str, str]) -> None:
    code, report = validate(tmp_path, "\n---\n".join([*BASE, REFUSED]), without)
    assert code == 3
    assert [gap["what"] for gap in report["gaps"]] == ["the CEL rules of CRDs"]
    assert "--without-cel" in json.dumps(report["gaps"])
    assert "gateshift[cel]" in json.dumps(report["gaps"])


def test_it_is_said_once_for_all_roots(tmp_path: Path, without: dict[str, str]) -> None:
    for name, objects in {"shop": [*BASE, REFUSED], "gate": BASE, "other": [*BASE, TWICE]}.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "objects.yaml").write_text("\n---\n".join(objects))
    code, report = validate(tmp_path, REFUSED, without, "shop", "gate", "other")
    assert code == 3
    assert len(report["gaps"]) == 1


def test_whoever_leaves_the_rules_out_gets_the_rest(tmp_path: Path, without: dict[str, str]) -> None:
    code, report = validate(tmp_path, "\n---\n".join([*BASE, TWICE]), without, "--without-cel")
    assert code == 1
    assert report["gaps"] == []
    assert "GS203" in {finding["rule"] for finding in report["findings"]}


def test_objects_without_such_rules_need_no_evaluator(tmp_path: Path, without: dict[str, str]) -> None:
    code, report = validate(tmp_path, "\n---\n".join(BASE), without)
    assert code == 0
    assert report["gaps"] == []
