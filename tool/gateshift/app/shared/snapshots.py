"""The files of Git revisions, each written out once into a folder that goes when the run ends."""

from __future__ import annotations

import tempfile
from pathlib import Path
from types import TracebackType

from msgspec import Struct

from gateshift.app.shared.paths import shown_path
from gateshift.errors import UserError
from gateshift.system import git
from gateshift.system.source_files import real_path

_SHORT = 12
_MARK = ".git"
"""A file of this name makes the folder the top of a repository to whoever looks, and no repository to Git."""


class Snapshot(Struct, frozen=True):
    """A revision's files. `name` is the revision as the user may type it, `commit` its id; `top` the folder that holds
    the files, `work_tree` the top of the work tree they belong to."""

    name: str
    commit: str
    top: Path
    work_tree: Path

    def folder(self, path: Path) -> Path:
        """Where the snapshot has what is, or was, at a path of the work tree."""
        return self.top / real_path(path).relative_to(self.work_tree)


class Snapshots:
    """The snapshots of one run; a context manager."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="gateshift-")
        self._known: dict[tuple[Path, str], Snapshot] = {}

    def __enter__(self) -> Snapshots:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, UserError):  # nobody can look into these folders: they are gone when it is read
            error.what, error.where = self.readable(error.what), self.readable(error.where)
            error.next_step = self.readable(error.next_step)
        self._folder.cleanup()

    def at(self, ref: str, where: Path) -> Snapshot:
        """The snapshot of a revision of the repository around a path. Raises UserError where there is none."""
        return self._of(work_tree_of(where), ref, ref)

    def merge_base(self, ref: str, where: Path) -> Snapshot:
        """The snapshot of the commit at which HEAD left the history of `ref`."""
        work_tree = work_tree_of(where)
        commit = git.merge_base(work_tree, ref)
        return self._of(work_tree, commit, commit[:_SHORT])

    def _of(self, work_tree: Path, ref: str, name: str) -> Snapshot:
        commit = git.commit_id(work_tree, ref)
        known = self._known.get((work_tree, commit))
        if known is None:
            top = real_path(Path(self._folder.name)) / str(len(self._known))
            top.mkdir()
            git.export(work_tree, commit, top)
            (top / _MARK).touch()
            known = self._known[work_tree, commit] = Snapshot(name, commit, top, work_tree)
        return known

    def repository(self, path: Path) -> Path | None:
        """The work tree that a file of a snapshot belongs to, None for any other file."""
        known = (snapshot.work_tree for snapshot in self._known.values() if path.is_relative_to(snapshot.top))
        return next(known, None)

    def readable(self, text: str) -> str:
        """The text with `REF:path` for every path of a snapshot, absolute or relative to the current folder."""
        for snapshot in self._known.values():
            for top in (shown_path(snapshot.top), str(snapshot.top)):
                text = text.replace(f"{top}/", f"{snapshot.name}:").replace(top, f"{snapshot.name}:")
        return text

    def shown(self, path: Path) -> str | None:
        """`REF:path` for a file of a snapshot, None for any other."""
        for snapshot in self._known.values():
            if path.is_relative_to(snapshot.top):
                return f"{snapshot.name}:{path.relative_to(snapshot.top).as_posix()}"
        return None


def work_tree_of(where: Path) -> Path:
    """The top of the Git work tree around a path. Raises UserError where there is none."""
    found = git.work_tree(where)
    if found is None:
        raise UserError(
            "there is no Git work tree here, so that there are no revisions",
            where=str(where.resolve()),
            next_step="Name two stages or two directories instead.",
        )
    return found
