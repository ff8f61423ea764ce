"""Links that lead out of the repository are refused, and nothing of what they lead to is shown."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.cli.promoting import ARGOCD, customers, gateshift, git  # noqa: F401 -- customers is a fixture

SECRET = "s3cr3t-of-another"


@pytest.fixture
def secret(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file outside of every repository, which is not YAML and holds a secret in every line."""
    file = tmp_path_factory.mktemp("outside") / "shadow"
    file.write_text(f"root:{SECRET}:1\n{SECRET}: [\n- {SECRET}\n")
    return file


def linked(file: Path, target: Path) -> None:
    file.unlink(missing_ok=True)
    file.symlink_to(target)


@pytest.mark.parametrize(
    "words",
    [
        ("generate",),
        ("generate", "--check"),
        ("generate", "gateshift.yaml"),
        ("validate",),
        ("validate", "overlays"),
        ("validate", "--affected-by", "gateshift.yaml"),
        ("plan",),
        ("plan", "--all"),
        ("explain", "half", "http://customers"),
        ("status",),
        ("promote", "--dry-run"),
        ("next", "v3", "--image", "x:3", "--dry-run"),
        ("report",),
    ],
    ids=" ".join,
)
def test_a_rollout_that_is_a_link_is_not_read(customers: Path, secret: Path, words: tuple[str, ...]) -> None:  # noqa: F811
    linked(customers / "gateshift.yaml", secret)
    done = gateshift(customers, *words)
    assert done.returncode == 2
    assert "a link leads out of the repository" in done.stderr
    assert SECRET not in done.stdout + done.stderr


def test_a_rollout_that_is_a_link_inside_the_repository_is_read(customers: Path) -> None:  # noqa: F811
    shutil.move(customers / "gateshift.yaml", customers / "shared.yaml")
    linked(customers / "gateshift.yaml", Path("shared.yaml"))
    done = gateshift(customers, "validate", "overlays/half")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("words", [("status",), ("promote", "--commit"), ("validate",), ("plan",)], ids=" ".join)
def test_a_pointer_that_is_a_link_is_not_read(customers: Path, secret: Path, words: tuple[str, ...]) -> None:  # noqa: F811
    linked(customers / ARGOCD, secret)
    done = gateshift(customers, *words)
    assert done.returncode in (1, 2)
    assert SECRET not in done.stdout + done.stderr


@pytest.mark.parametrize("form", ["text", "json", "github", "sarif"])
@pytest.mark.parametrize("path", ["leak", "leak/a.yaml", "leak/linked.yaml", "leak/sub", "leak/sub/shadow", "."])
def test_a_manifest_that_is_a_link_is_not_read(customers: Path, secret: Path, path: str, form: str) -> None:  # noqa: F811
    folder = customers / "leak"
    folder.mkdir()
    (folder / "a.yaml").write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n")
    linked(folder / "linked.yaml", secret)
    linked(folder / "sub", secret.parent)
    done = gateshift(customers, "validate", "-f", form, "--", path)
    assert SECRET not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    if path == "leak/a.yaml":
        assert done.returncode == 0
    elif path != ".":
        assert done.returncode in (1, 2)


@pytest.mark.parametrize("field", ["resources", "patches", "configMapGenerator", "components"])
def test_a_kustomization_reads_through_no_link(customers: Path, secret: Path, field: str) -> None:  # noqa: F811
    folder = customers / "leak"
    folder.mkdir()
    linked(folder / "x.yaml", secret)
    entry = {
        "resources": "resources: [x.yaml]",
        "patches": "patches: [{path: x.yaml}]",
        "configMapGenerator": "configMapGenerator: [{name: a, files: [x.yaml]}]",
        "components": "components: [x.yaml]",
    }[field]
    (folder / "kustomization.yaml").write_text(f"{entry}\n")
    done = gateshift(customers, "validate", "leak")
    assert done.returncode == 1
    assert SECRET not in done.stdout + done.stderr


def test_without_git_a_link_is_not_shown_either(tmp_path: Path, secret: Path) -> None:
    (tmp_path / "leak").mkdir()
    linked(tmp_path / "leak/linked.yaml", secret)
    done = gateshift(tmp_path, "validate", "leak")
    assert done.returncode == 1
    assert SECRET not in done.stdout + done.stderr


def test_crds_are_read_through_no_link(customers: Path, secret: Path) -> None:  # noqa: F811
    (customers / "crds").mkdir()
    linked(customers / "crds/x.yaml", secret)
    done = gateshift(customers, "validate", "--crds", "crds", "overlays/half")
    assert done.returncode in (2, 3)
    assert SECRET not in done.stdout + done.stderr


def test_a_snapshot_is_written_through_no_link(customers: Path, tmp_path_factory: pytest.TempPathFactory) -> None:  # noqa: F811
    """A tree made by hand that has a link and a folder of the same name."""
    outside = tmp_path_factory.mktemp("outside")
    blob = git_input(customers, "hash-object", "-w", "--stdin", text="x: 1\n")
    link = git_input(customers, "hash-object", "-w", "--stdin", text=str(outside))
    inner = git_input(customers, "mktree", text=f"100644 blob {blob}\tpwned.yaml\n")
    listing = git(customers, "ls-tree", "HEAD")
    tree = git_input(customers, "mktree", text=f"120000 blob {link}\tevil\n040000 tree {inner}\tevil\n{listing}")
    commit = git(customers, "commit-tree", tree, "-m", "evil").strip()
    done = gateshift(customers, "plan", f"{commit}:overlays/half", "canary")
    assert not (outside / "pwned.yaml").exists()
    assert "Traceback" not in done.stderr


def git_input(folder: Path, *words: str, text: str) -> str:
    done = subprocess.run(["git", *words], cwd=folder, input=text, check=True, capture_output=True, text=True)
    return done.stdout.strip()
