"""Label selectors, as Services, workloads and namespaces use them.

Source: Kubernetes apimachinery, metav1.LabelSelector and labels.Requirement.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from gateshift.traffic.read import members, pairs, text, texts
from gateshift.yamldoc.data import Json, look_up

Labels = Mapping[str, str]


class Expression(Struct, frozen=True):
    """One matchExpression: In, NotIn, Exists or DoesNotExist. Another operator selects nothing."""

    key: str
    operator: str
    values: tuple[str, ...]

    def selects(self, labels: Labels) -> bool:
        """Whether the labels satisfy it; a label that is absent satisfies NotIn."""
        match self.operator:
            case "In":
                return labels.get(self.key) in self.values
            case "NotIn":
                return labels.get(self.key) not in self.values
            case "Exists":
                return self.key in labels
            case "DoesNotExist":
                return self.key not in labels
            case _:
                return False


class Selector(Struct, frozen=True):
    """Labels that must be equal and expressions that must hold; empty selects everything."""

    labels: tuple[tuple[str, str], ...] = ()
    expressions: tuple[Expression, ...] = ()

    def selects(self, labels: Labels) -> bool:
        """Whether an object with these labels is selected."""
        return all(labels.get(key) == value for key, value in self.labels) and all(
            expression.selects(labels) for expression in self.expressions
        )

    @property
    def keys(self) -> frozenset[str]:
        """The label keys that decide."""
        return frozenset(key for key, _ in self.labels) | frozenset(expression.key for expression in self.expressions)


def selector_at(data: Json, *pointer: str | int) -> Selector | None:
    """The LabelSelector at the pointer; None where there is none."""
    if not isinstance(look_up(data, pointer), dict):
        return None
    return Selector(
        pairs(data, *pointer, "matchLabels"),
        tuple(
            Expression(text(item, "key"), text(item, "operator"), texts(item, "values"))
            for _, item in members(data, *pointer, "matchExpressions")
        ),
    )
