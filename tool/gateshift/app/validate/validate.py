"""`gateshift validate`: targets -> builds -> checks -> findings at their places -> report."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from datetime import date
from functools import partial
from pathlib import Path

from msgspec import structs

from gateshift.app.shared.attempt import Tally, raise_defect
from gateshift.app.shared.build_roots import BuiltRoot
from gateshift.app.shared.locate_findings import Placer
from gateshift.app.shared.merge_base import MergeBase
from gateshift.app.shared.paths import shown_path
from gateshift.app.shared.repository_settings import SettingsFiles
from gateshift.app.shared.snapshots import Snapshots
from gateshift.app.shared.tool_choices import Choices
from gateshift.app.validate.apply_settings import idle_settings, with_levels, without_partial
from gateshift.app.validate.assemble import merged, reported
from gateshift.app.validate.check_roots import CheckedRoot, RootChecks, check_roots
from gateshift.app.validate.coverage import coverage_of
from gateshift.app.validate.scope import ValidationScope
from gateshift.app.validate.targets import ValidationTargets, read_targets
from gateshift.checks.build.roots import unsearched
from gateshift.checks.registry import CHECKS, rules_for
from gateshift.checks.subject import Subject
from gateshift.checks.suppression import Marker, markers_in, markers_of, settle
from gateshift.engines.registry import ENGINES
from gateshift.errors import NoVerdict
from gateshift.kustomize.tree.environment import takes_environment
from gateshift.kustomize.tree.tree_reader import TreeReader
from gateshift.model.finding import Level, PlacedFinding
from gateshift.model.lasting import Lasting
from gateshift.model.report import Gap, ReportedFinding, ReportedRoot, ValidationReport
from gateshift.model.rollout import Rollout
from gateshift.model.rule import Check
from gateshift.model.settings import LevelSetting
from gateshift.schemas import Schemas

_OF_POINTERS = frozenset(group for engine in ENGINES.values() for group in engine.groups)
"""The API groups of the objects that name a stage, or where it is found."""


def validate(
    scope: ValidationScope, choices: Choices, today: date, checks: tuple[Check[Subject], ...] = CHECKS
) -> ValidationReport:
    """Validate every root of the scope. Raises UserError for paths that hold none and for a broken gateshift.yaml."""
    with ExitStack() as stack:
        reader = TreeReader()
        base = _merge_base(stack, scope.since, reader)
        targets = read_targets(scope, reader, SettingsFiles(base))
        return _validate(targets, base, RootChecks(None, scope.cel, checks), choices, today)


def _merge_base(stack: ExitStack, since: str, reader: TreeReader) -> MergeBase | None:
    """What counts where a change is validated; None where it is not one. Raises UserError for a revision that is none,
    NoVerdict without Git."""
    if not since:
        return None
    return MergeBase(stack.enter_context(Snapshots()).merge_base(since, Path()), reader.sources)


def _validate(
    targets: ValidationTargets, base: MergeBase | None, with_checks: RootChecks, choices: Choices, today: date
) -> ValidationReport:
    schemas = chosen_schemas(choices, targets, base)
    placer = Placer(targets.reader.sources)
    installed = None if isinstance(schemas, Gap) else schemas
    roots = check_roots(targets, structs.replace(with_checks, schemas=installed), choices, placer)
    tally = Tally(gaps=[schemas] if isinstance(schemas, Gap) else [])
    for root in roots:
        tally.findings += root.tally.findings
        tally.gaps += root.tally.gaps
    _check_together(targets, roots, placer, tally)
    return _report(targets, roots, tally, placer, today, base)


def errors_in(folder: Path, choices: Choices, today: date) -> tuple[ReportedFinding, ...]:
    """The errors of what a folder holds. Raises NoVerdict where not all could be checked."""
    report = validate(ValidationScope((folder,)), choices, today)
    for gap in sorted(report.gaps, key=lambda gap: not gap.defect):
        raise_defect(gap)
        raise NoVerdict(f"{gap.what}: {gap.why}", next_step=gap.next_step)
    return tuple(finding for finding in report.findings if finding.level is Level.ERROR)


def chosen_schemas(choices: Choices, targets: ValidationTargets, base: MergeBase | None = None) -> Schemas | Gap:
    """The chosen schemas; a gap where they are not installed."""
    rollouts = targets.rollouts.all
    if base is not None:
        rollouts = tuple(structs.replace(rollout, schemas=base.schemas(rollout)) for rollout in rollouts)
    try:
        return choices.open_schemas(rollouts, targets.settings.met)
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
    targets: ValidationTargets,
    roots: Sequence[CheckedRoot],
    tally: Tally,
    placer: Placer,
    today: date,
    base: MergeBase | None,
) -> ValidationReport:
    """Suppressions heard, each fault once, paths as the user knows them."""
    markers = tuple(_markers(targets, roots))
    rules = rules_for({*(placed.finding.rule for placed in tally.findings), *(marker.rule for marker in markers)})
    heard = markers if base is None else base.heard(markers)
    unheard = frozenset(markers) - frozenset(heard)
    leveled = with_levels(merged(tally.findings), targets.settings.met, today)
    settled = settle(leveled.findings, dict.fromkeys((*heard, *markers)), rules, today, frozenset(rules), unheard)
    findings = (*without_partial(targets, settled.findings), *idle_settings(targets, leveled.used))
    here = Path.cwd()
    return ValidationReport(
        tuple(reported(placed, rules, placer.excerpt, here) for placed in merged(findings)),
        tuple(ReportedRoot(shown_path(root.built.path), _objects(root.built)) for root in roots),
        settled.suppressed,
        tuple(dict.fromkeys(tally.gaps)),
        coverage_of(targets, [root.built for root in roots]),
        base.suppressed(targets.rollouts.all) if base is not None else (),
        _lasting(tally, [*markers, *(level for each in targets.settings.met for level in each.levels)], roots),
    )


def _lasting(tally: Tally, entries: Iterable[Marker | LevelSetting], roots: Iterable[CheckedRoot]) -> Lasting:
    """A report with a gap is not finished, and one of what came from the environment is of this run alone."""
    if tally.gaps or any(takes_environment(root.built.tree) for root in roots):
        return Lasting.THIS_RUN
    return Lasting.THIS_DAY if any(entry.until for entry in entries) else Lasting.ANY_DAY


def _markers(targets: ValidationTargets, roots: Iterable[CheckedRoot]) -> Iterator[Marker]:
    trees = (*(root.built.tree for root in roots), *targets.pointers)
    for path, text in {file.path: file.text for tree in trees for file in tree.files.values()}.items():
        yield from markers_in(path, text)
    for rollout in targets.rollouts.all:
        yield from markers_of(rollout.suppressions, rollout.file.parent)
    for settings in targets.settings.met:
        yield from markers_of(settings.suppressions, settings.folder)


def _objects(root: BuiltRoot) -> int:
    return len(root.build.resources) if root.build else 0
