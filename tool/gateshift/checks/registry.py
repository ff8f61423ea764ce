"""The list of all checks of a root, and of their rules. Written out: what is not named here does not run."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from gateshift.checks import (
    build,
    identity,
    kustomize_patches,
    kustomize_targets,
    metadata,
    references_attachment,
    references_autoscalers,
    references_backends,
    references_extensions,
    references_grants,
    references_listeners,
    references_mesh,
    references_parents,
    references_renamed,
    references_versions,
    references_workloads,
    routing_declared,
    routing_defaults,
    routing_matches,
    routing_owners,
    routing_precedence,
    routing_ties,
    routing_weights,
    schema,
    service_ports,
    suppression,
    sync,
)
from gateshift.checks.subject import Subject
from gateshift.model.finding import Finding
from gateshift.model.rule import Check, Rule

_MODULES = (
    schema,
    identity,
    metadata,
    service_ports,
    references_backends,
    references_renamed,
    references_grants,
    references_parents,
    references_attachment,
    references_listeners,
    references_mesh,
    references_workloads,
    references_autoscalers,
    references_extensions,
    references_versions,
    kustomize_targets,
    kustomize_patches,
    routing_weights,
    routing_precedence,
    routing_ties,
    routing_matches,
    routing_defaults,
    routing_owners,
    routing_declared,
    sync,
)

CHECKS: tuple[Check[Subject], ...] = tuple(chain.from_iterable(module.CHECKS for module in _MODULES))
"""Every check of one root that is a function."""

RULES: dict[str, Rule] = {
    rule.id: rule
    for rule in sorted(
        chain(build.RULES, suppression.RULES, *(module.RULES for module in _MODULES)),
        key=lambda rule: rule.id,
    )
}
"""The rules of a root by their ids, in order. Rules about more than one root are `pipeline.every_rule`'s to add."""


def run_checks(subject: Subject) -> Iterator[Finding]:
    """What every check finds in one root."""
    for each in CHECKS:
        yield from each(subject)
