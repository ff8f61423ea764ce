"""`gateshift plan` builds each side as the engine does that follows it, at the revision that the side is of."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.cli.planning import commit, customers, document, git, replace
from tests.cli.test_plan_repositories import KUSTOMIZATION, app, since, write

FLUX = KUSTOMIZATION.format(name="one", path="apps/one")
ARGOCD = """apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: one, namespace: argocd}
spec:
  source:
    repoURL: https://git.example.org/team/apps.git
    path: apps/one
    kustomize: {commonAnnotations: {a: b}}
"""
VARIABLES = "  postBuild: {substitute: {n: '2'}}\n"


def start(top: Path, files: dict[str, str]) -> Path:
    """The files committed on main, and a branch."""
    write(top, files)
    git(top, "init", "--quiet", "--initial-branch=main")
    commit(top, "Start")
    git(top, "switch", "--quiet", "--create", "topic")
    return top


def changed(found: dict[str, Any]) -> list[tuple[str, str]]:
    """What each plan does to which kind of object."""
    return [(change["action"], change["kind"]) for each in found["plans"] for change in each["changes"]]


@pytest.mark.parametrize(
    ("pointer", "old", "new", "changes"),
    [
        (FLUX, "prune: true", "prune: true\n  images: [{name: example.org/web, newTag: '2'}]", ["Deployment", "Job"]),
        (FLUX, "prune: true", "prune: true\n  commonMetadata: {labels: {a: b}}", ["Deployment", "Job", "Service"]),
        (FLUX, "interval: 10m", "interval: 9m", []),
        (ARGOCD, "{a: b}", "{a: c}", ["Deployment", "Job", "Service"]),
        (ARGOCD, "metadata: {name", "metadata: {annotations: {x: y}, name", []),
    ],
)
def test_a_change_of_what_the_sync_object_adds_is_a_change_of_the_objects(
    tmp_path: Path, pointer: str, old: str, new: str, changes: list[str]
) -> None:
    top = start(tmp_path, app("apps/one") | {"clusters/one.yaml": pointer})
    replace(top / "clusters/one.yaml", old, new)
    found = document(top, "--since", "main", code=1 if "images" in new else 0)
    assert sorted({kind for _, kind in changed(found)}) == changes


def test_a_variable_that_changes_changes_what_it_stands_in(tmp_path: Path) -> None:
    files = app("apps/one") | {"clusters/one.yaml": FLUX + VARIABLES}
    files["apps/one/all.yaml"] = files["apps/one/all.yaml"].replace("replicas: 2", "replicas: ${n}")
    top = start(tmp_path, files)
    replace(top / "clusters/one.yaml", "'2'", "'3'")
    (plan,) = since(top, 0)["plans"]
    assert [(change["action"], change["kind"]) for change in plan["changes"]] == [("change", "Deployment")]


def test_a_value_that_becomes_a_variable_of_that_value_changes_nothing(tmp_path: Path) -> None:
    top = start(tmp_path, app("apps/one") | {"clusters/one.yaml": FLUX + VARIABLES})
    replace(top / "apps/one/all.yaml", "replicas: 2", "replicas: ${n}")
    assert since(top, 0)["plans"] == []


def test_a_folder_without_a_kustomization_is_every_manifest_below_it(tmp_path: Path) -> None:
    files = {name: text for name, text in app("apps/one").items() if "kustomization" not in name}
    top = start(tmp_path, files | {"clusters/one.yaml": FLUX})
    write(top, {"apps/one/more/config.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"})
    assert changed(since(top, 0)) == [("create", "ConfigMap")]


def test_a_stage_is_built_as_the_pointer_of_the_rollout_has_it(tmp_path: Path) -> None:
    top = customers(tmp_path)
    before = document(top, "canary", "half", code=0)["changes"]
    replace(top / "sync/flux/customers.yaml", "  prune: true\n", "  prune: true\n  targetNamespace: shop\n")
    after = document(top, "canary", "half", code=0)["changes"]
    assert {change["namespace"] for change in before} == {"default"}
    assert {change["namespace"] for change in after} == {"shop"}
