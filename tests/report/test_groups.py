"""Findings of one cause are told once, errors first, and notes are one line a rule."""

from __future__ import annotations

from msgspec.structs import replace

from gateshift.model.finding import Level
from gateshift.model.report import ValidationReport
from gateshift.report.findings import markdown, text
from tests.report.values import FINDING, ROOTS

MORE = tuple(
    replace(FINDING, cause="a", roots=(f"root-{number}",), place=replace(FINDING.place, file=f"{number}.yaml"))
    for number in range(6)
)
NOTES = tuple(replace(finding, level=Level.NOTE, rule="GS416", name="defaults-left-out") for finding in MORE)


def test_findings_of_one_cause_are_one_with_the_places_counted() -> None:
    shown = text.render(ValidationReport(MORE, ROOTS))
    assert shown.count("error[GS301]") == 1
    assert "root-0, root-1, root-2, root-3 and 2 more" in shown
    assert "5 more places: 1.yaml" in shown
    assert shown.endswith("6 errors\n") or "6 errors" in shown


def test_findings_of_several_causes_are_several() -> None:
    other = replace(MORE[1], cause="b")
    assert text.render(ValidationReport((MORE[0], other), ROOTS)).count("error[GS301]") == 2


def test_errors_come_before_warnings() -> None:
    warning = replace(FINDING, level=Level.WARNING, cause="w")
    shown = text.render(ValidationReport((warning, FINDING), ROOTS))
    assert shown.index("error[GS301]") < shown.index("warning[GS301]")


def test_notes_are_one_line_a_rule() -> None:
    shown = text.render(ValidationReport((*NOTES, FINDING), ROOTS))
    assert "note: GS416 defaults-left-out: 6 notes in 6 roots" in shown
    assert "note[GS416]" not in shown
    assert "- note GS416" in markdown.render(ValidationReport(NOTES, ROOTS))


def test_notes_are_shown_when_asked_for() -> None:
    assert "note[GS416]" in text.render(ValidationReport(NOTES, ROOTS), notes=True)
    assert "note GS416" in markdown.render(ValidationReport(NOTES, ROOTS), notes=True)
