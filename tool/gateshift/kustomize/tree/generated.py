"""The kustomization that Flux generates for a folder without one: a resource for every manifest below it.

Source: fluxcd/pkg, kustomize/kustomize_generator.go (scanManifests: a subfolder with a kustomization is a resource, and
nothing else of it is) and sourceignore/sourceignore.go (what never reaches the cluster).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from gateshift.model.edited_source import EditedSource
from gateshift.model.kustomization import KUSTOMIZATION_NAMES, Kind, Kustomization, Root
from gateshift.model.resource import objects_in
from gateshift.model.source import SourceFile
from gateshift.model.sync_pointer import SyncPointer
from gateshift.system.source_files import Sources
from gateshift.yamldoc.data import Json, JsonObject

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

_NAME = KUSTOMIZATION_NAMES[0]
_ENDINGS = (".yaml", ".yml")
_PLACEHOLDER = "_placeholder"
_IGNORE_FILE = ".sourceignore"
_IGNORED_FOLDERS = frozenset({".git", ".github", ".circleci"})
_IGNORED_FILES = frozenset(
    {
        ".travis.yml",
        ".gitlab-ci.yml",
        "appveyor.yml",
        ".drone.yml",
        "cloudbuild.yaml",
        "codeship-services.yml",
        "codeship-steps.yml",
        ".goreleaser.yml",
        ".sops.yaml",
        ".flux.yaml",
    }
)


class GeneratedKustomization(Struct, frozen=True, eq=False):
    """The kustomization, its references yet to be read, and the files for which Flux would refuse it: these are not in
    it, so that the rest can be built."""

    node: Kustomization
    undecodable: tuple[SourceFile, ...]


def generated(root: Root, sync_object: SourceFile, pointer: SyncPointer, sources: Sources) -> GeneratedKustomization:
    """What Flux makes for a folder that has no kustomization; all of it stands where the sync object names the
    folder."""
    files = {name: root.folder / name for name in manifests(root.folder, root.repository)}
    read = {name: sources.read(path) for name, path in files.items() if not path.is_dir()}
    broken = {name: file for name, file in read.items() if not _holds_objects_alone(file)}
    listed: list[Json] = [f"./{name}" for name in files if name not in broken]
    fields: JsonObject = {"resources": listed} if listed else {"namespace": _PLACEHOLDER}
    file = EditedSource(root.folder / _NAME, fields, sync_object, pointer.document, {(): pointer.path_at})
    node = Kustomization(root.folder, root.folder, file, Kind.KUSTOMIZATION, fields, {}, ())
    return GeneratedKustomization(node, tuple(broken.values()))


def _holds_objects_alone(file: SourceFile) -> bool:
    if file.fault is not None:
        return False
    objects = [list(objects_in(document.data)) for document in file.documents if document.data is not None]
    return all(within and all(data.get("kind") and data.get("apiVersion") for _, data in within) for within in objects)


def manifests(folder: Path, repository: Path) -> tuple[str, ...]:
    """The YAML files below a folder, and the subfolders with a kustomization, by path from it in Flux's order."""
    return tuple(path.relative_to(folder).as_posix() for path in _below(folder, _Ignored(repository)))


def _below(folder: Path, ignored: _Ignored) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.is_symlink():  # none reaches the cluster
            continue
        if path.is_dir() and path.name not in _IGNORED_FOLDERS:
            kustomizations = (path / name for name in KUSTOMIZATION_NAMES)
            if any(file.is_file() and not ignored.match(file) for file in kustomizations):
                yield path
            else:
                yield from _below(path, ignored)
        elif path.suffix in _ENDINGS and path.is_file() and not (path.name in _IGNORED_FILES or ignored.match(path)):
            yield path


class _Ignored:
    """What the `.sourceignore` files of a repository take out, each for what is below it."""

    def __init__(self, repository: Path) -> None:
        self._repository = repository
        self._patterns: dict[Path, GitIgnoreSpec | None] = {}

    def match(self, file: Path) -> bool:
        """Whether the file is taken out: the nearest `.sourceignore` that speaks of it decides."""
        for folder in file.parents:
            patterns = self._of(folder)
            said = patterns.check_file(file.relative_to(folder).as_posix()).include if patterns is not None else None
            if said is not None:
                return said
            if folder == self._repository:
                break
        return False

    def _of(self, folder: Path) -> GitIgnoreSpec | None:
        if folder not in self._patterns:
            file = folder / _IGNORE_FILE
            self._patterns[folder] = _patterns(file) if file.is_file() and not file.is_symlink() else None
        return self._patterns[folder]


def _patterns(file: Path) -> GitIgnoreSpec | None:
    """The patterns of a file; none where it cannot be read as such."""
    from pathspec import GitIgnoreSpec  # only a repository with such a file pays for its start-up

    source = Sources().read_data(file)
    try:
        return GitIgnoreSpec.from_lines(source.text.splitlines())
    except ValueError:
        return None
