"""What a change suppresses by itself silences nothing in its own run, and is listed first."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from gateshift.report.findings.json import json_schema as findings_schema
from gateshift.report.plan.json import json_schema as plan_schema
from tests.cli.planning import SHIPPED, commit, customers, document, git, plan, point, replace

ROUTE = "overlays/canary/httproute.yaml"
LINE = "apiVersion: gateway.networking.k8s.io/v1\n"
COMMENT = "# gateshift: ignore[GS506] nobody calls it\n"
ENTRY = "ignore:\n  - {rule: GS506, reason: nobody calls it, until: 2999-12-31}\n\npointers:\n"


@pytest.fixture
def branch(tmp_path: Path) -> Path:
    """A branch that begins where canary is in force."""
    folder = customers(tmp_path / "customers")
    point(folder, "canary")
    commit(folder, "canary is in force")
    git(folder, "switch", "--quiet", "--create", "topic")
    return folder


def on_main(folder: Path) -> None:
    """What was edited so far belongs to main."""
    commit(folder, "It is accepted")
    git(folder, "branch", "--force", "main", "HEAD")


def lose_requests(folder: Path) -> None:
    """An edit of the live stage by which every request gets a 500."""
    for weight in ("weight: 90", "weight: 10"):
        replace(folder / ROUTE, weight, "weight: 0")


def own(document: dict[str, Any]) -> list[tuple[str, str, int]]:
    return [(each["rule"], each["file"], each["line"]) for each in document["suppressed_by_this_change"]]


def validate(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    env = {name: value for name, value in os.environ.items() if name != "GITHUB_ACTIONS"}
    argv = [sys.executable, "-m", "gateshift", "validate", *arguments]
    return subprocess.run(argv, cwd=folder, env=env, capture_output=True, text=True, check=False)


def test_a_comment_of_the_change_silences_nothing_in_its_plan(branch: Path) -> None:
    lose_requests(branch)
    replace(branch / ROUTE, LINE, COMMENT + LINE)
    found = document(branch, "--since", "main", code=1)
    assert own(found) == [("GS506", ROUTE, 3)]
    assert not list(jsonschema.Draft202012Validator(plan_schema()).iter_errors(found))


def test_a_comment_that_was_there_before_is_heard(branch: Path) -> None:
    replace(branch / ROUTE, LINE, COMMENT + LINE)
    on_main(branch)
    lose_requests(branch)
    assert own(document(branch, "--since", "main", code=0)) == []


def test_an_entry_of_the_change_silences_nothing_in_its_plan(branch: Path) -> None:
    lose_requests(branch)
    replace(branch / "gateshift.yaml", "pointers:\n", ENTRY)
    found = document(branch, "--since", "main", code=1)
    assert [(rule, file) for rule, file, _ in own(found)] == [("GS506", "gateshift.yaml")]


def test_an_entry_that_was_there_before_is_heard(branch: Path) -> None:
    replace(branch / "gateshift.yaml", "pointers:\n", ENTRY)
    on_main(branch)
    lose_requests(branch)
    assert own(document(branch, "--since", "main", code=0)) == []


def test_a_later_day_of_an_entry_is_the_changes_own(branch: Path) -> None:
    replace(branch / "gateshift.yaml", "pointers:\n", ENTRY.replace("2999", "2020"))
    on_main(branch)
    lose_requests(branch)
    replace(branch / "gateshift.yaml", "2020-12-31", "2999-12-31")
    (suppressed,) = document(branch, "--since", "main", code=1)["suppressed_by_this_change"]
    assert suppressed["what"] == "a later day in gateshift.yaml"


@pytest.mark.parametrize("limit", ["policy: {maxStep: 100}\n\n", ""])
def test_a_limit_that_the_change_raises_still_holds(branch: Path, limit: str) -> None:
    replace(branch / "gateshift.yaml", "pointers:\n", "policy: {maxStep: 20}\n\npointers:\n")
    on_main(branch)
    replace(branch / "gateshift.yaml", "policy: {maxStep: 20}\n\n", limit)
    point(branch, "half")
    found = document(branch, "--since", "main", code=1)
    assert {each["rule"] for each in found["plans"][0]["engines"]["flux"]["findings"]} == {"GS516"}
    assert [each["what"] for each in found["suppressed_by_this_change"]] == ["policy.maxStep is no longer 20"]


def test_a_limit_that_the_change_lowers_holds_at_once(branch: Path) -> None:
    replace(branch / "gateshift.yaml", "pointers:\n", "policy: {maxStep: 20}\n\npointers:\n")
    point(branch, "half")
    assert own(document(branch, "--since", "main", code=1)) == []


def test_a_rollout_that_the_change_adds_hides_no_root(branch: Path) -> None:
    rollout = (branch / "gateshift.yaml").read_text()
    git(branch, "rm", "-q", "-r", "gateshift.yaml", "sync")
    on_main(branch)
    (branch / "gateshift.yaml").write_text(rollout.partition("pointers:")[0])
    lose_requests(branch)
    found = document(branch, "--since", "main", code=1)
    assert [step["to"] for step in found["plans"] if not step["safe"]] == ["overlays/canary"]


def test_a_rollout_that_is_gone_is_listed_with_its_limit(branch: Path) -> None:
    replace(branch / "gateshift.yaml", "pointers:\n", "policy: {maxStep: 20}\n\npointers:\n")
    on_main(branch)
    (branch / "gateshift.yaml").unlink()
    found = document(branch, "--since", "main", code=0)
    assert own(found) == [("", "gateshift.yaml", 1)]


@pytest.mark.parametrize("form", ["text", "markdown"])
def test_text_and_markdown_list_it_before_anything_else(branch: Path, form: str) -> None:
    lose_requests(branch)
    replace(branch / ROUTE, LINE, COMMENT + LINE)
    lines = plan(branch, "--since", "main", "-f", form).stdout.splitlines()
    listed = next(number for number, line in enumerate(lines) if f"{ROUTE}:3" in line)
    assert listed <= 5, lines[:8]
    assert "GS506" in lines[listed]
    assert "nobody calls it" in lines[listed]


def test_it_is_listed_where_no_stage_changes(branch: Path) -> None:
    replace(branch / ROUTE, LINE, COMMENT + LINE)
    for form in ("text", "markdown"):
        assert f"{ROUTE}:3" in plan(branch, "--since", "main", "-f", form).stdout


BROKEN = """\
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: other, namespace: default}
spec:
  parentRefs:
    - {group: "", kind: Service, name: customers}
  rules:
    - backendRefs:
        - {name: customers-v1, port: 81}
