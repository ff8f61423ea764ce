"""Nothing of a pull request runs: by Git's configuration, by a file's name, by Python's import path."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.cli.promoting import at, customers, gateshift, git  # noqa: F401 -- customers is a fixture
from tests.security.hostile import TOP, Trap, make_bare

COMMANDS = (
    ("status",),
    ("promote", "--dry-run"),
    ("promote", "--commit"),
    ("plan",),
    ("plan", "--since", "HEAD"),
    ("validate",),
    ("generate", "--check"),
    ("next", "v3", "--image", "x:3", "--dry-run"),
)


@pytest.fixture
def trap(tmp_path_factory: pytest.TempPathFactory) -> Trap:
    return Trap(tmp_path_factory.mktemp("trap"))


@pytest.fixture
def bare(customers: Path, trap: Trap) -> Path:  # noqa: F811 -- the fixture
    """A rollout that lies in a bare repository, which lies in the checkout."""
    folder = customers / "shop"
    make_bare(folder, trap)
    for name in ("base", "overlays", "sync"):
        shutil.copytree(customers / name, folder / name)
    shutil.copy(customers / "gateshift.yaml", folder)
    return folder


def test_git_left_to_itself_runs_what_a_bare_repository_names(bare: Path, trap: Trap) -> None:
    subprocess.run(["git", "status"], cwd=bare, capture_output=True, check=False)
    assert trap.ran


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_bare_repository_in_the_checkout_names_nothing_that_runs(bare: Path, trap: Trap, words: tuple[str]) -> None:
    done = gateshift(bare, *words)
    assert trap.ran == ""
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_configured_filters_and_monitors_do_not_run_where_git_reads(
    customers: Path,  # noqa: F811 -- the fixture
    trap: Trap,
    words: tuple[str],
) -> None:
    (customers / ".gitattributes").write_text("* filter=lfs diff=shown\n")
    at(customers, "canary")
    for name in ("filter.lfs.clean", "filter.lfs.process", "diff.shown.command", "diff.external", "core.fsmonitor"):
        git(customers, "config", name, str(trap.program))
    git(customers, "config", "core.hooksPath", str(trap.program.parent))
    for file in customers.rglob("*.yaml"):
        os.utime(file)  # Git has to look at the contents again
    trap.disarm()
    if "--commit" not in words:
        gateshift(customers, *words)
        assert trap.ran == ""


@pytest.mark.parametrize(
    "words", [("status",), ("plan", "--since", "HEAD~1"), ("validate", "--since", "HEAD~1")], ids=" ".join
)
def test_a_submodule_and_attributes_name_nothing_that_runs(customers: Path, trap: Trap, words: tuple[str, ...]) -> None:  # noqa: F811
    """The attributes choose drivers that the user's own configuration has."""
    sub = customers / "sub"
    sub.mkdir()
    git(sub, "init", "-q")
    git(sub, "commit", "-q", "--allow-empty", "-m", "Start")
    url = f"ext::{trap.program}"
    (customers / ".gitmodules").write_text(
        f'[submodule "sub"]\n\tpath = sub\n\turl = {url}\n\tupdate = !{trap.program}\n\tignore = none\n'
    )
    (customers / ".gitattributes").write_text("*.yaml diff=own merge=own ident\n")
    git(customers, "add", "-A")
    git(customers, "commit", "-q", "-m", "Change")
    settings = {"diff.own.textconv", "diff.own.command", "diff.external", "merge.own.driver", "core.fsmonitor"}
    for name in settings:
        git(customers, "config", name, str(trap.program))
    git(customers, "config", "submodule.recurse", "true")
    git(customers, "config", "diff.submodule", "log")
    trap.disarm()
    (customers / "base/service.yaml").write_text((customers / "base/service.yaml").read_text() + "\n")
    assert gateshift(customers, *words).returncode in (0, 1)
    assert not trap.ran


