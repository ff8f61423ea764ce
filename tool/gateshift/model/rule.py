"""A rule: what a check looks for, why it hurts, and where the facts come from."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator
from enum import Enum
from types import ModuleType
from typing import Any, Generic, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from gateshift.model.finding import FieldRef, Finding, Level, Related, is_certain
from gateshift.model.place import Place

Subject = TypeVar("Subject", contravariant=True)


class Family(Enum):
    """The families of rules, by the hundreds of their ids."""

    BUILD = "GS1"
    SCHEMA = "GS2"
    REFERENCES = "GS3"
    ROUTING = "GS4"
    TRANSITIONS = "GS5"
    SYNC = "GS6"
    FILES = "GS7"


class Rule(Struct, frozen=True):
    """The documentation of one rule. `name` is the defect in words joined by hyphens; `meaning` is one sentence;
    `why` says how it hurts; `source` names the specification section, issue or source file it rests on."""

    id: str
    name: str
    meaning: str
    why: str
    source: str

    @property
    def family(self) -> Family:
        """The family that the id's first digit names."""
        return Family(self.id[:3])

    def finding(
        self,
        level: Level,
        message: str,
        at: FieldRef | Place,
        cluster_says: str = "",
        help: str = "",  # noqa: A002 -- the field of the finding
        related: tuple[Related, ...] = (),
    ) -> Finding:
        """A finding of this rule, where no check writes its id."""
        return Finding(level, message, at, cluster_says, help, related, self.id)


class Check(Struct, Generic[Subject], frozen=True):
    """A rule with the generator function that looks for it; calling it yields the findings, with the rule's id."""

    rule: Rule
    find: Callable[[Subject], Iterator[Finding]]

    def __call__(self, subject: Subject) -> Iterator[Finding]:
        """The findings in this subject that do not depend on a value that is not known, in no promised order."""
        for finding in self.find(subject):
            if is_certain(finding):
                yield replace(finding, rule=self.rule.id)


def rule_of(function: Callable[..., object], rule_id: str, source: str) -> Rule:
    """The rule a function documents: its name is the defect, its docstring's first paragraph the meaning,
    the rest why it hurts."""
    meaning, _, why = inspect.cleandoc(function.__doc__ or "").partition("\n\n")
    if not why:
        raise TypeError(f"{function.__name__} needs a docstring of two paragraphs: the meaning, and why it hurts")
    name = function.__name__.replace("_", "-")
    return Rule(rule_id, name, " ".join(meaning.split()), " ".join(why.split()), source)


def check(rule_id: str, *, source: str) -> Callable[[Callable[[Subject], Iterator[Finding]]], Check[Subject]]:
    """Make a check of a generator function; `source` names what the rule rests on."""

    def wrap(function: Callable[[Subject], Iterator[Finding]]) -> Check[Subject]:
        return Check(rule_of(function, rule_id, source), function)

    return wrap


def checks_in(*modules: ModuleType) -> tuple[Check[Any], ...]:
    """The checks that these modules define, in the order of the modules and of their lines.

    What they look at is not part of the answer's type: a caller names modules whose checks look at the same.
    """
    return tuple(
        value
        for module in modules
        for value in vars(module).values()
        if isinstance(value, Check) and value.find.__module__ == module.__name__
    )


def rules_in(*modules: ModuleType) -> tuple[Rule, ...]:
    """The rules that these modules define, with a check or without one; a rule that is defined twice stands twice."""
    constants = tuple(value for module in modules for value in vars(module).values() if isinstance(value, Rule))
    return (*constants, *(check.rule for check in checks_in(*modules)))


def free_id(family: Family, rules: Iterable[Rule]) -> str | None:
    """The lowest id of the family that none of the rules has; None where all 99 are taken."""
    taken = {rule.id for rule in rules}
    ids = (f"{family.value}{number:02}" for number in range(1, 100))
    return next((rule_id for rule_id in ids if rule_id not in taken), None)
