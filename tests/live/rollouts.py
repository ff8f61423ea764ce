"""A rollout to verify, and the commands run on it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

HTTP = """
service: {name: customers}
route:
  parents: [{gateway: infra/public}]
versions:
  v1: {image: "customers:1"}
  v2: {image: "customers:2"}
stages:
  - {name: dark, shares: {v1: 100}}
  - name: canary
    shares: {v1: 90, v2: 10}
    rules:
      - {name: debug, match: {headers: {x-debug: "yes"}}, to: v2}
  - {name: half, shares: {v1: 50, v2: 50}}
"""
GRPC = HTTP.replace("route:", "route:\n  kind: GRPCRoute")
BY_HEADER = "verify: {header: x-version}\n"


def rollout(folder: Path, text: str = HTTP + BY_HEADER) -> Path:
    """A folder with this gateshift.yaml."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "gateshift.yaml").write_text(text)
    return folder


def gateshift(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A command of the real program; it must end by itself."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("GITHUB_", "GATESHIFT_"))}
    argv = [sys.executable, "-m", "gateshift", *arguments]
    return subprocess.run(
        argv, cwd=folder, env=env | environment, capture_output=True, text=True, check=False, timeout=120
    )


def verify(folder: Path, url: str, *arguments: str, stage: str = "canary") -> tuple[int, dict[str, Any]]:
    """The exit code and the JSON of `verify`, quickly."""
    pace = () if "--rate" in arguments else ("--rate", "400")
    done = gateshift(folder, "verify", url, "--stage", stage, *pace, "-f", "json", *arguments)
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


def class_of(report: dict[str, Any], name: str = "default") -> dict[str, Any]:
    """The class of that name."""
    (found,) = [entry for entry in report["classes"] if entry["class"] == name]
    return dict(found)
