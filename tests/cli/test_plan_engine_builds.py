"""`gateshift plan` builds each side as the engine does that follows it, at the revision that the side is of."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.cli.planning import commit, customers, document, git, plan, point, replace
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


def test_a_stage_is_built_as_each_pointer_of_the_rollout_has_it(tmp_path: Path) -> None:
    top = customers(tmp_path)
    before = document(top, "canary", "half", code=0)["changes"]
    replace(top / "sync/flux/customers.yaml", "  prune: true\n", "  prune: true\n  targetNamespace: shop\n")
    after = document(top, "canary", "half", code=0)["changes"]
    assert {change["namespace"] for change in before} == {"default"}
    assert [change["namespace"] for change in after] == ["default"] * len(before) + ["shop"] * len(before)


def moving(top: Path, flux: str, argocd: str = "") -> Path:
    """The shipped rollout, whose pointers have the stages built as they say."""
    folder = customers(top)
    replace(folder / "sync/flux/customers.yaml", "  prune: true\n", f"  prune: true\n{flux}")
    replace(folder / "sync/argocd/customers.yaml", "    path:", f"{argocd}    path:")
    return folder


PREFIX = "  namePrefix: fx-\n"
METADATA = "  commonMetadata: {annotations: {c: d}}\n"
ANNOTATIONS = "    kustomize: {commonAnnotations: {a: b}}\n"
DARK = ("routed", "dark")


def verdicts(found: dict[str, Any]) -> dict[str, bool]:
    return {engine: verdict["safe"] for engine, verdict in found["engines"].items()}


@pytest.mark.parametrize("argocd", ["", ANNOTATIONS])
def test_each_engine_is_judged_by_what_it_builds_itself(tmp_path: Path, argocd: str) -> None:
    top = moving(tmp_path, PREFIX, argocd)
    found = document(top, "routed", "dark", code=1)
    assert verdicts(found) == {"argocd": True, "flux": False}
    assert sorted(change["name"] for change in found["changes"]) == ["customers-v2", "fx-customers-v2"]
    assert [row["class"].partition(" ")[2] for row in found["traffic"]] == [
        "(Application argocd/customers)",
        "(Kustomization flux-system/customers)",
    ]
    (pair,) = (pair for pair in document(top, "--all", code=1)["pairs"] if (pair["from"], pair["to"]) == DARK)
    assert verdicts(pair) == {"argocd": True, "flux": False}


def test_engines_that_build_otherwise_and_do_no_harm_are_both_safe(tmp_path: Path) -> None:
    top = moving(tmp_path, METADATA, ANNOTATIONS)
    assert verdicts(document(top, "routed", "dark", code=0)) == {"argocd": True, "flux": True}


@pytest.mark.parametrize(("flux", "code"), [(PREFIX, 1), (METADATA, 0)])
def test_promote_hears_every_engine(tmp_path: Path, flux: str, code: int) -> None:
    top = moving(tmp_path, flux, ANNOTATIONS)
    point(top, "routed")
    commit(top, "In force")
    argv = [sys.executable, "-m", "gateshift", "promote", "dark", "--dry-run"]
    done = subprocess.run(argv, cwd=top, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stdout + done.stderr


MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: cm}\ndata: {a: '1'}\n"


def two_clusters(top: Path, *clusters: str, name: str = "{}") -> Path:
    """A folder `a` that a sync object of each cluster puts into a namespace of its own, and `b`, a later `a`."""
    files = {f"{folder}/kustomization.yaml": "resources: [cm.yaml]\n" for folder in "ab"}
    files |= {"a/cm.yaml": MAP, "b/cm.yaml": MAP.replace("'1'", "'2'")}
    for cluster in clusters:
        pointer = KUSTOMIZATION.format(name=name.format(cluster), path="a") + f"  targetNamespace: {cluster}\n"
        files[f"clusters/{cluster}/apps.yaml"] = pointer
    return start(top, files)


@pytest.mark.parametrize("name", ["{}", "apps"])
@pytest.mark.parametrize("clusters", [("one", "two"), ("two",)])
def test_a_folder_is_planned_as_every_sync_object_that_follows_it_builds_it(
    tmp_path: Path, name: str, clusters: tuple[str, ...]
) -> None:
    top = two_clusters(tmp_path, *clusters, name=name)
    for sides in (("a", "b"), ("b", "a"), ("main:a", "b")):
        found = document(top, *sides, code=0)
        changes = [(change["action"], change["namespace"]) for change in found["changes"]]
        assert changes == [("change", cluster) for cluster in clusters], sides


@pytest.mark.parametrize(("clusters", "code"), [(("one", "two"), 3), (("one",), 0)])
def test_there_is_no_verdict_where_one_of_several_may_be_replaced(
    tmp_path: Path, clusters: tuple[str, ...], code: int
) -> None:
    top = two_clusters(tmp_path, *clusters)
    write(top, {"clusters/late.yaml": KUSTOMIZATION.format(name="late", path="b") + "  targetNamespace: late\n"})
    done = plan(top, "a", "b")
    assert done.returncode == code, done.stdout + done.stderr
    said = "Kustomization flux-system/one, Kustomization flux-system/two have what they follow built in several ways"
    assert (said in done.stderr) == (code == 3)
