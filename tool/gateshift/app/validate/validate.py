"""`gateshift validate`: roots -> builds -> schemas and checks -> findings at their places."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

from msgspec import Struct, field

from gateshift.app.shared.build_roots import BuiltRoot, build_roots
from gateshift.app.shared.paths import shown_path
from gateshift.app.shared.rollouts import Rollouts, rollout_file_above
from gateshift.app.shared.tool_choices import Choices
from gateshift.app.validate.assemble import merged, reported
from gateshift.app.validate.locate_findings import Placer
from gateshift.app.validate.targets import ValidationTargets, affected, targets, whole
from gateshift.checks.build.roots import unsearched
from gateshift.checks.registry import rules_for, run_checks
from gateshift.checks.schema import admission as schema_checks
from gateshift.checks.subject import Declared, Subject
from gateshift.checks.suppression import Marker, markers_in, markers_of, settle
from gateshift.engines.registry import ENGINES
from gateshift.errors import NoVerdict
from gateshift.kustomize.tree.tree_reader import TreeReader
from gateshift.model.finding import Finding, PlacedFinding
from gateshift.model.kustomization import Root
from gateshift.model.report import Gap, ReportedRoot, ValidationReport
from gateshift.model.resource import Build
from gateshift.model.rollout import Rollout
from gateshift.model.rule import checks_in
from gateshift.model.schema_verdict import SchemaVerdict
from gateshift.schemas import Schemas, kubeconform
from gateshift.tools.find import find

_OF_POINTERS = frozenset(group for engine in ENGINES.values() for group in engine.groups)
"""The API groups of the objects that name a stage, or where it is found."""


class ValidationScope(Struct, frozen=True):
    """What to validate: the paths, or where `affected` the roots that read these changed files, or the `rollouts` whose
    gateshift.yaml files are named, each as a whole; with CEL or without."""

    paths: tuple[Path, ...] = ()
    affected: bool = False
    cel: bool = True
    rollouts: tuple[Path, ...] = ()


class _Run(Struct):
    """A validation while it goes on: what it knows, and what it has come to so far."""

    scope: ValidationScope
    rollouts: Rollouts
    schemas: Schemas | None
    placer: Placer
    built: list[BuiltRoot] = field(default_factory=list)
    subjects: list[tuple[BuiltRoot, Subject]] = field(default_factory=list)
    located: list[PlacedFinding] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)

    def meet(self, root: BuiltRoot) -> None:
        """Note a root and what its build came to."""
        self.built.append(root)
        self.located += self.placer.placed(root.findings, root)
        self.gaps += [root.gap] if root.gap else []
        if root.build is not None:
            self.subjects.append((root, self._subject(root, root.build)))

    def check(self, root: BuiltRoot, subject: Subject) -> None:
        """Look for everything that needs no other program."""
        self.located += self.placer.placed(run_checks(subject), root)
        self.gaps += schema_checks.gaps(subject) if self.scope.cel else ()

    def _subject(self, root: BuiltRoot, build: Build) -> Subject:
        stage = self.rollouts.by_folder.get(root.tree.root.folder)
        declared = Declared(stage.rollout, stage.environment, stage.stage) if stage else None
        return Subject.of(build, catalog=self.schemas, tree=root.tree, declared=declared)


def validate(scope: ValidationScope, choices: Choices, today: date) -> ValidationReport:
    """Validate every root of the scope. Raises UserError for paths that hold none and for a broken gateshift.yaml."""
    reader = TreeReader()
    chosen = chosen_by(scope, reader)
    rollouts = Rollouts.of(rollout_files_of(chosen.roots))
    gaps: list[Gap] = []
    run = _Run(scope, rollouts, _schemas(choices, rollouts, gaps), Placer(reader.sources), gaps=gaps)
    checked = 0
    for root in build_roots(chosen.roots, reader, program=choices.kustomize, timeout=choices.timeout):
        run.meet(root)
        for each in run.subjects[checked:-1]:  # all but the newest, while Kustomize builds the next
            run.check(*each)
        checked = max(checked, len(run.subjects) - 1)
    with ThreadPoolExecutor(1) as beside:  # kubeconform works while the last is checked
        verdicts = beside.submit(_verdicts, [subject for _, subject in run.subjects], run.schemas, choices)
        for each in run.subjects[checked:]:
            run.check(*each)
    _judge(run, verdicts.result())
    pointers = _follow_pointers(run, chosen.whole, reader)
    run.located += [found for rollout in chosen.whole for found in _of_order(run, rollout)]
    unread = (unsearched(folder, reason) for folder, reason in chosen.unsearched)
    alone = (*rollouts.warnings, *unread, *(found for rollout in chosen.whole for found in _of_files(rollout)))
    run.located += [run.placer.alone(finding) for finding in alone]
    return _report(run, pointers, today)


def chosen_by(scope: ValidationScope, reader: TreeReader) -> ValidationTargets:
    """The roots that the scope means."""
    if scope.rollouts:
        return whole(scope.rollouts, reader)
    return affected(scope.paths, reader) if scope.affected else targets(scope.paths, reader)


def rollout_files_of(roots: Iterable[Root]) -> Iterator[Path]:
    """The gateshift.yaml files that the roots may be stages of."""
    for folder, repository in dict.fromkeys((root.folder, root.repository) for root in roots):
        found = rollout_file_above(folder, repository)
        if found is not None:
            yield found


def _schemas(choices: Choices, rollouts: Rollouts, gaps: list[Gap]) -> Schemas | None:
    """The chosen schemas; None, and a gap, where they are not installed."""
    try:
        return choices.open_schemas(rollouts.all)
    except NoVerdict as error:
        gaps.append(Gap("no object was checked against its schema", error.what, error.next_step))
        return None


def _verdicts(
    subjects: Sequence[Subject], schemas: Schemas | None, choices: Choices
) -> tuple[SchemaVerdict, ...] | NoVerdict:
    """kubeconform's verdict on every object of every root, by one run, or why there is none."""
    objects = [resource.data for subject in subjects for resource in subject.build.resources]
    if schemas is None or not objects:
        return ()
    try:
        program = find("kubeconform", choices.kubeconform)
        return kubeconform.check(objects, schemas, program, timeout=choices.timeout)
    except NoVerdict as error:
        return error


