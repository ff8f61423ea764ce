"""What only reads does without ruamel.yaml, which takes as long to import as a command takes to start."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SHIPPED = Path(__file__).parents[2]


def imported(*arguments: str) -> str:
    argv = [sys.executable, "-X", "importtime", "-m", "gateshift", "-C", str(SHIPPED), *arguments]
    return subprocess.run(argv, capture_output=True, text=True, check=True).stderr


@pytest.mark.parametrize(
    "command", ["validate overlays/canary", "plan", "status", "explain canary http://customers/", "rules GS301"]
)
def test_a_command_that_reads_does_not_import_it(command: str) -> None:
    assert "ruamel" not in imported(*command.split())


def test_a_command_that_makes_files_does() -> None:
    assert "ruamel.yaml.emitter" in imported("generate", "--check")


@pytest.mark.parametrize("option", ["--version", "--help"])
def test_the_program_itself_starts_with_little_more_than_click(option: str) -> None:
    found = imported(option)
    assert [name for name in ("msgspec", "subprocess", "hashlib", "yaml") if f" {name}\n" in found] == []
