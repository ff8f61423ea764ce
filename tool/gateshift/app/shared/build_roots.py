"""From roots to builds: their trees read, refused or built, several at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from gateshift.app.shared.paths import shown_path
from gateshift.checks.build.roots import nothing_built, refusals, unbuilt
from gateshift.errors import Exit, NoVerdict, UserError
from gateshift.kustomize import build
from gateshift.kustomize.tree.tree_reader import TreeReader
from gateshift.model.finding import Finding, Level
from gateshift.model.kustomization import KustomizationTree, Root
from gateshift.model.place import Place
from gateshift.model.report import Gap
from gateshift.model.resource import Build, Unbuilt
from gateshift.tools.find import find

_MOST_SHOWN = 8


class BuiltRoot(Struct, frozen=True, eq=False):
    """A root and what came of it: its build, or None with the finding or the gap that says why."""

    tree: KustomizationTree
    build: Build | None
    findings: tuple[Finding, ...] = ()
    gap: Gap | None = None

    @property
    def path(self) -> Path:
        """The root's folder, or the file of a root that is one file."""
        return self.tree.root.path


def build_roots(
    roots: Iterable[Root], reader: TreeReader, *, program: Path | None, timeout: float
) -> Iterator[BuiltRoot]:
    """Build every root and give each, in order, as soon as it is there, while the next ones are being built.

    `program` overrides which kustomize runs; `timeout` is each build's, in seconds. A root with a fault is not built,
    but of plain YAML the sound files are.
    """
    trees = [reader.read(root) for root in roots]
    refused = {id(tree): tuple(refusals(tree)) for tree in trees}
    buildable = [tree for tree in trees if tree.root.files or not _has_error(refused[id(tree)])]
    outcomes = _outcomes(buildable, program, timeout)
    wanted = set(map(id, buildable))
    for tree in trees:
        yield _built(tree, refused[id(tree)], next(outcomes) if id(tree) in wanted else None)


def _outcomes(trees: Sequence[KustomizationTree], program: Path | None, timeout: float) -> Iterator[build.Outcome]:
    """Each tree's outcome; plain YAML needs no program."""
    if all(tree.root.files for tree in trees):
        yield from (build.plain_build(tree) for tree in trees)
        return
    try:
        found = find("kustomize", program)
    except NoVerdict as error:
        yield from (build.plain_build(tree) if tree.root.files else error for tree in trees)
        return
    yield from build.build_all(trees, found, timeout)


def _built(tree: KustomizationTree, findings: tuple[Finding, ...], outcome: build.Outcome | None) -> BuiltRoot:
    match outcome:
        case None:
            return BuiltRoot(tree, None, findings)
        case NoVerdict():
            return BuiltRoot(
                tree, None, findings, Gap(f"{tree.root.path} was not built", outcome.what, outcome.next_step)
            )
        case Unbuilt():
            return BuiltRoot(tree, None, (*findings, unbuilt(outcome)))
        case Build():
            empty = () if _has_error(findings) else nothing_built(outcome, tree)
            return BuiltRoot(tree, outcome, (*findings, *empty))


def _has_error(findings: Iterable[Finding]) -> bool:
    return any(found.level is Level.ERROR for found in findings)


def required(root: BuiltRoot) -> Build:
    """The root's objects. Raises UserError where it may not be built or Kustomize refuses it (exit code 1), NoVerdict
    where Kustomize cannot be run."""
    if root.gap is not None:
        raise NoVerdict(f"{root.gap.what}: {root.gap.why}", next_step=root.gap.next_step)
    unreadable = _unreadable(root.tree)
    if root.build is None or unreadable:
        found = [f"{_where(each)}{each.message}" for each in root.findings if each.level is Level.ERROR]
        lines = [*found, *unreadable][:_MOST_SHOWN]
        raise UserError("\n".join(lines), where=str(root.path), exit_code=Exit.FINDINGS)
    return root.build


def _unreadable(tree: KustomizationTree) -> list[str]:
    """The YAML files of a plain root that cannot be read: what they hold might decide."""
    files = tree.files.values() if tree.root.files else ()
    return [
        f"{shown_path(each.path)}:{fault.line}:{fault.column}: {fault.what}" for each in files if (fault := each.fault)
    ]


def _where(finding: Finding) -> str:
    place = finding.at
    if not isinstance(place, Place):
        return ""
    return f"{shown_path(place.file)}:{place.line}:{place.column}: "
