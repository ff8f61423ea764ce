"""What a repository of two hundred roots prints, with the real programs."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.test_validate import gateshift

NUMBERS = range(200)
OBJECTS = """apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {{name: {0}, namespace: shop}}
spec:
  parentRefs: [{{group: gateway.networking.k8s.io, kind: Gateway, name: edge, namespace: infra}}]
  rules:
    - matches: [{{path: {{type: PathPrefix, value: /}}}}]
      backendRefs: [{{group: "", kind: Service, name: {0}, port: 8080, weight: 1}}]
---
apiVersion: v1
kind: Service
metadata: {{name: {0}, namespace: shop}}
spec:
  selector: {{app: {0}}}
  ports: [{{name: http, port: 80, targetPort: 8080}}]
"""


def write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


@pytest.fixture
def one_base(tmp_path: Path) -> Path:
    write(tmp_path / "base/kustomization.yaml", "resources: [web.yaml]\n")
    write(tmp_path / "base/web.yaml", OBJECTS.format("web"))
    for number in NUMBERS:
        text = f"resources: [../../base]\nlabels: [{{pairs: {{root: r{number}}}}}]\n"
        write(tmp_path / f"apps/r{number}/kustomization.yaml", text)
    return tmp_path


def test_the_same_mistake_in_one_base_is_told_once(one_base: Path) -> None:
    lines = gateshift(one_base, ".").stdout.splitlines()
    assert len(lines) <= 20
    assert sum(line.startswith("error[GS302]") for line in lines) == 1
    assert any("apps/r0, " in line and line.endswith("and 196 more") for line in lines)
    assert any(line.startswith("200 roots, 400 objects: 1 error") for line in lines)


def test_a_prefix_in_every_root_is_told_once(one_base: Path) -> None:
    for number in NUMBERS:
        write(one_base / f"apps/r{number}/kustomization.yaml", f"resources: [../../base]\nnamePrefix: r{number}-\n")
    lines = gateshift(one_base, ".").stdout.splitlines()
    assert len(lines) <= 20
    assert any(line.endswith("199 more findings at base/web.yaml:8") for line in lines)


def test_a_mistake_in_each_root_is_told_in_full_ten_times(tmp_path: Path) -> None:
    for number in NUMBERS:
        write(tmp_path / f"apps/r{number}/kustomization.yaml", "resources: [web.yaml]\n")
        write(tmp_path / f"apps/r{number}/web.yaml", OBJECTS.format(f"web{number}"))
    lines = gateshift(tmp_path, "apps").stdout.splitlines()
    assert len(lines) <= 450
    assert sum(line.startswith("error[GS302]: ") for line in lines) == 10
    assert sum(".yaml:8:" in line and ": error[GS302] " in line for line in lines) == 190
    assert "  `-v` shows them in full." in lines
