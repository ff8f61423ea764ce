"""What `explain` says, ready to render: decisions with the places of the routes and rules that made them."""

from __future__ import annotations

from dataclasses import dataclass

from gateshift.model.report import ReportedPlace
from gateshift.traffic.decision import Decision


@dataclass(frozen=True, slots=True)
class Explained:
    """A decision and where its rule (or the whole route) is written; None where no route decided."""

    decision: Decision
    rule_name: str = ""
    place: ReportedPlace | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """The decisions of one run, in the order of the requests. `detailed` asks for the whole story of each."""

    decisions: tuple[Explained, ...]
    detailed: bool = True
