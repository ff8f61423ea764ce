"""Finds the roots under the paths a user names."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from gateshift.errors import Exit, UserError
from gateshift.kustomize.tree.field_names import canonical
from gateshift.kustomize.tree.remote import is_remote
from gateshift.model.kustomization import KUSTOMIZATION_NAMES, Kind, Root
from gateshift.system import git
from gateshift.system.repositories import repository_of
from gateshift.system.source_files import Sources, real_path, refuse_link_out
from gateshift.yamldoc.data import JsonObject, list_at

YAML_ENDINGS = (".yaml", ".yml")
_SKIPPED = frozenset({".git", "node_modules"})
_FOLDER_FIELDS = ("resources", "bases", "components", "generators", "transformers", "validators")


Excludes = Callable[[Path], bool]
"""Whether a file or folder is left out of a search."""


class Roots(Struct, frozen=True):
    """What was found: the roots, in order of the paths and then by name; and the folders that could not be searched,
    with the reason.

    `kustomizations` and `yaml_files` are what a search for everything came across: every folder with a kustomization
    as a root, also those that others use, and every YAML file; `excluded` are YAML files that it was to leave out.
    """

    roots: tuple[Root, ...]
    unsearched: tuple[tuple[Path, str], ...] = ()
    kustomizations: tuple[Root, ...] = ()
    yaml_files: tuple[Path, ...] = ()
    excluded: tuple[Path, ...] = ()


def search_roots(paths: Sequence[Path], sources: Sources | None = None, excludes: Excludes | None = None) -> Roots:
    """Everything under the paths but what `excludes` names: the roots with a kustomization, and the YAML files that are
    named. A folder means all that is below it, whatever stands at its top. Raises UserError (exit code 4) where a path
    does not exist."""
    search = _Search(sources or Sources(), excludes)
    roots = [root for path in paths for root in search.below(path)]
    return Roots(
        search.kept(roots),
        tuple(search.unsearched),
        tuple({root.folder: root for root in roots if not root.files}.values()),
        tuple(dict.fromkeys(search.yaml_files)),
        tuple(dict.fromkeys(search.excluded)),
    )


def find_roots(paths: Sequence[Path], sources: Sources | None = None) -> Roots:
    """The roots that each path is, or where it is none, holds. Raises UserError (exit code 4) where a path does not
    exist, or where there is no root in all of them."""
    search = _Search(sources or Sources())
    roots = [root for path in paths for root in search.under(path)]
    kept = search.kept(roots)
    if not kept and not search.unsearched:
        named = ", ".join(str(path) for path in paths)
        raise UserError(
            f"no Kustomize root and no YAML file under {named}" + search.components_text(),
            next_step="Name a directory with a kustomization.yaml, a directory of YAML files, or a YAML file.",
            exit_code=Exit.NOTHING_FOUND,
        )
    return Roots(kept, tuple(search.unsearched))


def has_kustomization(folder: Path) -> bool:
    """Whether the folder has a kustomization file, also where that is a link that leads nowhere."""
    return any(os.path.lexists(folder / name) for name in KUSTOMIZATION_NAMES)


class _Search:
    """One search over all paths, remembering what could not be looked into."""

    def __init__(self, sources: Sources, excludes: Excludes | None = None) -> None:
        self.sources = sources
        self.excludes = excludes
        self.excluded: list[Path] = []
        self.unsearched: list[tuple[Path, str]] = []
        self.components: list[Path] = []
        self.named: set[Path] = set()
        self.yaml_files: list[Path] = []

    def components_text(self) -> str:
        """Why a Component that was found is no root."""
        if not self.components:
            return ""
        return f"; {self.components[0]} is a Component, which is built only through the kustomization that names it"

    def under(self, path: Path) -> Iterator[Root]:
        """The roots of one path, those that others use among them."""
        if not os.path.lexists(path):
            raise UserError(f"{path} does not exist", exit_code=Exit.NOTHING_FOUND)
        refuse_link_out(path)
        if path.is_dir():
            if self._kustomization_in(path):
                self.named.add(real_path(path))
                yield Root(path, real_path(path), repository_of(path))
            else:
                yield from self._in_folder(path)
        elif path.name in KUSTOMIZATION_NAMES:
            self.named.add(real_path(path.parent))
            yield Root(path.parent, real_path(path.parent), repository_of(path))
        else:
            yield Root(path, real_path(path).parent, repository_of(path), (path,))

    def below(self, path: Path) -> Iterator[Root]:
        """The roots of one path and of all that is below it, those that others use among them."""
        if not os.path.isdir(path):
            yield from self.under(path)
            return
        refuse_link_out(path)
        if self._kustomization_in(path):
            self.named.add(real_path(path))
        folders, yaml_files = self._left(path, *self._walk(path))
        self.yaml_files += yaml_files
        repository = repository_of(path)
        for folder in folders:
            yield Root(folder, self.sources.real(folder), repository)

    def _left(self, top: Path, folders: list[Path], yaml_files: list[Path]) -> tuple[list[Path], list[Path]]:
        """Both without what is to be left out; a path that is named is never left out itself."""
        excludes = self.excludes
        if excludes is None:
            return folders, yaml_files
        out = [file for file in yaml_files if excludes(file)]
        self.excluded += out
        left = set(yaml_files).difference(out)
        return [folder for folder in folders if folder == top or not excludes(folder)], sorted(left)

    def kept(self, found: Iterable[Root]) -> tuple[Root, ...]:
        """The roots to check: each once, no Component, and none that another one uses unless it is named."""
        distinct: dict[tuple[Path, tuple[Path, ...]], Root] = {}
        for root in found:
            distinct.setdefault((root.folder, root.files), root)
        built = {root.folder: root for root in distinct.values() if not root.files}
        chosen = self._uppermost(built)
        return tuple(root for root in distinct.values() if root.files or root.folder in chosen)

    def _in_folder(self, path: Path) -> Iterator[Root]:
        folders, yaml_files = self._walk(path)
        repository = repository_of(path)
        for folder in folders:
            yield Root(folder, self.sources.real(folder), repository)
        if yaml_files and not folders:
            yield Root(path, real_path(path), repository, tuple(yaml_files))

    def _walk(self, top: Path) -> tuple[list[Path], list[Path]]:
        """The folders with a kustomization and the YAML files below a folder, sorted; links to folders are not
        followed, since what they lead to is either found on its own or outside."""
        folders, yaml_files = [], []
        ignored = git.ignored(top)

        def refused(error: OSError) -> None:
            self.unsearched.append((Path(error.filename or top), error.strerror or "it cannot be read"))

        for where, below, names in os.walk(top, onerror=refused):
            below[:] = sorted(
                name for name in below if name not in _SKIPPED and os.path.join(where, name) not in ignored
            )
            if any(name in KUSTOMIZATION_NAMES for name in names) and self._kustomization_in(Path(where)):
                folders.append(Path(where))
            yaml_files += [
                Path(where, name)
                for name in sorted(names)
                if name.endswith(YAML_ENDINGS) and os.path.join(where, name) not in ignored
            ]
        return folders, sorted(yaml_files)

    def _uppermost(self, folders: Mapping[Path, Root]) -> set[Path]:
        """The folders that no other one uses, and the named ones; of those that only use each other, the first."""
        components = {folder for folder in folders if self._is_component(folder)}
        self.components += [folders[folder].path for folder in sorted(components)]
        uses = {folder: self._uses(folder) & folders.keys() for folder in folders}
        used = {other for folder in folders for other in uses[folder] if other != folder}
        chosen = {folder for folder in folders if folder not in used or folder in self.named} - components
        reached = _reached(chosen, uses)
        for folder in folders:
            if folder not in reached | components:
                chosen.add(folder)
                reached |= _reached([folder], uses)
        return chosen

    def _is_component(self, folder: Path) -> bool:
        return self._fields(folder).get("kind") == Kind.COMPONENT.value

    def _uses(self, folder: Path) -> set[Path]:
        fields = self._fields(folder)
        texts = (text for field in _FOLDER_FIELDS for text in list_at(fields, field))
        return {
            self.sources.real(os.path.join(folder, text))
            for text in texts
            if isinstance(text, str) and "\n" not in text and "\0" not in text and not is_remote(text)
        }

    def _fields(self, folder: Path) -> JsonObject:
        """The fields of the folder's kustomization; none where it is a link out of the folder."""
        name = self._kustomization_in(folder)
        real = self.sources.real(folder / name)
        return canonical(self.sources.read(real).data())[0] if name and real.is_relative_to(folder) else {}

    def _kustomization_in(self, folder: Path) -> str:
        """The name of the folder's kustomization file, also where it is a link that leads nowhere; else ""."""
        return next((name for name in KUSTOMIZATION_NAMES if os.path.lexists(folder / name)), "")


def _reached(start: Iterable[Path], uses: dict[Path, set[Path]]) -> set[Path]:
    reached: set[Path] = set()
    waiting = list(start)
    while waiting:
        folder = waiting.pop()
        if folder not in reached:
            reached.add(folder)
            waiting += uses[folder]
    return reached
