from hypothesis import given
from msgspec.structs import replace

from gateshift.model.finding import Level
from gateshift.model.report import ValidationReport
from gateshift.report.findings.github import command, log_line, render
from tests.report.strategies import reports, texts
from tests.report.values import FINDING, GAP, REPORT, ROOTS
from tests.report.workflow_commands import Command, read


def commands_of(report: ValidationReport) -> list[Command]:
    """The commands the runner obeys. It splits its input at line feeds and carriage returns."""
    lines = render(report).replace("\r", "\n").split("\n")
    return [found for line in lines if (found := read(line)) is not None]


def test_a_finding_is_an_annotation_at_its_span() -> None:
    (annotation,) = commands_of(REPORT)
    assert annotation.name == "error"
    assert annotation.properties == {
        "file": "overlays/canary/patch.yaml",
        "line": "4",
        "endLine": "4",
        "col": "12",
        "endColumn": "15",
        "title": "GS301 backend-service-missing",
    }
    assert annotation.data.split("\n")[0] == FINDING.message
    assert "Name a Service of this build." in annotation.data


def test_a_span_of_several_lines_has_no_columns() -> None:
    place = replace(FINDING.place, end_line=6)
    (annotation,) = commands_of(ValidationReport((replace(FINDING, place=place),), ROOTS))
    assert annotation.properties["endLine"] == "6"
    assert not {"col", "endColumn"} & set(annotation.properties)


def test_errors_come_first_and_ten_of_a_level_are_shown() -> None:
    warnings = tuple(replace(FINDING, level=Level.WARNING, message=f"w{number}") for number in range(12))
    errors = tuple(replace(FINDING, message=f"e{number}") for number in range(11))
    report = ValidationReport(warnings + errors, ROOTS)
    assert [found.name for found in commands_of(report)] == ["error"] * 10 + ["warning"] * 10
    tail = render(report).splitlines()[20:]
    assert tail[0] == "GitHub shows 10 annotations of a level; the step summary has these 3 too:"
    assert [line.partition(" ")[0] for line in tail[1:4]] == ["error", "warning", "warning"]
    assert tail[-1].endswith("11 errors, 12 warnings")


def test_what_was_not_checked_is_the_first_error() -> None:
    first = commands_of(replace(REPORT, gaps=(GAP,)))[0]
    assert (first.name, first.properties) == ("error", {"title": "no verdict"})


@given(texts, texts)
def test_the_runner_reads_back_what_was_written(message: str, title: str) -> None:
    line = command("notice", message, title=title)
    assert "\n" not in line
    found = read(line)
    assert found is not None
    assert found.name == "notice"
    assert set(found.properties) <= {"title"}


@given(texts)
def test_a_printed_line_is_never_a_command(text: str) -> None:
    line = log_line(text)
    assert "\n" not in line
    assert "\r" not in line
    assert read(line) is None


@given(reports())
def test_any_report_gives_its_own_annotations_and_no_other(report: ValidationReport) -> None:
    found = commands_of(report)
    errors = report.count(Level.ERROR) + len(report.gaps)
    assert [command.name for command in found].count("error") == errors
    assert len(found) == len(report.findings) + len(report.gaps)
    assert {name for command in found for name in command.properties} <= {
        "file", "line", "endLine", "col", "endColumn", "title",
    }  # fmt: skip
