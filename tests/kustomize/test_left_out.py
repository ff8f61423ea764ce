"""Charts and remote entries are left out: what is built is what Kustomize builds of the root without them."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateshift.model.resource import Build
from tests.repositories import built, outcome_of, tree_of, write

BASE = """
=== base/kustomization.yaml
resources: [deployment.yaml, settings.yaml]
namePrefix: a-
configMapGenerator:
  - name: generated
    literals: [x=1]
=== base/deployment.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  replicas: 1
  template: {spec: {containers: [{name: web, image: web, envFrom: [{configMapRef: {name: generated}}]}]}}
=== base/settings.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {mode: fast}
=== overlay/data.txt
text
"""
PATCH = """\
  - patch: |-
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: %s, namespace: shop}
      spec: {replicas: %d}
"""
REMOTE = "https://example.com/remote.yaml"


@pytest.mark.parametrize(
    ("with_them", "without_them"),
    [
        (f"resources: [../base, {REMOTE}]\n", "resources: [../base]\n"),
        ("resources: [../base]\nhelmCharts: [{name: c}]\nhelmGlobals: {chartHome: x}\n", "resources: [../base]\n"),
        (f"resources: [../base]\ncomponents: [{REMOTE}]\nnamespace: b\n", "resources: [../base]\nnamespace: b\n"),
        (f"Resources: [{REMOTE}, ../base]\n", "resources: [../base]\n"),
        (
            f"resources: [../base, {REMOTE}]\npatches:\n" + PATCH % ("web", 3) + PATCH % ("remote", 4),
            "resources: [../base]\npatches:\n" + PATCH % ("web", 3),
        ),
        (
            f"resources: [../base]\npatches:\n  - path: {REMOTE}\n" + PATCH % ("a-web", 3),
            "resources: [../base]\npatches:\n" + PATCH % ("a-web", 3),
        ),
        (
            f"resources: [../base, {REMOTE}]\nreplicas: [{{name: web, count: 2}}, {{name: other, count: 3}}]\n",
            "resources: [../base]\nreplicas: [{name: web, count: 2}]\n",
        ),
        (
            f"resources: [../base, {REMOTE}]\nreplacements:\n  - source: {{kind: Secret, name: s}}\n"
            "    targets: [{select: {kind: Deployment}, fieldPaths: [metadata.name]}]\n",
            "resources: [../base]\n",
        ),
        (
            "resources: [../base]\nconfigMapGenerator:\n"
            f"  - {{name: g, files: [data.txt, {REMOTE}], literals: [a=b]}}\n",
            "resources: [../base]\nconfigMapGenerator:\n  - {name: g, files: [data.txt], literals: [a=b]}\n",
        ),
        (
            f"resources: [../base, {REMOTE}]\nconfigMapGenerator:\n"
            "  - {name: settings, behavior: merge, literals: [a=b]}\n"
            "  - {name: far, behavior: merge, literals: [a=b]}\n",
            "resources: [../base]\nconfigMapGenerator:\n"
            "  - {name: settings, behavior: merge, literals: [a=b]}\n  - {name: far, literals: [a=b]}\n",
        ),
    ],
)
def test_the_rest_is_built(tmp_path: Path, with_them: str, without_them: str) -> None:
    outcomes = []
    for name, text in (("one", with_them), ("two", without_them)):
        (tmp_path / name).mkdir()
        top = write(tmp_path / name, f"{BASE}=== overlay/kustomization.yaml\n{text}")
        outcomes.append(outcome_of(tree_of(top / "overlay")))
    first, second = outcomes
    assert isinstance(first, Build), first
    assert isinstance(second, Build), second
    assert [resource.data for resource in first.resources] == [resource.data for resource in second.resources]
    assert [resource.origin.document for resource in first.resources] == [
        resource.origin.document for resource in second.resources
    ]
    assert first.resources


def test_the_places_are_those_of_the_repository(tmp_path: Path) -> None:
    top = write(tmp_path, f"{BASE}=== overlay/kustomization.yaml\nresources: [../base, {REMOTE}]\nnameSuffix: -b\n")
    build = built(tree_of(top / "overlay"))
    assert {resource.origin.file for resource in build.resources} == {
        top / "base/deployment.yaml",
        top / "base/settings.yaml",
        top / "base/kustomization.yaml",
    }
    assert {step.file for resource in build.resources for step in resource.origin.transformers} == {
        top / "base/kustomization.yaml",
        top / "overlay/kustomization.yaml",
    }


def test_a_refusal_names_no_temporary_path(tmp_path: Path) -> None:
    top = write(
        tmp_path,
        f"{BASE}=== overlay/kustomization.yaml\nresources: [../base, {REMOTE}]\nnamespaces: b\n",
    )
    outcome = outcome_of(tree_of(top / "overlay"))
    assert not isinstance(outcome, Build)
    assert "gateshift-" not in outcome.said + outcome.message
    assert str(outcome.place.file).startswith(str(top))
