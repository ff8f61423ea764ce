"""A line a finding, and the counts of every rule."""

from __future__ import annotations

from msgspec.structs import replace

from gateshift.model.finding import Level
from gateshift.model.report import ValidationReport
from gateshift.report.findings.concise import render, statistics
from gateshift.report.findings.formats import VALIDATION, Setting
from tests.report.values import FINDING, GAP, ROOTS

NOTE = replace(FINDING, level=Level.NOTE, rule="GS416", name="defaults-left-out")
REPORT = ValidationReport((NOTE, FINDING), ROOTS)
LINE = (
    "overlays/canary/patch.yaml:4:12: error[GS301] the backend Service `nope` is not in the build; the nearest name is"
    " `customers-v1`\n"
)
LAST = "2 roots, 14 objects: 1 error, 1 note\n"


def test_a_finding_is_one_line() -> None:
    assert render(REPORT) == LINE + LAST


def test_notes_follow_where_they_are_asked_for() -> None:
    first, second, *_ = render(REPORT, notes=True).splitlines(keepends=True)
    assert (first, second) == (LINE, LINE.replace("error[GS301]", "note[GS416]"))


def test_a_message_of_several_lines_stays_one() -> None:
    hostile = replace(FINDING, message="a\nb\x1b[2J", place=replace(FINDING.place, file="a\nb.yaml"))
    assert render(ValidationReport((hostile,), ROOTS)).splitlines()[0] == (
        "a\\x0ab.yaml:4:12: error[GS301] a\\x0ab\\x1b[2J"
    )


def test_a_gap_is_told() -> None:
    assert "no verdict: kubeconform was not run\n" in render(replace(REPORT, gaps=(GAP,)))


def test_quiet_tells_what_decides_alone() -> None:
    shown = VALIDATION["concise"](REPORT, Setting(quiet=True))
    assert (shown.startswith(LINE), "note" in shown) == (True, False)
    assert VALIDATION["concise"](ValidationReport((NOTE,), ROOTS), Setting(quiet=True)) == ""
    assert "note[GS416]" in VALIDATION["concise"](REPORT, Setting(quiet=True, fail_on=Level.NOTE))


def test_statistics_count_the_findings_of_each_rule() -> None:
    assert statistics(ValidationReport((NOTE, NOTE, FINDING), ROOTS)) == (
        "1 error   GS301 backend-service-missing  2 roots\n"
        "2 note    GS416 defaults-left-out        2 roots\n"
        "2 roots, 14 objects: 1 error, 2 notes\n"
    )
    for form in ("text", "concise"):
        assert VALIDATION[form](REPORT, Setting(statistics=True)) == statistics(REPORT)
