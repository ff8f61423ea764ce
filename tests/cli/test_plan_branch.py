"""`gateshift plan --since`: what a branch changes, on real Git repositories."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from gateshift.report.plan.json import json_schema
from tests.cli.planning import commit, customers, document, generate, git, plan, point, replace

VALID = jsonschema.Draft202012Validator(json_schema())


@pytest.fixture
def branch(tmp_path: Path) -> Path:
    """A branch that begins where canary is in force; main has gone on since."""
    folder = customers(tmp_path / "customers")
    point(folder, "canary")
    commit(folder, "canary is in force")
    git(folder, "switch", "--quiet", "--create", "topic")
    git(folder, "switch", "--quiet", "main")
    (folder / "README.md").write_text("Later on main.\n")
    commit(folder, "Go on")
    git(folder, "switch", "--quiet", "topic")
    return folder


def steps(found: dict[str, Any]) -> list[tuple[str, str, bool, bool]]:
    """(from, to, live, safe) of each plan; the merge base's id is written `base`."""
    return [
        (re.sub(r"^[0-9a-f]{12}:", "base:", each["from"]), each["to"], each["live"], each["safe"])
        for each in found["plans"]
    ]


def test_a_branch_that_changes_no_stage_has_no_plans(branch: Path) -> None:
    (branch / "notes.md").write_text("Nothing of a stage.\n")
    found = document(branch, "--since", "main", code=0)
    assert (found["since"], found["plans"], found["safe"], found["gaps"]) == ("main", [], True, [])
    assert not list(VALID.iter_errors(found))


def test_a_pointer_that_moved_is_live(branch: Path) -> None:
    point(branch, "half")
    commit(branch, "half")
    found = document(branch, "--since", "main", code=0)
    assert steps(found) == [("canary", "half", True, True)]
    assert found["plans"][0]["traffic"][0]["after"] == {"v1": 0.5, "v2": 0.5}
    assert not list(VALID.iter_errors(found))


def test_edits_that_are_not_committed_count(branch: Path) -> None:
    point(branch, "half")
    assert steps(document(branch, "--since", "main", code=0)) == [("canary", "half", True, True)]


def test_an_unsafe_move_is_exit_1_with_its_safe_way(branch: Path) -> None:
    point(branch, "retired")
    found = document(branch, "--since", "main", code=1)
    assert steps(found) == [("canary", "retired", True, False)]
    assert found["plans"][0]["engines"]["flux"]["safeWay"] == ["final", "retired"]


def test_a_changed_stage_that_no_pointer_names_is_shown_and_decides_nothing(branch: Path) -> None:
    replace(branch / "overlays/half/kustomization.yaml", "  - ../../base/v1\n", "")
    found = document(branch, "--since", "main", code=0)
    assert steps(found) == [("base:overlays/half", "half", False, False)]
    assert found["safe"] is True


def test_a_changed_stage_that_a_pointer_names_is_live(branch: Path) -> None:
    replace(branch / "overlays/canary/kustomization.yaml", "  - ../../base/v1\n", "")
    found = document(branch, "--since", "main", code=1)
    assert steps(found) == [("base:overlays/canary", "canary", True, False)]


def test_a_change_of_the_base_reaches_every_stage(branch: Path) -> None:
    replace(branch / "base/v1/deployment.yaml", "customers:1.0.0", "customers:1.0.1")
    found = document(branch, "--since", "main", code=0)
    stages = ["canary", "initial", "subsets", "routed", "dark", "debug", "half", "final"]
    assert [each["to"] for each in found["plans"]] == stages, "retired has no v1"
    assert [each["live"] for each in found["plans"]] == [True] + [False] * 7
    (change,) = found["plans"][0]["changes"]
    assert change["fields"][0]["pointer"] == "/spec/template/spec/containers/0/image"


def test_a_move_starts_from_what_the_stage_was(branch: Path) -> None:
    """The stage that is left changes in the same branch: what runs is what it was."""
    replace(branch / "overlays/canary/httproute.yaml", "weight: 90", "weight: 40")
    point(branch, "half")
    found = document(branch, "--since", "main", code=0)
    assert steps(found) == [("canary", "half", True, True), ("base:overlays/canary", "canary", False, True)]
    assert found["plans"][0]["traffic"][0]["before"] == {"v1": 0.9, "v2": 0.1}


def test_files_that_are_only_moved_change_nothing(branch: Path) -> None:
    git(branch, "mv", "overlays/half/httproute.yaml", "overlays/half/route.yaml")
    replace(branch / "overlays/half/kustomization.yaml", "  - httproute.yaml", "  - route.yaml")
    assert document(branch, "--since", "main", code=0)["plans"] == []


def test_a_stage_that_is_new_has_nothing_to_be_compared_with(branch: Path) -> None:
    stage = "  - name: most\n    shares: {v1: 30, v2: 70}\n  - name: final\n"
    replace(branch / "gateshift.yaml", "  - name: final\n", stage)
    generate(branch)
    assert document(branch, "--since", "main", code=0)["plans"] == []
    point(branch, "most")
    assert steps(document(branch, "--since", "main", code=0)) == [("canary", "most", True, True)]


def test_a_stage_that_is_gone_needs_no_plan_once_nothing_names_it(branch: Path) -> None:
    text = (branch / "gateshift.yaml").read_text()
    start, end = text.index("  - name: canary"), text.index("  - name: half")
    (branch / "gateshift.yaml").write_text(text[:start] + text[end:])
    generate(branch)
    assert not (branch / "overlays/canary").exists()
    point(branch, "half")
    assert steps(document(branch, "--since", "main", code=0)) == [("canary", "half", True, True)]


