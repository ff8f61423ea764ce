"""`pip install gateshift` finds a wheel of everything it needs on platforms that this machine is not.

pip resolves for the platform and installs nothing; it needs the package registry.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).parents[2]
ALPINE, OLD_GLIBC = "musllinux_1_2_x86_64", "manylinux2014_x86_64"


def resolved(what: str, platform: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """What pip says of installing from wheels alone, on a platform; its report lies in the folder."""
    words = ["install", "--dry-run", "--quiet", "--ignore-installed", "--only-binary", ":all:"]
    words += ["--platform", platform, "--target", str(folder / "target"), "--report", str(folder / "report.json"), what]
    argv = [sys.executable, "-I", "-m", "pip", "--disable-pip-version-check", *words]
    return subprocess.run(argv, cwd=folder, capture_output=True, text=True, timeout=300, check=False)


@pytest.mark.parametrize("platform", [ALPINE, OLD_GLIBC])
def test_it_installs_where_the_cel_evaluator_has_no_wheel(platform: str, tmp_path: Path) -> None:
    done = resolved(str(TOP), platform, tmp_path)
    assert done.returncode == 0, done.stderr
    report = json.loads((tmp_path / "report.json").read_text())
    assert "gateshift" in {entry["metadata"]["name"] for entry in report["install"]}


def test_the_extra_asks_for_what_alpine_does_not_have(tmp_path: Path) -> None:
    done = resolved(f"{TOP}[cel]", ALPINE, tmp_path)
    assert done.returncode == 1
    assert "cel-expr-python" in done.stderr
