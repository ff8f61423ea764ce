"""A root's build and findings, given again where nothing that the root is made of has changed.

Its tree is read in every run, so that what is new, gone or led elsewhere is seen as always. The name of an entry is
made of that tree and of all that it is built and checked with; what several roots do together is never kept.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from gateshift.apischema.crd import is_crd
from gateshift.app.shared.build_roots import BuiltRoot
from gateshift.app.shared.kept_values import decoded, encoded
from gateshift.app.shared.rollouts import StageRoot
from gateshift.kustomize.tree.environment import takes_environment
from gateshift.model.finding import FieldRef, Finding, PlacedFinding
from gateshift.model.kustomization import Kustomization, KustomizationTree, Reference, Refused
from gateshift.model.place import Place
from gateshift.model.resource import Build
from gateshift.model.source import SourceFile
from gateshift.schemas import Schemas
from gateshift.system.answer_part import AnswerPart
from gateshift.system.answer_store import AnswerStore, digest
from gateshift.system.cache_sums import SUMS
from gateshift.system.own_state import own_state


class KeptRoot(Struct, frozen=True, eq=False):
    """What came of a root: its build and the findings of building it, and all findings with their places. `crds` is
    the digest of the custom resource definitions of the whole run, by which custom resources were checked."""

    build: Build | None
    of_build: tuple[Finding, ...]
    findings: tuple[PlacedFinding, ...]
    crds: bytes


class RootMemory:
    """The roots of one run: those that are known, and those that will be."""

    def __init__(self, store: AnswerStore | AnswerPart, common: bytes, stages: Mapping[Path, StageRoot]) -> None:
        self._store = store
        self._common = common
        self._stages = stages
        self._digests: dict[int, bytes] = {}
        self._files: list[SourceFile] = []

    @classmethod
    def of(
        cls,
        store: AnswerStore | AnswerPart,
        programs: Iterable[bytes],
        schemas: Schemas,
        stages: Mapping[Path, StageRoot],
        *,
        cel: bool,
    ) -> RootMemory:
        """The memory of a run with programs of these states and these schemas. Raises OSError where one of them cannot
        be read."""
        folders = (*schemas.sets, *(() if schemas.experimental is None else (schemas.experimental,)))
        sums = (part for folder in folders for part in (os.fsencode(folder), _sums(folder)))
        here = os.fsencode(os.getcwd())
        code = own_state(store if isinstance(store, AnswerStore) else store.below)
        return cls(store, digest(code, here, bytes([cel]), *programs, *sums), stages)

    def known(self, tree: KustomizationTree) -> KeptRoot | None:
        """What came of the root the last time; None where it has to be built."""
        name = self._name(tree)
        payload = None if name is None else self._store.get(name)
        return None if payload is None else decoded(payload, KeptRoot)

    def keep(self, built: BuiltRoot, findings: Iterable[PlacedFinding], crds: bytes) -> None:
        """Keep what came of a root that was wholly checked."""
        name = self._name(built.tree)
        if name is None:
            return
        bare = tuple(replace(placed, finding=_bare(placed.finding)) for placed in findings)
        kept = KeptRoot(built.build, tuple(map(_bare, built.findings)), bare, crds)
        try:
            self._store.put(name, encoded(kept))
        except (ValueError, TypeError):
            return  # a root may hold what no file can

    def _name(self, tree: KustomizationTree) -> bytes | None:
        """The name of the root's entry; None where the root is not made of files alone."""
        if takes_environment(tree):
            return None
        stage = self._stages.get(tree.root.folder)
        try:
            return digest(self._common, encoded((tree.root, stage)), *self._parts(tree))
        except (ValueError, TypeError):
            return None

    def _parts(self, tree: KustomizationTree) -> Iterator[bytes]:
        for node in tree.kustomizations:
            yield encoded(
                (node.folder, node.key, node.file.path, node.problems, tuple(map(_reference, node.references)))
            )
        yield encoded((tree.problems, dict(tree.rewritten)))
        deciding, undecodable = ({file.path: file for file in files} for files in (tree.deciding, tree.undecodable))
        for files in (tree.files, tree.sources, deciding, undecodable):
            yield encoded(len(files))
            for path, file in files.items():
                yield os.fsencode(path)
                yield self._content(file)

    def _content(self, file: SourceFile) -> bytes:
        known = self._digests.get(id(file))
        if known is None:
            why = file.fault.what if file.unreadable and file.fault else ""
            known = self._digests[id(file)] = digest(file.text.encode(errors="surrogatepass"), why.encode())
            self._files.append(file)  # as long as it is here, no other has its number
        return known


def crds_among(roots: Iterable[BuiltRoot]) -> bytes | None:
    """The digest of all custom resource definitions that the roots hold; None where one of them cannot be kept."""
    builds = (root.build for root in roots if root.build is not None)
    try:
        return digest(*sorted({encoded(crd.data) for build in builds for crd in build.resources if is_crd(crd.data)}))
    except (ValueError, TypeError):
        return None


def _sums(folder: Path) -> bytes:
    return (folder / SUMS).read_bytes()


def _reference(reference: Reference) -> tuple[object, ...]:
    target = reference.target
    match target:
        case SourceFile():
            leads: object = target.path
        case Kustomization():
            leads = (target.folder, target.key)
        case Refused():
            leads = target
    return reference.role, reference.file.path, reference.pointer, reference.text, reference.document, leads


def _bare(finding: Finding) -> Finding:
    """The finding without the objects' data, which nobody asks for once it has its place."""
    related = tuple(replace(each, at=_bare_place(each.at)) for each in finding.related)
    return replace(finding, at=_bare_place(finding.at), related=related)


def _bare_place(at: FieldRef | Place) -> FieldRef | Place:
    return replace(at, resource=replace(at.resource, data={}, text="")) if isinstance(at, FieldRef) else at
