"""Roots built and checked: while Kustomize builds one, the one before is checked; then kubeconform sees all at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from msgspec import Struct

from gateshift.app.shared.attempt import Tally, attempt
from gateshift.app.shared.build_roots import BuiltRoot, ReadRoot, build_read, read_roots
from gateshift.app.shared.locate_findings import Placer
from gateshift.app.shared.paths import shown_path
from gateshift.app.shared.rollouts import StageRoot
from gateshift.app.shared.tool_choices import Choices
from gateshift.app.validate.root_memory import KeptRoot, RootMemory, crds_among
from gateshift.app.validate.targets import ValidationTargets
from gateshift.checks.registry import CHECKS
from gateshift.checks.schema import admission as schema_checks
from gateshift.checks.subject import Declared, Subject
from gateshift.errors import NoVerdict
from gateshift.kustomize.tree.plain_yaml import plain_yaml
from gateshift.kustomize.tree.tree_reader import TreeReader
from gateshift.model.finding import PlacedFinding
from gateshift.model.kustomization import Kind, Kustomization, Root
from gateshift.model.report import Gap
from gateshift.model.resource import Build
from gateshift.model.rule import Check
from gateshift.model.schema_verdict import SchemaVerdict
from gateshift.schemas import Schemas, kubeconform
from gateshift.schemas.own_crds import with_crds_among
from gateshift.tools.find import find
from gateshift.tools.program import program_state
from gateshift.yamldoc.data import JsonObject


class RootChecks(Struct, frozen=True, eq=False):
    """What every root is checked with: the schemas, None where there are none, and the checks, with CEL or without."""

    schemas: Schemas | None
    cel: bool = True
    checks: tuple[Check[Subject], ...] = CHECKS


class CheckedRoot(Struct, frozen=True, eq=False):
    """A root and what is wrong with it; `subject` is None where it was not built, or not read by routing, or where all
    of it is `kept` from another run."""

    built: BuiltRoot
    subject: Subject | None
    tally: Tally
    kept: KeptRoot | None = None


def check_roots(
    targets: ValidationTargets, with_checks: RootChecks, choices: Choices, placer: Placer
) -> tuple[CheckedRoot, ...]:
    """Build and check every root, and where one is refused, the bases under it by themselves.

    A root that could not be built or checked has the gap that says why. Roots that are known are not built again.
    """
    memory = _memory(targets, with_checks, choices)
    run = partial(_checked, targets, with_checks, choices, placer)
    checked = run(memory)
    crds = crds_among(root.built for root in checked) if memory is not None else None
    if any(root.kept is not None and root.kept.crds != crds for root in checked):
        checked = run(None)
    if memory is not None and crds is not None:
        _keep(checked, crds, memory)
    choices.progress("")
    return checked


def _memory(targets: ValidationTargets, with_checks: RootChecks, choices: Choices) -> RootMemory | None:
    """The roots that are known from other runs; None where none is wanted, where a program or schema is missing, and
    where a program may start another."""
    store = choices.store if with_checks.checks is CHECKS else None
    if store is None or with_checks.schemas is None:
        return None
    try:
        programs = [program_state(find(name, named)) for name, named in choices.programs()]
        if None in programs:
            return None
        stages = targets.rollouts.by_folder
        return RootMemory.of(store, filter(None, programs), with_checks.schemas, stages, cel=with_checks.cel)
    except (NoVerdict, OSError):
        return None


def _keep(checked: Iterable[CheckedRoot], crds: bytes, memory: RootMemory) -> None:
    """Keep what is new, as far as it is finished."""
    new = [root for root in checked if root.kept is None]
    if any(root.tally.gaps for root in new):  # one of kubeconform stands with any root
        return
    for root in new:
        memory.keep(root.built, root.tally.findings, crds)


def _checked(
    targets: ValidationTargets,
    with_checks: RootChecks,
    choices: Choices,
    placer: Placer,
    memory: RootMemory | None,
) -> tuple[CheckedRoot, ...]:
    check = partial(_check, with_checks=with_checks, stages=targets.rollouts.by_folder, placer=placer)
    built: list[BuiltRoot] = []
    kept: list[KeptRoot | None] = []
    checked: list[CheckedRoot] = []
    waiting = targets.roots
    while waiting:
        for root, known in _built(waiting, choices, memory):
            built.append(root)
            kept.append(known)
            checked += map(check, built[len(checked) : -1], kept[len(checked) : -1])
        below = (*bases_of_refused(built), *files_of_refused(built, targets.reader))
        waiting = read_roots(below, targets.reader)
    with ThreadPoolExecutor(1) as beside:  # kubeconform works while the last root is checked
        choices.progress("checking every object against its schema")
        verdicts = beside.submit(_schema_verdicts, built, kept, with_checks.schemas, choices)
        checked += map(check, built[len(checked) :], kept[len(checked) :])
    _add_verdicts([root for root in checked if root.kept is None], verdicts.result(), placer)
    return tuple(checked)


def _built(
    roots: Sequence[ReadRoot], choices: Choices, memory: RootMemory | None
) -> Iterator[tuple[BuiltRoot, KeptRoot | None]]:
    """Each root in order with what is known of it; what is not is built, the next ones while one is looked at."""
    known = [memory.known(root.tree) if memory is not None and root.gap is None else None for root in roots]
    unknown = [root for root, kept in zip(roots, known, strict=True) if kept is None]
    fresh = build_read(unknown, program=choices.kustomize, timeout=choices.timeout, progress=choices.progress)
    for root, kept in zip(roots, known, strict=True):
        yield (next(fresh) if kept is None else BuiltRoot(root.tree, kept.build, kept.of_build)), kept
    assert next(fresh, None) is None  # which lets it clean up


def bases_of_refused(roots: Sequence[BuiltRoot]) -> tuple[Root, ...]:
    """The kustomizations that roots without a build name, without those that are roots or part of a build."""
    known = {root.tree.root.folder for root in roots if not root.tree.root.files}
    known |= {node.folder for root in roots if root.build is not None for node in root.tree.kustomizations}
    bases: dict[Path, Root] = {}
    for tree in (root.tree for root in roots if root.build is None):
        for base in _bases(tree.top) if tree.top is not None else ():
            if base.folder not in known:
                root = Root(Path(shown_path(base.folder)), base.folder, tree.root.repository)
                bases.setdefault(base.folder, root)
    return tuple(bases.values())


def files_of_refused(roots: Sequence[BuiltRoot], reader: TreeReader) -> tuple[Root, ...]:
    """The manifests of folders without a kustomization that were not built, a root for each folder; not those that
    would have had variables filled in."""
    known = {file for root in roots if root.build is not None or root.tree.root.files for file in root.tree.own_files}
    whole = (root for root in roots if root.build is None and root.gap is None and not root.tree.root.has_variables)
    refused = [file for root in whole for file in root.tree.own_files]
    return plain_yaml(dict.fromkeys(refused), known, reader.sources).roots if refused else ()


def _bases(node: Kustomization) -> Iterator[Kustomization]:
    """What the kustomization names, and what its Components name, which cannot be built by themselves."""
    for reference in node.references:
        if isinstance(reference.target, Kustomization):
            if reference.target.kind is Kind.KUSTOMIZATION:
                yield reference.target
            else:
                yield from _bases(reference.target)


def _check(
    root: BuiltRoot, kept: KeptRoot | None, *, with_checks: RootChecks, stages: Mapping[Path, StageRoot], placer: Placer
) -> CheckedRoot:
    """Look for everything that needs no other program."""
    if kept is not None:
        return CheckedRoot(root, None, Tally(list(kept.findings)), kept)
    tally = Tally(gaps=[root.gap] if root.gap else [])
    what = _not_checked(root)
    tally.add(what, lambda: placer.placed(root.findings, root))
    if root.build is None:
        return CheckedRoot(root, None, tally)
    subject = attempt(what, partial(_subject, root, root.build, stages, with_checks.schemas))
    if isinstance(subject, Gap):
        tally.gaps.append(subject)
        return CheckedRoot(root, None, tally)
    for rule in with_checks.checks:
        tally.add(what, partial(_findings, rule, subject, root, placer))
    unjudged = attempt(what, partial(schema_checks.gaps, subject)) if with_checks.cel else ()
    tally.gaps += (unjudged,) if isinstance(unjudged, Gap) else unjudged
    return CheckedRoot(root, subject, tally)


def _findings(rule: Check[Subject], subject: Subject, root: BuiltRoot, placer: Placer) -> Iterator[PlacedFinding]:
    return placer.placed(rule(subject), root)


def _not_checked(root: BuiltRoot) -> str:
    return f"{root.path} was not wholly checked"


def _subject(root: BuiltRoot, build: Build, stages: Mapping[Path, StageRoot], schemas: Schemas | None) -> Subject:
    stage = None if root.tree.root.files else stages.get(root.tree.root.folder)
    declared = Declared(stage.rollout, stage.environment, stage.stage) if stage else None
    return Subject.of(build, catalog=schemas, tree=root.tree, declared=declared)


def _schema_verdicts(
    roots: Sequence[BuiltRoot], kept: Sequence[KeptRoot | None], schemas: Schemas | None, choices: Choices
) -> tuple[SchemaVerdict, ...] | NoVerdict:
    """kubeconform's verdict on every object of every root that is not kept, by one run, or why there is none."""
    fresh = [root for root, known in zip(roots, kept, strict=True) if known is None]
    objects = _objects(fresh)
    if schemas is None or not objects:
        return ()
    try:
        program = find("kubeconform", choices.kubeconform)
        if len(fresh) < len(roots):
            schemas = with_crds_among(_objects(roots), schemas)
        return kubeconform.check(objects, schemas, program, timeout=choices.timeout)
    except NoVerdict as error:
        return error


def _objects(roots: Iterable[BuiltRoot]) -> list[JsonObject]:
    return [resource.data for root in roots if root.build for resource in root.build.resources]


def _add_verdicts(
    checked: Sequence[CheckedRoot], verdicts: tuple[SchemaVerdict, ...] | NoVerdict, placer: Placer
) -> None:
    """Add what kubeconform's verdicts come to."""
    if isinstance(verdicts, NoVerdict):
        gap = Gap("no object was checked against its schema", verdicts.what, verdicts.next_step)
        for root in checked[:1]:
            root.tally.gaps.append(gap)
        return
    left = iter(verdicts)
    for root in checked:
        own = [next(left) for _ in root.built.build.resources] if verdicts and root.built.build else []
        if root.subject is not None:
            root.tally.add(_not_checked(root.built), partial(_schema_findings, root.subject, own, root.built, placer))


def _schema_findings(
    subject: Subject, verdicts: Sequence[SchemaVerdict], root: BuiltRoot, placer: Placer
) -> Iterator[PlacedFinding]:
    for resource, verdict in zip(subject.build.resources, verdicts, strict=bool(verdicts)):
        yield from placer.placed(schema_checks.schema_findings(subject, resource, verdict), root)
