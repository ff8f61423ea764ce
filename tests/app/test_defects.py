"""A defect of gateshift's own in one root: the other roots are judged, and what was found is written."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from gateshift.app.shared.attempt import attempt, raise_defect
from gateshift.app.shared.tool_choices import Choices
from gateshift.app.validate.scope import ValidationScope
from gateshift.app.validate.validate import validate
from gateshift.checks.registry import CHECKS
from gateshift.checks.subject import Subject
from gateshift.errors import RootDefect, UserError
from gateshift.model.finding import Finding
from gateshift.model.report import Gap, ValidationReport
from tests.repositories import write

TWO_ROOTS = """
=== one/kustomization.yaml
resources: [service.yaml]
=== one/service.yaml
apiVersion: v1
kind: Service
metadata: {name: one}
spec: {ports: [{port: 80, targetPort: 8080}], selector: {app: shop}, sessionAffinity: [client]}
=== two/kustomization.yaml
resources: [service.yaml]
=== two/service.yaml
apiVersion: v1
kind: Service
metadata: {name: two}
spec: {ports: [{port: 80, targetPort: 8080}], selector: {app: shop}, sessionAffinity: [client]}
"""


def broken_for_one(subject: Subject) -> Iterator[Finding]:
    """A rule that trips over a Service called `one`."""
    for resource in subject.build.resources:
        {"two": ()}[resource.id.name]
    yield from ()


def sound(subject: Subject) -> Iterator[Finding]:  # noqa: ARG001 -- every rule is given one
    """A rule that finds nothing."""
    yield from ()


def report_with(rule: object, folder: Path) -> ValidationReport:
    checks = (rule, *CHECKS)
    return validate(ValidationScope((folder,)), Choices(), date(2026, 1, 1), checks)  # type: ignore[arg-type]


def test_a_defect_in_one_root_leaves_its_other_findings_and_the_other_root(tmp_path: Path) -> None:
    report = report_with(broken_for_one, write(tmp_path, TWO_ROOTS))
    (gap,) = report.gaps
    assert gap.what.endswith("one was not wholly checked")
    assert gap.defect_line == "KeyError: 'one'"
    assert "broken_for_one" in gap.defect
    assert sorted(Path(finding.place.file).parent.name for finding in report.findings) == ["one", "two"]
    assert [root.resources for root in report.roots] == [1, 1]


def test_a_rule_without_a_defect_leaves_no_gap(tmp_path: Path) -> None:
    assert report_with(sound, write(tmp_path, TWO_ROOTS)).gaps == ()


def test_a_user_error_is_nobodys_defect() -> None:
    def step() -> None:
        raise UserError("the file is not YAML")

    with pytest.raises(UserError):
        attempt("the root was not read", step)


def test_who_cannot_go_on_without_the_root_meets_the_defect_itself() -> None:
    gap = attempt("the root was not read", lambda: {}["name"])
    assert isinstance(gap, Gap)
    with pytest.raises(RootDefect) as caught:
        raise_defect(gap)
    assert (caught.value.line, caught.value.trace) == ("KeyError: 'name'", gap.defect)
    assert attempt("the step was not judged", lambda: raise_defect(gap)) == Gap(
        "the step was not judged", gap.why, gap.next_step, gap.defect
    )


def test_a_gap_without_a_defect_stops_nobody() -> None:
    raise_defect(Gap("the root was not built", "kustomize is missing", "Install it."))
