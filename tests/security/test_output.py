"""What a run prints steers no terminal and commands no runner, whatever names and files say."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from gateshift.report.markdown_text import cell

COMMANDS = ("::set-env name=A::x", "##[error]x", "##vso[task.setvariable variable=A]x", "::stop-commands::x")
CONTROL = "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]"
EVIL = "a\x1b[2Jb\u202ec\u2066d\re"


def gateshift(folder: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    argv = [sys.executable, "-m", "gateshift", *words]
    return subprocess.run(argv, cwd=folder, env=os.environ | environment, capture_output=True, check=False)


def obeyed(text: str) -> list[str]:
    """The lines that a runner of GitHub or Azure would take for a command."""
    return [
        line for line in re.split("[\r\n]", text) if line.lstrip().startswith("::") or re.search(r"##(vso)?\[", line)
    ]


@pytest.fixture(params=COMMANDS)
def folder(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A root with a fault whose object, field and file are called like a command of a runner."""
    command = request.param
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git/HEAD").write_text("ref: refs/heads/main\n")
    name = json.dumps(f"x\n{command}")
    (tmp_path / "kustomization.yaml").write_text("resources: [a.yaml]\n")
    (tmp_path / "a.yaml").write_text(
        f"apiVersion: v1\nkind: Service\nmetadata: {{name: {name}}}\n"
        f"spec: {{ports: [{{port: 80, name: {name}}}], {name}: 1}}\n{command}: 1\n"
    )
    return tmp_path


@pytest.mark.parametrize("form", ["text", "json", "sarif", "junit", "gitlab", "markdown"])
@pytest.mark.parametrize("runner", [{"GITHUB_ACTIONS": "true"}, {"TF_BUILD": "True"}], ids=["github", "azure"])
def test_no_name_commands_a_runner(folder: Path, form: str, runner: dict[str, str]) -> None:
    done = gateshift(folder, "validate", "-f", form, ".", **runner)
    assert done.returncode == 1
    shown = done.stdout.decode()
    assert obeyed(shown + "\n" + done.stderr.decode()) == []
    match form:
        case "json" | "sarif" | "gitlab":
            json.loads(shown)
        case "junit":
            ET.fromstring(shown)


@pytest.mark.parametrize(
    "words", [("validate",), ("explain", "half", "http://x"), ("generate", "--check"), ("status",), ("promote",)]
)
@pytest.mark.parametrize("name", [*COMMANDS, EVIL])
def test_an_error_neither_steers_nor_commands(tmp_path: Path, words: tuple[str, ...], name: str) -> None:
    (tmp_path / "gateshift.yaml").write_text(f"service: {json.dumps(name)}\n{json.dumps(name)}: 1\n")
    done = gateshift(tmp_path, *words, GITHUB_ACTIONS="true")
    said = (done.stdout + done.stderr).decode()
    assert done.returncode != 70
    assert obeyed(done.stderr.decode()) == []
    assert not re.search(CONTROL, said)


@pytest.mark.parametrize("words", [("validate", "--", EVIL), ("generate", EVIL), ("plan", EVIL), (EVIL,), ("-C", EVIL)])
def test_an_argument_is_shown_without_its_control_characters(tmp_path: Path, words: tuple[str, ...]) -> None:
    done = gateshift(tmp_path, *words)
    assert done.returncode in (2, 4)
    assert not re.search(CONTROL, done.stderr.decode())


def test_a_cell_makes_no_address_of_mail() -> None:
    assert cell("a|b@example.org") == "<code>a&#124;b&#64;<!-- -->example&#46;org</code>"
