"""`gateshift validate --fix`: what is built means the same, and only files that may be edited are."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from gateshift.apischema.defaulting import complete
from gateshift.apischema.schema_tree import node_of
from gateshift.model.rollout import SchemaChoice
from gateshift.schemas import open_schemas
from gateshift.tools.find import find
from gateshift.yamldoc import load_all
from tests.checks.manifests import BASE, header, route, rule, to

SHIPPED = Path(__file__).parents[2]
KUSTOMIZATION = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """An overlay over a base: routes in block style, in JSON and in a patch."""
    (tmp_path / "base").mkdir()
    (tmp_path / "overlay").mkdir()
    (tmp_path / "base" / "kustomization.yaml").write_text(KUSTOMIZATION + "resources: [shop.yaml, block.yaml]\n")
    more = route(rule(to("shop", weight=3), matches=[{"headers": [header()]}]), name="more")
    (tmp_path / "base" / "shop.yaml").write_text("\n---\n".join([*BASE, more]) + "\n")
    (tmp_path / "base" / "block.yaml").write_text(
        "# our route\napiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata:\n  name: block\n"
        "  namespace: shop\nspec:\n  parentRefs:\n  - name: public # shared\n    namespace: infra\n  rules:\n"
        "  - backendRefs:\n    - name: shop\n      port: 80\n"
    )
    patch = "patches:\n  - path: patch.yaml\n"
    (tmp_path / "overlay" / "kustomization.yaml").write_text(KUSTOMIZATION + "resources: [../base]\n" + patch)
    (tmp_path / "overlay" / "patch.yaml").write_text(
        "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: block, namespace: shop}\n"
        "spec:\n  hostnames: [a.b]\n"
    )
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    return tmp_path


def gateshift(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-m", "gateshift", "validate", *arguments]
    return subprocess.run(argv, cwd=folder, capture_output=True, text=True, check=False)


def meaning(root: Path) -> list[Any]:
    """What Kustomize builds from the root, each object with the defaults that the API server would set."""
    program = find("kustomize")
    done = subprocess.run([*program.argv, str(root)], capture_output=True, text=True, check=True)
    schemas = open_schemas(SchemaChoice())
    found: list[Any] = []
    for data in load_all(done.stdout):
        assert isinstance(data, dict)
        group, _, version = str(data["apiVersion"]).rpartition("/")
        schema = schemas.structural(group, version, str(data["kind"]))
        found.append(complete(node_of(schema), data).data if schema else data)
    return found


def test_the_build_means_the_same_and_nothing_is_left_out(repository: Path) -> None:
    before = meaning(repository / "overlay")
    done = gateshift(repository, "--fix", "overlay", "-f", "json")
    assert done.returncode == 0, done.stderr
    assert done.stderr.splitlines() == ["fixed base/shop.yaml", "fixed base/block.yaml"]
    assert meaning(repository / "overlay") == before
    assert "GS416" not in {finding["rule"] for finding in json.loads(done.stdout)["findings"]}


def test_comments_stay_and_patches_are_not_touched(repository: Path) -> None:
    patch = (repository / "overlay" / "patch.yaml").read_text()
    gateshift(repository, "--fix", "overlay")
    block = (repository / "base" / "block.yaml").read_text()
    assert block.startswith("# our route\n")
    assert "    name: public # shared\n" in block
    assert (repository / "overlay" / "patch.yaml").read_text() == patch


def test_a_second_run_changes_nothing(repository: Path) -> None:
    gateshift(repository, "--fix", "overlay")
    once = {path: path.read_bytes() for path in repository.rglob("*.yaml")}
    assert gateshift(repository, "--fix", "overlay").stderr == ""
    assert {path: path.read_bytes() for path in repository.rglob("*.yaml")} == once


def test_without_the_flag_nothing_is_written(repository: Path) -> None:
    before = {path: path.read_bytes() for path in repository.rglob("*.yaml")}
    gateshift(repository, "overlay")
    assert {path: path.read_bytes() for path in repository.rglob("*.yaml")} == before


def test_a_file_that_suppresses_the_rule_is_left_alone(repository: Path) -> None:
    block = repository / "base" / "block.yaml"
    block.write_text(block.read_text().replace("spec:", "spec: # gateshift: ignore[GS416] ours"))
    before = block.read_bytes()
    gateshift(repository, "--fix", "overlay")
    assert block.read_bytes() == before


def test_generated_files_are_never_edited(tmp_path: Path) -> None:
    for name in ("base", "overlays"):
        shutil.copytree(SHIPPED / name, tmp_path / name)
    shutil.copy(SHIPPED / "gateshift.yaml", tmp_path)
    route_file = tmp_path / "overlays" / "canary" / "httproute.yaml"
    route_file.write_text("".join(line for line in route_file.read_text().splitlines(True) if "group:" not in line))
    before = route_file.read_bytes()
    gateshift(tmp_path, "--fix", "overlays/canary")
    assert route_file.read_bytes() == before


def test_the_encoding_of_a_file_stays(repository: Path) -> None:
    block = repository / "base" / "block.yaml"
    block.write_bytes(b"\xef\xbb\xbf" + block.read_bytes().replace(b"\n", b"\r\n"))
    gateshift(repository, "--fix", "overlay")
    written = block.read_bytes()
    assert written.startswith(b"\xef\xbb\xbf# our route\r\n")
    assert b"weight: 1\r\n" in written
    assert written.count(b"\n") == written.count(b"\r\n")
