"""rollout.yaml from the disk."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from gateshift.documents import Limits, UnreadableYaml, text_of
from gateshift.errors import UserError
from gateshift.model.place import Place
from gateshift.model.rollout import FILE_NAME
from gateshift.spec.faults import Mistake, SpecError
from gateshift.spec.read import MOST_BYTES, Parsed, parse_rollout


def open_rollout(path: Path) -> Parsed:
    """The rollout of a rollout.yaml, or of the folder that holds one. Raises UserError, of which SpecError is one."""
    file = path / FILE_NAME if path.is_dir() else path
    try:
        return parse_rollout(_text(file), file, file_reader(file.parent))
    except SpecError as error:
        raise error.seen_from(Path.cwd()) from error


def file_reader(folder: Path) -> Callable[[str], str | None]:
    """Reads the owner's files in the folder or below; a file outside, by `..` or a symbolic link, is not there."""

    def read(name: str) -> str | None:
        found = (folder / name).resolve()
        if not found.is_relative_to(folder.resolve()) or not found.is_file():
            return None
        return _text(folder / name)

    return read


def _text(file: Path) -> str:
    if file.exists() and not file.is_file():  # reading a pipe or a device may never end
        raise UserError("cannot read the file: it is no regular file", where=str(file))
    try:
        with file.open("rb") as stream:
            raw = stream.read(MOST_BYTES + 1)
    except OSError as error:
        raise UserError(f"cannot read the file: {error.strerror}", where=str(file)) from error
    try:
        return text_of(raw, Limits(size=MOST_BYTES))
    except UnreadableYaml as error:
        raise SpecError(file, (Mistake(Place(file, error.line, error.column), error.what),)) from error
