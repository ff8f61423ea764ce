"""An interrupted run is told, finished by the next one, and committed by none."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.promoting import ARGOCD, FLUX, at, customers, gateshift, git  # noqa: F401 -- customers is a fixture

TEMPORARY = ".gateshift-0123456789abcdef.tmp"


@pytest.fixture
def interrupted(customers: Path) -> Path:  # noqa: F811 -- the fixture
    """A repository in which a run was killed after the first of its two renames."""
    at(customers, "canary")
    for name in (ARGOCD, FLUX):
        new = (customers / name).read_text().replace("overlays/canary", "overlays/half")
        (customers / name).with_name(TEMPORARY).write_text(new)
    (customers / ARGOCD).with_name(TEMPORARY).replace(customers / ARGOCD)
    (customers / ".git/gateshift-journal.json").write_text(json.dumps({ARGOCD: TEMPORARY, FLUX: TEMPORARY}))
    return customers


@pytest.mark.parametrize("words", [("status",), ("validate", "overlays/half"), ("promote", "--dry-run")], ids=" ".join)
def test_it_is_told_and_left_alone(interrupted: Path, words: tuple[str, ...]) -> None:
    done = gateshift(interrupted, *words)
    assert "an interrupted run changed a part of its files here" in done.stderr
    assert "`gateshift generate` finishes it" in done.stderr
    assert (interrupted / ".git/gateshift-journal.json").exists()


def test_a_commit_finishes_it_and_commits_nothing(interrupted: Path) -> None:
    head = git(interrupted, "rev-parse", "HEAD")
    done = gateshift(interrupted, "promote", "--commit", "final")
    assert done.returncode == 1
    assert "an interrupted run was finished" in done.stderr
    assert git(interrupted, "rev-parse", "HEAD") == head
    assert "overlays/half" in (interrupted / FLUX).read_text()
    assert not (interrupted / ".git/gateshift-journal.json").exists()


def test_generate_finishes_it(interrupted: Path) -> None:
    done = gateshift(interrupted, "generate")
    assert done.returncode == 0, done.stderr
    assert "overlays/half" in (interrupted / FLUX).read_text()
    assert "an interrupted run changed" not in gateshift(interrupted, "status").stderr


def test_without_an_interrupted_run_nothing_is_told(customers: Path) -> None:  # noqa: F811
    assert "interrupted" not in gateshift(customers, "status").stderr


@pytest.mark.parametrize("words", [(), ("--branch", "promote/half")], ids=["here", "branch"])
def test_ctrl_c_under_a_slow_hook_leaves_everything_as_it_was(customers: Path, words: tuple[str, ...]) -> None:  # noqa: F811
    at(customers, "canary")
    hook = customers / ".git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\ntouch .git/hook-runs\nsleep 60\n")
    hook.chmod(0o755)
    before = state(customers)
    argv = [sys.executable, "-m", "gateshift", "promote", "--commit", *words]
    process = subprocess.Popen(argv, cwd=customers, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    while not (customers / ".git/hook-runs").exists() and process.poll() is None:
        time.sleep(0.05)
    os.kill(process.pid, signal.SIGINT)
    _, stderr = process.communicate()
    assert process.returncode == 130, stderr
    assert stderr.decode().endswith("gateshift: interrupted, nothing was changed\n")
    assert state(customers) == before
    assert not (customers / ".git/index.lock").exists()


def test_a_commit_that_a_hook_refuses_leaves_everything_as_it_was(customers: Path) -> None:  # noqa: F811
    at(customers, "canary")
    hook = customers / ".git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    before = state(customers)
    done = gateshift(customers, "promote", "--commit")
    assert done.returncode == 2
    assert "pre-commit refused it" in done.stderr
    assert state(customers) == before


@pytest.mark.parametrize("module", ["click", "gateshift.cli.validate", "gateshift.app.validate.validate"])
def test_ctrl_c_during_imports_is_one_line(tmp_path: Path, module: str) -> None:
    """`sitecustomize` stops the import of a module, as a slow disk would."""
    text = f"""import os, signal, sys
class Stop:
    def find_spec(self, name, path, target=None):
        if name == {module!r}:
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Stop())
"""
    (tmp_path / "sitecustomize.py").write_text(text)
    path = f"{tmp_path}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"
    argv = [sys.executable, "-m", "gateshift", "validate"]
    done = subprocess.run(
        argv, cwd=tmp_path, capture_output=True, text=True, check=False, env=os.environ | {"PYTHONPATH": path}
    )
    assert done.returncode == 130
    assert done.stderr.strip() == "gateshift: interrupted, nothing was changed"


@pytest.mark.parametrize("words", [("validate", "overlays/half"), ("plan",)], ids=" ".join)
def test_ctrl_c_says_that_nothing_was_changed(customers: Path, words: tuple[str, ...]) -> None:  # noqa: F811
    slow = customers / "slow"
    slow.write_text("#!/bin/sh\ntouch runs\nsleep 60\n")
    slow.chmod(0o755)
    argv = [sys.executable, "-m", "gateshift", *words, "--kustomize", str(slow)]
    process = subprocess.Popen(argv, cwd=customers, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    while not (customers / "runs").exists() and process.poll() is None:
        time.sleep(0.05)
    os.kill(process.pid, signal.SIGINT)
    _, stderr = process.communicate()
    assert process.returncode == 130, stderr
    assert stderr.strip() == "gateshift: interrupted, nothing was changed"


def state(folder: Path) -> tuple[str, ...]:
    """What the repository holds: files, index, branches."""
    return (
        git(folder, "status", "--porcelain"),
        git(folder, "ls-files", "--stage"),
        git(folder, "for-each-ref"),
        git(folder, "symbolic-ref", "HEAD"),
        "\n".join(sorted(str(path) for path in folder.rglob(".gateshift-*"))),
    )
