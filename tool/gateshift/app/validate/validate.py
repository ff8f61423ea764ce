"""`gateshift validate`: targets -> builds -> checks -> findings at their places -> report."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import partial
from pathlib import Path

from gateshift.app.shared.attempt import Tally, raise_defect
from gateshift.app.shared.build_roots import BuiltRoot
from gateshift.app.shared.locate_findings import Placer
from gateshift.app.shared.paths import shown_path
from gateshift.app.shared.tool_choices import Choices
from gateshift.app.validate.assemble import merged, reported
from gateshift.app.validate.check_roots import CheckedRoot, RootChecks, check_roots
from gateshift.app.validate.coverage import coverage_of
from gateshift.app.validate.targets import ValidationScope, ValidationTargets, read_targets
from gateshift.checks.build.roots import unsearched
from gateshift.checks.registry import CHECKS, rules_for
from gateshift.checks.subject import Subject
from gateshift.checks.suppression import Marker, markers_in, markers_of, settle
from gateshift.engines.registry import ENGINES
from gateshift.errors import NoVerdict
from gateshift.model.finding import Level, PlacedFinding
from gateshift.model.report import Gap, ReportedFinding, ReportedRoot, ValidationReport
from gateshift.model.rollout import Rollout
from gateshift.model.rule import Check
from gateshift.schemas import Schemas

_OF_POINTERS = frozenset(group for engine in ENGINES.values() for group in engine.groups)
"""The API groups of the objects that name a stage, or where it is found."""


def validate(
    scope: ValidationScope, choices: Choices, today: date, checks: tuple[Check[Subject], ...] = CHECKS
) -> ValidationReport:
    """Validate every root of the scope. Raises UserError for paths that hold none and for a broken gateshift.yaml."""
    targets = read_targets(scope)
    schemas = _schemas(choices, targets)
    placer = Placer(targets.reader.sources)
    with_checks = RootChecks(None if isinstance(schemas, Gap) else schemas, scope.cel, checks)
    roots = check_roots(targets, with_checks, choices, placer)
    tally = Tally(gaps=[schemas] if isinstance(schemas, Gap) else [])
    for root in roots:
        tally.findings += root.tally.findings
        tally.gaps += root.tally.gaps
    _check_together(targets, roots, placer, tally)
    return _report(targets, roots, tally, placer, today)


def errors_in(folder: Path, choices: Choices, today: date) -> tuple[ReportedFinding, ...]:
    """The errors of what a folder holds. Raises NoVerdict where not all could be checked."""
    report = validate(ValidationScope((folder,)), choices, today)
    for gap in sorted(report.gaps, key=lambda gap: not gap.defect):
        raise_defect(gap)
        raise NoVerdict(f"{gap.what}: {gap.why}", next_step=gap.next_step)
    return tuple(finding for finding in report.findings if finding.level is Level.ERROR)


def _schemas(choices: Choices, targets: ValidationTargets) -> Schemas | Gap:
    """The chosen schemas; a gap where they are not installed."""
    try:
        return choices.open_schemas(targets.rollouts.all)
    except NoVerdict as error:
        return Gap("no object was checked against its schema", error.what, error.next_step)


def _check_together(targets: ValidationTargets, roots: Sequence[CheckedRoot], placer: Placer, tally: Tally) -> None:
    """Add what only several roots together do wrong, and what belongs to no root."""
    tally.add("the pointers were not wholly checked", lambda: _of_pointers(targets, roots, placer))
    for rollout in targets.whole:
        what = f"{shown_path(rollout.file)} was not wholly checked"
        tally.add(what, partial(_of_rollout, rollout, roots, placer))
    unread = (unsearched(folder, reason) for folder, reason in targets.unsearched)
    tally.findings += map(placer.alone, (*targets.rollouts.warnings, *unread))


def _of_pointers(targets: ValidationTargets, roots: Sequence[CheckedRoot], placer: Placer) -> Iterator[PlacedFinding]:
    """What is wrong with what pointers name."""
    objects = (resource for root in roots if root.built.build for resource in root.built.build.resources)
    if targets.whole or any(resource.id.group in _OF_POINTERS for resource in objects):
        from gateshift.app.validate.sync_objects import sync_findings  # only pointers pay for its start-up

        for root, finding in sync_findings([root.built for root in roots], targets.pointers):
            yield from placer.placed([finding], root)


def _of_rollout(rollout: Rollout, roots: Sequence[CheckedRoot], placer: Placer) -> Iterator[PlacedFinding]:
    from gateshift.app.validate.rollout_checks import rollout_findings  # only whole rollouts pay for its start-up

    yield from rollout_findings(rollout, {root.built.tree.root.folder: root.built for root in roots}, placer)


def _report(
    targets: ValidationTargets, roots: Sequence[CheckedRoot], tally: Tally, placer: Placer, today: date
) -> ValidationReport:
    """Suppressions heard, each fault once, paths as the user knows them."""
    markers = tuple(_markers(targets, roots))
    rules = rules_for({*(placed.finding.rule for placed in tally.findings), *(marker.rule for marker in markers)})
    settled = settle(merged(tally.findings), markers, rules, today, frozenset(rules))
    base = Path.cwd()
    return ValidationReport(
        tuple(reported(placed, rules, placer.excerpt, base) for placed in merged(settled.findings)),
        tuple(ReportedRoot(shown_path(root.built.path), _objects(root.built)) for root in roots),
        settled.suppressed,
        tuple(dict.fromkeys(tally.gaps)),
        coverage_of(targets, [root.built for root in roots]),
    )


def _markers(targets: ValidationTargets, roots: Iterable[CheckedRoot]) -> Iterator[Marker]:
    trees = (*(root.built.tree for root in roots), *targets.pointers)
    for path, text in {file.path: file.text for tree in trees for file in tree.files.values()}.items():
        yield from markers_in(path, text)
    for rollout in targets.rollouts.all:
        yield from markers_of(rollout.suppressions, rollout.file.parent)


def _objects(root: BuiltRoot) -> int:
    return len(root.build.resources) if root.build else 0
