"""Which files are a gateshift.yaml: by their name, and never one that is a Kubernetes object."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SHIPPED = Path(__file__).parents[2]
OBJECT = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n"
ARGO_ROLLOUT = """\
apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata: {name: shop}
spec: {strategy: {canary: {steps: [{setWeight: 20}]}}}
"""


def gateshift(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-m", "gateshift", *arguments]
    return subprocess.run(argv, cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture
def customers(tmp_path: Path) -> Path:
    for name in ("base", "overlays", "sync"):
        shutil.copytree(SHIPPED / name, tmp_path / name)
    shutil.copy(SHIPPED / "gateshift.yaml", tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    "command", ["generate --check", "status", "plan", "report", "explain canary http://customers/"]
)
def test_an_argo_rollout_in_rollout_yaml_stops_nothing(customers: Path, command: str) -> None:
    without = gateshift(customers, *command.split())
    (customers / "shop").mkdir()
    for folder in (customers, customers / "shop", customers / "overlays" / "canary"):
        (folder / "rollout.yaml").write_text(ARGO_ROLLOUT)

    done = gateshift(customers, *command.split())

    assert (done.returncode, done.stdout, done.stderr) == (without.returncode, without.stdout, without.stderr)
    assert done.returncode == 0


def test_a_kubernetes_object_in_gateshift_yaml_is_validated_as_one(tmp_path: Path) -> None:
    (tmp_path / "gateshift.yaml").write_text(OBJECT)

    done = gateshift(tmp_path, "validate", "--format", "json")

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["roots"] == [{"path": ".", "resources": 1}]


def test_a_kubernetes_object_in_gateshift_yaml_hides_no_rollout_below(customers: Path) -> None:
    above = customers.parent / "above"
    above.mkdir()
    customers.rename(above / "customers")
    (above / "gateshift.yaml").write_text(OBJECT)

    done = gateshift(above, "generate", "--check")

    assert (done.returncode, done.stdout) == (0, "customers: 29 files up to date\n")


@pytest.mark.parametrize("start", ["apiVersion: v1\n", "kind: ConfigMap\n"])
def test_a_rollout_with_one_of_the_two_keys_is_told_what_is_wrong(customers: Path, start: str) -> None:
    file = customers / "gateshift.yaml"
    file.write_text(start + file.read_text())

    done = gateshift(customers, "generate", "--check")

    assert done.returncode == 2
    assert "gateshift.yaml:1:1: unknown key" in done.stderr
