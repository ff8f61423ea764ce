"""The list of all checks of a root, and of their rules. Written out: what is not named here does not run.

Every rule of every room, by its id.

Only who documents the rules, or has findings from all rooms, needs them all: the imports wait for that.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import chain

from gateshift.checks import suppression
from gateshift.checks.build import patches, roots, targets
from gateshift.checks.references import (
    attachment,
    autoscalers,
    backends,
    extensions,
    grants,
    listeners,
    mesh,
    parents,
    renamed,
    versions,
    workloads,
)
from gateshift.checks.routing import declared, defaults, matches, owners, precedence, ties, weights
from gateshift.checks.schema import admission, identity, metadata, service_ports
from gateshift.checks.subject import Subject
from gateshift.checks.sync import objects
from gateshift.model.finding import Finding
from gateshift.model.rule import Check, Rule

_MODULES = (
    admission,
    identity,
    metadata,
    service_ports,
    backends,
    renamed,
    grants,
    parents,
    attachment,
    listeners,
    mesh,
    workloads,
    autoscalers,
    extensions,
    versions,
    targets,
    patches,
    weights,
    precedence,
    ties,
    matches,
    defaults,
    owners,
    declared,
    objects,
)

CHECKS: tuple[Check[Subject], ...] = tuple(chain.from_iterable(module.CHECKS for module in _MODULES))
"""Every check of one root that is a function."""

RULES: dict[str, Rule] = {
    rule.id: rule
    for rule in sorted(
        chain(roots.RULES, suppression.RULES, *(module.RULES for module in _MODULES)),
        key=lambda rule: rule.id,
    )
}
"""The rules of a root by their ids, in order. Rules about more than one root are `pipeline.every_rule`'s to add."""


def run_checks(subject: Subject) -> Iterator[Finding]:
    """What every check finds in one root."""
    for each in CHECKS:
        yield from each(subject)


def every_rule() -> dict[str, Rule]:
    """The rules in the order of their ids."""
    from gateshift.checks.files import generated
    from gateshift.checks.sync import pointers
    from gateshift.config.semantics import warnings
    from gateshift.transition import rules as transitions

    others = {rule.id: rule for room in (generated, pointers, warnings, transitions) for rule in room.RULES}
    return dict(sorted((RULES | others).items()))


def rules_for(ids: Collection[str]) -> dict[str, Rule]:
    """A mapping that holds these rules: that of the checks alone where it does, else every rule."""
    return RULES if set(ids) <= RULES.keys() else every_rule()
