"""A Kustomize root as its files say it, read before anything is built: what each kustomization refers to, and where.

Kustomize matches the field names of a kustomization without regard to case, so `data` holds them in Kustomize's own
spelling and `pointer` gives back the one that is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum
from pathlib import Path

from msgspec import Struct

from gateshift.model.place import Place
from gateshift.model.source import SourceFile
from gateshift.model.sync_pointer import SyncPointer
from gateshift.yamldoc.data import FieldPath, JsonObject

KUSTOMIZATION_NAMES = ("kustomization.yaml", "kustomization.yml", "Kustomization")
"""The file names that Kustomize recognises, in its order; a folder may hold one of them."""


class Kind(Enum):
    """What a kustomization file is: a Component adds to the kustomization that names it and is never built alone."""

    KUSTOMIZATION = "Kustomization"
    COMPONENT = "Component"


class FileRole(Enum):
    """What a kustomization refers to a file or folder as."""

    RESOURCE = "resource"
    COMPONENT = "component"
    PATCH = "patch"
    REPLACEMENT = "replacement"
    GENERATOR = "generator"
    TRANSFORMER = "transformer"
    VALIDATOR = "validator"
    CONFIGURATION = "configuration"
    CRD = "CRD schema"
    OPENAPI = "OpenAPI schema"
    DATA = "data file"


class Problem(Enum):
    """Why a reference is not followed, or a file not used."""

    REMOTE = "remote"
    PROGRAM = "program"
    HELM = "helm"
    INDIRECT = "indirect"
    OUTSIDE_REPOSITORY = "outside-repository"
    LINK_OUT = "link-out"
    ABOVE_FOLDER = "above-folder"
    MISSING = "missing"
    NO_KUSTOMIZATION = "no-kustomization"
    SEVERAL_KUSTOMIZATIONS = "several-kustomizations"
    WRONG_KIND = "wrong-kind"
    OBJECT_OF_FLUX = "object-of-flux"
    FIELD_TWICE = "field-twice"
    CYCLE = "cycle"
    TOO_LARGE = "too-large"


LEFT_OUT = (Problem.REMOTE, Problem.HELM)
"""What is not built while the rest of the root is: it would have to be fetched, or Helm would have to run."""


class Refused(Struct, frozen=True):
    """A reference that was not followed: the problem, and in words what was found."""

    problem: Problem
    what: str


class Reference(Struct, frozen=True, eq=False):
    """One place in a kustomization (or in a transformer's configuration) that names a file, folder or URL, or holds
    YAML of its own. `pointer` leads to the string in document `document` of `file`; `text` is that string, without
    the `key=` of a generator's file."""

    role: FileRole
    file: SourceFile
    pointer: FieldPath
    text: str
    target: Target
    document: int = 0

    @property
    def place(self) -> Place:
        """Where the reference is written."""
        return self.file.place(self.pointer, self.document)


class Kustomization(Struct, frozen=True, eq=False):
    """One kustomization file. `folder` is its folder with all links resolved; `key` is the path by which Kustomize's
    annotations name the folder, which differs where the way to it leads over a link.

    `spelled` gives for each field of `data` the key as written. `problems` are those of the file itself.
    """

    folder: Path
    key: Path
    file: SourceFile
    kind: Kind
    data: JsonObject
    spelled: Mapping[str, str]
    references: tuple[Reference, ...]
    problems: tuple[tuple[FieldPath, Refused], ...] = ()

    def pointer(self, field: str, *steps: str | int) -> FieldPath:
        """The pointer to a field of the file, by Kustomize's name of the field."""
        return (self.spelled.get(field, field), *steps)

    def place(self, field: str, *steps: str | int, key: bool = False) -> Place:
        """Where a field of the file stands, by Kustomize's name of the field."""
        return self.file.place(self.pointer(field, *steps), key=key)

    def refers_to(self, role: FileRole) -> Iterator[Reference]:
        """The references of one role, in the order they are applied."""
        return (reference for reference in self.references if reference.role is role)


Target = SourceFile | Kustomization | Refused
"""What a reference leads to; YAML written in the string itself is an EmbeddedSource."""


class Root(Struct, frozen=True):
    """Something to check on its own: a folder with a kustomization, a folder of plain YAML, or one YAML file.

    `path` is as the user named or would name it; `folder` is the folder with all links resolved, and `repository`
    the folder that nothing may leave. `files` are the YAML files of a plain root, in order; for a root with a
    kustomization it is empty. `pointer` is a sync object that has the folder built in a way of its own, None where it
    is built as it stands.
    """

    path: Path
    folder: Path
    repository: Path
    files: tuple[Path, ...] = ()
    pointer: SyncPointer | None = None

    @property
    def has_variables(self) -> bool:
        """Whether variables are filled into what is built."""
        return self.pointer is not None and self.pointer.build is not None and self.pointer.build.variables is not None

    @property
    def key(self) -> tuple[Path, tuple[Path, ...], str]:
        """What two roots that build the same share."""
        build = self.pointer.build if self.pointer is not None else None
        way = build.way if build is not None and build.changes else ""
        return self.folder, self.files, way


class KustomizationTree(Struct, frozen=True, eq=False):
    """A root with everything it is made of. `top` is None for plain YAML, and where the kustomization cannot be read.

    `kustomizations` holds each kustomization once, a parent before its bases; `files` every file that was read,
    by the path Kustomize's annotations name it with, and `sources` by its real path. `problems` are faults with their
    places that belong to no reference. `rewritten` has the kustomization files that are built otherwise than they
    stand, by the same path as in `files`: their text as it is built. `deciding` are files of which no object is made
    and which say how it is done: that of the sync object; `undecodable` are files that the engine reads and refuses.
    """

    root: Root
    top: Kustomization | None
    kustomizations: tuple[Kustomization, ...]
    files: Mapping[Path, SourceFile]
    sources: Mapping[Path, SourceFile]
    problems: tuple[tuple[Place, Refused], ...] = ()
    rewritten: Mapping[Path, str] = {}
    deciding: tuple[SourceFile, ...] = ()
    undecodable: tuple[SourceFile, ...] = ()

    @property
    def own_files(self) -> tuple[Path, ...]:
        """The manifests of a folder without a kustomization; nothing where it has one."""
        if self.top is None or self.top.file.original is not None:
            return self.root.files
        listed = (reference.target for reference in self.top.refers_to(FileRole.RESOURCE))
        files = (*(target for target in listed if isinstance(target, SourceFile)), *self.undecodable)
        return tuple(file.path for file in files)

    @property
    def folders(self) -> tuple[Path, ...]:
        """The folders of its kustomizations; that of the root where it cannot be read."""
        if self.root.files:
            return ()
        stand = (node.folder for node in self.kustomizations if node.file.original is not None)
        return tuple(stand) if self.top is not None else (self.root.folder,)
