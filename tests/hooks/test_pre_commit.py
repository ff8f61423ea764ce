"""The hooks of `.pre-commit-hooks.yaml`, run by the real pre-commit from a local repository, as a team would use them.

pre-commit installs gateshift into an environment of its own, so this needs the package registry.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).parents[2]
PRE_COMMIT = [sys.executable, "-m", "pre_commit"]
CONFIG = """\
repos:
  - repo: {repository}
    rev: v0
    hooks:
      - id: gateshift-validate
      - id: gateshift-check
"""


def run(folder: Path, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "PYTHONPATH"))}
    env = kept | environment
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=500, check=False)


def git(folder: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    done = run(folder, "git", "-c", "user.name=Test", "-c", "user.email=test@example.org", *words, **environment)
    assert done.returncode == 0 or words[0] == "commit", done.stderr
    return done


def started(folder: Path) -> Path:
    git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "config", "user.name", "Test")
    git(folder, "config", "user.email", "test@example.org")
    return folder


@pytest.fixture(scope="module")
def hooks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This repository as a commit of its own, tagged: what `rev` names."""
    folder = started(tmp_path_factory.mktemp("hooks"))
    for name in run(TOP, "git", "ls-files", "-z", "--cached", "--others", "--exclude-standard").stdout.split("\0"):
        if name and (TOP / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(TOP / name, folder / name)
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "-m", "hooks")
    git(folder, "tag", "v0")
    return folder


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(tmp_path_factory.mktemp("pre-commit"))


@pytest.fixture
def project(hooks: Path, home: str, tmp_path: Path) -> Path:
    """A team's repository with the hooks switched on and one commit."""
    folder = started(tmp_path)
    for name in ("base", "overlays", "sync"):
        shutil.copytree(TOP / name, folder / name)
    shutil.copy(TOP / "gateshift.yaml", folder)
    (folder / ".pre-commit-config.yaml").write_text(CONFIG.format(repository=hooks))
    installed = run(folder, *PRE_COMMIT, "install", "--install-hooks", PRE_COMMIT_HOME=home)
    assert installed.returncode == 0, installed.stdout + installed.stderr
    git(folder, "add", "--all")
    first = git(folder, "commit", "-m", "first", PRE_COMMIT_HOME=home)
    assert first.returncode == 0, first.stdout + first.stderr
    assert "gateshift validate" in first.stderr
    assert "Skipped" not in first.stderr
    return folder


def commit(project: Path, home: str, *, verify: bool = True) -> subprocess.CompletedProcess[str]:
    git(project, "add", "--all")
    words = ["commit", "-m", "change", *([] if verify else ["--no-verify"])]
    return git(project, *words, PRE_COMMIT_HOME=home)


def hook(project: Path, home: str, name: str) -> subprocess.CompletedProcess[str]:
    git(project, "add", "--all")
    return run(project, *PRE_COMMIT, "run", name, PRE_COMMIT_HOME=home)


def edit(file: Path, before: str, after: str) -> None:
    text = file.read_text()
    assert before in text
    file.write_text(text.replace(before, after))


def test_a_broken_overlay_is_kept_out_of_the_history(project: Path, home: str) -> None:
    edit(project / "overlays/canary/httproute.yaml", "name: customers-v2", "name: customers-v3")
    done = commit(project, home)
    assert done.returncode == 1
    assert "overlays/canary/httproute.yaml" in done.stderr
    assert "customers-v3" in done.stderr
    assert len(git(project, "log", "--oneline").stdout.splitlines()) == 1


def test_only_the_roots_that_a_change_affects_are_looked_at(project: Path, home: str) -> None:
    edit(project / "overlays/final/httproute.yaml", "name: customers-v2", "name: customers-v3")
    assert commit(project, home, verify=False).returncode == 0
    edit(project / "overlays/canary/kustomization.yaml", "resources:", "resources: # all of them")
    assert hook(project, home, "gateshift-validate").returncode == 0
    edit(project / "base/v2/subset/service.yaml", "port: 80", "port: 81")
    done = hook(project, home, "gateshift-validate")
    assert done.returncode == 1
    assert "overlays/final" in done.stdout


def test_yaml_that_no_root_reads_is_no_business_of_the_hook(project: Path, home: str) -> None:
    (project / "notes.yaml").write_text("a: 1\n")
    assert hook(project, home, "gateshift-validate").returncode == 0


def test_a_generated_file_edited_by_hand_is_told(project: Path, home: str) -> None:
    edit(project / "overlays/half/httproute.yaml", "weight: 50", "weight: 49")
    done = hook(project, home, "gateshift-check")
    assert done.returncode == 1
    assert "overlays/half/httproute.yaml" in done.stdout


def test_a_stale_file_is_told(project: Path, home: str) -> None:
    edit(project / "gateshift.yaml", "{v1: 90, v2: 10}", "{v1: 80, v2: 20}")
    assert hook(project, home, "gateshift-check").returncode == 1


def test_the_manifest_of_the_hooks_is_valid() -> None:
    done = run(TOP, *PRE_COMMIT, "validate-manifest", ".pre-commit-hooks.yaml")
    assert done.returncode == 0, done.stdout
