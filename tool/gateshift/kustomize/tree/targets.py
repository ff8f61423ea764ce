"""What a text in a kustomization leads to: a file, another kustomization, or a refusal.

As in api/internal/target/kusttarget.go and api/internal/loader/fileloader.go of Kustomize v5.8.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from gateshift.kustomize.tree.remote import is_remote, is_remote_file
from gateshift.model.kustomization import FileRole, Kind, Kustomization, Problem, Refused, Target
from gateshift.model.source import SourceFile
from gateshift.system.source_files import Sources, above, missing, outside, shown

DATA_ROLES = (FileRole.DATA, FileRole.OPENAPI, FileRole.CRD)
"""What is read as it is, not as YAML with places."""

Follow = Callable[[Path, Path], Kustomization | Refused]
_LONGEST_PATH = 4096


class ReferenceTargets:
    """What texts lead to from one kustomization; `follow` reads the kustomization in another folder."""

    def __init__(self, node: Kustomization, repository: Path, sources: Sources, follow: Follow) -> None:
        self.node = node
        self.repository = repository
        self.sources = sources
        self.follow = follow

    def _path(self, text: str) -> Path:
        return Path(os.path.normpath(self.node.folder / text))

    def resource(self, text: str) -> Target:
        """A file of objects, or the folder of another kustomization."""
        if is_remote(text):
            return Refused(Problem.REMOTE, text)
        if _is_path(text) and os.path.isdir(self._path(text)):
            return self._folder(text, Kind.KUSTOMIZATION)
        return self.file(text)

    def component(self, text: str) -> Target:
        """The folder of a Component."""
        if is_remote(text):
            return Refused(Problem.REMOTE, text)
        if _is_path(text) and os.path.isdir(self._path(text)):
            return self._folder(text, Kind.COMPONENT)
        target = self.file(text)
        return target if isinstance(target, Refused) else Refused(Problem.WRONG_KIND, "a file")

    def _folder(self, text: str, kind: Kind) -> Target:
        path = self._path(text)
        real = self.sources.real(path)
        refused = outside(path, real, self.repository)
        if refused:
            return refused
        if text.startswith("/"):
            return Refused(Problem.ABOVE_FOLDER, "Kustomize does not take an absolute path of a directory")
        if self.node.folder.is_relative_to(real):
            return Refused(Problem.CYCLE, shown(real, self.repository))
        target = self.follow(real, Path(os.path.normpath(self.node.key / text)))
        if isinstance(target, Kustomization) and target.kind is not kind:
            return Refused(Problem.WRONG_KIND, f"a {target.kind.value}")
        return target

    def file(self, text: str, role: FileRole = FileRole.RESOURCE) -> SourceFile | Refused:
        """A file in or below the kustomization's folder."""
        if is_remote_file(text):
            return Refused(Problem.REMOTE, text)
        if not _is_path(text):
            return Refused(Problem.MISSING, "")
        path = self._path(text)
        real = self.sources.real(path)
        return (
            outside(path, real, self.repository)
            or missing(path, real, self.repository)
            or above(real, self.node.folder, self.repository)
            or (self.sources.read_data(real) if role in DATA_ROLES else self.sources.read(real))
        )


def _is_path(text: str) -> bool:
    return bool(text) and "\n" not in text and "\0" not in text and len(text) <= _LONGEST_PATH
