"""A plan as a Mermaid flowchart: each class of requests and who answers it, before and after."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gateshift.model.plan import PlanReport, TrafficRow
from gateshift.model.shares import percent
from gateshift.report.plan.words import answerer
from gateshift.report.style import printable

_UNSAFE = re.compile(r"[^A-Za-z0-9 ._/%-]")
LONGEST = 80
_MOST_CLASSES = 12


def picture(report: PlanReport) -> list[str]:
    """The lines of a flowchart with one box for the state before and one for the state after."""
    lines = ["flowchart LR"]
    for side, name in (("before", report.origin), ("after", report.target)):
        lines += _side(report, side, name)
    return [*lines, "  classDef fault stroke:#c00,stroke-width:2px"]


def _side(report: PlanReport, side: str, name: str) -> Iterator[str]:
    yield f'  subgraph {side} ["{label(f"{side}: {name}")}"]'
    yield "    direction LR"
    answerers: dict[str, str] = {}
    for index, row in enumerate(report.traffic[:_MOST_CLASSES]):
        asked = f"{side}_{index}"
        yield f'    {asked}(["{label(_class(row))}"])'
        for key, share in row.before if side == "before" else row.after:
            if share > 0:
                known = key in answerers
                node = answerers.setdefault(key, f"{side}_v{len(answerers)}")
                shape = node if known else f'{node}["{label(answerer(key))}"]{_mark(key)}'
                yield f'    {asked} -->|"{label(percent(share))}"| {shape}'
    yield "  end"


def _class(row: TrafficRow) -> str:
    return f"{row.name} {row.match}".strip()


def _mark(key: str) -> str:
    return ":::fault" if key.isdigit() and len(key) == 3 else ""


def label(text: str) -> str:
    """The text as a quoted label may hold it: what Mermaid or HTML would read as more than text becomes an entity."""
    shown = printable(text)
    shown = shown if len(shown) <= LONGEST else shown[: LONGEST - 3] + "..."
    return _UNSAFE.sub(lambda found: f"#{ord(found[0])};", shown) or " "
