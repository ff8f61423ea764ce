"""The modules that hold rules, written out: what is not named here does not run. A module's own checks and rules are
found in it.

Only who documents the rules, or has findings from all rooms, needs every one: those imports wait for that.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from gateshift.checks import suppression
from gateshift.checks.build import leftovers, patches, refused_references, roots, targets, unusable_files
from gateshift.checks.references import (
    attachment,
    autoscalers,
    backend_tls,
    backends,
    extensions,
    grants,
    ingresses,
    listeners,
    mesh,
    named_objects,
    parents,
    probes,
    renamed,
    selectors,
    versions,
    workloads,
)
from gateshift.checks.routing import declared, defaults, matches, owners, precedence, redirects, ties, weights
from gateshift.checks.schema import admission, constraints, exported, identity, metadata, service_ports
from gateshift.checks.subject import Subject
from gateshift.checks.sync import objects
from gateshift.model.finding import Finding
from gateshift.model.rule import Check, Rule, checks_in, rules_in

_OF_BUILDS = (
    admission,
    constraints,
    identity,
    metadata,
    service_ports,
    exported,
    backends,
    renamed,
    named_objects,
    grants,
    parents,
    attachment,
    listeners,
    mesh,
    workloads,
    selectors,
    ingresses,
    autoscalers,
    extensions,
    versions,
    probes,
    backend_tls,
    targets,
    patches,
    leftovers,
    weights,
    precedence,
    ties,
    matches,
    redirects,
    defaults,
    owners,
    declared,
    objects,
)
"""The modules whose checks look at one root's build."""

_OF_ROOTS = (roots, unusable_files, refused_references, suppression, *_OF_BUILDS)
"""The modules whose rules speak of one root, built or not."""


def _by_id(rules: Iterable[Rule]) -> dict[str, Rule]:
    return {rule.id: rule for rule in sorted(rules, key=lambda rule: rule.id)}


CHECKS: tuple[Check[Subject], ...] = checks_in(*_OF_BUILDS)
"""Every check of one root's build."""

RULES: dict[str, Rule] = _by_id(rules_in(*_OF_ROOTS))
"""The rules of a root by their ids, in order; `every_rule` adds those about more than one root."""


def run_checks(subject: Subject) -> Iterator[Finding]:
    """What every check finds in one root's build."""
    for check in CHECKS:
        yield from check(subject)


def defined_rules() -> tuple[Rule, ...]:
    """The rules of every room as they are defined, in no promised order; an id that was given twice stands twice."""
    from gateshift.checks.files import generated
    from gateshift.checks.sync import pointers, substitution
    from gateshift.config.semantics import warnings
    from gateshift.transition import rules as transitions

    return rules_in(*_OF_ROOTS, generated, pointers, substitution, warnings, transitions)


def every_rule() -> dict[str, Rule]:
    """The rules of every room in the order of their ids."""
    return _by_id(defined_rules())


def rules_for(ids: Collection[str]) -> dict[str, Rule]:
    """A mapping that holds these rules: that of the checks alone where it does, else every rule."""
    return RULES if set(ids) <= RULES.keys() else every_rule()
