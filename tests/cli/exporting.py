"""Rollouts to export, what is exported of them, and what a controller makes of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from gateshift.yamldoc import load_all
from tests.cli.promoting import gateshift

HEAD = "service: {name: shop, namespace: web, port: 80, targetPort: 8080}\n"
MESH = "route: {parents: [{service: shop}]}\n"
PUBLIC = "route: {parents: [{gateway: infra/public, section: web}], hostnames: [shop.example.org]}\n"
VERSIONS = "versions:\n  v1: {image: 'example.org/shop:1'}\n  v2: {image: 'example.org/shop:2'}\n"
STAGES = """\
stages:
  - {name: start, deploy: [v1], services: [v1, v2], shares: {v1: 100}}
  - {name: dark, shares: {v1: 100}}
  - {name: canary, shares: {v1: 90, v2: 10}, soak: 30m}
  - {name: half, shares: {v1: 50, v2: 50}, soak: 30m, approval: true}
  - {name: final, shares: {v2: 100}, approval: true}
  - {name: retired, deploy: [v2], shares: {v2: 100}}
"""
SHOP = HEAD + PUBLIC + VERSIONS + STAGES
TESTERS = """\
stages:
  - {name: start, shares: {v1: 100}}
  - name: testers
    shares: {v1: 100}
    soak: 1h
    rules: [{name: testers, match: [{headers: {x-tester: "yes"}}, {query: {tester: "1"}}], to: v2}]
  - {name: final, shares: {v2: 100}}
"""


def exported(folder: Path, controller: str, text: str, *arguments: str) -> list[dict[str, Any]]:
    """The objects of the rollout, which are also left in export.yaml."""
    (folder / "gateshift.yaml").write_text(text)
    done = gateshift(folder, "export", controller, "-o", "export.yaml", *arguments)
    assert done.returncode == 0, done.stderr
    documents: list[Any] = load_all((folder / "export.yaml").read_text())
    return documents


def of_kind(objects: list[dict[str, Any]], kind: str) -> dict[str, Any]:
    """The only object of that kind."""
    (found,) = [entry for entry in objects if entry["kind"] == kind]
    return found


def not_expressed(folder: Path, controller: str, text: str) -> dict[str, str]:
    """What the controller cannot express, and why."""
    (folder / "gateshift.yaml").write_text(text)
    done = gateshift(folder, "export", controller, "-f", "json")
    assert done.returncode == 0, done.stderr
    return {entry["what"]: entry["why"] for entry in json.loads(done.stdout)["left"]}


def findings(folder: Path, crds: Path, file: str = "export.yaml") -> list[str]:
    """What `validate` says of a file with the controllers' CRDs, notes left out."""
    done = gateshift(folder, "validate", file, "--crds", str(crds), "-f", "json")
    assert done.stdout, done.stderr
    return [
        f"{each['rule']} {each['message']}" for each in json.loads(done.stdout)["findings"] if each["level"] != "note"
    ]


def played(rollout: dict[str, Any]) -> list[tuple[int, frozenset[str]]]:
    """The share and the header routes that stand whenever a Rollout waits for somebody or for time."""
    weight, routes, states = 0, dict[str, Any](), list[tuple[int, frozenset[str]]]()
    for step in rollout["spec"]["strategy"]["canary"]["steps"]:
        weight = step.get("setWeight", weight)
        route = step.get("setHeaderRoute", {})
        if "match" in route:
            assert route["name"] not in routes, "the plugin would add a second rule"
            routes[route["name"]] = route["match"]
        elif route:
            del routes[route["name"]]
        state = (weight, frozenset(routes))
        if "pause" in step and states[-1:] != [state]:
            states.append(state)
    return states