def test_a_pointer_that_is_renamed_is_refused(branch: Path) -> None:
    replace(branch / "sync/argocd/customers.yaml", "  name: customers\n", "  name: customers-new\n")
    found = document(branch, "--since", "main", code=1)
    (only,) = found["plans"]
    assert [each["rule"] for each in only["engines"]["argocd"]["findings"]] == ["GS515"]
    assert only["live"] is True


def test_the_pointer_as_it_was_says_how_argo_cd_prunes(branch: Path) -> None:
    point(branch, "final")
    commit(branch, "final")
    git(branch, "branch", "--force", "main")
    replace(branch / "sync/argocd/customers.yaml", "PruneLast=true", "PruneLast=false")
    point(branch, "retired")
    (only,) = document(branch, "--since", "main", code=0)["plans"]
    assert only["engines"]["argocd"]["steps"] == [
        "prune Service default/customers-v1 and Deployment default/customers-v1, in any order"
    ]
    assert only["safe"] is True


def test_without_pointers_every_changed_stage_may_be_in_force(branch: Path) -> None:
    shutil.rmtree(branch / "sync")
    replace(branch / "gateshift.yaml", "pointers:\n", "pointers:\n  # moved elsewhere\n")
    commit(branch, "No pointers here")
    git(branch, "branch", "--force", "main")
    replace(branch / "overlays/half/kustomization.yaml", "  - ../../base/v1\n", "")
    found = document(branch, "--since", "main", code=1)
    assert steps(found) == [("base:overlays/half", "half", True, False)]


def test_plain_roots_are_compared_where_there_is_no_rollout(branch: Path) -> None:
    for name in ("gateshift.yaml", "sync", "overlays/canary"):
        path = branch / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    commit(branch, "Only Kustomize")
    git(branch, "branch", "--force", "main")
    replace(branch / "overlays/half/kustomization.yaml", "  - ../../base/v1\n", "")
    found = document(branch, "--since", "main", code=1)
    assert steps(found) == [("base:overlays/half", "overlays/half", True, False)]


def test_a_rollout_in_a_folder_of_a_larger_repository(tmp_path: Path) -> None:
    top = tmp_path / "mono"
    customers(top / "services/customers")
    shutil.rmtree(top / "services/customers/.git")
    replace(top / "services/customers/gateshift.yaml", "pointers:\n", "pointers:\n  path: services/customers\n")
    for file in (top / "services/customers/sync").glob("*/*.yaml"):
        file.unlink()
    generate(top / "services/customers")
    git(top, "init", "--quiet", "--initial-branch=main")
    commit(top, "Everything")
    git(top, "switch", "--quiet", "--create", "topic")
    point(top / "services/customers", "subsets")
    for folder in (top, top / "services", top / "services/customers"):
        found = document(folder, "--since", "main", code=0)
        assert steps(found) == [("initial", "subsets", True, True)]
    assert document(top / "services/customers", "main:", code=0)["from"] == "main:"


def test_a_shallow_clone_says_what_it_lacks(branch: Path, tmp_path: Path) -> None:
    shallow = tmp_path / "shallow"
    git(tmp_path, "clone", "--quiet", "--depth=1", "--branch=topic", f"file://{branch}", str(shallow))
    done = plan(shallow, "--since", "origin/main")
    assert done.returncode == 2
    assert "shallow" in done.stderr
    assert "git fetch --unshallow" in done.stderr


def test_a_stage_that_cannot_be_built_any_more_is_a_gap_beside_the_others(branch: Path) -> None:
    replace(branch / "overlays/canary/kustomization.yaml", "  - httproute.yaml\n", "  - nothing.yaml\n")
    replace(branch / "overlays/half/httproute.yaml", "weight: 50\n        - group", "weight: 40\n        - group")
    found = document(branch, "--since", "main", code=3)
    (gap,) = found["gaps"]
    assert gap["root"] == "canary"
    assert "nothing.yaml" in gap["reason"]
    assert steps(found) == [("base:overlays/half", "half", False, True)]
    assert not list(VALID.iter_errors(found))
    assert "nothing.yaml" in plan(branch, "--since", "main").stdout


def test_without_kustomize_there_is_no_verdict(branch: Path) -> None:
    point(branch, "half")
    found = document(branch, "--since", "main", "--kustomize", "/nowhere/kustomize", code=3)
    assert [gap["root"] for gap in found["gaps"]] == ["half"]


def test_the_work_tree_and_the_index_stay_as_they_are(branch: Path) -> None:
    point(branch, "half")
    (branch / "sync/note.txt").write_text("untracked")
    git(branch, "add", "sync/flux")
    before = git(branch, "status", "--porcelain=v2")
    document(branch, "--since", "main", code=0)
    assert git(branch, "status", "--porcelain=v2") == before
    assert git(branch, "worktree", "list").count("\n") == 0


class TestTheComment:
    def test_it_shows_stages_shares_a_picture_findings_and_objects(self, branch: Path) -> None:
        point(branch, "retired")
        done = plan(branch, "--since", "main", "-f", "markdown")
        assert done.returncode == 1
        text = done.stdout
        assert text.startswith("<!-- gateshift-plan")
        assert len(text) < 65_536
        assert "```mermaid" in text
        assert "<details>" in text
        assert "GS501" in text
        assert "v1 90 %, v2 10 %" in text

    def test_it_says_so_where_nothing_changes(self, branch: Path) -> None:
        text = plan(branch, "--since", "main", "-f", "markdown").stdout
        assert text.startswith("<!-- gateshift-plan")
        assert "`main`" in text

    def test_the_findings_can_be_shown_on_the_changed_lines(self, branch: Path) -> None:
        point(branch, "retired")
        text = plan(branch, "--since", "main", "-f", "github").stdout
        assert "::error file=" in text
