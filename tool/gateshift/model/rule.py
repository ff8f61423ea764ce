"""A rule: what a check looks for, why it hurts, and where the facts come from."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from enum import Enum
from typing import Generic, TypeVar

from msgspec import Struct

from gateshift.model.finding import Finding

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


class Check(Struct, Generic[Subject], frozen=True):
    """A rule with the generator function that looks for it; calling it yields the findings."""

    rule: Rule
    find: Callable[[Subject], Iterator[Finding]]

    def __call__(self, subject: Subject) -> Iterator[Finding]:
        """The findings in this subject, in no promised order."""
        return self.find(subject)


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
