"""What the paths of `gateshift adopt` mean: a Kustomize root, or plain manifests."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from gateshift.app.adopt.environments import environment_names, in_order
from gateshift.app.shared.followed_folders import with_supplied_variables
from gateshift.app.shared.paths import shown_path
from gateshift.app.shared.repository_pointers import RepositoryPointers, repository_pointers
from gateshift.app.shared.resolve_target import only_root
from gateshift.app.shared.rollout_pointers import settings_of, with_every_engine
from gateshift.engines.registry import ENGINES
from gateshift.errors import Exit, UserError
from gateshift.kustomize.tree.manifest_files import manifest_files
from gateshift.kustomize.tree.plain_yaml import plain_yaml
from gateshift.kustomize.tree.roots import find_roots, has_kustomization
from gateshift.model.engine_build import ManifestFiles
from gateshift.model.kustomization import Root
from gateshift.model.resource import Build, Resource, ResourceId
from gateshift.model.sync_pointer import SyncPointer, SyncSettings, folder_of
from gateshift.system import git
from gateshift.system.repositories import repository_of
from gateshift.system.source_files import Sources, real_path
from gateshift.traffic.cluster import same_namespace
from gateshift.yamldoc import UnreadableYaml, dump, load_all, text_of
from gateshift.yamldoc.data import Json, JsonObject, text_at

_HARMLESS = ("namespace", "commonAnnotations")
"""What a pointer may add to the kustomization that it follows without a difference to a rollout."""


class AdoptSource(Struct, frozen=True):
    """What runs today, as `label` names it: its root, the top of its repository, the pointers that follow it, the name
    of its environment, "" where there is one alone, and the repository's other pointers."""

    label: str
    root: Root
    repository: Path
    pointers: tuple[SyncPointer, ...] = ()
    environment: str = ""
    other_pointers: tuple[SyncPointer, ...] = ()

    def live(self, folder: Path, build: Build) -> JsonObject:
        """How a gateshift.yaml in that folder names it; of plain files those from which the build has objects."""
        if not self.root.files:
            return {"path": relative(self.root.folder, folder)}
        used = {real_path(resource.origin.file) for resource in build.resources}
        held = map(real_path, self.root.files)
        files: list[Json] = [relative(file, folder) for file in held if file in used]
        return {"files": files}

    @property
    def settings(self) -> tuple[SyncSettings, ...]:
        """How the engines that follow it are set."""
        return with_every_engine(settings for pointer in self.pointers for settings in settings_of(pointer))


def relative(path: Path, folder: Path) -> str:
    """The path as seen from a folder."""
    return Path(os.path.relpath(path, folder)).as_posix()


def read_sources(paths: Sequence[Path]) -> tuple[AdoptSource, ...]:
    """What the paths, or else the current folder, hold, an environment each, in the order in which a release reaches
    them; plain files that hold no object twice are one. A pointer's file means what its pointers follow. Raises
    UserError where that is no one thing, is in no Git repository, or is changed by its pointer."""
    named = list(paths) or [Path()]
    repository = repository_of(named[0])
    work_tree = git.work_tree(repository)
    if work_tree is None:
        raise UserError(
            "there is no Git repository here, and a rollout is one commit after another",
            where=str(named[0]),
            next_step="Run `git init` at the top of your manifests.",
        )
    known = with_supplied_variables(repository_pointers(repository, work_tree))
    held = [(label, root) for path in named for label, root in _roots(path, known)]
    if len({root.repository for _, root in held}) > 1:
        raise UserError("these are files of several repositories", next_step="Name those of one.")
    if len(held) > 1 and all(root.files for _, root in held) and not _hold_the_same([root for _, root in held]):
        held = [(" ".join(map(str, named)), _of_files([root for _, root in held]))]
    names = environment_names([_telling(root).relative_to(real_path(root.repository)) for _, root in held])
    return tuple(_source(*held[index], names[index], known) for index in in_order(names))


def _source(label: str, root: Root, environment: str, known: RepositoryPointers) -> AdoptSource:
    folder = folder_of(relative(root.folder, root.repository))
    following = tuple(pointer for pointer in known.pointers if pointer.folder == folder)
    for pointer in following:
        _refuse_changed(pointer)
    others = tuple(pointer for pointer in known.pointers if pointer.folder != folder)
    return AdoptSource(label, _as_followed(root, following), root.repository, following, environment, others)


def _as_followed(root: Root, following: Sequence[SyncPointer]) -> Root:
    """The root; plain files are those that the engine applies from their folder, and none left out that is not
    named."""
    ways = [pointer.build.folder for pointer in following if pointer.build is not None]
    if not root.files or not ways:
        return root
    chosen = next((way for way in ways if isinstance(way, ManifestFiles)), None)
    files = _generated(root.folder) if chosen is None else manifest_files(root.folder, chosen, Sources())
    return replace(root, files=files)


def _generated(folder: Path) -> tuple[Path, ...]:
    """The files that Flux lists in the kustomization that it generates. Raises UserError where it would list another
    kustomization too, since no file says so that a stage could build on."""
    found = find_roots([folder]).roots
    built = [root.path for root in found if not root.files]
    if built:
        raise UserError(
            f"Flux generates a kustomization for {shown_path(folder)}, with {', '.join(map(shown_path, built))} among "
            "its resources",
            where=shown_path(folder),
            next_step="Write it down first, by `kustomize create --autodetect --recursive` there, and commit it.",
            exit_code=Exit.FINDINGS,
        )
    return tuple(file for root in found for file in _manifests(root).files)


