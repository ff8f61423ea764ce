"""What Git knows of a pointer: the path the last commit names, since when, and edits that are not committed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from gateshift.engines.read import pointers_in
from gateshift.model.sync_pointer import NotUnderstood, SyncPointer
from gateshift.system import git
from gateshift.system.git import Commit
from gateshift.system.source_files import real_path
from gateshift.yamldoc import Document, UnreadableYaml, parse_all, text_of
from gateshift.yamldoc.data import FieldPath, Json
from gateshift.yamldoc.splice import splice

HEAD = "HEAD"
"""The last commit."""


class PointerHistory:
    """The pointers of one repository at other commits. `top` is any folder in it; without Git nothing is known."""

    def __init__(self, top: Path) -> None:
        self.repository = git.work_tree(top)
        self._texts: dict[tuple[str, Path], str] = {}

    def at_head(self, pointer: SyncPointer) -> SyncPointer | None:
        """The pointer as the last commit has it; None where that has none, or where there is no Git."""
        return self.at(HEAD, pointer)

    def moved_by(self, pointer: SyncPointer, at: str = HEAD) -> Commit | None:
        """The commit since which the pointer names the folder that it names at the last commit, or at another one."""
        since, now = None, self.at(at, pointer)
        for commit in self._history(pointer, at):
            then = self.at(commit.id, pointer)
            if now is None or then is None or then.folder != now.folder:
                break
            since = commit
        return since

    def edited(self, pointer: SyncPointer) -> tuple[Path, ...]:
        """The pointer's files that differ from the last commit in more than the paths of pointers."""
        if self.repository is None:
            return ()
        return tuple(
            file
            for file in self.files(pointer)
            if git.uncommitted(self.repository, [self.name(file)]) and self._edited_beside_paths(file, pointer)
        )

    def files(self, pointer: SyncPointer) -> tuple[Path, ...]:
        """The real paths of the files that hold the pointer, and the scalars its path is made of."""
        own = [real_path(pointer.file)]
        if self.repository is not None:
            own += [self.repository / scalar.file for scalar in pointer.scalars if scalar.file]
        return tuple(dict.fromkeys(own))

    def name(self, file: Path) -> str:
        """A file's path from the top of the work tree."""
        return file.relative_to(self.repository).as_posix() if self.repository else str(file)

    def _history(self, pointer: SyncPointer, at: str) -> Iterator[Commit]:
        if self.repository is not None:
            yield from git.history(self.repository, *map(self.name, self.files(pointer)), at=at)

    def at(self, commit: str, pointer: SyncPointer) -> SyncPointer | None:
        """The pointer of the same kind and name at a commit: the one in the same place, where it had several paths."""
        text = self._text(commit, real_path(pointer.file))
        same = [each for each in self._pointers(text, commit, pointer) if _identity(each) == _identity(pointer)]
        places = [scalar.at for scalar in pointer.scalars]
        return next((each for each in same if [scalar.at for scalar in each.scalars] == places), next(iter(same), None))

    def _pointers(self, text: str, commit: str, pointer: SyncPointer) -> Iterator[SyncPointer]:
        def matching(_: str) -> dict[str, Json]:
            names = {scalar.file for scalar in pointer.scalars if scalar.file}
            return {name: data for name in names for data in self._data(commit, name)}

        for each in pointers_in(_documents(text), pointer.file, matching):
            if not isinstance(each, NotUnderstood):
                yield each

    def _data(self, commit: str, name: str) -> list[Json]:
        assert self.repository is not None
        return [document.data for document in _documents(self._text(commit, self.repository / name))][:1]

    def _text(self, commit: str, file: Path) -> str:
        """A file's text at a commit; "" where the commit has none, or none that is text."""
        if self.repository is None:
            return ""
        key = commit, file
        if key not in self._texts:
            self._texts[key] = _text(git.read_file(self.repository, commit, self.name(file)) or b"")
        return self._texts[key]

    def _edited_beside_paths(self, file: Path, pointer: SyncPointer) -> bool:
        committed, now = self._text(HEAD, file), _text(file.read_bytes())
        if not committed:
            return False
        if file == real_path(pointer.file):
            places = [_places(text) for text in (committed, now)]
        else:
            at = [
                (0, scalar.at)
                for scalar in pointer.scalars
                if self.repository and self.repository / scalar.file == file
            ]
            places = [at, at]
        return _without(committed, places[0]) != _without(now, places[1])


def _places(text: str) -> list[tuple[int, FieldPath]]:
    """Where the paths of all pointers stand in the text: the document, and the scalar in it."""
    pointers = (each for each in pointers_in(_documents(text), Path()) if not isinstance(each, NotUnderstood))
    return [(pointer.document, scalar.at) for pointer in pointers for scalar in pointer.scalars if not scalar.file]


def _identity(pointer: SyncPointer) -> tuple[str, str, str]:
    return pointer.kind, pointer.namespace, pointer.name


def _text(raw: bytes) -> str:
    try:
        return text_of(raw)
    except UnreadableYaml:
        return ""


def _documents(text: str) -> tuple[Document, ...]:
    try:
        return parse_all(text)
    except UnreadableYaml:
        return ()


def _without(text: str, places: Sequence[tuple[int, FieldPath]]) -> str:
    """The text with a mark in the place of each of these scalars."""
    documents = _documents(text)
    spans = {documents[number].span(at) for number, at in places if number < len(documents)}
    for span in sorted((span for span in spans if span is not None), key=lambda span: span.start, reverse=True):
        text = splice(text, span, "\0")
    return text
