"""The gate's step of the Action, run as the runner runs it, with the real gateshift and a stand-in for Prometheus."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.live.rollouts import HTTP, rollout
from tests.live.stand_in import Prometheus

TOP = Path(__file__).parents[2]
STEPS = {
    step.get("id", step.get("name")): step for step in yaml.safe_load((TOP / "action.yml").read_text())["runs"]["steps"]
}


def asked(folder: Path, folders: str, **figures: float) -> tuple[dict[str, str], str, Prometheus]:
    """The step's outputs, and the job's summary."""
    program = folder / "gateshift/bin/gateshift"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m gateshift "$@"\n')
    program.chmod(0o755)
    for name in ("healthy", "other"):
        (folder / "checkout" / name).mkdir(parents=True)
        rollout(
            folder / "checkout" / name,
            HTTP + "gate: {prometheus: 'http://nowhere:1', requestRate: 1, successRate: 0.99}\n",
        )
    with Prometheus(**({"within": 1.0, "success": 0.999, "rate": 10.0} | figures)).serving() as server:
        env = os.environ | {
            "RUNNER_TEMP": str(folder),
            "GITHUB_OUTPUT": str(folder / "output"),
            "GITHUB_STEP_SUMMARY": str(folder / "summary"),
            "FOLDERS": folders,
            "GATESHIFT_PROMETHEUS": server.url,
            "GATESHIFT_PROMETHEUS_TOKEN": "s3cret",
        }
        argv = ["bash", "-e", "-o", "pipefail", "-c", STEPS["gate"]["run"]]
        done = subprocess.run(argv, cwd=folder / "checkout", env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    outputs = dict(line.split("=", 1) for line in (folder / "output").read_text().splitlines())
    assert "s3cret" not in done.stdout + done.stderr
    return outputs, (folder / "summary").read_text(), server


def test_a_gate_that_passes_is_reported(tmp_path: Path) -> None:
    outputs, summary, server = asked(tmp_path, "healthy\n")
    assert outputs == {"code": "0", "gate": "passed"}
    assert "passed" in summary
    assert {headers.get("authorization") for headers in server.headers} == {"Bearer s3cret"}


def test_a_gate_that_blocks_is_reported(tmp_path: Path) -> None:
    outputs, summary, _ = asked(tmp_path, "healthy\n", success=0.9)
    assert outputs == {"code": "1", "gate": "blocked"}
    assert "blocked" in summary


def test_every_folder_is_asked_and_the_worst_verdict_counts(tmp_path: Path) -> None:
    outputs, summary, _ = asked(tmp_path, "healthy\n\nnowhere\nother")
    assert outputs["gate"] == "not proven"
    assert outputs["code"] != "0"
    assert summary.count("passed") >= 2


def test_only_the_default_branch_asks() -> None:
    condition = STEPS["gate"]["if"]
    assert "!github.event.pull_request" in condition
    assert "github.ref_name == github.event.repository.default_branch" in condition


@pytest.mark.parametrize(
    ("validated", "planned", "gated", "code"),
    [("0", "", "", 0), ("0", "", "1", 1), ("1", "3", "", 3), ("3", "1", "1", 3), ("0", "0", "3", 3)],
)
def test_the_job_ends_with_the_worst_of_all_verdicts(validated: str, planned: str, gated: str, code: int) -> None:
    env = os.environ | {"VALIDATED": validated, "PLANNED": planned, "GATED": gated}
    argv = ["bash", "-e", "-o", "pipefail", "-c", STEPS["Verdict"]["run"]]
    assert subprocess.run(argv, env=env, check=False).returncode == code
