from datetime import date
from pathlib import Path

import pytest

from gateshift.checks.suppression import Marker, Settled, markers_in, markers_of, settle
from gateshift.model.finding import FieldRef, Finding, Level, PlacedFinding
from gateshift.model.place import Place
from gateshift.model.resource import Origin, Resource, ResourceId
from gateshift.model.rollout import Suppression
from gateshift.model.rule import Rule

FILE = Path("/repo/base/route.yaml")
RULES = {name: Rule(name, name.lower(), "", "", "") for name in ("GS301", "GS302")}
TODAY = date(2026, 5, 1)
ROUTE = Resource("g/v1", ResourceId("g", "HTTPRoute", "default", "customers"), {}, Origin(FILE))


def fault(rule: str = "GS301", line: int = 3, file: Path = FILE) -> PlacedFinding:
    return PlacedFinding(
        Finding(Level.ERROR, "broken", FieldRef(ROUTE), rule=rule), Place(file, line, 1), (Path("/repo"),)
    )


def settled(findings: list[PlacedFinding], markers: list[Marker]) -> Settled:
    return settle(findings, markers, RULES, TODAY, frozenset(RULES))


@pytest.mark.parametrize(
    "text",
    [
        "a: 1\nb: 2\nc: 3 # gateshift: ignore[GS301] the mesh team owns it\n",
        "a: 1\n# gateshift: ignore[GS301] the mesh team owns it\nc: 3\n",
        "# gateshift: ignore[GS301] it spans comments\n# and blank lines\nc: 3\n\n",
        "a: 1\r\nb: 2\r\nc: 3 # gateshift: ignore[GS302, GS301] both\r\n",
    ],
)
def test_a_comment_silences_its_line(text: str) -> None:
    result = settled([fault()], list(markers_in(FILE, text)))
    assert result.suppressed == 1
    assert [located.finding.rule for located in result.findings if located.finding.rule == "GS301"] == []


@pytest.mark.parametrize(
    "text",
    [
        "a: 1 # gateshift: ignore[GS301] the line is another\nb: 2\nc: 3\n",
        "a: 1\nb: 2\nc: 3 # gateshift: ignore[GS302] the rule is another\n",
        "a: 1\nb: 2\nc: 3#gateshift: ignore[GS301] no comment, the value has no space before it\n",
    ],
)
def test_a_comment_silences_nothing_else(text: str) -> None:
    result = settled([fault()], list(markers_in(FILE, text)))
    assert result.suppressed == 0
    assert fault().finding.rule in [located.finding.rule for located in result.findings]


def test_an_unused_comment_is_reported_where_it_stands() -> None:
    (located,) = settled([], list(markers_in(FILE, "a: 1\nb: 2 # gateshift: ignore[GS301] gone\n"))).findings
    assert (located.finding.rule, located.place.line, located.place.column) == ("GS191", 2, 26)


def test_an_unused_comment_of_a_rule_that_was_not_looked_for_is_not_reported() -> None:
    markers = list(markers_in(FILE, "b: 2 # gateshift: ignore[GS301] elsewhere\n"))
    assert settle([], markers, RULES, TODAY, frozenset({"GS302"})).findings == ()


def test_a_comment_without_a_reason_silences_nothing_and_says_so() -> None:
    result = settled([fault()], list(markers_in(FILE, "\n\nc: 3 # gateshift: ignore[GS301]\n")))
    assert sorted(located.finding.rule for located in result.findings) == ["GS193", "GS301"]


def test_a_misspelt_rule_names_the_nearest() -> None:
    (located,) = settled([], list(markers_in(FILE, "c: 3 # gateshift: ignore[GS3011] typo\n"))).findings
    assert located.finding.help == "The nearest rule is GS301."


def entry(**fields: object) -> list[Marker]:
    values = {"rule": "GS301", "reason": "accepted", "until": date(2026, 5, 1)} | fields
    return list(markers_of([Suppression(**values)], Path("/repo")))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "fields",
    [{}, {"file": "base/*.yaml"}, {"resource": "HTTPRoute/customers"}, {"resource": "HTTPRoute default/customers"}],
)
def test_an_entry_silences_what_it_describes_to_its_last_day(fields: dict[str, object]) -> None:
    assert settled([fault()], entry(**fields)).suppressed == 1


@pytest.mark.parametrize(
    "fields", [{"until": date(2026, 4, 30)}, {"file": "overlays/*"}, {"resource": "HTTPRoute/other"}, {"rule": "GS302"}]
)
def test_an_entry_silences_nothing_else(fields: dict[str, object]) -> None:
    result = settled([fault()], entry(**fields))
    assert result.suppressed == 0
    assert len(result.findings) == 2


def test_an_entry_does_not_reach_outside_its_rollouts_folder() -> None:
    assert settled([fault(file=Path("/elsewhere/base/route.yaml"))], entry()).suppressed == 0
