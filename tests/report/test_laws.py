"""What holds for every form of a validation, whatever the report says."""

import json
import re

import pytest
from hypothesis import given, settings

from gateshift.model.report import ValidationReport
from gateshift.report.findings.formats import VALIDATION, Setting
from gateshift.report.style import Style
from tests.report.strategies import reports

CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""What could steer a terminal or turn its text around; a line feed is ours, and a tab harmless."""

HEAD = re.compile(r"^(?:error|warning|note)\[GS\d{3}\]: ", re.MULTILINE)


@pytest.mark.parametrize("form", list(VALIDATION))
@settings(max_examples=50, deadline=None)
@given(report=reports())
def test_no_form_raises_and_the_same_report_has_the_same_text(form: str, report: ValidationReport) -> None:
    text = VALIDATION[form](report, Setting())
    assert text.endswith("\n")
    assert text == VALIDATION[form](report, Setting())
    assert text.encode(errors="backslashreplace")


@given(reports())
def test_text_and_json_agree_on_the_number_of_findings(report: ValidationReport) -> None:
    text = VALIDATION["text"](report, Setting(notes=True))
    document = json.loads(VALIDATION["json"](report, Setting()))
    summary = document["summary"]
    assert len(HEAD.findall(text)) == len(document["findings"]) == len(report.findings)
    assert summary["error"] + summary["warning"] + summary["note"] == len(report.findings)


@pytest.mark.parametrize("form", ["text", "github"])
@given(report=reports())
def test_nothing_in_a_report_steers_a_terminal(form: str, report: ValidationReport) -> None:
    assert CONTROL.search(VALIDATION[form](report, Setting(Style(unicode=False)))) is None


@given(reports())
def test_colour_is_the_only_difference_that_colour_makes(report: ValidationReport) -> None:
    painted = VALIDATION["text"](report, Setting(Style(colour=True)))
    assert re.sub("\x1b\\[[0-9;]*m", "", painted) == VALIDATION["text"](report, Setting(Style(colour=False)))
