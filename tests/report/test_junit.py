from pathlib import Path
from xml.etree import ElementTree

import xmlschema
from hypothesis import given
from junitparser import Error, Failure, JUnitXml, TestCase, TestSuite
from msgspec.structs import replace

from gateshift.model.finding import Level
from gateshift.model.report import ReportedRoot, ValidationReport
from gateshift.report.findings.junit import render
from tests.report.strategies import reports
from tests.report.values import FINDING, GAP, REPORT, ROOTS

SCHEMA = xmlschema.XMLSchema(Path(__file__).with_name("junit.xsd"))


def suites_of(report: ValidationReport, fail_on: Level = Level.ERROR) -> dict[str, list[TestCase]]:
    """The suites as junitparser reads them, after the XML schema has accepted them."""
    text = render(report, fail_on)
    SCHEMA.validate(ElementTree.fromstring(text.encode(errors="strict")))
    suites = list(JUnitXml.fromstring(text.encode()))
    assert all(isinstance(suite, TestSuite) for suite in suites)
    return {suite.name: list(suite) for suite in suites}


def test_a_fault_fails_the_suite_of_each_root_it_reaches() -> None:
    suites = suites_of(ValidationReport((FINDING,), (*ROOTS, ReportedRoot("overlays/final", 5))))
    assert list(suites) == ["overlays/canary", "overlays/half", "overlays/final"]
    (case,) = suites["overlays/half"]
    assert [type(result) for result in case.result] == [Failure]
    assert "nope" in case.result[0].message
    assert "overlays/canary/patch.yaml:4:12" in case.result[0].text
    assert suites["overlays/final"][0].name == "5 objects are valid"
    assert suites["overlays/final"][0].is_passed


def test_the_counts_are_those_of_the_cases() -> None:
    xml = JUnitXml.fromstring(render(replace(REPORT, gaps=(GAP,))).encode())
    assert (xml.tests, xml.failures, xml.errors) == (3, 2, 1)


def test_the_level_that_fails_decides() -> None:
    report = ValidationReport((replace(FINDING, level=Level.WARNING),), ROOTS[:1])
    passed = suites_of(report)["overlays/canary"]
    assert [case.is_passed for case in passed] == [True, True]
    assert "nope" in str(passed[1].system_out)
    assert [case.is_passed for case in suites_of(report, Level.WARNING)["overlays/canary"]] == [False]


def test_what_was_not_checked_is_an_error() -> None:
    (case,) = suites_of(ValidationReport((), (), gaps=(GAP,)))["gateshift"]
    assert [type(result) for result in case.result] == [Error]


def test_a_finding_of_no_root_has_a_suite() -> None:
    assert len(suites_of(ValidationReport((replace(FINDING, roots=()),), ROOTS))["gateshift"]) == 1


def test_nothing_at_all_is_still_a_document() -> None:
    assert suites_of(ValidationReport((), ())) == {"gateshift": []}


@given(reports())
def test_any_report_is_valid_junit(report: ValidationReport) -> None:
    text = render(report)
    root = ElementTree.fromstring(text.encode(errors="strict"))
    SCHEMA.validate(root)
    allowed = {"testsuites", "testsuite", "testcase", "failure", "error", "system-out"}
    assert {element.tag for element in root.iter()} <= allowed
    assert sum(len(suite) for suite in root) == int(root.attrib["tests"])
