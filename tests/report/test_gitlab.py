import json
from typing import Any

from hypothesis import given
from msgspec.structs import replace

from gateshift.model.report import ValidationReport
from gateshift.report.findings.gitlab import render
from tests.report.strategies import reports
from tests.report.values import GAP, REPORT


def entries_of(report: ValidationReport) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = json.loads(render(report))
    return entries


def test_a_finding_is_an_entry_at_its_lines() -> None:
    (entry,) = entries_of(REPORT)
    assert entry["check_name"] == "GS301 backend-service-missing"
    assert entry["severity"] == "critical"
    assert entry["location"] == {"path": "overlays/canary/patch.yaml", "lines": {"begin": 4, "end": 4}}


def test_what_was_not_checked_is_a_blocker() -> None:
    entry = entries_of(replace(REPORT, gaps=(GAP,)))[-1]
    assert (entry["severity"], entry["location"]["path"]) == ("blocker", "overlays/canary")


@given(reports())
def test_any_report_has_what_gitlab_reads(report: ValidationReport) -> None:
    entries = entries_of(report)
    assert len(entries) == len(report.findings) + len(report.gaps)
    findings = entries[: len(report.findings)]
    assert len({entry["fingerprint"] for entry in findings}) == len(findings)
    for entry in entries:
        assert set(entry) == {"description", "check_name", "fingerprint", "severity", "location"}
        assert entry["severity"] in ("info", "minor", "major", "critical", "blocker")
        assert entry["location"]["lines"]["begin"] >= 1
