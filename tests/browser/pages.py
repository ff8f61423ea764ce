"""Writes the pages that the tests in a browser open, and what the shipped rollout's builds say of their shares.

usage: python -m tests.browser.pages FOLDER
"""

import json
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import yaml
from msgspec.structs import replace

from gateshift.app.report.report import page
from gateshift.app.shared.tool_choices import Choices
from gateshift.model.picture import Page
from gateshift.model.plan import PlanReport, TrafficRow
from gateshift.model.report import ValidationReport
from gateshift.report.page.html import render
from gateshift.report.plain_text import printable
from gateshift.report.plan import markdown
from gateshift.report.plan.mermaid import LONGEST
from gateshift.tools.find import find
from tests.report.pages import HOSTILE, crowded, hostile, long
from tests.report.pages import page as drawn
from tests.report.plans import SAFE, UNSAFE

TOP = Path(__file__).parents[2]


def main(folder: Path) -> None:
    pages = {
        "shipped": page([TOP / "gateshift.yaml"], Choices(), date(2026, 1, 1)),
        "drawn": drawn(),
        "hostile": hostile(),
        "crowded": crowded(),
        "long": long(),
        "empty": Page((), ValidationReport((), ())),
    }
    for name, value in pages.items():
        (folder / f"{name}.html").write_text(render(value))
    (folder / "plans.json").write_text(json.dumps({name: _plan(*plan) for name, plan in plans().items()}))
    (folder / "expected.json").write_text(json.dumps(expected()))


def plans() -> dict[str, tuple[PlanReport, list[str], list[str]]]:
    """Plans, and what the boxes and arrows of their pictures must say."""
    whole = {
        "a safe step": (SAFE, ["default", "v1", "v2"], ["90 %", "10 %", "50 %"]),
        "an unsafe step": (UNSAFE, ["default", "v1", "v2"], ["50 %", "100 %"]),
    }
    for number, text in enumerate(HOSTILE):
        row = TrafficRow(text, "", ((text, 0.25), ("503", 0.75)), ((text, 1.0),))
        shown = printable(text)
        shown = shown if len(shown) <= LONGEST else shown[: LONGEST - 3] + "..."
        plan = replace(SAFE, rollout=text, origin=text, target=text, traffic=(row,))
        whole[f"hostile name {number}"] = (plan, [shown, "no endpoints (503)"], ["25 %", "75 %"])
    return whole


def _plan(report: PlanReport, boxes: list[str], arrows: list[str]) -> dict[str, Any]:
    return {"markdown": markdown.render(report), "boxes": boxes, "arrows": arrows}


def expected() -> dict[str, dict[str, float]]:
    """The shares of each stage's first rule, straight from what the real Kustomize builds."""
    stages = yaml.safe_load((TOP / "gateshift.yaml").read_text())["stages"]
    return {stage["name"]: _shares(stage["name"]) for stage in stages}


def _shares(stage: str) -> dict[str, float]:
    command = [*find("kustomize").argv, TOP / "overlays" / stage]
    built = subprocess.run(command, capture_output=True, check=True).stdout
    routes = [data for data in yaml.safe_load_all(built) if data["kind"] == "HTTPRoute"]
    backends = routes[0]["spec"]["rules"][0]["backendRefs"] if routes else []
    total = sum(backend["weight"] for backend in backends)
    return {backend["name"].removeprefix("customers-"): backend["weight"] / total for backend in backends}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
