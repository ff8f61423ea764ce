"""`gateshift schema`: what is published is what is committed and printed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from gateshift.cli.schema import SCHEMAS, schema_text

PUBLISHED = Path(__file__).parents[2] / "docs" / "schemas"


def gateshift(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-m", "gateshift", "schema", *arguments]
    return subprocess.run(argv, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("name", SCHEMAS)
def test_each_schema_is_valid_and_committed_as_it_is_printed(name: str) -> None:
    text = schema_text(name)

    jsonschema.Draft202012Validator.check_schema(json.loads(text))
    assert (PUBLISHED / f"{name}.schema.json").read_text() == text, (
        f"run: gateshift schema {name} -o docs/schemas/{name}.schema.json"
    )


def test_it_prints_the_schema(tmp_path: Path) -> None:
    printed = gateshift(tmp_path, "gateshift")

    assert (printed.returncode, printed.stderr) == (0, "")
    assert printed.stdout == schema_text("gateshift")


def test_it_writes_the_schema_to_a_file(tmp_path: Path) -> None:
    assert gateshift(tmp_path, "gateshift", "-o", "a/b.json").returncode == 0

    assert (tmp_path / "a" / "b.json").read_text() == schema_text("gateshift")


def test_an_unknown_name_is_a_usage_error_that_lists_the_known_ones(tmp_path: Path) -> None:
    refused = gateshift(tmp_path, "rolout")

    assert refused.returncode == 2
    assert "gateshift" in refused.stderr


def test_a_file_that_cannot_be_written_is_a_usage_error(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("")

    refused = gateshift(tmp_path, "gateshift", "-o", "a/b.json")

    assert refused.returncode == 2
    assert "cannot write a/b.json" in refused.stderr
