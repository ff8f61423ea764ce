"""Runs `gateshift adopt` as its users do, in a repository of their own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from gateshift.yamldoc import load_all
from gateshift.yamldoc.data import JsonObject, list_at, object_at, text_at
from tests.app.repositories import git


def work_tree(folder: Path) -> Path:
    """The folder as an empty Git work tree of somebody who can commit."""
    git(folder, "init", "-q", "-b", "main")
    for name, value in (("user.name", "An Author"), ("user.email", "author@example.org")):
        git(folder, "config", name, value)
    return folder


def gateshift(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """What the tool says in the folder."""
    argv = [sys.executable, "-m", "gateshift", *words]
    return subprocess.run(argv, cwd=folder, capture_output=True, text=True, check=False)


def adoption(top: Path, *words: str) -> tuple[JsonObject, JsonObject]:
    """What adopt says in JSON, and the gateshift.yaml that it writes."""
    done = gateshift(top, "adopt", *words, "--format", "json")
    assert done.returncode == 0, done.stderr + done.stdout
    said: JsonObject = json.loads(done.stdout)
    (data,) = load_all((top / text_at(said, "file")).read_text())
    assert isinstance(data, dict)
    return said, data


def stages_of(said: JsonObject) -> list[JsonObject]:
    """The stages, each safe for both engines and the first without a change."""
    stages = [object_at(stage) for stage in list_at(said, "stages")]
    verdicts = [object_at(verdict)["safe"] for stage in stages for verdict in object_at(stage, "engines").values()]
    assert verdicts == [True] * 2 * len(stages)
    assert (stages[0]["stage"], stages[0]["changes"]) == ("live", 0)
    return stages
