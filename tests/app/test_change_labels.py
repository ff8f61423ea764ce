"""How the fields of a change are named: by the names of list entries, of the side that has them."""

from __future__ import annotations

from pathlib import Path

from tests.cli.planning import customers, plan


def test_a_backend_that_goes_is_named_by_itself(tmp_path: Path) -> None:
    top = customers(tmp_path / "repository")
    lines = [line.strip() for line in plan(top, "half", "retired").stdout.splitlines()]
    assert "customers-v2 weight 50 -> 100" in lines
    assert "customers-v1 (weight 50) removed" in lines


def test_an_image_is_that_of_its_container(tmp_path: Path) -> None:
    top = customers(tmp_path / "repository")
    manifest = top / "base/v2/deployment.yaml"
    manifest.write_text(manifest.read_text().replace("customers:2.0.0", "customers:2.0.1"))
    shown = plan(top, "HEAD:overlays/canary", "overlays/canary").stdout
    (line,) = (line for line in shown.splitlines() if "2.0.1" in line)
    assert line.split()[1:2] == ["image"]
