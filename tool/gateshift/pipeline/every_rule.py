"""Every rule of every room, by its id.

Only who documents the rules, or has findings from all rooms, needs them all: the imports wait for that.
"""

from __future__ import annotations

from collections.abc import Collection

from gateshift.checks.registry import RULES
from gateshift.model.rule import Rule


def every_rule() -> dict[str, Rule]:
    """The rules in the order of their ids."""
    from gateshift.checks import files, pointers
    from gateshift.spec.sense import warnings
    from gateshift.transition import rules as transitions

    others = {rule.id: rule for room in (files, pointers, warnings, transitions) for rule in room.RULES}
    return dict(sorted((RULES | others).items()))


def rules_for(ids: Collection[str]) -> dict[str, Rule]:
    """A mapping that holds these rules: that of the checks alone where it does, else every rule."""
    return RULES if set(ids) <= RULES.keys() else every_rule()