"""


def broken(folder: Path, reason: str = "") -> None:
    """A second route, to a port that the Service has not; with a reason its findings are suppressed."""
    (folder / "base/kustomization.yaml").write_text(
        (folder / "base/kustomization.yaml").read_text().replace("resources:\n", "resources:\n  - other.yaml\n")
    )
    comment = f" # gateshift: ignore[{_rule(folder)}] {reason}" if reason else ""
    (folder / "base/other.yaml").write_text(BROKEN.replace("port: 81}", f"port: 81}}{comment}"))


def _rule(folder: Path) -> str:
    (folder / "base/other.yaml").write_text(BROKEN)
    findings = json.loads(validate(folder, "overlays/half", "-f", "json").stdout)["findings"]
    (rule,) = {each["rule"] for each in findings if each["line"] == 9 and each["level"] == "error"}
    return str(rule)


def test_a_comment_of_the_change_silences_nothing_in_its_validation(branch: Path) -> None:
    broken(branch, "known")
    assert validate(branch, "overlays/half").returncode == 0
    done = validate(branch, "overlays/half", "--since", "main", "-f", "json")
    assert done.returncode == 1, done.stdout
    found = json.loads(done.stdout)
    assert [(file, line) for _, file, line in own(found)] == [("base/other.yaml", 9)]
    assert not list(jsonschema.Draft202012Validator(findings_schema()).iter_errors(found))


def test_a_comment_that_was_there_before_is_heard_in_a_validation(branch: Path) -> None:
    broken(branch, "known")
    on_main(branch)
    (branch / "base/other.yaml").write_text("# A route of its own.\n" + (branch / "base/other.yaml").read_text())
    done = validate(branch, "overlays/half", "--since", "main", "-f", "json")
    found = json.loads(done.stdout)
    assert (done.returncode, own(found)) == (0, [])
    assert found["summary"]["suppressed"] == 1


def test_a_comment_of_the_change_must_be_well_written(branch: Path) -> None:
    replace(branch / ROUTE, LINE, "# gateshift: ignore[GS506]\n" + LINE)
    found = json.loads(validate(branch, "overlays/canary", "--since", "main", "-f", "json").stdout)
    assert "GS193" in {each["rule"] for each in found["findings"]}


def test_an_annotation_tells_of_it(branch: Path) -> None:
    broken(branch, "known")
    lines = validate(branch, "overlays/half", "--since", "main", "-f", "github").stdout.splitlines()
    assert [
        line for line in lines if "title=suppressed by this change" in line and "file=base/other.yaml,line=9" in line
    ]


def test_a_revision_that_is_none_is_refused(branch: Path) -> None:
    done = validate(branch, "overlays/half", "--since", "--output=x")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_the_lines_of_the_action_hear_no_comment_of_the_pull_request(branch: Path, tmp_path: Path) -> None:
    broken(branch, "known")
    steps = yaml.safe_load((SHIPPED / "action.yml").read_text())["runs"]["steps"]
    (step,) = [step for step in steps if step.get("id") == "validate"]
    program = tmp_path / "gateshift/bin/gateshift"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m gateshift "$@"\n')
    program.chmod(0o755)
    environment = os.environ | {
        "RUNNER_TEMP": str(tmp_path),
        "GITHUB_OUTPUT": str(tmp_path / "output"),
        "PATHS": "overlays/half",
        "FAIL_ON": "error",
        "BASE": git(branch, "rev-parse", "main"),
    }
    subprocess.run(["bash", "-e", "-c", step["run"]], cwd=branch, env=environment, check=True, capture_output=True)
    assert "code=1\n" in (tmp_path / "output").read_text()
    environment |= {"BASE": "", "GITHUB_OUTPUT": str(tmp_path / "push")}
    subprocess.run(["bash", "-e", "-c", step["run"]], cwd=branch, env=environment, check=True, capture_output=True)
    assert "code=0\n" in (tmp_path / "push").read_text()
