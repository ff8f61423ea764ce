"""The sync objects of a validation: those in the roots, and those beside a rollout that is looked at as a whole."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from msgspec.structs import replace

from gateshift.app.shared.build_roots import BuiltRoot
from gateshift.app.shared.rollout_pointers import files_matching, prefix_of
from gateshift.app.shared.rollouts import rollout_file_above
from gateshift.checks.subject import Subject
from gateshift.checks.sync import objects as sync_checks
from gateshift.checks.sync import pointers as pointer_checks
from gateshift.checks.sync.pointers import PointerTarget
from gateshift.config import open_rollout
from gateshift.engines.placement import StageFolders, plain_url
from gateshift.engines.read import pointers_of, repositories_in, with_repository
from gateshift.errors import UserError
from gateshift.kustomize.build import plain_build
from gateshift.model.finding import FieldRef, Finding
from gateshift.model.kustomization import KustomizationTree
from gateshift.model.resource import Resource
from gateshift.model.rollout import Rollout
from gateshift.model.rule import checks_in
from gateshift.model.sync_pointer import NotUnderstood, SyncPointer
from gateshift.system import git
from gateshift.system.source_files import real_path
from gateshift.yamldoc.data import Json

_USUAL = ("", "HEAD", "main", "master")


def sync_findings(
    built: Iterable[BuiltRoot], pointers: Iterable[KustomizationTree]
) -> Iterator[tuple[BuiltRoot, Finding]]:
    """What pointers do wrong, each finding with the root it is found in.

    The objects of the roots in `built` have been checked one by one before; those of the sync/ folders `pointers` are
    checked here, by nothing but the rules about sync objects.
    """
    beside = [BuiltRoot(tree, plain_build(tree)) for tree in pointers]
    for root in beside:
        if root.build is not None:
            subject = Subject.of(root.build)
            yield from ((root, finding) for check in checks_in(sync_checks) for finding in check(subject))
    by_repository: dict[Path, list[BuiltRoot]] = {}
    for root in (*built, *beside):
        by_repository.setdefault(root.tree.root.repository, []).append(root)
    for repository, roots in by_repository.items():
        yield from _of_repository(repository, roots)


def _of_repository(repository: Path, roots: Sequence[BuiltRoot]) -> Iterator[tuple[BuiltRoot, Finding]]:
    owner = {id(resource): (root, resource) for root in roots if root.build for resource in root.build.resources}
    resources = [resource for _, resource in owner.values()]
    repositories = repositories_in(resource.data for resource in resources)
    targets_of = _Targets(repository)
    targets = [
        targets_of.target(resource, with_repository(pointer, repositories))
        for resource in resources
        for pointer in pointers_of(resource.data, targets_of.matching)
        if not isinstance(pointer, NotUnderstood)
    ]
    for check in checks_in(pointer_checks) if targets else ():
        for finding in check(targets):
            assert isinstance(finding.at, FieldRef)
            yield owner[id(finding.at.resource)][0], finding


class _Targets:
    """Tells what the pointers of one repository name."""

    def __init__(self, repository: Path) -> None:
        self.repository = repository
        self._rollouts: dict[Path, Rollout | None] = {}
        self._here: frozenset[str] | None = None

    def matching(self, pattern: str) -> Mapping[str, Json]:
        """The data of the repository's files that a git generator would read."""
        return files_matching(self.repository, pattern)

    def target(self, resource: Resource, pointer: SyncPointer) -> PointerTarget:
        """The pointer with the folder, the rollout and the stage that it names."""
        named = self.repository / pointer.folder
        nearest = next(folder for folder in (named, *named.parents) if os.path.isdir(folder))
        folder = real_path(nearest)
        inside = folder.is_relative_to(self.repository)
        stage_pointer, rollout = None, None
        for rollout in self._near(folder if inside else self.repository, resource.origin.file):
            stage_pointer = StageFolders(rollout, prefix_of(rollout, self.repository)).place(pointer)
            if stage_pointer is not None:
                break
        exists = (inside and nearest == named) or (False if stage_pointer or self._is_of_here(pointer) else None)
        target = PointerTarget(resource, pointer, exists)
        if stage_pointer is None:
            return target
        return replace(target, rollout=rollout, environment=stage_pointer.environment, stage=stage_pointer.stage)

    def _near(self, folder: Path, pointer_file: Path) -> Iterator[Rollout]:
        """The rollouts that the pointer may belong to: above the folder that it names, and above its own file."""
        for start in dict.fromkeys((folder, real_path(pointer_file).parent)):
            file = rollout_file_above(start, self.repository) if start.is_relative_to(self.repository) else None
            rollout = self._open(file) if file is not None else None
            if rollout is not None:
                yield rollout

    def _open(self, file: Path) -> Rollout | None:
        """The rollout of a file; None where it cannot be read, which is told where that rollout is looked at."""
        if file not in self._rollouts:
            try:
                self._rollouts[file] = open_rollout(file).rollout
            except UserError:
                self._rollouts[file] = None
        return self._rollouts[file]

    def _is_of_here(self, pointer: SyncPointer) -> bool:
        """Whether the pointer reads this very repository, at a revision that is likely the one checked out."""
        if not pointer.repository or pointer.revision not in _USUAL:
            return False
        if self._here is None:
            top = git.work_tree(self.repository)
            self._here = frozenset(map(plain_url, git.remotes(top))) if top is not None else frozenset()
        return plain_url(pointer.repository) in self._here