def _roots(path: Path, known: RepositoryPointers) -> Iterator[tuple[str, Root]]:
    """The root that the path is, or those that the pointers of the file at the path follow, with its name."""
    held = [pointer for pointer in known.pointers if path.is_file() and real_path(pointer.file) == real_path(path)]
    folders = dict.fromkeys(pointer.folder for pointer in held)
    if len(folders) < 2:
        yield str(path), _root(known.top / next(iter(folders)) if folders else path, known)
        return
    for folder in folders:
        yield f"{path}:{folder}", _root(known.top / folder, known)


def _root(path: Path, known: RepositoryPointers) -> Root:
    """The one root that the path is or holds; of a folder without a kustomization that a pointer follows, the files
    that its engine applies. Raises UserError for several or none."""
    if path.is_dir() and not has_kustomization(path):
        folder = folder_of(relative(real_path(path), real_path(known.top)))
        following = [pointer for pointer in known.pointers if pointer.folder == folder and pointer.build is not None]
        root = Root(path, real_path(path), repository_of(path), (path,))
        files = _as_followed(root, following).files if following else ()
        if files:
            return replace(root, files=files)
    return _manifests(only_root(path))


def _manifests(root: Root) -> Root:
    """The root, of plain files those alone that hold objects: a chart's templates and values hold none. Raises
    UserError where that leaves nothing."""
    if not root.files or root.path.is_file():
        return root
    held = plain_yaml(root.files, (), Sources())
    files = tuple(file for one in held.roots for file in one.files)
    if not files:
        raise UserError(
            f"{root.path} holds no manifests, but files of a Helm chart or of other programs",
            next_step="Render a chart by `helm template NAME CHART > rendered.yaml`, and adopt rendered.yaml.",
            exit_code=Exit.FINDINGS,
        )
    return replace(root, files=tuple(sorted(files)))


def _telling(root: Root) -> Path:
    """The path whose words name the environment."""
    return real_path(root.files[0]).with_suffix("") if len(root.files) == 1 else real_path(root.folder)


def _hold_the_same(roots: Sequence[Root]) -> bool:
    """Whether an object of one of these plain roots is in another too."""
    names = [name for root in roots for name in {name for file in root.files for name in _object_names(file)}]
    return len(set(names)) < len(names)


def _object_names(file: Path) -> Iterator[tuple[str, str]]:
    try:
        documents = load_all(text_of(file.read_bytes()))
    except (OSError, UnreadableYaml):
        return
    for document in documents:
        if text_at(document, "kind") and text_at(document, "metadata", "name"):
            yield text_at(document, "kind"), text_at(document, "metadata", "name")


def _refuse_changed(pointer: SyncPointer) -> None:
    """Raises UserError where the pointer changes what is built, so that the stages could not be proved."""
    build = pointer.build
    if build is None:
        return
    telling = dict.fromkeys(edit.field for edit in build.edits if edit.field not in _HARMLESS)
    if telling:
        raise UserError(
            f"{pointer} changes what is built by `{'`, `'.join(telling)}`, and would change the stages too",
            where=shown_path(pointer.file),
            next_step="Move that into the kustomization that it follows first.",
            exit_code=Exit.FINDINGS,
        )


def refuse_filled(source: AdoptSource, objects: Sequence[Resource]) -> None:
    """Raises UserError where a pointer fills variables into these objects of the service, whose fields the stages copy.
    What it fills into others it fills into the stages alike."""
    for pointer in source.pointers:
        build = pointer.build
        if build is None or build.variables is None:
            continue
        texts = tuple(replace(one, text=dump(one.data)) for one in objects)
        filled = ENGINES[pointer.engine].finished(texts, replace(build, labels={}, annotations={}))
        changed = [old.id for old, new in zip(objects, filled.resources, strict=True) if old.data != new.data]
        changed += [fault.resource.id for fault in filled.faults if fault.resource is not None]
        if changed:
            where = f" of {', '.join(map(str, dict.fromkeys(changed)))}"
            raise UserError(
                f"{pointer} fills variables into what is built (`{build.variables.at[-1]}`){where}, and would fill "
                "them into the stages too",
                where=shown_path(pointer.file),
                next_step="Write their values into the manifests that it follows, and take the variables out of it "
                "first.",
                exit_code=Exit.FINDINGS,
            )


def refuse_copied_pointer(source: AdoptSource, build: Build) -> None:
    """Raises UserError where a pointer is among the objects that it applies, and these are copied: the copy would set
    its path back as often as it is moved."""
    for pointer in source.pointers:
        held = (one for one in build.resources if (one.kind, one.id.name) == (pointer.kind, pointer.name))
        if any(same_namespace(one.id.namespace, pointer.namespace) for one in held):
            raise UserError(
                f"{pointer} is among the objects of {source.label}, which it follows; a stage would hold a copy of it "
                "that sets its path back",
                where=shown_path(pointer.file),
                next_step="Move what runs into a directory of its own, with a pointer that stands elsewhere.",
                exit_code=Exit.FINDINGS,
            )


def refuse_twice(source: AdoptSource, build: Build) -> None:
    """Raises UserError where two plain files hold one object: an engine applies both, one over the other, and no
    kustomization takes both."""
    first: dict[tuple[ResourceId, str], Resource] = {}
    for resource in build.resources if source.root.files else ():
        other = first.setdefault((resource.id, text_at(resource.data, "apiVersion")), resource)
        if other is not resource:
            raise UserError(
                f"{resource.id} is in {shown_path(other.origin.file)} already, and what runs is one of them",
                where=shown_path(resource.origin.file),
                next_step="Take the other one out, or name the files that are deployed.",
                exit_code=Exit.FINDINGS,
            )


def _of_files(roots: Sequence[Root]) -> Root:
    """Several plain files and folders as one root."""
    files = tuple(dict.fromkeys(file for root in roots for file in root.files))
    folder = Path(os.path.commonpath([root.folder for root in roots]))
    return Root(folder, folder, repository_of(folder), files)
