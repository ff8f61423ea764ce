"""`gateshift validate` on the shipped rollout and on trees that are broken on purpose, with the real programs."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from gateshift.system.cache import cache_root

SHIPPED = Path(__file__).parents[2]
STAGES = ["initial", "subsets", "routed", "dark", "debug", "canary", "half", "final", "retired"]


@pytest.fixture
def customers(tmp_path: Path) -> Path:
    """The shipped rollout and what was generated from it, in a folder of its own."""
    for name in ("base", "overlays", "sync"):
        shutil.copytree(SHIPPED / name, tmp_path / name)
    shutil.copy(SHIPPED / "gateshift.yaml", tmp_path)
    return tmp_path


def gateshift(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    env = {name: value for name, value in os.environ.items() if name != "GITHUB_ACTIONS"} | environment
    argv = [sys.executable, "-m", "gateshift", "validate", *arguments]
    return subprocess.run(argv, cwd=folder, env=env, capture_output=True, text=True, check=False)


def report(folder: Path, *arguments: str, code: int) -> dict[str, Any]:
    done = gateshift(folder, *arguments, "-f", "json")
    assert done.returncode == code, done.stdout + done.stderr
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def edit(file: Path, before: str, after: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert text.count(before) == 1
    file.write_text(text.replace(before, after), encoding="utf-8")


def line_of(file: Path, text: str) -> int:
    return next(number for number, line in enumerate(file.read_text().splitlines(), 1) if text in line)


def test_the_shipped_rollout_has_nine_roots_and_no_findings(customers: Path) -> None:
    document = report(customers, "overlays", code=0)
    assert sorted(root["path"] for root in document["roots"]) == sorted(f"overlays/{stage}" for stage in STAGES)
    assert all(root["resources"] for root in document["roots"])
    assert document["findings"] == []
    assert document["gaps"] == []


def test_a_wrong_field_of_the_base_is_told_once_with_the_stages_it_reaches(customers: Path) -> None:
    file = customers / "base" / "v1" / "deployment.yaml"
    edit(file, "  replicas: 1\n", "  replicass: 1\n")
    (finding,) = report(customers, "overlays", code=1)["findings"]
    assert (finding["file"], finding["line"]) == ("base/v1/deployment.yaml", line_of(file, "replicass"))
    assert finding["column"] == 3
    assert sorted(finding["roots"]) == sorted(f"overlays/{stage}" for stage in STAGES if stage != "retired")
    assert finding["root"] == finding["roots"][0]
    assert finding["resource"] == {"kind": "Deployment", "namespace": "default", "name": "customers-v1"}
    assert finding["pointer"] == "/spec/replicass"


def test_a_wrong_value_of_a_json6902_patch_is_told_at_the_patch(customers: Path) -> None:
    patch = customers / "overlays" / "canary" / "kustomization.yaml"
    patch.write_text(
        patch.read_text()
        + "patches:\n  - target: {kind: Deployment, name: customers-v1}\n    patch: |-\n"
        + "      - op: replace\n        path: /spec/replicas\n        value: many\n"
    )
    (finding,) = report(customers, "overlays", code=1)["findings"]
    assert (finding["file"], finding["line"]) == ("overlays/canary/kustomization.yaml", line_of(patch, "many"))
    assert finding["roots"] == ["overlays/canary"]


def test_text_shows_the_line_and_the_way_out(customers: Path) -> None:
    edit(customers / "base" / "service.yaml", "targetPort: 3000", "targetPorts: 3000")
    done = gateshift(customers, "overlays/initial")
    assert done.returncode == 1
    assert "targetPorts: 3000\n" in done.stdout
    assert "^^^^^^^^^^^\n" in done.stdout
    assert "help: Did you mean targetPort?" in done.stdout


def test_without_paths_the_rollout_is_looked_at_as_a_whole(customers: Path) -> None:
    assert len(report(customers, code=0)["roots"]) == 9
    edit(customers / "overlays" / "canary" / "httproute.yaml", "weight: 10", "weight: 11")
    assert "GS702" in [finding["rule"] for finding in report(customers, code=1)["findings"]]


def test_a_stage_that_cannot_be_reached_from_the_one_before_is_told(customers: Path) -> None:
    rollout = customers / "gateshift.yaml"
    text = rollout.read_text()
    start, end = text.index("  - name: dark"), text.index("  - name: debug")
    rollout.write_text(text[:start] + text[end:])
    generated = [sys.executable, "-m", "gateshift", "generate"]
    subprocess.run(generated, cwd=customers, check=True, capture_output=True)
    found = report(customers, code=0)["findings"]
    assert {finding["rule"] for finding in found} == {"GS502"}
    assert all(finding["level"] == "warning" for finding in found)
    assert all(finding["message"].startswith("routed -> debug: ") for finding in found)


def test_a_suppressed_finding_is_counted_and_not_told(customers: Path) -> None:
    file = customers / "base" / "v1" / "deployment.yaml"
    edit(file, "  replicas: 1\n", "  replicass: 1 # gateshift: ignore[GS206] a field of our own admission webhook\n")
    document = report(customers, "overlays", code=0)
    assert document["findings"] == []
    assert document["summary"]["suppressed"] == 1


def test_fail_on_decides_the_exit_code_and_hides_nothing(customers: Path) -> None:
    edit(customers / "base" / "kustomization.yaml", "resources:\n", "resources:\n  - widget.yaml\n")
    (customers / "base" / "widget.yaml").write_text("apiVersion: example.org/v1\nkind: Widget\nmetadata: {name: w}\n")
    assert [finding["level"] for finding in report(customers, "overlays", code=0)["findings"]] == ["note"]
    assert len(report(customers, "overlays", "--fail-on", "note", code=1)["findings"]) == 1


@pytest.mark.parametrize("name", ["tools/kustomize", "tools/kubeconform", "schemas"])
def test_whatever_is_missing_there_is_no_verdict_and_one_command(customers: Path, tmp_path: Path, name: str) -> None:
    copy = tmp_path / "cache"
    shutil.copytree(cache_root(), copy)
    shutil.rmtree(copy / name)
    done = gateshift(customers, "overlays", GATESHIFT_CACHE=str(copy), PATH="")
    assert done.returncode == 3, done.stdout + done.stderr
    assert "no verdict" in done.stdout
    assert "gateshift tools install" in done.stdout
    assert "no findings" not in done.stdout


def test_a_program_that_is_not_kustomize_gives_no_verdict_and_no_finding(customers: Path) -> None:
    done = gateshift(customers, "--kustomize", "true", "-f", "text")
    assert done.returncode == 3, done.stdout + done.stderr
    assert "does not answer" in done.stdout
    assert "error[" not in done.stdout
    assert done.stdout.count("no verdict:") == 1


def test_a_hanging_kustomize_is_killed_and_named(customers: Path, tmp_path: Path) -> None:
    program = tmp_path / "kustomize"
    program.write_text('#!/bin/sh\nif [ "$1" = version ]; then echo v5.8.1; exit; fi\necho stuck >&2\nsleep 600\n')
    program.chmod(0o755)
    done = gateshift(customers, "overlays/canary", "--kustomize", str(program), "--timeout", "1")
    assert done.returncode == 3
    assert "did not finish within the 1 s of the whole run" in done.stdout
    assert "stuck" in done.stdout


def test_a_folder_without_yaml_is_exit_code_4(tmp_path: Path) -> None:
    done = gateshift(tmp_path, ".")
    assert (done.returncode, done.stdout) == (4, "")
    assert "no Kustomize root and no YAML file" in done.stderr
    (tmp_path / "values.yaml").write_text("replicas: 2\n")
    done = gateshift(tmp_path, ".")
    assert (done.returncode, done.stdout) == (4, "")
    assert "1 YAML file of another kind" in done.stderr


def test_a_broken_rollout_is_exit_code_2(customers: Path) -> None:
    edit(customers / "gateshift.yaml", "targetPort: 3000", "targetPort: 300000")
    done = gateshift(customers, "overlays")
    assert done.returncode == 2
    assert "gateshift.yaml:7:" in done.stderr


def test_a_root_that_kustomize_refuses_is_a_finding(customers: Path) -> None:
    edit(customers / "overlays" / "canary" / "kustomization.yaml", "httproute.yaml", "httproutes.yaml")
    document = report(customers, "overlays", code=1)
    (finding,) = [finding for finding in document["findings"] if finding["level"] == "error"]
    assert finding["rule"].startswith("GS1")
    assert finding["file"] == "overlays/canary/kustomization.yaml"
    assert (document["coverage"]["refused"], document["coverage"]["left_out"][0]["path"]) == (1, "overlays/canary")


def test_a_remote_base_is_left_out_and_never_fetched(customers: Path) -> None:
    kustomization = customers / "overlays" / "canary" / "kustomization.yaml"
    edit(kustomization, "resources:\n", "resources:\n  - https://127.0.0.1:1/nowhere.git\n")
    document = report(customers, "overlays/canary", code=0)
    (finding,) = document["findings"]
    assert (finding["rule"], finding["level"]) == ("GS111", "warning")
    assert finding["line"] == line_of(kustomization, "nowhere.git")
    assert document["roots"] == [{"path": "overlays/canary", "resources": 7}]
    assert document["coverage"]["left_out"] == [
        {"path": "overlays/canary/kustomization.yaml", "reason": "remote: https://127.0.0.1:1/nowhere.git"}
    ]
    report(customers, "overlays/canary", "--require-complete", code=3)


def test_plain_yaml_is_a_root_too(tmp_path: Path) -> None:
    file = tmp_path / "service.yaml"
    file.write_text("apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec:\n  ports:\n    - {port: high}\n")
    (finding,) = report(tmp_path, "service.yaml", code=1)["findings"]
    assert (finding["file"], finding["line"], finding["roots"]) == ("service.yaml", 6, ["service.yaml"])


def test_only_the_roots_that_a_changed_file_is_part_of_are_looked_at(customers: Path) -> None:
    def looked_at(*files: str) -> list[str]:
        return sorted(root["path"] for root in report(customers, "--affected-by", *files, code=0)["roots"])

    assert looked_at("overlays/canary/httproute.yaml") == ["overlays/canary"]
    assert looked_at("base/v2/deployment.yaml") == sorted(f"overlays/{stage}" for stage in STAGES[3:])
    assert len(looked_at("gateshift.yaml")) == 9
    assert looked_at("sync/argocd/customers.yaml") == ["sync/argocd"]
    assert looked_at(".github/workflows/ci.yaml", "README.md") == []


def test_several_formats_are_written_in_one_run(customers: Path) -> None:
    done = gateshift(customers, "overlays/canary", "-f", "json", "-o", "a.json", "-f", "text")
    assert done.stdout == "1 root, 7 objects: no findings\n6 kustomizations: 6 checked\n"
    assert json.loads((customers / "a.json").read_text())["roots"] == [{"path": "overlays/canary", "resources": 7}]


def test_quiet_text_says_only_what_decides_the_exit_code(customers: Path) -> None:
    assert gateshift(customers, "-q").stdout == ""
    edit(customers / "base" / "kustomization.yaml", "resources:\n", "resources:\n  - widget.yaml\n")
    (customers / "base" / "widget.yaml").write_text("apiVersion: example.org/v1\nkind: Widget\nmetadata: {name: w}\n")
    assert gateshift(customers, "overlays", "-q").stdout == ""
    assert "note[GS204]" in gateshift(customers, "overlays", "-q", "--fail-on", "note").stdout
    edit(customers / "base" / "service.yaml", "targetPort: 3000", "targetPorts: 3000")
    told = gateshift(customers, "overlays", "-q").stdout
    assert "error[GS206]" in told
    assert "note[GS204]" not in told


def test_junit_fails_from_the_level_that_fails_the_run(customers: Path) -> None:
    (customers / "widget.yaml").write_text("apiVersion: example.org/v1\nkind: Widget\nmetadata: {name: w}\n")
    assert "<failure" not in gateshift(customers, "widget.yaml", "-f", "junit").stdout
    assert "<failure" in gateshift(customers, "widget.yaml", "-f", "junit", "--fail-on", "note").stdout


@pytest.mark.parametrize("seconds", ["nan", "inf", "1e300"])
def test_a_time_limit_that_no_timer_takes_is_a_usage_error(customers: Path, seconds: str) -> None:
    done = gateshift(customers, "--timeout", seconds)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "--timeout" in done.stderr


@pytest.mark.parametrize(
    ("text", "pointer"),
    [
        ("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: [x]}\n", "/metadata/namespace"),
        ("apiVersion: v1\nkind: ConfigMap\nmetadata: []\n", "/metadata"),
        ("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {a: b}}\n", "/metadata/name"),
    ],
)
def test_an_object_named_by_no_text_is_a_finding_and_not_a_missing_verdict(
    tmp_path: Path, text: str, pointer: str
) -> None:
    (tmp_path / "a.yaml").write_text(text)
    found = report(tmp_path, "a.yaml", code=1)
    assert ("GS201", pointer) in [(finding["rule"], finding["pointer"]) for finding in found["findings"]]
    assert found["gaps"] == []


def test_a_rollout_that_is_a_pipe_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "gateshift.yaml")
    argv = [sys.executable, "-m", "gateshift", "generate", "gateshift.yaml"]
    done = subprocess.run(argv, cwd=tmp_path, capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 2
    assert "not a regular file" in done.stderr


def test_schemas_that_the_rollout_chooses_and_no_release_pins_are_installed_by_hand(customers: Path) -> None:
    file = customers / "gateshift.yaml"
    file.write_text(file.read_text() + "\nschemas: {kubernetes: '1.30.99'}\n")
    without = gateshift(customers)
    assert (without.returncode, without.stderr) == (3, "")
    done = gateshift(customers, "--install", GOPROXY="off")
    assert done.returncode == 3
    assert done.stderr == ""
    assert "gateshift tools install --kubernetes 1.30.99" in done.stdout
    assert "9 roots" in done.stdout


def test_verbose_tells_the_programs_and_schemas_beside_the_answer(customers: Path) -> None:
    done = gateshift(customers, "-v", "-f", "json")
    assert json.loads(done.stdout)["findings"] == []
    for word in ("kustomize v", "kubeconform v", "schemas: "):
        assert word in done.stderr
    missing = gateshift(customers, "-v", "--kustomize", "nowhere/kustomize")
    assert missing.returncode == 3
    assert "kustomize: " in missing.stderr


def test_the_form_of_the_answer_can_come_from_the_environment(customers: Path) -> None:
    done = gateshift(customers, "overlays/canary", GATESHIFT_FORMAT="json", GATESHIFT_OUTPUT="a.json")
    assert (done.returncode, done.stdout) == (0, "")
    assert json.loads((customers / "a.json").read_text())["schema"] == 1


def test_a_form_that_another_command_has_not_leaves_it_its_own(customers: Path) -> None:
    argv = [sys.executable, "-m", "gateshift", "status"]
    for name, code in (("sarif", 0), ("xml", 2)):
        done = subprocess.run(argv, cwd=customers, env=os.environ | {"GATESHIFT_FORMAT": name}, check=False)
        assert done.returncode == code


def test_the_least_level_can_come_from_the_environment(customers: Path) -> None:
    route = customers / "overlays/canary/httproute.yaml"
    route.write_text(route.read_text().replace("          kind: Service\n", "", 1))
    quiet = gateshift(customers, "overlays/canary")
    assert (quiet.returncode, "note: GS416" in quiet.stdout) == (0, True)
    strict = gateshift(customers, "overlays/canary", GATESHIFT_FAIL_ON="note")
    assert (strict.returncode, "note[GS416]" in strict.stdout) == (1, True)


def test_who_requires_completeness_has_no_verdict_where_something_was_left_out(customers: Path) -> None:
    assert gateshift(customers, "overlays/canary", "--require-complete").returncode == 0
    edit(customers / "overlays" / "canary" / "kustomization.yaml", "httproute.yaml", "httproutes.yaml")
    assert gateshift(customers, "overlays/canary").returncode == 1
    assert gateshift(customers, "overlays/canary", "--require-complete").returncode == 3
