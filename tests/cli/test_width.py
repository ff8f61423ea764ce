"""No line of an answer is wider than the terminal that it is shown on."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest

from tests.cli.planning import customers

WIDTH = 62
ESCAPES = re.compile("\x1b\\[[0-9;]*[mK]")


def shown(folder: Path, *words: str) -> list[str]:
    """The lines on a terminal of that width, without colour and without what a status line wrote over."""
    master, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, WIDTH, 0, 0))
    env = {key: value for key, value in os.environ.items() if key != "COLUMNS"} | {"TERM": "xterm"}
    said = b""
    with subprocess.Popen([sys.executable, "-m", "gateshift", *words], cwd=folder, stdout=terminal, env=env) as process:
        os.close(terminal)
        while part := _read(master):
            said += part
        process.wait(timeout=60)
    os.close(master)
    return [ESCAPES.sub("", line).rstrip("\r") for line in said.decode().split("\n")]


def _read(master: int) -> bytes:
    try:
        return os.read(master, 1 << 16)
    except OSError:  # how a pseudo terminal says that nobody writes to it any more
        return b""


@pytest.mark.parametrize(
    "words",
    [
        ("rules",),
        ("plan", "subsets", "canary"),
        ("promote", "--to", "canary", "--dry-run"),
        ("status",),
        ("explain", "canary", "http://customers/"),
        ("validate", "overlays/canary"),
    ],
    ids=" ".join,
)
def test_every_line_fits(tmp_path: Path, words: tuple[str, ...]) -> None:
    lines = shown(customers(tmp_path / "repository"), *words)
    assert [line for line in lines if len(line) > WIDTH] == []
    assert len(lines) > 1
