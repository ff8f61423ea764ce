"""Reads a root's tree: its kustomization and everything that one leads to, following nothing that leaves the
repository, and nothing that would be fetched or run.

Files are read once a run, and so is a base that many roots share.
"""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import replace

from gateshift.kustomize.tree.field_names import canonical
from gateshift.kustomize.tree.leave_out import HELM_FIELDS
from gateshift.kustomize.tree.references import References
from gateshift.kustomize.tree.tree_order import tree_of
from gateshift.model.engine_build import EngineBuild
from gateshift.model.kustomization import (
    KUSTOMIZATION_NAMES,
    Kind,
    Kustomization,
    KustomizationTree,
    Problem,
    Refused,
    Root,
)
from gateshift.model.place import Place
from gateshift.model.source import SourceFile
from gateshift.model.sync_pointer import SyncPointer
from gateshift.system.source_files import Sources, above, outside, shown
from gateshift.yamldoc.data import text_at

_DEEPEST = 60
_FLUX = "kustomize.toolkit.fluxcd.io/"


class TreeReader:
    """Reads the trees of one run. A kustomization and a file are read once, whichever roots they belong to."""

    def __init__(self, sources: Sources | None = None) -> None:
        self.sources = sources or Sources()
        self._known: dict[tuple[Path, Path], Kustomization | Refused] = {}
        self._open: list[Path] = []

    def read(self, root: Root) -> KustomizationTree:
        """The tree of a root; refusals and faults are values in it, nothing is raised for them."""
        if root.files:
            return self._plain(root)
        top = self._kustomization(root.folder, root.folder, root.repository)
        if root.pointer is not None and root.pointer.build is not None:
            return self._as_followed(root, top, root.pointer, root.pointer.build)
        return self._tree(root, top)

    def _tree(self, root: Root, top: Kustomization | Refused) -> KustomizationTree:
        if isinstance(top, Refused):
            return KustomizationTree(root, None, (), {}, {}, ((Place(root.folder), top),))
        return tree_of(root, top)

    def _as_followed(
        self, root: Root, top: Kustomization | Refused, pointer: SyncPointer, build: EngineBuild
    ) -> KustomizationTree:
        """The tree of a root that a sync engine builds in its own way."""
        from gateshift.kustomize.tree.edited import edited  # only a repository with such a pointer pays for it
        from gateshift.kustomize.tree.generated import generated

        sync_object = self.sources.read(self.sources.real(pointer.file))
        undecodable: tuple[SourceFile, ...] = ()
        if isinstance(top, Refused) and top.problem is Problem.NO_KUSTOMIZATION:
            made = generated(root, sync_object, pointer, self.sources)
            top, undecodable = self._with_references(made.node, root.repository), made.undecodable
        if isinstance(top, Kustomization) and build.edits:
            top = self._with_references(edited(top, build, sync_object, pointer.document), root.repository)
        return replace(self._tree(root, top), deciding=(sync_object,), undecodable=undecodable)

    def kustomization_files(self, folder: Path) -> tuple[Path, ...]:
        """The real paths of the kustomization files of a folder whose links are resolved."""
        return tuple(self.sources.real(folder / name) for name in KUSTOMIZATION_NAMES if (folder / name).is_file())

    def is_of_flux(self, file: Path) -> bool:
        """Whether a file is an object of Flux, whose kind is called Kustomization too."""
        return text_at(self.sources.read(file).data(), "apiVersion").startswith(_FLUX)

    def _plain(self, root: Root) -> KustomizationTree:
        files: dict[Path, SourceFile] = {}
        problems = []
        for path in root.files:
            real = self.sources.real(path)
            refused = outside(path, real, root.repository)
            if refused:
                problems.append((Place(path), refused))
            else:
                files[path] = self.sources.read(real)
        sources = {file.path: file for file in files.values()}
        deciding = () if root.pointer is None else (self.sources.read(self.sources.real(root.pointer.file)),)
        return KustomizationTree(root, None, (), files, sources, tuple(problems), deciding=deciding)

    def _kustomization(self, folder: Path, key: Path, repository: Path) -> Kustomization | Refused:
        if folder in self._open:
            return Refused(Problem.CYCLE, shown(folder, repository))
        if len(self._open) >= _DEEPEST:
            return Refused(Problem.TOO_LARGE, f"bases of bases more than {_DEEPEST} levels deep")
        known = self._known.get((repository, key))
        if known is None:
            known = self._known[repository, key] = self._load(folder, key, repository)
        return known

    def _load(self, folder: Path, key: Path, repository: Path) -> Kustomization | Refused:
        names = [name for name in KUSTOMIZATION_NAMES if (folder / name).is_file()]
        if not names:
            return Refused(Problem.NO_KUSTOMIZATION, shown(folder, repository))
        if len(names) > 1:
            return Refused(Problem.SEVERAL_KUSTOMIZATIONS, " and ".join(names))
        path = folder / names[0]
        real = self.sources.real(path)
        refused = outside(path, real, repository) or above(real, folder, repository)
        if refused:
            return refused
        file = self.sources.read(real)
        data, spelled, twice = canonical(file.data())
        problems = [((written,), Refused(Problem.FIELD_TWICE, field)) for written, field in twice]
        problems += [
            ((spelled.get(field, field),), Refused(Problem.HELM, field)) for field in HELM_FIELDS if data.get(field)
        ]
        if self.is_of_flux(real):
            problems.append((("apiVersion",), Refused(Problem.OBJECT_OF_FLUX, names[0])))
        kind = Kind.COMPONENT if data.get("kind") == Kind.COMPONENT.value else Kind.KUSTOMIZATION
        node = Kustomization(folder, key, file, kind, data, spelled, (), tuple(problems))
        return self._with_references(node, repository)

    def _with_references(self, node: Kustomization, repository: Path) -> Kustomization:
        def follow(real: Path, key: Path) -> Kustomization | Refused:
            return self._kustomization(real, key, repository)

        self._open.append(node.folder)
        references = tuple(References(node, repository, self.sources, follow).read())
        self._open.pop()
        return replace(node, references=references)
