"""`gateshift validate` as far as nothing has changed since it was run before: no check is imported for that."""

from __future__ import annotations

from datetime import date

from msgspec import Struct

from gateshift.app.shared.remember import RunQuestion
from gateshift.app.shared.tool_choices import Choices
from gateshift.app.validate.scope import ValidationScope
from gateshift.model.lasting import Lasting
from gateshift.model.report import ValidationReport
from gateshift.model.rule import Rule


class ValidationAnswer(Struct, frozen=True):
    """A report and the documentation of the rules that it names, by their ids."""

    report: ValidationReport
    rules: dict[str, Rule]


def remembered(scope: ValidationScope, choices: Choices, today: date) -> ValidationAnswer:
    """The scope's validation, from the cache where nothing changed. Raises what `validate` raises."""
    question = RunQuestion(
        "validate",
        (str(scope.affected), str(scope.cel), scope.since, *choices.words()),
        scope.paths,
        choices.programs(),
        today.isoformat(),
    )
    return choices.memory().answer(question, lambda: _validated(scope, choices, today), ValidationAnswer, _lasting)


def _validated(scope: ValidationScope, choices: Choices, today: date) -> ValidationAnswer:
    from gateshift.app.validate.validate import validate
    from gateshift.checks.registry import rules_for

    report = validate(scope, choices.begun(), today)
    return ValidationAnswer(report, rules_for({finding.rule for finding in report.findings}))


def _lasting(answer: ValidationAnswer) -> Lasting:
    return answer.report.lasting
