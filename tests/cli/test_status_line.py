"""The line that says what a slow run is at: on a terminal, after a second, and gone before anything else is said."""

from __future__ import annotations

import io
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from gateshift.cli import status_line
from gateshift.cli.console import tell
from gateshift.cli.status_line import StatusLine
from gateshift.tools.find import find
from tests.cli.planning import customers

CLEARED = "\r\x1b[K"


class Terminal(io.StringIO):
    """A standard error that says that it is a terminal."""

    def isatty(self) -> bool:
        return True


def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """One that is 30 characters wide."""
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setenv("COLUMNS", "30")
    monkeypatch.setenv("TERM", "xterm")
    return stream


def test_work_of_less_than_a_second_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    said = terminal(monkeypatch)
    line = StatusLine()
    line("building 1/9 overlays/canary")
    line("")
    assert said.getvalue() == ""


def test_after_a_second_every_step_is_shown_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    said = terminal(monkeypatch)
    monkeypatch.setattr(status_line, "_PATIENCE", 0.0)
    line = StatusLine()
    line("building 1/9 overlays/canary")
    line("building 2/9 \x1b[2J of a name as long as this")
    line("")
    first = "building 1/9 overlays/canary\r"
    assert said.getvalue() == f"{first}{CLEARED}building 2/9 \\x1b[2J of a nam\r{CLEARED}"


def test_a_terminal_that_cannot_write_over_a_line_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    said = terminal(monkeypatch)
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setattr(status_line, "_PATIENCE", 0.0)
    StatusLine()("building 1/9 overlays/canary")
    tell("gateshift: done")
    assert said.getvalue() == "gateshift: done\n"


def test_in_a_pipe_nothing_is_shown(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(status_line, "_PATIENCE", 0.0)
    StatusLine()("building 1/9 overlays/canary")
    assert capsys.readouterr().err == ""


def test_a_slow_kustomize_is_told_while_it_runs(tmp_path: Path) -> None:
    top = customers(tmp_path / "repository")
    slow = tmp_path / "slow"
    real = find("kustomize").argv[0]
    slow.write_text(f"#!/bin/sh\ncase $1 in version) ;; *) sleep 2;; esac\nexec '{real}' \"$@\"\n")
    slow.chmod(0o755)
    master, stderr = pty.openpty()
    argv = [sys.executable, "-m", "gateshift", "validate", "--kustomize", str(slow), "overlays/canary"]
    env = os.environ | {"TERM": "xterm"}
    with subprocess.Popen(argv, cwd=top, stdout=subprocess.DEVNULL, stderr=stderr, env=env) as process:
        process.wait(timeout=60)
    os.close(stderr)
    said = os.read(master, 10_000).decode()
    os.close(master)
    assert "building 1/1 overlays/canary\r" in said
