"""Where a build is started: at the repository's own files, or at copies of them where some are built otherwise."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from msgspec import Struct

from gateshift.errors import NoVerdict
from gateshift.model.kustomization import KustomizationTree


class BuildStart(Struct, frozen=True):
    """The folder that a build is started in; `mirror`, where it is not None, stands for `repository` in it."""

    folder: Path
    mirror: Path | None = None
    repository: Path = Path()

    def built(self, path: Path) -> Path:
        """Where Kustomize finds what the repository has at a path."""
        return path if self.mirror is None else self.mirror / path.relative_to(self.repository)

    def named(self, text: str) -> Path:
        """The repository's path that an annotation names: Kustomize joins paths as texts, from the start."""
        path = Path(os.path.normpath(self.folder / text))
        if self.mirror is None or not path.is_relative_to(self.mirror):
            return path
        return self.repository / path.relative_to(self.mirror)

    def said(self, text: str) -> str:
        """A message of Kustomize with the repository's own paths."""
        return text if self.mirror is None else text.replace(str(self.mirror), str(self.repository))


def write_mirror(tree: KustomizationTree, mirror: Path) -> None:
    """Write what the tree is made of into an empty folder, as it is to be built. Raises NoVerdict for a file that
    changed, or that is reached by links which lead through folders outside the repository."""
    repository = tree.root.repository
    try:
        for path, file in tree.files.items():
            target = mirror / path.relative_to(repository)
            target.parent.mkdir(parents=True, exist_ok=True)
            if path not in tree.rewritten:
                shutil.copyfile(file.path, target)
        for path, text in tree.rewritten.items():
            target = mirror / path.relative_to(repository)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
    except (OSError, ValueError) as error:
        raise NoVerdict(f"its files cannot be copied for the build: {error}", where=str(tree.root.path)) from error
