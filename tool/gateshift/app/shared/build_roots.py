"""From roots to builds: their trees read, refused or built, several at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path

from msgspec import Struct

from gateshift.app.shared.attempt import attempt, raise_defect
from gateshift.app.shared.paths import shown_path
from gateshift.checks.build.roots import nothing_built, refusals, unbuilt, undecodable
from gateshift.errors import Exit, NoVerdict, UserError
from gateshift.kustomize.build import Outcome, PendingBuild, plain_build, start_builds
from gateshift.kustomize.tree.leave_out import left_out_in
from gateshift.kustomize.tree.tree_reader import TreeReader
from gateshift.model.finding import Finding, Level
from gateshift.model.kustomization import KustomizationTree, Root
from gateshift.model.place import Place
from gateshift.model.report import Gap
from gateshift.model.resource import Build, Unbuilt
from gateshift.system.process import TimeLimit
from gateshift.tools.find import find
from gateshift.tools.install_options import no_news

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


class ReadRoot(Struct, frozen=True, eq=False):
    """A root before it is built: its tree, what speaks against building it, and what is said of files besides."""

    tree: KustomizationTree
    refusals: tuple[Finding, ...] = ()
    gap: Gap | None = None
    besides: tuple[Finding, ...] = ()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All that is said of it."""
        return (*self.refusals, *self.besides)

    @property
    def buildable(self) -> bool:
        """Whether it is built: a root with a fault is not, but of plain YAML the sound files are."""
        return self.gap is None and (bool(self.tree.root.files) or not _has_error(self.refusals))


def build_roots(
    roots: Iterable[Root],
    reader: TreeReader,
    *,
    program: Path | None,
    timeout: TimeLimit,
    progress: Callable[[str], None] = no_news,
) -> Iterator[BuiltRoot]:
    """Read and build every root and give each, in order, as soon as it is there, while the next ones are being built.

    `program` overrides which kustomize runs; `timeout` is each build's, in seconds, or that of all together;
    `progress` hears which root is waited for, and "" at the end.
    """
    return build_read(read_roots(roots, reader), program=program, timeout=timeout, progress=progress)


def read_roots(roots: Iterable[Root], reader: TreeReader) -> tuple[ReadRoot, ...]:
    """The trees of the roots; a defect of ours in reading one is that one's gap."""
    return tuple(_read(root, reader) for root in roots)


def _read(root: Root, reader: TreeReader) -> ReadRoot:
    def read() -> ReadRoot:
        tree = reader.read(root)
        return ReadRoot(tree, tuple(refusals(tree)), besides=tuple(undecodable(tree)))

    read_root = attempt(f"{root.path} was not read", read)
    if isinstance(read_root, Gap):
        return ReadRoot(KustomizationTree(root, None, (), {}, {}), gap=read_root)
    return read_root


def build_read(
    roots: Sequence[ReadRoot], *, program: Path | None, timeout: TimeLimit, progress: Callable[[str], None] = no_news
) -> Iterator[BuiltRoot]:
    """Build roots that were read, as `build_roots` does."""
    pending = _pending([root.tree for root in roots if root.buildable], program, timeout)
    try:
        for number, root in enumerate(roots, 1):
            progress(f"building {number}/{len(roots)} {root.tree.root.path}")
            yield _built(root, next(pending) if root.buildable else None)
    finally:
        progress("")


def _pending(trees: Sequence[KustomizationTree], program: Path | None, timeout: TimeLimit) -> Iterator[PendingBuild]:
    """Each tree's outcome; plain YAML needs no program."""
    if all(tree.root.files for tree in trees):
        yield from (partial(plain_build, tree) for tree in trees)
        return
    try:
        kustomize = find("kustomize", program)
    except NoVerdict as error:
        for tree in trees:
            yield partial(plain_build, tree) if tree.root.files else partial(_no_verdict, error)
        return
    yield from start_builds(trees, kustomize, timeout)


def _no_verdict(error: NoVerdict) -> NoVerdict:
    return error


def _built(root: ReadRoot, pending: PendingBuild | None) -> BuiltRoot:
    if pending is None:
        return BuiltRoot(root.tree, None, root.findings, root.gap)
    built = attempt(f"{root.tree.root.path} was not built", lambda: _with_outcome(root, pending()))
    return BuiltRoot(root.tree, None, root.findings, built) if isinstance(built, Gap) else built


def _with_outcome(root: ReadRoot, outcome: Outcome) -> BuiltRoot:
    tree, findings = root.tree, root.findings
    match outcome:
        case NoVerdict():
            gap = Gap(f"{tree.root.path} was not built", outcome.what, outcome.next_step)
            return BuiltRoot(tree, None, findings, gap)
        case Unbuilt():
            return BuiltRoot(tree, None, (*findings, unbuilt(outcome, lacking=any(left_out_in(tree)))))
        case Build():
            if tree.root.pointer is not None:
                from gateshift.app.shared.engine_builds import as_applied  # only who has such a pointer pays for it

                outcome, more = as_applied(outcome, tree, tree.root.pointer)
                findings = (*findings, *more)
            empty = () if _has_error(findings) or any(left_out_in(tree)) else nothing_built(outcome, tree)
            return BuiltRoot(tree, outcome, (*findings, *empty))


def _has_error(findings: Iterable[Finding]) -> bool:
    return any(finding.level is Level.ERROR for finding in findings)


def required(root: BuiltRoot) -> Build:
    """The root's objects. Raises UserError where it may not be built or Kustomize refuses it (exit code 1), NoVerdict
    where Kustomize cannot be run, and the defect of ours that kept it from being built."""
    if root.gap is not None:
        raise_defect(root.gap)
        raise NoVerdict(f"{root.gap.what}: {root.gap.why}", next_step=root.gap.next_step)
    unreadable = _unreadable(root.tree)
    if root.build is None or unreadable:
        errors = [finding for finding in root.findings if finding.level is Level.ERROR]
        told = {_where(finding) for finding in errors}
        lines = [f"{_where(finding)}{finding.message}" for finding in errors]
        lines += [f"{place}{what}" for place, what in unreadable.items() if place not in told]
        raise UserError("\n".join(lines[:_MOST_SHOWN]), where=str(root.path), exit_code=Exit.FINDINGS)
    return root.build


def _unreadable(tree: KustomizationTree) -> dict[str, str]:
    """The YAML files of a plain root that cannot be read, by their places: what they hold might decide."""
    files = tree.files.values() if tree.root.files else ()
    return {
        f"{shown_path(file.path)}:{fault.line}:{fault.column}: ": fault.what for file in files if (fault := file.fault)
    }


def _where(finding: Finding) -> str:
    place = finding.at
    return f"{shown_path(place.file)}:{place.line}:{place.column}: " if isinstance(place, Place) else ""