@pytest.mark.parametrize("name", ["--kustomize=x.yaml", "--kubeconform=x.yaml", "-o=x.yaml", "--fix.yaml", "-C.yaml"])
def test_a_file_s_name_is_no_option_of_the_hook(customers: Path, trap: Trap, name: str) -> None:  # noqa: F811
    shutil.copy(trap.program, customers / "x.yaml")
    (customers / name).write_text("a: 1\n")
    entries = {each["id"]: each for each in yaml.safe_load((TOP / ".pre-commit-hooks.yaml").read_text())}
    hook = entries["gateshift-validate"]
    done = gateshift(customers, *shlex.split(hook["entry"])[1:], name, "x.yaml")
    assert trap.ran == ""
    assert done.returncode == 0, done.stderr


def test_every_hook_takes_file_names_after_two_dashes_or_none() -> None:
    for hook in yaml.safe_load((TOP / ".pre-commit-hooks.yaml").read_text()):
        assert hook.get("pass_filenames") is False or hook["entry"].endswith(" --")


@pytest.mark.parametrize("words", [("validate",), ("validate", "--affected-by"), ("generate", "--check")])
def test_a_path_may_begin_with_a_dash(tmp_path: Path, words: tuple[str, ...]) -> None:
    folder = tmp_path / "-C"
    for name in ("base", "overlays"):
        shutil.copytree(TOP / name, folder / name)
    shutil.copy(TOP / "gateshift.yaml", folder)
    if "--check" in words:
        shutil.copytree(TOP / "sync", folder / "sync")
    git(tmp_path, "init", "-q")
    path = "-C/overlays/half/kustomization.yaml" if "--affected-by" in words else "-C"
    done = gateshift(tmp_path, *words, "--", path)
    assert done.returncode == 0, done.stdout + done.stderr


PYTHON_LINES = [
    line.strip().removeprefix("- ")
    for file in ("action.yml", "docs/ci.md")
    for line in (TOP / file).read_text().splitlines()
    if re.search(r"""(python3?|\$PYTHON)["']? """, line)
]


@pytest.fixture
def checkout(tmp_path: Path, trap: Trap) -> Path:
    """A checkout with a module for everything that Python or pip would import."""
    folder = tmp_path / "checkout"
    for name in ("venv", "pip", "ensurepip", "json", "urllib", "pathlib", "runpy", "setuptools", "sitecustomize"):
        (folder / name).mkdir(parents=True)
        (folder / name / "__init__.py").write_text(trap.module)
        (folder / f"{name}.py").write_text(trap.module)
    return folder


def test_python_left_to_itself_imports_what_the_checkout_holds(checkout: Path, trap: Trap) -> None:
    subprocess.run([sys.executable, "-m", "venv", "x"], cwd=checkout, capture_output=True, check=False)
    assert trap.ran


@pytest.mark.parametrize("line", PYTHON_LINES)
def test_the_lines_of_action_and_template_import_nothing_of_the_checkout(
    checkout: Path, trap: Trap, tmp_path: Path, line: str
) -> None:
    subprocess.run([sys.executable, "-I", "-m", "venv", "--without-pip", tmp_path / "gateshift"], check=True)
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHON": sys.executable,
        "RUNNER_TEMP": str(tmp_path),
        "SCRIPT": str(TOP / "action/sticky_comment.py"),
        "BODY": "nowhere",
    }
    line = line.replace("/opt/gateshift", str(tmp_path / "gateshift"))
    subprocess.run(["bash", "-c", line], cwd=checkout, env=environment, capture_output=True, check=False)
    assert trap.ran == ""


def test_the_action_sets_itself_up_outside_the_checkout() -> None:
    steps = yaml.safe_load((TOP / "action.yml").read_text())["runs"]["steps"]
    (install,) = [step for step in steps if "-m venv" in step.get("run", "")]
    assert install["working-directory"] == "${{ runner.temp }}"
