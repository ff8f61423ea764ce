"""The repository that is attacked, and what an attack measured, told at the end, whichever worker made it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.attack.runs import SAYS
from tests.cli.promoting import SHIPPED, git

Figures = Callable[[str], None]


@pytest.fixture
def figures(record_property: Callable[[str, object], None]) -> Figures:
    """Takes one line of figures."""
    return lambda line: record_property("figures", line)


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The shipped rollout in a repository of its own, to be copied."""
    for name, value in SAYS.items():
        monkeypatch.setenv(name, value)
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setattr("tempfile.tempdir", None)
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "template"
    for name in ("base", "overlays", "sync"):
        shutil.copytree(SHIPPED / name, folder / name)
    shutil.copy(SHIPPED / "gateshift.yaml", folder)
    git(folder, "init", "-q", "-b", "main", "--template=")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "Start")
    return folder


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Every line, in the order of the tests' names."""
    reports = [report for outcome in ("passed", "failed") for report in terminalreporter.stats.get(outcome, ())]
    told = sorted((report.nodeid, line) for report in reports for name, line in report.user_properties)
    terminalreporter.section("figures")
    for _, line in told:
        terminalreporter.write_line(line)
