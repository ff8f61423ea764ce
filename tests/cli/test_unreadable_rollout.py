"""A gateshift.yaml with mistakes stops every command that reads it, with all of them and exit 2."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SHIPPED = Path(__file__).parents[2]
TOLD = """\
gateshift: gateshift.yaml: 2 mistakes
gateshift.yaml:6:3: service: unknown key `prot`
  6 |   prot: 80
    |   ^^^^
  did you mean `port`?
gateshift.yaml:50:14: stages[5].shares.v3: there is no version `v3`
  50 |     shares: {v3: 90, v2: 10}
     |              ^^
  the versions are v1, v2
"""


@pytest.mark.parametrize(
    "command", ["generate", "generate --check", "validate", "validate overlays", "explain canary http://customers/"]
)
def test_every_mistake_is_told_from_where_the_command_runs(tmp_path: Path, command: str) -> None:
    for name in ("base", "overlays", "sync"):
        shutil.copytree(SHIPPED / name, tmp_path / name)
    text = (SHIPPED / "gateshift.yaml").read_text()
    broken = text.replace("  port: 80\n", "  prot: 80\n").replace("{v1: 90", "{v3: 90")
    (tmp_path / "gateshift.yaml").write_text(broken)

    argv = [sys.executable, "-m", "gateshift", *command.split()]
    done = subprocess.run(argv, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout, done.stderr) == (2, "", TOLD)
