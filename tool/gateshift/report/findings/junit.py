"""JUnit XML: a test suite for every root, so that a stage is red where a fault reaches it.

JUnit knows passed, failed and error: a finding at or above the level that fails the run is a failure, any other
a passed case with its text in `system-out`, and what could not be checked is an error in a suite of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from gateshift.model.finding import Level
from gateshift.model.report import Gap, ReportedFinding, ValidationReport
from gateshift.report.findings.text import finding_lines

_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;"}


class Case(Struct, frozen=True):
    """One `testcase`: its verdict is the element inside (`failure`, `error`, `system-out`) or "" for a plain pass."""

    attributes: tuple[tuple[str, str], ...]
    verdict: str = ""
    message: str = ""
    text: str = ""


def render(report: ValidationReport, fail_on: Level = Level.ERROR) -> str:
    """The whole report; a finding that reaches several roots stands in the suite of each."""
    suites = [(root.path, list(_of_root(report, root.path, root.resources, fail_on))) for root in report.roots]
    elsewhere = [_case(finding, "gateshift", fail_on) for finding in report.findings if not finding.roots]
    known = {root.path for root in report.roots}
    for path in dict.fromkeys(root for finding in report.findings for root in finding.roots if root not in known):
        suites.append((path, list(_of_root(report, path, 0, fail_on))))
    elsewhere += [_gap(gap) for gap in report.gaps]
    if elsewhere or not suites:
        suites.append(("gateshift", elsewhere))
    return "\n".join(_document(suites)) + "\n"


def _of_root(report: ValidationReport, root: str, resources: int, fail_on: Level) -> Iterator[Case]:
    cases = [_case(finding, root, fail_on) for finding in report.findings if root in finding.roots]
    if not any(case.verdict == "failure" for case in cases):
        yield Case((("name", f"{resources} objects are valid"), ("classname", root)))
    yield from cases


def _case(finding: ReportedFinding, suite: str, fail_on: Level) -> Case:
    place = finding.place
    subject = f"{finding.resource} {finding.pointer}".strip() if finding.resource else place.file
    attributes = (
        ("name", f"{finding.rule} {finding.name}: {subject}"),
        ("classname", suite),
        ("file", place.file),
        ("line", str(place.line)),
    )
    verdict = "failure" if finding.level.rank <= fail_on.rank else "system-out"
    return Case(attributes, verdict, finding.message, "\n".join(finding_lines(finding)))


def _gap(gap: Gap) -> Case:
    text = "\n".join(part for part in (gap.why, gap.next_step) if part)
    return Case((("name", f"no verdict: {gap.what}"), ("classname", "gateshift")), "error", gap.what, text)


def _document(suites: Iterable[tuple[str, list[Case]]]) -> Iterator[str]:
    suites = list(suites)
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield f"<testsuites{_attributes((('name', 'gateshift'), *_counts(case for _, cases in suites for case in cases)))}>"
    for name, cases in suites:
        yield f"  <testsuite{_attributes((('name', name), *_counts(cases)))}>"
        for case in cases:
            yield from _element(case)
        yield "  </testsuite>"
    yield "</testsuites>"


def _counts(cases: Iterable[Case]) -> tuple[tuple[str, str], ...]:
    verdicts = [case.verdict for case in cases]
    counted = (("failures", "failure"), ("errors", "error"))
    return ("tests", str(len(verdicts))), *((name, str(verdicts.count(verdict))) for name, verdict in counted)


def _element(case: Case) -> Iterator[str]:
    if not case.verdict:
        yield f"    <testcase{_attributes(case.attributes)}/>"
        return
    given = () if case.verdict == "system-out" else (("message", case.message), ("type", case.verdict))
    yield f"    <testcase{_attributes(case.attributes)}>"
    yield f"      <{case.verdict}{_attributes(given)}>{escape(case.text)}</{case.verdict}>"
    yield "    </testcase>"


def _attributes(pairs: Iterable[tuple[str, str]]) -> str:
    return "".join(f' {name}="{_in_attribute(value)}"' for name, value in pairs)


def _in_attribute(text: str) -> str:
    """White space in attributes is written as references, or a reader would turn it into spaces."""
    return escape(text).replace("\t", "&#9;").replace("\n", "&#10;")


def escape(text: str) -> str:
    """Text for XML 1.0, its five special characters as entities; a character that XML forbids is spelled out."""
    return "".join(_ENTITIES.get(char) or (char if _is_xml(ord(char)) else f"\\u{ord(char):04x}") for char in text)


def _is_xml(code: int) -> bool:
    """Whether XML 1.0 allows the character (production 2, Char). A carriage return is refused: readers drop it."""
    return code in (0x9, 0xA) or 0x20 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or code >= 0x10000