def _judge(run: _Run, verdicts: tuple[SchemaVerdict, ...] | NoVerdict) -> None:
    """What kubeconform's verdicts come to."""
    if isinstance(verdicts, NoVerdict):
        run.gaps.append(Gap("no object was checked against its schema", verdicts.what, verdicts.next_step))
        return
    objects = [(root, subject, resource) for root, subject in run.subjects for resource in subject.build.resources]
    for (root, subject, resource), verdict in zip(objects, verdicts, strict=bool(verdicts)):
        run.located += run.placer.placed(schema_checks.schema_findings(subject, resource, verdict), root)


def _follow_pointers(run: _Run, whole_rollouts: Sequence[Rollout], reader: TreeReader) -> tuple[BuiltRoot, ...]:
    """Look at what pointers name; gives the sync/ folders that were read for it."""
    objects = (resource for _, subject in run.subjects for resource in subject.build.resources)
    if not whole_rollouts and all(resource.id.group not in _OF_POINTERS for resource in objects):
        return ()
    from gateshift.app.validate.sync_objects import pointer_roots, sync_findings  # only pointers pay for its start-up

    pointers = pointer_roots(whole_rollouts, reader)
    for holder, finding in sync_findings(run.built, pointers):
        run.located += run.placer.placed([finding], holder)
    return pointers


def _of_order(run: _Run, rollout: Rollout) -> Iterator[PlacedFinding]:
    """What speaks against the order of the rollout's stages."""
    from gateshift.app.validate.stage_order import order_findings  # only whole rollouts pay for its start-up

    yield from order_findings(rollout, {root.tree.root.folder: root for root in run.built}, run.placer)


def _of_files(rollout: Rollout) -> Iterator[Finding]:
    """What is wrong with the rollout's generated files."""
    from gateshift.app.generate.generate import look
    from gateshift.checks.files import generated as file_checks  # only whole rollouts pay for the generator's start-up

    generation = look(rollout)
    for check in checks_in(file_checks):
        yield from check(file_checks.Files(generation.top, generation.states))


def _markers(run: _Run, pointers: Iterable[BuiltRoot]) -> Iterator[Marker]:
    files = {file.path: file.text for root in (*run.built, *pointers) for file in root.tree.files.values()}
    for path, text in files.items():
        yield from markers_in(path, text)
    for rollout in run.rollouts.all:
        yield from markers_of(rollout.suppressions, rollout.file.parent)


def _report(run: _Run, pointers: Iterable[BuiltRoot], today: date) -> ValidationReport:
    base = Path.cwd()
    silenced = tuple(_markers(run, pointers))
    rules = rules_for({*(each.finding.rule for each in run.located), *(each.rule for each in silenced)})
    settled = settle(merged(run.located), silenced, rules, today, frozenset(rules))
    return ValidationReport(
        tuple(reported(located, rules, run.placer.excerpt, base) for located in merged(settled.findings)),
        tuple(ReportedRoot(shown_path(root.path), _objects(root)) for root in run.built),
        settled.suppressed,
        tuple(dict.fromkeys(run.gaps)),
    )


def _objects(root: BuiltRoot) -> int:
    return len(root.build.resources) if root.build else 0
